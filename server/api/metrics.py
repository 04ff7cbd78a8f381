"""GET /metrics for Prometheus: from this machine itself, or with an administrator's API token.

Counters and latencies are this process's own; gauges are read from the database and from Redis
when scraped.
"""

import logging
import time
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

import structlog
from flask import Blueprint, Flask, Response, current_app, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from redis import Redis, RedisError

from server.api.access import public
from server.bootstrap import settings_of
from server.domain.errors import NotPermitted
from server.domain.people import PERMISSIONS
from server.logs import logger
from server.services.authenticate import caller_of_token
from server.services.clock import now_ms
from server.store.db import reading
from server.store.queries.health import read_lag

metrics = Blueprint("metrics", __name__)
QUEUES: Final = ("movements", "counts", "planning", "labels", "outbound")
LOOPBACK: Final = frozenset({"127.0.0.1", "::1"})
QUIET: Final = frozenset({"/healthz", "/readyz", "/metrics"})
SECONDS: Final = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5)

REGISTRY: Final = CollectorRegistry()
COMMANDS: Final = Counter(
    "stockturn_commands", "Commands answered, by status", ["status"], registry=REGISTRY
)
"""The commands door counts here: `COMMANDS.labels(status="applied").inc()`."""
_REQUESTS: Final = Histogram(
    "stockturn_request_seconds",
    "Time to answer a request",
    ["method", "route", "status"],
    buckets=SECONDS,
    registry=REGISTRY,
)

log = logger(__name__)
_lines = logging.getLogger(__name__)
"""The one behind `log`: cheap to ask whether anybody wants its lines."""


class _HouseGauges(Collector):
    """Read when scraped; needs an application context."""

    def collect(self) -> Iterator[Metric]:
        if not current_app:
            return
        with reading() as session:
            lag = read_lag(session, now_ms())
        yield _gauge("feed_lag_seconds", "Age of the oldest unnumbered feed row", lag.feed_ms / 1e3)
        yield _gauge("recalculation_due", "Keys waiting to be recalculated", lag.recalculation_keys)
        yield _gauge(
            "recalculation_oldest_seconds",
            "Age of the oldest key waiting to be recalculated",
            lag.recalculation_ms / 1e3,
        )
        depths = GaugeMetricFamily(
            "stockturn_queue_jobs", "Jobs waiting in a queue", labels=["queue"]
        )
        for queue, depth in _queue_depths():
            depths.add_metric([queue], depth)
        yield depths


REGISTRY.register(_HouseGauges())


@metrics.get("/metrics")
@public
def scrape() -> Response:
    """All metrics in Prometheus' text format."""
    _require_scraper()
    return Response(generate_latest(REGISTRY), mimetype="text/plain; version=0.0.4")


def register_metrics(app: Flask) -> None:
    """Observe every request, also those that are refused before they reach a view."""
    app.before_request(_start_watch)
    app.after_request(_stop_watch)


def _start_watch() -> None:
    """The clock starts, and every log line from here on names the request."""
    g.started = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.get("request_id", ""))


def _stop_watch(response: Response) -> Response:
    seconds = time.perf_counter() - g.get("started", time.perf_counter())
    route = request.url_rule.rule if request.url_rule else "none"
    _timing(request.method, route, response.status_code).observe(seconds)
    if route not in QUIET and _lines.isEnabledFor(logging.INFO):
        log.info(
            "request",
            method=request.method,
            route=route,
            status=response.status_code,
            ms=round(seconds * 1000, 1),
        )
    return response


@lru_cache(maxsize=4096)
def _timing(method: str, route: str, status: int) -> Histogram:
    return _REQUESTS.labels(method, route, str(status))


def _require_scraper() -> None:
    """Raises NotPermitted unless it is this machine (and no proxy's guest) or an administrator."""
    authorization = request.authorization
    if authorization is not None and authorization.token:
        caller = caller_of_token(authorization.token)
        if "verify" not in PERMISSIONS[caller.role]:
            raise NotPermitted("not_permitted", permission="verify")
        return
    if request.remote_addr not in LOOPBACK or "X-Forwarded-For" in request.headers:
        raise NotPermitted("not_permitted", permission="verify")


def _queue_depths() -> list[tuple[str, int]]:
    try:
        with Redis.from_url(settings_of(current_app).queue_url, socket_timeout=1) as connection:
            return [(queue, _length(connection, queue)) for queue in QUEUES]
    except (RedisError, OSError):
        return []


def _length(connection: Redis, queue: str) -> int:
    length = connection.llen(f"rq:queue:{queue}")
    assert isinstance(length, int)
    return length


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"stockturn_{name}", text, value=value)
