"""Catch weight: what a count finds or misses weighs what the rest of it does."""

from collections.abc import Iterator
from decimal import Decimal
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select

from server.store.db import reading
from server.store.models import Balance, Movement, Position
from tests.arrivals import books_agree
from tests.floor import Floor, Handheld, handheld, open_floor
from tests.services.test_approve_counts import approve

HAM = {"sku": "HAM", "second_unit": "kg"}
DRILL = {"sku": "DRILL", "tracking": "serial", "second_unit": "kg"}


@pytest.fixture
def floor(app: Flask) -> Iterator[Floor]:
    with open_floor([HAM, DRILL]) as opened:
        yield opened


@pytest.fixture
def olga(floor: Floor) -> Handheld:
    device = handheld(floor)
    device.do("receive_line", to="A-1", item="HAM", quantity="10", second_quantity="25")
    floor.wait()
    return device


def count(olga: Handheld, **seen: str) -> None:
    body = {"count": str(uuid4()), "location": "A-1"}
    for item, counted in seen.items():
        olga.make("count_line", **body, item=item, counted=counted)
    olga.make("finish_count", **body, whole=True)
    olga.send()
    olga.floor.wait()


def weighs(floor: Floor, location: str = "A-1") -> Decimal:
    with reading() as session:
        total = session.scalar(
            select(func.sum(Balance.second_on_hand))
            .join(Position, Position.id == Balance.position_id)
            .where(Position.location_id == floor.locations[location])
        )
    return Decimal(total or 0)


def test_a_loss_and_a_gain_weigh_in_proportion(floor: Floor, olga: Handheld) -> None:
    count(olga, HAM="6")
    approve(floor)
    assert (floor.on_hand("A-1", "HAM"), weighs(floor)) == (6, 15)
    count(olga, HAM="8")
    approve(floor)
    assert (floor.on_hand("A-1", "HAM"), weighs(floor)) == (8, 20)
    books_agree()


def test_where_nothing_is_left_nothing_weighs(floor: Floor, olga: Handheld) -> None:
    olga.do("receive_line", to="A-1", item="DRILL", quantity="1", serial="D1", second_quantity="3")
    floor.wait()
    count(olga)
    approve(floor)
    assert weighs(floor) == 0
    with reading() as session:
        posted = select(Movement.second_quantity).where(Movement.kind == "count_adjustment")
        assert sorted(session.scalars(posted)) == [3, 25]
    books_agree()


def test_a_late_movement_is_taken_back_with_its_own_weight(floor: Floor, olga: Handheld) -> None:
    otto = handheld(floor, "H2", user="otto")
    otto.make("pick_line", from_="A-1", item="HAM", quantity="2", second_quantity="6")
    floor.wait()
    count(olga, HAM="8")
    approve(floor)
    before = weighs(floor)
    otto.send()
    assert (floor.on_hand("A-1", "HAM"), weighs(floor)) == (8, before)
    books_agree()


def test_the_variance_of_an_earlier_count_is_taken_back_with_its_weight(
    floor: Floor, olga: Handheld
) -> None:
    count(olga, HAM="9")
    floor.wait()
    count(olga, HAM="8")
    approve(floor)
    approve(floor)
    assert (floor.on_hand("A-1", "HAM"), weighs(floor)) == (8, 20)
    books_agree()


def test_a_whole_unit_takes_all_of_its_weight_along(floor: Floor, olga: Handheld) -> None:
    ham = {"item": "HAM", "quantity": "4", "second_quantity": "9"}
    olga.do("receive_line", to="DOCK", unit="P1", **ham)
    floor.wait()
    olga.do("move_stock", unit="P1", to="A-2")
    assert (weighs(floor, "DOCK"), weighs(floor, "A-2")) == (0, 9)
    books_agree()


def test_what_nobody_weighed_takes_its_share_and_the_last_of_it_the_rest(
    floor: Floor, olga: Handheld
) -> None:
    for quantity, left in (("2", 20), ("5", Decimal("7.5")), ("3", 0)):
        olga.do("move_stock", from_="A-1", to="A-2", item="HAM", quantity=quantity)
        floor.wait()
        assert (weighs(floor), weighs(floor, "A-2")) == (left, 25 - left)
    books_agree()


def test_what_left_a_unit_late_takes_its_weight_from_where_the_unit_went(
    floor: Floor, olga: Handheld
) -> None:
    olga.do("receive_line", to="DOCK", unit="P1", item="HAM", quantity="4", second_quantity="8")
    floor.wait()
    late = handheld(floor, "LATE", user="otto")
    late.make("pick_line", from_="DOCK", from_unit="P1", item="HAM", quantity="1")
    floor.wait()
    olga.do("move_stock", unit="P1", to="A-2")
    floor.wait()
    olga.do("move_stock", unit="P1", to="B-1")
    late.send()
    assert [weighs(floor, place) for place in ("DOCK", "A-2", "B-1")] == [0, 0, 6]
    books_agree()


def test_taking_back_what_nobody_weighed_changes_no_weight(floor: Floor, olga: Handheld) -> None:
    more = olga.do("receive_line", to="A-1", item="HAM", quantity="5")
    floor.wait()
    olga.do("undo", command=str(more.id), how="never")
    assert (floor.on_hand("A-1", "HAM"), weighs(floor)) == (10, 25)
    moved = olga.do("move_stock", from_="A-1", to="A-2", item="HAM", quantity="4")
    floor.wait()
    olga.do("undo", command=str(moved.id), how="never")
    assert (weighs(floor), weighs(floor, "A-2")) == (25, 0)
    books_agree()
