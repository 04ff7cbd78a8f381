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
