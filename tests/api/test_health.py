"""Alive, ready, degraded, not ready; metrics for this machine and administrators only."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.app import create_app
from server.domain.people import SYSTEM
from server.services.issue_tokens import issue_token
from server.services.manage_people import add_user
from server.settings import Settings
from server.store.db import db, unit_of_work
from server.store.recalculations import mark
from tests.factories_ledger import make_warehouse


@pytest.fixture
def web(database_url: str, redis_url: str, tmp_path: Path) -> Iterator[Flask]:
    yield from _application(database_url, redis_url, tmp_path)


@pytest.fixture
def web_without_redis(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    yield from _application(database_url, f"unix://{tmp_path / 'nobody'}", tmp_path)


def test_a_process_that_answers_is_alive(web: Flask) -> None:
    assert web.test_client().get("/healthz").json == {"status": "alive"}


def test_ready_says_how_far_behind_everything_is(web: Flask) -> None:
    answer = web.test_client().get("/readyz")
    assert answer.status_code == 200
    assert answer.json == {
        "status": "ready",
        "problems": [],
        "feed_ms": 0,
        "recalculation_ms": 0,
        "recalculation_keys": 0,
    }


def test_without_redis_it_is_degraded_but_takes_scans(web_without_redis: Flask) -> None:
    answer = web_without_redis.test_client().get("/readyz")
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["status"] == "degraded"
    assert answer.json["problems"] == ["recalculation_delayed_no_redis"]


def test_work_that_waits_too_long_is_a_problem(web: Flask) -> None:
    here = make_warehouse()
    with unit_of_work() as session:
        mark(session, [(here.item_ids[0], here.site_id, date(2026, 1, 1))], 1)
    answer = web.test_client().get("/readyz").json
    assert answer is not None
    assert (answer["status"], answer["problems"]) == ("degraded", ["recalculation_behind"])


def test_a_database_that_was_never_migrated_is_not_ready(
    empty_database_url: str, redis_url: str, tmp_path: Path
) -> None:
    for web in _application(empty_database_url, redis_url, tmp_path):
        answer = web.test_client().get("/readyz")
        assert answer.status_code == 503
        assert answer.json == {"status": "not_ready", "problems": ["schema_not_current"]}


def test_metrics_count_requests_and_show_queues(web: Flask) -> None:
    client = web.test_client()
    client.get("/healthz")
    text = client.get("/metrics").text
    assert 'stockturn_request_seconds_count{method="GET",route="/healthz",status="200"}' in text
    assert 'stockturn_queue_jobs{queue="movements"} 0.0' in text
    assert "stockturn_recalculation_due 0.0" in text


def test_metrics_are_not_for_other_machines_nor_for_a_proxys_guests(web: Flask) -> None:
    client = web.test_client()
    far = client.get("/metrics", environ_base={"REMOTE_ADDR": "192.0.2.7"})
    guest = client.get("/metrics", headers={"X-Forwarded-For": "192.0.2.7"})
    assert (far.status_code, guest.status_code) == (403, 403)


def test_an_administrators_token_opens_the_metrics_from_anywhere(web: Flask) -> None:
    client = web.test_client()
    assert _scrape_as(client, "administrator") == 200
    assert _scrape_as(client, "clerk") == 403


def _scrape_as(client: FlaskClient, role: str) -> int:
    user = add_user(
        {
            "login": role,
            "name": role,
            "role": role,
            "language": "en",
            "sites": None,
            "password": "long enough",
        },
        actor=SYSTEM,
    )
    token = issue_token(user.id, "prometheus", site=None, lasts_ms=None, actor=SYSTEM).token
    answer = client.get(
        "/metrics",
        headers={"Authorization": f"Bearer {token}"},
        environ_base={"REMOTE_ADDR": "192.0.2.7"},
    )
    return answer.status_code


def _application(database: str, redis: str, var: Path) -> Iterator[Flask]:
    settings = Settings(var=var, database_url=database, redis_url=redis, secret_key="test" * 8)
    web = create_app(settings)
    with web.app_context():
        yield web
        db.engine.dispose()
