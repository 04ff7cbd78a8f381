"""The relay: numbers the change feed within milliseconds, rings the doorbells, sweeps.

While nothing happens it looks less and less often, so that an idle house leaves its machine alone;
the first movement after a rest is numbered within LOOK_AT_REST_S.

`python -m jobs.relay`. Several may run; the database lets one number at a time.
"""

import signal
import threading
import time
from types import FrameType

from redis import Redis, RedisError

from jobs.queues import DRAINS, connect, ring
from server.bootstrap import make_base_app, settings_of
from server.domain.errors import Unavailable
from server.logs import configure_logs, logger
from server.services.lease_labels import settle_overdue
from server.services.number_feed import number_feed
from server.services.sweep import due_by_clock, due_queues, wake_snoozed_alerts

LOOK_S = 0.03
LOOK_AT_REST_S = 0.15
DATABASE_WAIT_S = 0.5

log = logger(__name__)


class Relay:
    """One round is: number what waits, ring for it; every few seconds sweep."""

    def __init__(self, connection: Redis, sweep_interval_s: float) -> None:
        self._redis = connection
        self._sweep_interval_s = sweep_interval_s
        self._next_sweep = 0.0
        self._is_redis_down = False

    def run(self, stop: threading.Event) -> None:
        """Work until told to stop; a database or Redis that is away is waited for."""
        pause = 0.0
        while not stop.is_set():
            try:
                worked = self.work_once()
                pause = 0.0 if worked else min(max(pause * 1.1, LOOK_S), LOOK_AT_REST_S)
            except Unavailable as busy:
                log.warning("relay waits for the database", code=busy.code)
                pause = DATABASE_WAIT_S
            stop.wait(pause)

    def work_once(self) -> int:
        """One round; how many rows got their number. Raises Unavailable."""
        numbered = number_feed()
        rows = numbered.rows if numbered else 0
        if numbered and rows:
            log.debug(
                "feed numbered",
                rows=rows,
                last_seq=numbered.last_seq,
                request_ids=list(numbered.request_ids),
            )
            self._ring(frozenset(DRAINS) & due_queues())
        if time.monotonic() >= self._next_sweep:
            self._sweep()
        return rows

    def _sweep(self) -> None:
        self._next_sweep = time.monotonic() + self._sweep_interval_s
        wake_snoozed_alerts()
        settle_overdue()
        self._ring(frozenset(DRAINS) & (due_queues() | due_by_clock()))

    def _ring(self, queues: frozenset[str]) -> None:
        """Redis may be away: the database keeps what is due, the sweep rings again."""
        try:
            for queue in sorted(queues):
                ring(self._redis, queue)
            if queues and self._is_redis_down:
                log.info("recalculation goes on")
            self._is_redis_down &= not queues
        except RedisError as problem:
            if not self._is_redis_down:
                log.error("recalculation delayed: no Redis", problem=str(problem))
            self._is_redis_down = True


def main() -> None:
    """Run the relay of the installation that the environment names, until TERM or INT."""
    app = make_base_app()
    settings = settings_of(app)
    configure_logs(settings.log_level)
    stop = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    with app.app_context():
        Relay(connect(settings), settings.sweep_interval_s).run(stop)


if __name__ == "__main__":
    main()
