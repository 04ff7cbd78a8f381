"""The same facts in every order of arrival must leave the same books."""

from collections.abc import Callable, Iterator, Sequence
from itertools import permutations
from typing import Any

from sqlalchemy import select

from server.services.verify_ledger import verify_ledger
from server.store.db import reading
from server.store.models import Balance, HandlingUnit, Location, Position, Serial
from tests.books import settle
from tests.floor import Floor, Handheld, handheld

Fact = tuple[str, dict[str, Any]]


def handhelds(floor: Floor, number: int) -> list[Handheld]:
    """That many, so that each fact can be late on its own."""
    return [handheld(floor, f"H{i}", user="olga") for i in range(number)]


def in_every_order(
    floor: Floor, facts: Callable[[int], Sequence[Fact]], gap_ms: int = 1000
) -> Iterator[int]:
    """Let `facts(n)` happen one after the other and arrive in the nth order, for every n."""
    devices: list[Handheld] = []
    for n, order in enumerate(permutations(range(len(facts(0))))):
        devices = devices or handhelds(floor, len(facts(0)))
        for device, (kind, body) in zip(devices, facts(n), strict=True):
            device.make(kind, **body)
            floor.wait(gap_ms)
        for index in order:
            answers = devices[index].send()
            assert all(a.status in ("applied", "applied_flagged") for a in answers), answers
        yield n


def where_serial(code: str) -> dict[str, int]:
    """Location → on_hand of a serial, where it is not zero."""
    return _stock(Serial.code == code, Balance.serial_id == Serial.id)


def where_unit(code: str) -> dict[str, int]:
    """Location → on_hand of all in a handling unit, where it is not zero."""
    return _stock(HandlingUnit.code == code, Position.handling_unit_id == HandlingUnit.id)


def stock(location: str) -> dict[str, int]:
    """The same for one location."""
    return _stock(Location.code == location)


def _stock(*conditions: Any) -> dict[str, int]:
    asked = (
        select(Location.code, Balance.on_hand)
        .join(Position, Position.id == Balance.position_id)
        .join(Location, Location.id == Position.location_id)
        .where(Balance.on_hand != 0, *conditions)
    )
    found: dict[str, int] = {}
    with reading() as session:
        for code, on_hand in session.execute(asked):
            found[code] = found.get(code, 0) + int(on_hand)
    return found


def books_agree() -> None:
    """Everything derived follows from the movements, once all that is due is computed."""
    settle()
    with reading() as session:
        broken = verify_ledger(session)
    assert broken == [], broken
