"""Looks at places below zero: ordered by the fact that went there, ended by the one that came
late (ARCHITECTURE section 3)."""

from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any

import pytest
from flask import Flask, current_app
from sqlalchemy import select

from server.store.db import reading
from server.store.models import CountTask
from tests.floor import Floor, Handheld, handheld, open_floor


@pytest.fixture
def floor(app: Flask) -> Iterator[Floor]:
    with open_floor() as opened:
        yield opened


@pytest.fixture
def olga(floor: Floor) -> Handheld:
    return handheld(floor)


def looks() -> list[str]:
    """The states of all looks."""
    with reading() as session:
        return list(session.scalars(select(CountTask.state).order_by(CountTask.id)))


@pytest.mark.parametrize("known", [False, True])
def test_a_pick_and_the_late_receipt_in_one_envelope_leave_no_look(
    floor: Floor, olga: Handheld, known: bool
) -> None:
    """Whether the books have a row for it already or not."""
    if known:
        olga.do("receive_line", to="A-1", item="NUT", quantity="1")
    olga.make("pick_line", from_="A-1", item="NUT", quantity="5")
    olga.make("receive_line", to="A-1", item="NUT", quantity="5")
    pick, receipt = olga.send()
    assert (pick.codes, receipt.codes) == (("below_zero",), ())
    assert looks() == ["cleared"]


def test_a_look_stays_open_while_anything_there_is_below_zero(floor: Floor, olga: Handheld) -> None:
    for item in ("NUT", "BOLT"):
        olga.make("pick_line", from_="A-1", item=item, quantity="5")
    olga.make("receive_line", to="A-1", item="NUT", quantity="5")
    olga.send()
    assert looks() == ["open"]
    olga.do("receive_line", to="A-1", item="BOLT", quantity="5")
    assert looks() == ["cleared"]


def test_a_command_taken_back_ends_the_look_it_had_ordered(floor: Floor, olga: Handheld) -> None:
    mistake = olga.make("pick_line", from_="A-1", item="NUT", quantity="5")
    olga.make("undo", command=mistake["id"], how="never")
    olga.send()
    assert looks() == ["cleared"]


def test_a_look_ordered_for_another_reason_as_well_does_not_clear_itself(
    floor: Floor, olga: Handheld
) -> None:
    otto = handheld(floor, "H2", user="otto")
    otto.do("receive_line", to="A-1", item="BOLT", quantity="1")
    olga.do("pick_line", from_="A-1", item="NUT", quantity="5")
    otto.make("receive_line", to="A-2", item="BOLT", quantity="1")
    otto.outbox.clear()
    otto.do("receive_line", to="A-2", item="BOLT", quantity="1")
    olga.do("receive_line", to="A-1", item="NUT", quantity="5")
    assert "open" in looks_at("A-1", floor)


def looks_at(code: str, floor: Floor) -> list[str]:
    with reading() as session:
        asked = select(CountTask.state).where(CountTask.location_id == floor.locations[code])
        return list(session.scalars(asked))


def test_a_look_is_not_cleared_by_somebody_who_cannot_see_our_stock_yet(
    floor: Floor, olga: Handheld
) -> None:
    """While a fact that goes below zero is under way, one that covers another waits for it."""
    olga.do("pick_line", from_="A-1", item="BOLT", quantity="1")
    otto = handheld(floor, "H2", user="otto")
    otto.make("pick_line", from_="A-1", item="NUT", quantity="1")
    olga.make("receive_line", to="A-1", item="BOLT", quantity="1")
    both = [Thread(target=_in_context(device.send)) for device in (otto, olga)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert "open" in looks()


def _in_context(act: Callable[[], Any]) -> Callable[[], None]:
    application = current_app._get_current_object()  # type: ignore[attr-defined]

    def run() -> None:
        with application.app_context():
            act()

    return run
