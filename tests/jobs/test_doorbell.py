"""Relay, bell and drain: what is due gets done, whatever Redis or a worker does."""

import threading
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from redis import Redis
from rq.serializers import JSONSerializer
from sqlalchemy import select

from jobs import drain
from jobs.queues import DRAINS, QUEUES, make_queue, ring
from jobs.relay import Relay
from jobs.schedule import SCHEDULE, make_schedule
from jobs.worker import make_worker
from server.domain.errors import InvalidInput
from server.domain.people import SYSTEM
from server.store.db import reading, unit_of_work
from server.store.feed import announce
from server.store.models import Feed, Turnover
from server.store.recalculations import backlog
from tests.factories_ledger import Warehouse, make_warehouse

DAY = date(2026, 11, 2)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests need not linger for the next movement."""
    monkeypatch.setattr(drain, "LINGER_S", 0.03)


@pytest.fixture
def here(app: Flask) -> Warehouse:
    return make_warehouse(items=2)


def test_every_queue_with_a_doorbell_or_a_scheduled_job_has_a_worker() -> None:
    assert set(DRAINS) <= set(QUEUES)
    assert {entry.queue for entry in SCHEDULE} <= set(QUEUES)


def test_a_worker_of_an_unknown_queue_is_refused(redis_connection: Redis) -> None:
    with pytest.raises(InvalidInput, match="unknown_queue"):
        make_worker(["movement"], redis_connection)


def test_ringing_often_leaves_one_job_waiting_and_none_is_pickled(redis_connection: Redis) -> None:
    assert [ring(redis_connection, "movements") for _ in range(5)] == [True] + [False] * 4
    (job,) = make_queue("movements", redis_connection).jobs
    assert job.serializer is JSONSerializer
    assert job.func_name == "jobs.drain.drain_movements"


def test_what_is_rung_for_while_a_job_runs_gets_a_job_of_its_own(
    here: Warehouse, redis_connection: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[bool] = []

    def during(_policy: Any) -> int:
        rung.append(ring(redis_connection, "movements"))
        return 0

    monkeypatch.setattr(drain, "_recalculate", during)
    ring(redis_connection, "movements")
    make_worker(["movements"], redis_connection).work(burst=True, max_jobs=1)
    assert rung[0] is True
    assert not any(rung[1:])
    assert len(make_queue("movements", redis_connection).jobs) == 1


def test_a_movement_reaches_feed_and_turnover_through_relay_and_worker(
    here: Warehouse, redis_connection: Redis
) -> None:
    relay = Relay(redis_connection, 5)
    with unit_of_work() as session:
        announce(session, "movement.posted", {"id": 1}, actor=SYSTEM, at=1)
    here.move("supplier", "bin", 7, here.at(DAY), value="70")
    assert relay.work_once() == 1
    make_worker(["movements"], redis_connection).work(burst=True)
    assert relay.work_once() == 1
    with reading() as session:
        topics = session.scalars(select(Feed.topic).order_by(Feed.seq)).all()
        assert topics == ["movement.posted", "turnover.changed"]
        assert session.scalars(select(Turnover.on_hand)).all() == [7]
        assert backlog(session).keys == 0


def test_the_sweeper_rings_for_what_a_redis_that_forgot_everything_lost(
    here: Warehouse, redis_connection: Redis
) -> None:
    here.move("supplier", "bin", 7, here.at(DAY))
    relay = Relay(redis_connection, sweep_interval_s=0)
    relay.work_once()
    redis_connection.flushall()
    make_worker(["movements"], redis_connection).work(burst=True)
    with reading() as session:
        assert backlog(session).keys == 1
    relay.work_once()
    make_worker(["movements"], redis_connection).work(burst=True)
    with reading() as session:
        assert backlog(session).keys == 0


def test_without_redis_the_feed_is_still_numbered_and_the_outage_logged_once(
    here: Warehouse, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    here.move("supplier", "bin", 7, here.at(DAY))
    with Redis.from_url(f"unix://{tmp_path / 'nobody'}") as nowhere:
        relay = Relay(nowhere, sweep_interval_s=0)
        for n in range(3):
            with unit_of_work() as session:
                announce(session, "item.changed", {"id": n}, actor=SYSTEM, at=1)
            assert relay.work_once() == 1
    with reading() as session:
        assert session.query(Feed).count() == 3
        assert backlog(session).keys == 1


def test_the_relay_stops_when_told_to(app: Flask, redis_connection: Redis) -> None:
    stop = threading.Event()

    def run() -> None:
        with app.app_context():
            Relay(redis_connection, 5).run(stop)

    thread = threading.Thread(target=run)
    thread.start()
    stop.set()
    thread.join(5)
    assert not thread.is_alive()


def test_scheduled_jobs_are_queued_as_json_and_run(app: Flask, redis_connection: Redis) -> None:
    scheduler = make_schedule(redis_connection)
    for job in scheduler.get_jobs():
        job.enqueue(redis_connection)
    waiting = make_queue("planning", redis_connection).jobs
    assert [job.func_name for job in waiting] == [
        f"{entry.job.__module__}.{entry.job.__name__}"
        for entry in SCHEDULE
        if entry.queue == "planning"
    ]
    make_worker(["planning"], redis_connection).work(burst=True)
    assert make_queue("planning", redis_connection).failed_job_registry.count == 0
    assert make_queue("planning", redis_connection).count == 0
