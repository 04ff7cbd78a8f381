"""The same facts, heard in two orders, with counts approved at once or at the end: the same books
and the same variances, whether or not what people said makes sense."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from shutil import copy
from typing import Any, NamedTuple
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import aliased

from server.bootstrap import make_base_app
from server.settings import Settings
from server.store.db import db, reading
from server.store.models import Item, Location, Movement, Position
from tests.floor import Floor, Handheld, handheld, open_floor
from tests.model.books import contents_of_books
from tests.model.machine import finished_counts
from tests.services.test_approve_counts import approve

DEVICES = 3
PLACES = st.sampled_from(["A-1", "A-2"])
GOODS = st.sampled_from(
    [
        {"item": "NUT"},
        {"item": "MILK", "lot": "L1"},
        {"item": "SER", "serial": "S-1"},
        {"item": "SER", "serial": "S-2"},
    ]
)
SETTLED = ("count_adjustment", "count_correction")


class Fact(NamedTuple):
    """What one handheld said; `seen` for a count."""

    who: int
    kind: str
    place: str
    goal: str
    goods: dict[str, str]
    quantity: int


class Way(NamedTuple):
    """How it came to us: whose turn it is to send one command, and what was approved at once."""

    turns: list[int]
    at_once: bool


FACTS = st.lists(
    st.builds(
        Fact,
        st.integers(0, DEVICES - 1),
        st.sampled_from(["receive_line", "pick_line", "move_stock", "count", "count"]),
        PLACES,
        PLACES,
        GOODS,
        st.integers(0, 9),
    ),
    max_size=12,
)
WAYS = st.builds(Way, st.lists(st.integers(0, DEVICES - 1), max_size=20), st.booleans())


@pytest.fixture
def new_database(
    sqlite_template: Path, tmp_path: Path
) -> Callable[[], AbstractContextManager[None]]:
    """An application on a fresh database, each time it is asked."""

    @contextmanager
    def fresh() -> Iterator[None]:
        url = f"sqlite:///{copy(sqlite_template, tmp_path / f'{uuid4()}.sqlite3')}"
        with make_base_app(Settings(tmp_path, url, secret_key="test")).app_context():
            yield
            db.engine.dispose()

    return fresh


def test_two_orders_of_the_same_facts_end_in_the_same_books(new_database: Any) -> None:
    _check(new_database, examples=25, always_the_same=True)


@pytest.mark.full
def test_two_orders_of_many_facts_end_in_the_same_books(new_database: Any) -> None:
    _check(new_database, examples=1000)


def _check(new_database: Any, examples: int, always_the_same: bool = False) -> None:
    """`always_the_same` in CI, so that a commit is green or red by itself; --full explores."""

    @settings(
        max_examples=examples,
        derandomize=always_the_same,
        suppress_health_check=list(HealthCheck),
        deadline=None,
        database=None,
    )
    @given(FACTS, WAYS, WAYS)
    def both_ways_agree(facts: list[Fact], one: Way, other: Way) -> None:
        assert _play(new_database, facts, one) == _play(new_database, facts, other)

    both_ways_agree()


def _play(new_database: Any, facts: Sequence[Fact], way: Way) -> tuple[Any, Any]:
    items = ["NUT", {"sku": "MILK", "tracking": "lot"}, {"sku": "SER", "tracking": "serial"}]
    with new_database(), open_floor(items) as floor:
        devices = [handheld(floor, f"H{number}") for number in range(DEVICES)]
        for device in devices:
            device.deliver(device.envelope([]))
        for fact in facts:
            floor.wait()
            _make(devices[fact.who], fact)
        for turn in [*way.turns, *range(DEVICES)]:
            upto = 1 if len(devices[turn].outbox) and turn not in way.turns[-1:] else None
            _send(devices[turn], upto)
            if way.at_once:
                _approve_all(floor)
        for device in devices:
            _send(device, None)
        _approve_all(floor)
        return contents_of_books(), _adjustments()


def _make(device: Handheld, fact: Fact) -> None:
    serial = "serial" in fact.goods
    quantity = str(min(fact.quantity, 1) if serial else fact.quantity)
    if fact.kind == "count":
        uid = str(uuid4())
        body = {"count": uid, "location": fact.place}
        if quantity != "0":
            device.make("count_line", **body, **fact.goods, counted=quantity)
        device.make("finish_count", **body, whole=fact.goal == fact.place)
        return
    goods = {**fact.goods, "quantity": "1" if serial or quantity == "0" else quantity}
    ends = {"receive_line": {"to": fact.place}, "pick_line": {"from": fact.place}}
    device.make(fact.kind, **ends.get(fact.kind, {"from": fact.place, "to": fact.goal}), **goods)


def _send(device: Handheld, upto: int | None) -> None:
    sent = device.outbox[:upto]
    answers = device.deliver(device.envelope(sent))
    assert {a.status for a in answers} <= {"applied", "applied_flagged"}, answers
    device.outbox = device.outbox[len(sent) :]


def _approve_all(floor: Floor) -> None:
    while finished_counts():
        approve(floor)


def _adjustments() -> dict[Any, int]:
    """What counts changed in the end, by their instant, place and item; serials tell by being
    where they are."""
    source, target = aliased(Position), aliased(Position)
    left, came = aliased(Location), aliased(Location)
    asked = (
        select(
            Movement.occurred_at,
            Item.sku,
            Movement.lot_id,
            left.code,
            came.code,
            Movement.quantity,
        )
        .join(Item, Item.id == Movement.item_id)
        .join(source, source.id == Movement.from_position_id)
        .join(left, left.id == source.location_id)
        .join(target, target.id == Movement.to_position_id)
        .join(came, came.id == target.location_id)
        .where(Movement.kind.in_(SETTLED), Movement.serial_id == 0)
    )
    net: Counter[Any] = Counter()
    with reading() as session:
        for at, sku, lot, from_, to, quantity in session.execute(asked):
            net[at, sku, lot, from_] -= int(quantity)
            net[at, sku, lot, to] += int(quantity)
    return {key: quantity for key, quantity in net.items() if quantity}
