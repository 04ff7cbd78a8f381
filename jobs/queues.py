"""The queues, and the doorbell: one waiting drain job per queue, however often it is rung.

Redis holds nothing that is not in the database as well: a bell that was lost is rung again by the
sweeper for whatever is still due.
"""

from collections.abc import Mapping

from redis import Redis, RedisError
from rq import Queue
from rq.serializers import JSONSerializer

from server.settings import Settings

QUEUES = ("movements", "counts", "planning", "labels", "outbound")
"""In order of urgency: a worker of several queues empties the first ones first."""

DRAINS: Mapping[str, str] = {
    "movements": "jobs.drain.drain_movements",
    "labels": "jobs.drain.drain_labels",
    "outbound": "jobs.drain.drain_outbound",
    "planning": "jobs.drain.drain_planning",
}
"""What the doorbell of a queue starts; the other queues only get jobs of the schedule so far.

By name: who rings need not read all that is done behind the door.
"""

BELL_S = 10
JOB_TIMEOUT_S = 120
FAILURE_KEPT_S = 7 * 86_400


def bell_of(queue: str) -> str:
    """The key that says a drain job is waiting in the queue."""
    return f"stockturn:bell:{queue}"


def connect(settings: Settings) -> Redis:
    """The Redis or Valkey of this installation; connects when it is first used."""
    return Redis.from_url(settings.queue_url, socket_connect_timeout=2, health_check_interval=30)


def make_queue(name: str, connection: Redis) -> Queue:
    """A queue whose jobs are JSON, never pickle: who writes Redis must not run code in workers."""
    return Queue(name, connection=connection, serializer=JSONSerializer)


def ring(connection: Redis, queue: str) -> bool:
    """See to it that a drain job waits in this queue; False when one does already.

    The bell is its own key, taken off by the job as it starts: what is rung for while a job runs
    gets another job, which a unique job id would refuse. Raises RedisError.
    """
    if not connection.set(bell_of(queue), 1, nx=True, ex=BELL_S):
        return False
    try:
        make_queue(queue, connection).enqueue(
            DRAINS[queue],
            job_timeout=JOB_TIMEOUT_S,
            result_ttl=0,
            failure_ttl=FAILURE_KEPT_S,
            description=f"drain {queue}",
        )
    except RedisError:
        connection.delete(bell_of(queue))
        raise
    return True
