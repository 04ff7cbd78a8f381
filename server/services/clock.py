"""The time of the house, in milliseconds since 1970 UTC; tests put their own clock in its place."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_clock: list[Callable[[], int]] = [lambda: time.time_ns() // 1_000_000]


def now_ms() -> int:
    """Now."""
    return _clock[-1]()


@contextmanager
def use_clock(clock: Callable[[], int]) -> Iterator[None]:
    """Let `clock` tell the time inside the block."""
    _clock.append(clock)
    try:
        yield
    finally:
        _clock.remove(clock)
