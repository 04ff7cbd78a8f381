"""A transaction that lost a race is tried again, a bounded number of times."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import IntegrityError

from server.domain.errors import Unavailable

TRIES_MOST = 4
Result = TypeVar("Result")


def retried(attempt: Callable[[], Result]) -> Result:
    """What `attempt`, one whole transaction, answers; again when it raced another one.

    Two that made the same row, or waited for each other in a circle or too long: the next try sees
    what the other one did. Raises IntegrityError or Unavailable `database_busy` after TRIES_MOST.
    """
    for _ in range(TRIES_MOST - 1):
        try:
            return attempt()
        except (IntegrityError, Unavailable):
            continue
    return attempt()
