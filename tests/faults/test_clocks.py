"""Whatever the clocks of handhelds show, and however late we hear of it (RULES 1–4)."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from server.store.db import reading
from server.store.models import Movement
from tests.floor import Handheld, handheld, open_floor

DAY_MS = 86_400_000


@pytest.fixture
def olga(app: Flask) -> Iterator[Handheld]:
    with open_floor() as floor:
        yield handheld(floor)


def _receive(device: Handheld) -> int:
    """Make a receipt; when it happened."""
    device.make("receive_line", to="A-1", item="NUT", quantity="1")
    return device.floor.now


def _times() -> list[int]:
    with reading() as session:
        return list(session.scalars(select(Movement.occurred_at).order_by(Movement.id)))


def test_what_comes_late_happened_when_it_happened(olga: Handheld) -> None:
    """An envelope that was long on its way tells its clocks late; earlier contacts know better."""
    olga.deliver(olga.envelope([]))
    olga.floor.wait(60_000)
    happened = _receive(olga)
    late = olga.envelope(olga.outbox)
    olga.floor.wait(60_000)
    olga.deliver(replace(late, contact=replace(late.contact, received_at=olga.floor.now)))
    assert _times() == [happened]


@pytest.mark.parametrize("skew_ms", [-3 * DAY_MS, 3 * DAY_MS])
def test_a_clock_that_is_days_wrong_or_stepped_changes_nothing(
    olga: Handheld, skew_ms: int
) -> None:
    olga.wall_skew_ms = skew_ms
    first = _receive(olga)
    olga.floor.wait(60_000)
    olga.wall_skew_ms = 0
    second = _receive(olga)
    olga.floor.wait(60_000)
    olga.wall_skew_ms = -skew_ms
    olga.send()
    assert _times() == [first, second]


def test_a_boot_that_ended_unheard_is_timed_by_the_wall_clock_and_in_doubt(
    olga: Handheld,
) -> None:
    olga.deliver(olga.envelope([]))
    olga.reboot()
    happened = _receive(olga)
    olga.floor.wait(60_000)
    olga.reboot()
    olga.send()
    assert _times() == [happened]
    with reading() as session:
        assert session.scalar(select(Movement.uncertainty_ms)) == 1_000
