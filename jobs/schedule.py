"""What runs by the clock, as data: `python -m jobs.schedule`.

A tick that is missed is not replayed; each job looks at what is due, not at when it last ran.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from redis import Redis, RedisError
from rq import cron
from rq.exceptions import SchedulerNotFound, StopRequested
from rq.job import Job

from jobs import drain, upkeep
from jobs.queues import connect, make_queue
from server.bootstrap import make_base_app, settings_of
from server.logs import configure_logs, logger

REDIS_WAIT_S = 1.0

log = logger(__name__)


@dataclass(frozen=True)
class Entry:
    """One line: every `interval` seconds (also at start), or at a crontab's local times."""

    job: Callable[[], int]
    queue: str
    interval: int | None = None
    crontab: str | None = None
    timeout_s: int = 3_600


SCHEDULE = (
    Entry(upkeep.refresh_flows, "planning", interval=60),
    Entry(drain.drain_planning, "planning", interval=60),
    Entry(upkeep.refresh_figures, "planning", interval=600),
    Entry(upkeep.watch, "planning", interval=60),
    Entry(upkeep.forget_old, "planning", crontab="20 3 * * *"),
    Entry(upkeep.verify, "planning", crontab="40 3 * * *"),
)


class JsonCronJob(cron.CronJob):
    """Queues JSON, as every queue of the house does."""

    def enqueue(self, connection: Redis) -> Job:
        """Queue the job now."""
        return make_queue(self.queue_name, connection).enqueue(self.func_name, **self.job_options)


def make_schedule(connection: Redis) -> cron.CronScheduler:
    """A scheduler that knows every line of SCHEDULE."""
    scheduler = cron.CronScheduler(connection, logging_level="WARNING")
    for entry in SCHEDULE:
        scheduler.get_jobs().append(
            JsonCronJob(
                entry.queue,
                entry.job,
                interval=entry.interval,
                cron=entry.crontab,
                job_timeout=entry.timeout_s,
                result_ttl=0,
                failure_ttl=7 * 86_400,
            )
        )
    return scheduler


def keep_schedule(scheduler: cron.CronScheduler) -> None:
    """Until TERM or INT; a Redis that is away is waited for."""
    while True:
        try:
            scheduler.start()  # type: ignore[no-untyped-call]
            return
        except (RedisError, SchedulerNotFound) as problem:
            log.warning("schedule waits for Redis", problem=str(problem))
        try:
            time.sleep(REDIS_WAIT_S)
        except StopRequested:
            return


def main() -> None:
    """Keep the schedule of the installation that the environment names."""
    app = make_base_app()
    settings = settings_of(app)
    configure_logs(settings.log_level)
    keep_schedule(make_schedule(connect(settings)))


if __name__ == "__main__":
    main()
