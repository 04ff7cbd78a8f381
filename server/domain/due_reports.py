"""When a scheduled report is due next."""

import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from typing import Final

from server.domain.days import day_of, zone
from server.domain.errors import InvalidInput

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_LOOK_AHEAD_DAYS: Final = 40


def checked_days(days: str) -> str:
    """daily, mon … sun, or 1 … 31. Raises InvalidInput `bad_choice`."""
    numbers = [str(day) for day in range(1, 32)]
    if days != "daily" and days not in WEEKDAYS and days not in numbers:
        allowed = ["daily", *WEEKDAYS, "1…31"]
        raise InvalidInput("bad_choice", field="days", value=days[:40], allowed=allowed)
    return days


def checked_time(at: str) -> str:
    """HH:MM. Raises InvalidInput `bad_choice`."""
    if not _TIME.fullmatch(at):
        raise InvalidInput("bad_choice", field="at", value=at[:40], allowed=["HH:MM"])
    return at


def next_due(days: str, at: str, time_zone: str, after: int) -> int:
    """The first instant (ms) behind `after` on such a day at that local time; a time the clocks
    skip is the moment after the jump."""
    hour, minute = map(int, at.split(":"))
    day = day_of(after, time_zone)
    for ahead in range(_LOOK_AHEAD_DAYS):
        on = day + timedelta(days=ahead)
        local = datetime(on.year, on.month, on.day, hour, minute, tzinfo=zone(time_zone))
        instant = round(local.astimezone(UTC).timestamp() * 1000)
        if instant > after and _is_on(days, on):
            return instant
    raise AssertionError("every kind of day comes within a month")


def _is_on(days: str, day: date) -> bool:
    if days == "daily":
        return True
    if days in WEEKDAYS:
        return WEEKDAYS[day.weekday()] == days
    return day.day == min(int(days), monthrange(day.year, day.month)[1])
