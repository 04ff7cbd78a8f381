"""When digests are due: times of day by the clock of a site's own time zone."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Final

from server.domain.days import zone
from server.domain.errors import InvalidInput

TIMES_USUAL: Final = ("08:30", "17:30")
TIMES_MOST: Final = 8
_TIME: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def checked_times(times: Sequence[str]) -> list[str]:
    """Times of day "HH:MM", sorted, each once. Raises InvalidInput `bad_time_of_day`."""
    for text in times:
        if not _TIME.fullmatch(text):
            raise InvalidInput("bad_time_of_day", value=text[:20])
    found = sorted(set(times))
    if not 1 <= len(found) <= TIMES_MOST:
        raise InvalidInput("bad_time_of_day", value=", ".join(found)[:60])
    return found


def next_due(after: int, times: Sequence[str], time_zone: str) -> int:
    """The first of these times later than the instant (ms). A time that a change of clocks leaves
    out comes when the clocks have moved; one that comes twice is due the first time."""
    today = _local(after, time_zone).date()
    return min(at for at in _around(today, times, time_zone) if at > after)


def last_due(until: int, times: Sequence[str], time_zone: str) -> int:
    """The latest of these times not later than the instant (ms)."""
    today = _local(until, time_zone).date()
    return max(at for at in _around(today, times, time_zone) if at <= until)


def time_of_day(instant: int, time_zone: str) -> str:
    """ "17:30" """
    return f"{_local(instant, time_zone):%H:%M}"


def _around(today: date, times: Sequence[str], time_zone: str) -> list[int]:
    days = [today + timedelta(days=shift) for shift in (-2, -1, 0, 1, 2)]
    return [_instant(day, time.fromisoformat(text), time_zone) for day in days for text in times]


def _instant(day: date, at: time, time_zone: str) -> int:
    return int(datetime.combine(day, at, zone(time_zone)).timestamp() * 1000)


def _local(instant: int, time_zone: str) -> datetime:
    return datetime.fromtimestamp(instant / 1000, zone(time_zone))
