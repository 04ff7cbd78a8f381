"""A pick that used a reservation, taken back: the promise stands again as before."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from server.services.use_reservations import Wish, release_reservation, reserve_stock
from server.store.db import reading
from server.store.models import Balance, Location, Position, Reservation
from tests.arrivals import books_agree
from tests.floor import Floor, Handheld, handheld, open_floor


@pytest.fixture
def floor(app: Flask) -> Iterator[Floor]:
    with open_floor() as opened:
        yield opened


@pytest.fixture
def olga(floor: Floor) -> Handheld:
    device = handheld(floor)
    for place, quantity in (("A-1", "4"), ("A-2", "6")):
        device.do("receive_line", to=place, item="NUT", quantity=quantity)
        floor.wait()
    return device


def reserve(floor: Floor, quantity: int) -> UUID:
    return reserve_stock(Wish(floor.site_id, floor.items["NUT"], Decimal(quantity)), floor.desk())


def pick(olga: Handheld, quantity: str, uid: UUID, from_: str = "A-1") -> str:
    done = olga.do("pick_line", from_=from_, item="NUT", quantity=quantity, reservation=str(uid))
    olga.floor.wait()
    return str(done.id)


def promised() -> dict[str, tuple[Decimal, Decimal]]:
    """(on hand, reserved) by place."""
    asked = (
        select(Location.code, func.sum(Balance.on_hand), func.sum(Balance.reserved))
        .join(Position, Position.id == Balance.position_id)
        .join(Location, Location.id == Position.location_id)
        .group_by(Location.code)
    )
    with reading() as session:
        return {row[0]: (row[1], row[2]) for row in session.execute(asked)}


def states() -> list[str]:
    with reading() as session:
        return list(session.scalars(select(Reservation.state)))


@pytest.mark.parametrize("how", ["never", "put_back"])
@pytest.mark.parametrize("quantity", ["2", "5", "10", "12"])
def test_a_pick_taken_back_leaves_what_was_promised_as_before(
    floor: Floor, olga: Handheld, how: str, quantity: str
) -> None:
    """Part of it, all of it and more; `12` is more than there is."""
    uid = reserve(floor, 10)
    before: Any = promised()
    command = pick(olga, quantity, uid)
    assert states() == ["open" if int(quantity) < 10 else "done"]
    olga.do("undo", command=command, how=how)
    assert (promised(), states()) == (before, ["open"])
    books_agree()


def test_an_undo_in_the_envelope_of_its_pick(floor: Floor, olga: Handheld) -> None:
    uid = reserve(floor, 10)
    before = promised()
    body = {"from_": "A-1", "item": "NUT", "quantity": "10", "reservation": str(uid)}
    made = olga.make("pick_line", **body)
    olga.make("undo", command=made["id"], how="never")
    olga.send()
    assert (promised(), states()) == (before, ["open"])
    books_agree()


@pytest.mark.parametrize(
    "order",
    [("first", "second", "undo"), ("first", "undo", "second"), ("second", "first", "undo")],
)
def test_what_stays_promised_does_not_depend_on_the_order_of_arrival(
    floor: Floor, olga: Handheld, order: tuple[str, ...]
) -> None:
    """7 and 6 of a promise of 10 are picked and the 7 taken back: 4 stay promised."""
    uid = reserve(floor, 10)
    body = {"item": "NUT", "reservation": str(uid)}
    otto = handheld(floor, "H2", user="otto")
    first = olga.make("pick_line", from_="A-2", quantity="7", **body)
    otto.make("pick_line", from_="A-2", quantity="6", **body)
    floor.wait()
    olga.make("undo", command=first["id"], how="never")
    for name in order:
        device, upto = (otto, 1) if name == "second" else (olga, 1)
        device.deliver(device.envelope(device.outbox[:upto]))
        device.outbox = device.outbox[upto:]
    assert sum(reserved for _, reserved in promised().values()) == 4
    books_agree()


def test_a_released_promise_is_not_made_again(floor: Floor, olga: Handheld) -> None:
    uid = reserve(floor, 10)
    command = pick(olga, "3", uid)
    release_reservation(uid, floor.desk())
    olga.do("undo", command=command, how="put_back")
    assert promised() == {"A-1": (4, 0), "A-2": (6, 0)}
    assert states() == ["released"]
    books_agree()


def test_the_promise_goes_where_there_is_enough_for_it(floor: Floor, olga: Handheld) -> None:
    """Two picks from one place, more than was there; the second one is taken back."""
    uid = reserve(floor, 10)
    pick(olga, "3", uid)
    second = pick(olga, "2", uid)
    assert promised() == {"A-1": (-1, 0), "A-2": (6, 5)}
    olga.do("undo", command=second, how="put_back")
    assert promised() == {"A-1": (1, 1), "A-2": (6, 6)}
    books_agree()
