"""Clocks, doubts and closed periods: when it happened, whatever the handheld's clock says."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from server.domain.commands import Envelope
from server.services.approve_counts import approve_count
from server.services.manage_periods import close_period
from server.services.reconcile_count import reconcile_count
from server.store.db import reading
from server.store.models import CountTask, Movement
from server.store.queries.counts import counts_page
from tests.arrivals import Fact, books_agree, handhelds, in_every_order, stock
from tests.floor import START_MS, Floor, Handheld, handheld, open_floor

DAY_MS = 86_400_000


@pytest.fixture
def floor(app: Flask) -> Iterator[Floor]:
    places = ("A-1", "A-2", "B-1", *(f"C-{n}" for n in range(24)))
    with open_floor(locations=places) as opened:
        yield opened


@pytest.fixture
def olga(floor: Floor) -> Handheld:
    device = handheld(floor)
    device.do("receive_line", to="A-1", item="NUT", quantity="100", unit_cost="2")
    floor.wait()
    return device


def count(device: Handheld, place: str, quantity: str) -> None:
    make_count(device, place, quantity)
    device.send()
    device.floor.wait()


def make_count(device: Handheld, place: str, quantity: str) -> None:
    body = {"count": str(uuid4()), "location": place}
    device.make("count_line", item="NUT", counted=quantity, **body)
    device.floor.wait()
    device.make("finish_count", whole=True, **body)


def approve(floor: Floor) -> None:
    with reading() as session:
        newest = counts_page(session, None, ["finished"], None, 1)[0]
    silent = reconcile_count(newest.id, floor.desk()).silent_devices
    approve_count(newest.id, newest.version, [d.id for d in silent], floor.desk())


def last_movement() -> Any:
    with reading() as session:
        asked = select(Movement.__table__).order_by(Movement.id.desc()).limit(1)
        return session.execute(asked).one()


def tasks() -> list[tuple[str, str]]:
    with reading() as session:
        asked = select(CountTask.kind, CountTask.reason).where(CountTask.state == "open")
        return [(row[0], row[1]) for row in session.execute(asked)]


# Clocks (RULES 1–4) -------------------------------------------------------------------------------


@pytest.mark.parametrize("days", [-400, -3, 3, 400])
def test_a_clock_wrong_by_days_changes_nothing(floor: Floor, olga: Handheld, days: int) -> None:
    olga.wall_skew_ms = days * DAY_MS
    olga.make("pick_line", from_="A-1", item="NUT", quantity="1")
    happened = floor.now
    floor.wait(3_600_000)
    olga.send()
    row = last_movement()
    assert (row.occurred_at, row.uncertainty_ms) == (happened, 0)


def test_a_clock_stepped_offline_changes_nothing_within_one_boot(
    floor: Floor, olga: Handheld
) -> None:
    olga.make("pick_line", from_="A-1", item="NUT", quantity="1")
    happened = floor.now
    olga.wall_skew_ms = -7 * DAY_MS
    floor.wait(60_000)
    olga.make("pick_line", from_="A-1", item="NUT", quantity="1")
    olga.send()
    with reading() as session:
        asked = select(Movement.occurred_at).where(Movement.kind == "pick_line")
        assert session.scalars(asked.order_by(Movement.id)).all() == [happened, happened + 60_000]


def test_a_reboot_before_any_contact_leaves_a_doubt(floor: Floor, olga: Handheld) -> None:
    olga.reboot()
    olga.make("pick_line", from_="A-1", item="NUT", quantity="1")
    happened = floor.now
    floor.wait(60_000)
    olga.reboot()
    olga.send()
    row = last_movement()
    assert (row.occurred_at, row.uncertainty_ms) == (happened, 1000)


def test_a_step_between_boots_is_the_size_of_the_doubt(floor: Floor, olga: Handheld) -> None:
    olga.reboot()
    olga.make("pick_line", from_="A-1", item="NUT", quantity="1")
    happened = floor.now
    floor.wait(60_000)
    olga.reboot()
    olga.wall_skew_ms = 20_000
    olga.send()
    row = last_movement()
    assert (row.occurred_at, row.uncertainty_ms) == (happened - 1000, 20_000)


def test_a_doubtful_time_is_not_after_its_delivery(floor: Floor, olga: Handheld) -> None:
    olga.reboot()
    olga.make("pick_line", from_="A-1", item="NUT", quantity="1")
    olga.reboot()
    olga.wall_skew_ms = -DAY_MS
    floor.wait(60_000)
    olga.send()
    assert last_movement().occurred_at == floor.now


def test_a_late_copy_of_an_old_envelope_does_not_spoil_the_clock(
    floor: Floor, olga: Handheld
) -> None:
    old = olga.envelope([])
    floor.wait(10_000)
    olga.send()
    floor.wait(3_600_000)
    olga.deliver(_received(old, floor.now))
    olga.make("pick_line", from_="A-1", item="NUT", quantity="1")
    happened = floor.now
    olga.send()
    assert last_movement().occurred_at == happened
    olga.reboot()
    olga.make("pick_line", from_="A-1", item="NUT", quantity="1")
    olga.reboot()
    olga.send()
    assert last_movement().uncertainty_ms == 1000


def test_a_replacement_happened_when_the_replaced_did(floor: Floor, olga: Handheld) -> None:
    wrong = olga.make("pick_line", from_="NOWHERE", item="NUT", quantity="1")
    happened = floor.now
    floor.wait(DAY_MS)
    olga.send()
    olga.make("pick_line", replaces=wrong["id"], from_="A-1", item="NUT", quantity="1")
    olga.send()
    assert last_movement().occurred_at == happened


def test_the_desk_says_itself_when_it_happened(floor: Floor, olga: Handheld) -> None:
    body = {"from": "A-1", "item": "NUT", "quantity": "1"}
    floor.request("pick_line", occurred_at=START_MS, **body)
    assert last_movement().occurred_at == START_MS


# Counts and what arrives about them ---------------------------------------------------------------


def test_movements_and_a_count_in_any_order_give_the_same_stock(floor: Floor) -> None:
    """Put 10 there, take 3, count 6, take 2: 4 are there, whoever is heard of first."""
    devices = handhelds(floor, 4)
    for n, order in enumerate(permutations(range(4))):
        place = f"C-{n}"
        devices[0].make("receive_line", to=place, item="NUT", quantity="10")
        floor.wait()
        devices[1].make("pick_line", from_=place, item="NUT", quantity="3")
        floor.wait()
        make_count(devices[2], place, "6")
        floor.wait()
        devices[3].make("pick_line", from_=place, item="NUT", quantity="2")
        floor.wait()
        for index in order:
            devices[index].send()
            if index == 2:
                approve(floor)
        assert stock(place) == {place: 4}, order
    books_agree()


def test_moves_between_places_in_any_order_give_the_same_stock(floor: Floor) -> None:
    def story(n: int) -> list[Fact]:
        place = f"C-{n}"
        return [
            ("receive_line", {"to": place, "item": "NUT", "quantity": "9"}),
            ("move_stock", {"from": place, "to": "A-2", "item": "NUT", "quantity": "4"}),
            ("pick_line", {"from": place, "item": "NUT", "quantity": "3"}),
            ("move_stock", {"from": "A-2", "to": place, "item": "NUT", "quantity": "4"}),
        ]

    for n in in_every_order(floor, story):
        assert (stock(f"C-{n}"), stock("A-2")) == ({f"C-{n}": 6}, {})
    books_agree()


def test_a_doubtful_late_movement_orders_a_recount_and_corrects_nothing(
    floor: Floor, olga: Handheld
) -> None:
    late = handheld(floor, "LATE", user="otto")
    late.send()
    late.reboot()
    floor.wait()
    late.make("pick_line", from_="A-1", item="NUT", quantity="3")
    count(olga, "A-1", "97")
    approve(floor)
    late.reboot()
    answer = late.send()[0]
    assert answer.codes == ("recount_ordered",)
    assert stock("A-1") == {"A-1": 94}
    assert tasks() == [("recount", "moved_while_counting")]
    with reading() as session:
        kinds = session.scalars(select(Movement.kind).order_by(Movement.id)).all()
    assert kinds == ["receive_line", "count_adjustment", "pick_line"]
    count(olga, "A-1", "97")
    approve(floor)
    assert (stock("A-1"), tasks()) == ({"A-1": 97}, [])


# Closed periods (RULES 20) ------------------------------------------------------------------------


def test_a_late_fact_of_a_closed_period_keeps_its_time_and_counts_in_the_open_one(
    floor: Floor, olga: Handheld
) -> None:
    late = handheld(floor, "LATE", user="otto")
    late.make("pick_line", from_="A-1", item="NUT", quantity="3")
    happened = floor.now
    floor.wait(3 * DAY_MS)
    closed = date(2026, 1, 6)
    close_period(floor.site_id, closed, actor=floor.desk())
    late.send()
    row = last_movement()
    assert (row.occurred_at, row.value_date) == (happened, closed + timedelta(days=1))
    books_agree()


def test_a_count_before_the_close_still_counts_back_by_when_it_happened(
    floor: Floor, olga: Handheld
) -> None:
    late = handheld(floor, "LATE", user="otto")
    late.make("pick_line", from_="A-1", item="NUT", quantity="3")
    floor.wait()
    count(olga, "A-1", "97")
    approve(floor)
    floor.wait(3 * DAY_MS)
    close_period(floor.site_id, date(2026, 1, 6), actor=floor.desk())
    late.send()
    assert stock("A-1") == {"A-1": 97}
    assert last_movement().kind == "count_correction"
    books_agree()


def _received(envelope: Envelope, at: int) -> Envelope:
    """The same transmission, received at another time."""
    return replace(envelope, contact=replace(envelope.contact, received_at=at))
