"""Counts: right whatever moved meanwhile, and in whatever order we heard of it."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from psycopg.errors import DeadlockDetected, LockNotAvailable, SerializationFailure
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from server.domain.errors import NotPermitted, RuleViolated, Unavailable
from server.services import approve_counts
from server.services.approve_counts import approve_count
from server.services.reconcile_count import Reconciliation, reconcile, reconcile_count
from server.store.db import reading
from server.store.models import Balance
from server.store.queries.counts import counts_page
from tests.floor import Floor, Handheld, handheld, open_floor


@pytest.fixture
def floor(app: Flask) -> Iterator[Floor]:
    with open_floor() as opened:
        yield opened


@pytest.fixture
def olga(floor: Floor) -> Handheld:
    device = handheld(floor)
    device.do("receive_line", to="A-1", item="NUT", quantity="100", unit_cost="2")
    floor.wait()
    return device


def count(device: Handheld, location: str, **seen: str) -> str:
    """Count these items at a location and close it."""
    uid = str(uuid4())
    for item, counted in seen.items():
        device.make("count_line", count=uid, location=location, item=item, counted=counted)
        device.floor.wait()
    device.make("finish_count", count=uid, location=location, whole=True)
    device.send()
    device.floor.wait()
    return uid


def approve(floor: Floor, user: str = "sam") -> None:
    with reading() as session:
        newest = counts_page(session, None, ["finished"], None, 1)[0]
    silent = reconcile_count(newest.id, floor.desk(user)).silent_devices
    approve_count(newest.id, newest.version, [d.id for d in silent], floor.desk(user))


def test_a_count_posts_the_difference_and_the_next_one_finds_none(
    floor: Floor, olga: Handheld
) -> None:
    count(olga, "A-1", NUT="97")
    approve(floor)
    assert floor.on_hand("A-1", "NUT") == 97
    count(olga, "A-1", NUT="97")
    with reading() as session:
        newest = counts_page(session, None, ["finished"], None, 1)[0]
    assert [line.variance for line in reconcile_count(newest.id, floor.desk()).lines] == [0]


def test_movements_after_the_count_survive_it(floor: Floor, olga: Handheld) -> None:
    count(olga, "A-1", NUT="97")
    olga.do("pick_line", from_="A-1", item="NUT", quantity="10")
    approve(floor)
    assert floor.on_hand("A-1", "NUT") == 87


def test_a_late_movement_from_before_an_approved_count_changes_nothing(
    floor: Floor, olga: Handheld
) -> None:
    otto = handheld(floor, "H2", user="otto")
    otto.make("pick_line", from_="A-1", item="NUT", quantity="3")
    floor.wait()
    count(olga, "A-1", NUT="97")
    approve(floor)
    assert otto.send()[0].status == "applied"
    assert floor.on_hand("A-1", "NUT") == 97


def test_a_late_movement_from_after_an_approved_count_counts(floor: Floor, olga: Handheld) -> None:
    otto = handheld(floor, "H2", user="otto")
    count(olga, "A-1", NUT="97")
    otto.make("pick_line", from_="A-1", item="NUT", quantity="3")
    approve(floor)
    otto.send()
    assert floor.on_hand("A-1", "NUT") == 94


def test_a_late_change_of_status_from_before_a_count_stands_for_nobody_can_count_it(
    floor: Floor, olga: Handheld
) -> None:
    otto = handheld(floor, "H2", user="otto")
    statuses = {"from_status": "GOOD", "to_status": "DAMAGED"}
    otto.make("change_status", location="A-1", item="NUT", quantity="5", **statuses)
    floor.wait()
    count(olga, "A-1", NUT="100")
    approve(floor)
    otto.send()
    with reading() as session:
        on_hand = session.scalars(select(Balance.on_hand).order_by(Balance.on_hand)).all()
    assert on_hand == [5, 95]


def test_what_was_not_seen_counts_as_zero_even_if_the_books_learn_of_it_later(
    floor: Floor, olga: Handheld
) -> None:
    otto = handheld(floor, "H2", user="otto")
    otto.make("receive_line", to="A-1", item="BOLT", quantity="7")
    floor.wait()
    count(olga, "A-1", NUT="100")
    approve(floor)
    otto.send()
    assert floor.on_hand("A-1", "BOLT") == 0


def test_approving_an_earlier_count_leaves_a_later_one_standing(
    floor: Floor, olga: Handheld
) -> None:
    count(olga, "A-1", NUT="90")
    with reading() as session:
        early = counts_page(session, None, ["finished"], None, 1)[0]
    count(olga, "A-1", NUT="80")
    approve(floor)
    silent = reconcile_count(early.id, floor.desk()).silent_devices
    approve_count(early.id, early.version, [d.id for d in silent], floor.desk())
    assert floor.on_hand("A-1", "NUT") == 80


def test_nobody_approves_their_own_count(floor: Floor, olga: Handheld) -> None:
    count(olga, "A-1", NUT="97")
    with reading() as session:
        newest = counts_page(session, None, ["finished"], None, 1)[0]
    with pytest.raises(NotPermitted):
        approve_count(newest.id, newest.version, [], floor.desk("olga"))


def test_approval_asks_about_handhelds_not_heard_since(floor: Floor, olga: Handheld) -> None:
    handheld(floor, "H2", user="otto")
    count(olga, "A-1", NUT="97")
    with reading() as session:
        newest = counts_page(session, None, ["finished"], None, 1)[0]
    with pytest.raises(RuleViolated) as refusal:
        approve_count(newest.id, newest.version, [], floor.desk())
    assert refusal.value.code == "devices_silent"
    assert refusal.value.fields["devices"] == "H2"


def test_a_movement_inside_the_window_asks_for_a_recount(floor: Floor, olga: Handheld) -> None:
    uid = str(uuid4())
    begun = olga.mono_ms
    floor.wait(5000)
    olga.do("pick_line", from_="A-1", item="NUT", quantity="3")
    floor.wait(5000)
    olga.do(
        "count_line",
        count=uid,
        location="A-1",
        item="NUT",
        counted="97",
        first_mono_ms=begun,
        last_mono_ms=olga.mono_ms,
    )
    floor.wait()
    olga.do("finish_count", count=uid, location="A-1", whole=True)
    with pytest.raises(RuleViolated) as refusal:
        approve(floor)
    assert refusal.value.code == "moved_while_counting"


def test_what_an_early_count_finds_is_known_to_one_between_it_and_an_approved_later_one(
    floor: Floor, olga: Handheld
) -> None:
    """The find and its cancellation post together and leave nothing on hand, but a trace."""
    early = count(olga, "A-1", NUT="100", BOLT="1")
    between = count(olga, "A-1", NUT="100")
    count(olga, "A-1", NUT="100")
    approve(floor)
    with reading() as session:
        waiting = {str(c.uid): c for c in counts_page(session, None, ["finished"], None, 9)}
    for uid in (early, between):
        found = reconcile_count(waiting[uid].id, floor.desk())
        devices = [d.id for d in found.silent_devices]
        approve_count(waiting[uid].id, waiting[uid].version, devices, floor.desk())
    assert [line.variance for line in found.lines] == [0, -1]
    assert floor.on_hand("A-1", "BOLT") == 0


def test_an_approval_that_lost_a_race_is_tried_again_but_not_for_ever(
    floor: Floor, olga: Handheld, monkeypatch: pytest.MonkeyPatch
) -> None:
    count(olga, "A-1", NUT="97")
    lost = [DeadlockDetected(), SerializationFailure(), LockNotAvailable()]

    def losing(*arguments: Any, **more: Any) -> Reconciliation:
        if lost:
            raise OperationalError("", {}, lost.pop())
        return reconcile(*arguments, **more)

    monkeypatch.setattr(approve_counts, "reconcile", losing)
    approve(floor)
    assert floor.on_hand("A-1", "NUT") == 97
    count(olga, "A-1", NUT="90")
    lost += [DeadlockDetected() for _ in range(9)]
    with pytest.raises(Unavailable):
        approve(floor)
    assert floor.on_hand("A-1", "NUT") == 97
