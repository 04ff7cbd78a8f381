"""Which days a report is about: named as people name them, or from and to."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Final, NamedTuple

from server.domain.errors import InvalidInput
from server.domain.stock_flows import month_end

DAYS_MOST: Final = 3_660
_ONE_DAY: Final = timedelta(days=1)


class Days(NamedTuple):
    """Whole book days, both ends included."""

    first: date
    last: date


def _last_month(today: date) -> Days:
    last = today.replace(day=1) - _ONE_DAY
    return Days(last.replace(day=1), last)


PERIODS: Final[Mapping[str, Callable[[date], Days]]] = {
    "today": lambda today: Days(today, today),
    "yesterday": lambda today: Days(today - _ONE_DAY, today - _ONE_DAY),
    "last_7_days": lambda today: Days(today - timedelta(days=6), today),
    "last_30_days": lambda today: Days(today - timedelta(days=29), today),
    "last_90_days": lambda today: Days(today - timedelta(days=89), today),
    "this_month": lambda today: Days(today.replace(day=1), month_end(today)),
    "last_month": _last_month,
    "this_year": lambda today: Days(date(today.year, 1, 1), date(today.year, 12, 31)),
}
"""What a schedule asks for, so that it means other days each time it runs."""


def period_of(name: str | None, first: date | None, last: date | None, today: date) -> Days:
    """The days asked for; nothing asked: this month. Raises InvalidInput `bad_period`."""
    if name is not None:
        if first is not None or last is not None:
            raise InvalidInput("bad_period")
        return PERIODS[name](today)
    last = last or (month_end(first) if first else month_end(today))
    first = first or last.replace(day=1)
    if first > last or (last - first).days >= DAYS_MOST or first.year < 1970 or last.year > 9000:
        raise InvalidInput("bad_period")
    return Days(first, last)
