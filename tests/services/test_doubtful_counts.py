"""A count whose own times are doubtful (RULES 2, 12): its doubt widens the window."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from server.domain.errors import RuleViolated
from server.store.db import reading
from server.store.models import CountTask
from tests.floor import Floor, Handheld, handheld, open_floor
from tests.services.test_approve_counts import approve

ITEMS = ("NUT", {"sku": "DRILL", "tracking": "serial"})
DOUBT_MS = 1_000
"""The least there is, when nothing but a wall clock tells the time."""


@pytest.fixture
def floor(app: Flask) -> Iterator[Floor]:
    with open_floor(ITEMS) as opened:
        yield opened


@pytest.fixture
def olga(floor: Floor) -> Handheld:
    device = handheld(floor)
    device.do("receive_line", to="A-1", item="NUT", quantity="100", unit_cost="2")
    floor.wait(60_000)
    return device


@pytest.fixture
def otto(floor: Floor, olga: Handheld) -> Handheld:
    device = handheld(floor, "H2", user="otto")
    device.deliver(device.envelope([]))
    return device


def count_in_a_boot_that_dies(olga: Handheld) -> None:
    """Seen at once, closed at once."""
    olga.reboot()
    body = {"count": str(uuid4()), "location": "A-1"}
    olga.make("count_line", **body, item="NUT", counted="100")
    olga.make("finish_count", **body, whole=True)


def hear_of_it(olga: Handheld) -> None:
    """When nobody can ask that boot for its clock any more."""
    olga.floor.wait(60_000)
    olga.reboot()
    olga.send()
    olga.floor.wait(60_000)


def recounts() -> list[str]:
    with reading() as session:
        asked = select(CountTask.reason).where(CountTask.kind == "recount")
        return list(session.scalars(asked))


@pytest.mark.parametrize("before", [True, False])
def test_a_movement_within_the_doubt_of_a_count_is_inside_its_window(
    floor: Floor, olga: Handheld, otto: Handheld, before: bool
) -> None:
    pick = {"from_": "A-1", "item": "NUT", "quantity": "3"}
    if before:
        otto.do("pick_line", **pick)
        floor.wait(500)
    count_in_a_boot_that_dies(olga)
    if not before:
        floor.wait(500)
        otto.do("pick_line", **pick)
    hear_of_it(olga)
    with pytest.raises(RuleViolated, match="moved_while_counting"):
        approve(floor)
    assert recounts() == ["moved_while_counting"]


def test_a_movement_beyond_the_doubt_is_not(floor: Floor, olga: Handheld, otto: Handheld) -> None:
    count_in_a_boot_that_dies(olga)
    floor.wait(2 * DOUBT_MS + 1)
    otto.do("pick_line", from_="A-1", item="NUT", quantity="3")
    hear_of_it(olga)
    approve(floor)
    assert floor.on_hand("A-1", "NUT") == 97


def test_a_late_movement_within_the_doubt_of_an_approved_count_has_it_counted_again(
    floor: Floor, olga: Handheld, otto: Handheld
) -> None:
    count_in_a_boot_that_dies(olga)
    floor.wait(500)
    otto.make("pick_line", from_="A-1", item="NUT", quantity="3")
    hear_of_it(olga)
    approve(floor)
    assert otto.send()[0].codes == ("recount_ordered",)
    assert floor.on_hand("A-1", "NUT") == 97
    assert recounts() == ["moved_while_counting"]


def test_a_serial_that_came_within_the_doubt_of_a_count_is_looked_for(
    floor: Floor, olga: Handheld, otto: Handheld
) -> None:
    count_in_a_boot_that_dies(olga)
    floor.wait(500)
    otto.make("receive_line", to="A-1", item="DRILL", quantity="1", serial="D1")
    hear_of_it(olga)
    approve(floor)
    otto.send()
    assert floor.on_hand("A-1", "DRILL") == 1
    assert recounts() == ["moved_while_counting"]


def test_a_doubtful_movement_just_before_a_count_may_be_inside_it(
    floor: Floor, olga: Handheld, otto: Handheld
) -> None:
    """The count is sure of its times, the movement is not."""
    otto.reboot()
    otto.make("pick_line", from_="A-1", item="NUT", quantity="3")
    floor.wait(500)
    body = {"count": str(uuid4()), "location": "A-1"}
    olga.make("count_line", **body, item="NUT", counted="100")
    olga.make("finish_count", **body, whole=True)
    olga.send()
    hear_of_it(otto)
    with pytest.raises(RuleViolated, match="moved_while_counting"):
        approve(floor)
