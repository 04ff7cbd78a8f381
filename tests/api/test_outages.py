"""A disk that is full and a Redis that is away: scans are safe, and nothing stays half-written."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy import event, func, select, text

from jobs import drain
from jobs.relay import Relay
from jobs.worker import make_worker
from server.store.db import db, reading
from server.store.models import Balance, Command, Feed, Movement, PendingFeed, Recalculation
from server.store.recalculations import backlog
from tests.api.conftest import Clock, World
from tests.api.pda import Pda, on_hand
from tests.api.shelves import furnish

DISK_FULL = """
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full';
END $$;
CREATE TRIGGER no_room BEFORE INSERT ON movement EXECUTE FUNCTION no_room();
"""


@pytest.fixture
def pda(world: World, clock: Clock) -> Pda:
    furnish(world)
    return Pda(world, clock)


def test_on_a_full_disk_a_scan_is_refused_whole_with_its_own_code_and_applied_once_there_is_room(
    pda: Pda,
) -> None:
    pda.do("receive_line", to="A-01", item="M8", quantity="5")
    before = _rows()
    for _ in range(100):
        pda.make("receive_line", to="A-01", item="M8", quantity="1")
    with _no_room():
        answer = pda.post(pda.envelope(pda.outbox))
        assert (answer.status_code, answer.json["code"]) == (503, "database_full")
        assert answer.headers["Retry-After"]
        assert on_hand("A-01") == "5"  # looking things up goes on
    assert _rows() == before
    assert {told["status"] for told in pda.send()} == {"applied"}
    assert on_hand("A-01") == "105"


def test_without_redis_scans_go_on_and_the_jobs_catch_up_once_it_is_back(
    pda: Pda, redis_connection: Redis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drain, "LINGER_S", 0.03)
    with Redis.from_url(f"unix://{tmp_path / 'nobody'}") as nowhere:
        relay = Relay(nowhere, sweep_interval_s=0)
        for _ in range(3):
            assert pda.do("receive_line", to="A-01", item="M8", quantity="5")["status"] == "applied"
            assert relay.work_once() > 0  # the feed is numbered all the same
    assert on_hand("A-01") == "15"
    assert _due() > 0
    Relay(redis_connection, sweep_interval_s=0).work_once()
    make_worker(["movements"], redis_connection).work(burst=True)
    assert _due() == 0


@contextmanager
def _no_room() -> Iterator[None]:
    """SQLite may not grow; PostgreSQL says what it says when the system refuses it a page."""
    if db.engine.dialect.name == "sqlite":
        event.listen(db.engine, "checkout", _may_not_grow)
        yield
        event.remove(db.engine, "checkout", _may_not_grow)
        db.engine.dispose()
        return
    with db.engine.begin() as connection:
        connection.execute(text(DISK_FULL))
    yield
    with db.engine.begin() as connection:
        connection.execute(text("DROP FUNCTION no_room CASCADE"))


def _may_not_grow(driver: "object", *_record: object) -> None:
    driver.execute("PRAGMA max_page_count=1")  # type: ignore[attr-defined]  # what it has, it keeps


def _rows() -> list[object]:
    asked = [select(func.count()).select_from(table) for table in (Command, Movement, Feed)]
    asked += [select(func.count()).select_from(PendingFeed), select(func.sum(Recalculation.wanted))]
    asked.append(select(func.sum(Balance.on_hand)))
    with reading() as session:
        return [session.scalar(one) for one in asked]


def _due() -> int:
    with reading() as session:
        return backlog(session).keys
