"""GET /healthz: the process answers. GET /readyz: it may be sent work, and how well it keeps up.

ready     all is well
degraded  scans are accepted, but recalculation is delayed (no Redis, or the jobs are behind)
not_ready 503: no database, or not at the newest schema
"""

from functools import lru_cache
from typing import Any, Final

from flask import Blueprint, Response, current_app, jsonify
from redis import Redis, RedisError
from sqlalchemy.exc import SQLAlchemyError

from server.api.access import public
from server.bootstrap import settings_of
from server.domain.errors import StockturnError
from server.services.clock import now_ms
from server.store.db import reading
from server.store.queries.health import Lag, read_lag
from server.store.schema import schema_is_current

health = Blueprint("health", __name__)
LATE_MS: Final = 10_000
"""Behind by more than this: somebody should look, though nothing is lost."""

_known: dict[str, bool] = {}


@health.get("/healthz")
@public
def alive() -> Response:
    """The process answers."""
    return jsonify(status="alive")


@health.get("/readyz")
@public
def ready() -> tuple[Response, int]:
    """Whether work may be sent here."""
    database = _database_problem()
    if database:
        return jsonify(status="not_ready", problems=[database]), 503
    with reading() as session:
        lag = read_lag(session, now_ms())
    problems = _problems(lag)
    status = "degraded" if problems else "ready"
    return jsonify(status=status, problems=problems, **lag._asdict()), 200


def redis_answers() -> bool:
    """Whether the queues' Redis answers; without it recalculation waits, nothing else."""
    try:
        return bool(_redis(settings_of(current_app).queue_url).ping())
    except (RedisError, OSError):
        return False


@lru_cache(maxsize=4)
def _redis(url: str) -> Any:
    return Redis.from_url(url, socket_connect_timeout=1, socket_timeout=1)


def _problems(lag: Lag) -> list[str]:
    found = [] if redis_answers() else ["recalculation_delayed_no_redis"]
    found += ["feed_behind"] if lag.feed_ms > LATE_MS else []
    found += ["recalculation_behind"] if lag.recalculation_ms > LATE_MS else []
    return found


def _database_problem() -> str | None:
    """A schema once seen to be the newest stays so while this process runs."""
    url = settings_of(current_app).database_url
    try:
        if not _known.get(url):
            _known[url] = schema_is_current()
    except (SQLAlchemyError, StockturnError):
        return "database_unreachable"
    return None if _known[url] else "schema_not_current"
