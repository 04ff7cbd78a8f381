"""Stations wait for work on a few threads; a job queued in this process wakes them at once, one
queued elsewhere is seen at the next look."""

import time
from collections.abc import Callable
from threading import BoundedSemaphore, Condition

WAITING_MOST = 4
"""Of a web process's threads so many may wait; other stations are told to come back."""
LOOK_S = 0.09
_news = Condition()
_seats = BoundedSemaphore(WAITING_MOST)


def wake_stations() -> None:
    """Something may have become printable."""
    with _news:
        _news.notify_all()


def wait_until(is_ready: Callable[[], bool], seconds: float) -> bool | None:
    """Whether it became so in time; None when every seat is taken and nobody waited."""
    if not _seats.acquire(blocking=False):
        return None
    try:
        end = time.monotonic() + seconds
        while not is_ready():
            left = end - time.monotonic()
            if left <= 0:
                return False
            with _news:
                _news.wait(min(left, LOOK_S))
        return True
    finally:
        _seats.release()
