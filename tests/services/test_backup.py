"""A backup is one consistent state, taken under load; what comes back passes verify."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from server.bootstrap import make_base_app
from server.domain.errors import InvalidInput, RuleViolated
from server.domain.people import SYSTEM
from server.services.keep_backups import back_up, restore
from server.services.number_feed import number_feed
from server.settings import Settings
from server.store.db import db, reading, unit_of_work
from server.store.feed import announce
from server.store.feed_numbering import broken_feed_rows
from server.store.models import Balance, Feed, Movement, Site
from tests.factories_ledger import Warehouse, make_warehouse

DAY = date(2026, 11, 2)


@pytest.fixture
def here(app: Flask) -> Warehouse:
    return make_warehouse(items=2)


@pytest.fixture
def elsewhere(request: pytest.FixtureRequest, here: Warehouse, tmp_path: Path) -> Iterator[Flask]:
    """An empty database of the same kind."""
    kind = db.engine.dialect.name
    url = request.getfixturevalue(f"empty_{kind}_url")
    other = make_base_app(Settings(var=tmp_path, database_url=url, secret_key="test"))
    yield other
    with other.app_context():
        db.engine.dispose()


def test_a_restored_backup_is_the_same_books(
    here: Warehouse, elsewhere: Flask, tmp_path: Path
) -> None:
    _work(here, 5)
    rows = back_up(tmp_path / "backup")
    assert (tmp_path / "backup").stat().st_mode & 0o077 == 0
    before = _figures()
    with elsewhere.app_context():
        restored, verdict = restore(tmp_path / "backup", 365)
        assert restored == rows
        assert verdict.broken == () or {f.invariant for f in verdict.broken} <= _FACTORY_SINS
        assert _figures() == before
        make_warehouse("NEW")  # ids go on where they were


def test_what_was_acknowledged_before_the_backup_is_in_it_though_others_keep_writing(
    app: Flask, here: Warehouse, elsewhere: Flask, tmp_path: Path
) -> None:
    _work(here, 20)
    with reading() as session:
        acknowledged = session.scalar(select(func.count()).select_from(Movement)) or 0
    with _writers(app, here):
        back_up(tmp_path / "backup")
    with elsewhere.app_context():
        restore(tmp_path / "backup", 365)
        moved, on_hand, unbroken = _figures()
        assert moved >= acknowledged
        assert on_hand == moved
        assert unbroken


def test_a_backup_overwrites_nothing_and_leaves_no_half_file(
    here: Warehouse, tmp_path: Path
) -> None:
    (tmp_path / "backup").write_text("precious")
    with pytest.raises(InvalidInput, match="file_exists"):
        back_up(tmp_path / "backup")
    with pytest.raises(InvalidInput, match="no_such_folder"):
        back_up(tmp_path / "nowhere" / "backup")
    assert (tmp_path / "backup").read_text() == "precious"
    assert not list(tmp_path.glob("**/*.part"))


def test_nothing_is_restored_over_books_that_are_in_use(here: Warehouse, tmp_path: Path) -> None:
    back_up(tmp_path / "backup")
    with pytest.raises(RuleViolated, match="database_not_empty"):
        restore(tmp_path / "backup", 365)


def test_a_file_that_is_no_backup_or_was_cut_short_is_refused(
    here: Warehouse, elsewhere: Flask, tmp_path: Path
) -> None:
    back_up(tmp_path / "backup")
    whole = (tmp_path / "backup").read_bytes()
    (tmp_path / "short").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "other").write_bytes(b"not a backup at all" * 100)
    with elsewhere.app_context():
        for name in ("missing", "other", "short"):
            with pytest.raises(InvalidInput, match="bad_backup"):
                restore(tmp_path / name, 365)
        restore(tmp_path / "backup", 365)
        with reading() as session:
            assert session.scalar(select(func.count()).select_from(Site)) == 1


# The factory writes movements by hand, without the answers and device rows real commands have.
_FACTORY_SINS = {
    "answers_name_movements",
    "commands_are_in_the_feed",
    "pools_hold_the_stock",
    "pools_are_worth_their_movements",
    "valuation_is_the_pools",
}


def _work(here: Warehouse, count: int) -> None:
    for n in range(count):
        here.move("supplier", "bin", 1, here.at(DAY, n % 24))
        with unit_of_work() as session:
            announce(session, "movement.posted", {"n": n}, actor=SYSTEM, at=1)
        number_feed()


@contextmanager
def _writers(app: Flask, here: Warehouse) -> Iterator[None]:
    stop, started = threading.Event(), threading.Event()

    def write() -> None:
        with app.app_context():
            while not stop.is_set():
                _work(here, 1)
                started.set()

    thread = threading.Thread(target=write)
    thread.start()
    started.wait()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _figures() -> tuple[int, int, bool]:
    """(movements, on hand, feed unbroken): on hand is the movements' sum in every whole state."""
    with reading() as session:
        moved = session.scalar(select(func.count()).select_from(Movement)) or 0
        on_hand = int(session.scalar(select(func.sum(Balance.on_hand))) or 0)
        feed = session.scalar(select(func.count()).select_from(Feed)) or 0
        return moved, on_hand, feed > 0 and not list(broken_feed_rows(session))
