"""Calendar days of a site: instants are UTC, days are the site's own."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

DAY_MS = 86_400_000


@lru_cache(maxsize=512)
def zone(name: str) -> ZoneInfo:
    """The time zone of that IANA name; raises ZoneInfoNotFoundError."""
    return ZoneInfo(name)


def day_of(instant: int, time_zone: str) -> date:
    """The day an instant (ms UTC) falls on in that zone."""
    return datetime.fromtimestamp(instant / 1000, zone(time_zone)).date()


def start_of_day(day: date, time_zone: str) -> int:
    """The instant (ms UTC) at which that day begins in that zone."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone(time_zone))
    return int(midnight.timestamp() * 1000)


def value_date(occurred_on: date, closed_through: date | None) -> date:
    """The day a fact counts for in money: its own, or the first open day (RULES 20)."""
    if closed_through is not None and occurred_on <= closed_through:
        return closed_through + timedelta(days=1)
    return occurred_on


def rfc3339(instant: int) -> str:
    """An instant as JSON carries it: "2026-11-22T08:30:00.000Z"."""
    moment = datetime.fromtimestamp(instant // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{instant % 1000:03d}Z"
