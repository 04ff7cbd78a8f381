"""A worker of some or all queues: `python -m jobs.worker [QUEUE …]`.

Jobs run in the worker's own process: they keep its database connections, and a second of process
start per job would be longer than the job. A job that takes its worker down is no loss; the
database still says what is due.
"""

import sys
from collections.abc import Sequence
from typing import ClassVar

from redis import Redis
from rq import SimpleWorker
from rq.queue import Queue
from rq.serializers import JSONSerializer

from jobs.queues import QUEUES, connect, make_queue
from server.bootstrap import make_base_app, settings_of
from server.domain.errors import InvalidInput
from server.logs import configure_logs

MAINTENANCE_S = 30
WORKER_TTL_S = 45


class HouseWorker(SimpleWorker):
    """Looks after abandoned jobs twice a minute and comes back to a returning Redis at once."""

    max_connection_wait_time: ClassVar[float] = 2.0  # type: ignore[misc]
    log_result_lifespan: ClassVar[bool] = False  # type: ignore[misc]

    def _set_ip_address(self, connection: Redis) -> None:
        """Not asked for: the client cannot parse the answer when a socket's path has spaces."""
        connection.client_setname(self.name)
        self.ip_address = "unknown"


def make_worker(names: Sequence[str], connection: Redis) -> HouseWorker:
    """A worker of these queues; the first are emptied first.

    Raises InvalidInput `unknown_queue`.
    """
    for name in names:
        if name not in QUEUES:
            raise InvalidInput("unknown_queue", queue=name, queues=", ".join(QUEUES))
    queues: list[Queue] = [make_queue(name, connection) for name in names]
    return HouseWorker(
        queues,
        connection=connection,
        serializer=JSONSerializer,
        maintenance_interval=MAINTENANCE_S,
        worker_ttl=WORKER_TTL_S,
        log_job_description=False,
    )


def main(arguments: Sequence[str]) -> None:
    """Work on the queues named (all when none is) until TERM or INT."""
    app = make_base_app()
    settings = settings_of(app)
    configure_logs(settings.log_level)
    with app.app_context():
        make_worker(arguments or QUEUES, connect(settings)).work(logging_level="WARNING")


if __name__ == "__main__":
    main(sys.argv[1:])
