"""Turnover of any period by any method, computed when asked from the day roll-ups.

Each figure comes with what it was made of, so that anybody can compute it again by hand:

    ratio         = cogs ÷ average_inventory          (of a group: Σ cogs ÷ Σ averages)
    days_of_stock = period_days × average_inventory ÷ cogs
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Any, Final

from sqlalchemy.orm import Session

from server.domain.days import day_of
from server.domain.errors import InvalidInput
from server.domain.numbers import plain
from server.domain.turnover import (
    AverageMethod,
    Turnover,
    aggregate,
    month_marks,
    period_turnover,
    values_at,
)
from server.services.clock import now_ms
from server.store.planning import Days, Period, read_days
from server.store.queries.turnover_rows import Measured

PAIRS_PER_QUERY: Final = 500
PERIOD_MOST_DAYS: Final = 3_660
GROUPS: Final[dict[str, Callable[[Measured], tuple[str, ...]]]] = {
    "category": lambda one: (one.category or "",),
    "site": lambda one: (one.site,),
    "all": lambda one: (),
}


@dataclass(frozen=True, slots=True)
class Measure:
    """Which period, and how; None: the days of the usual window that end today."""

    method: AverageMethod
    first_day: date | None
    last_day: date | None
    window_days: int
    year_days: int

    def period(self, today: date) -> Period:
        """The days to measure. Raises InvalidInput `bad_period`."""
        last = self.last_day or today
        try:
            first = self.first_day or last - timedelta(days=self.window_days - 1)
        except OverflowError:
            raise InvalidInput("bad_period") from None
        # A site to the west may still have yesterday.
        if not first <= last <= today + timedelta(days=1):
            raise InvalidInput("bad_period")
        if (last - first).days >= PERIOD_MOST_DAYS:
            raise InvalidInput("bad_period")
        return Period(first, last)


@dataclass(frozen=True, slots=True)
class Figure:
    """Turnover of one item at one site with its inputs."""

    of: Measured
    period: Period
    turnover: Turnover
    inputs: dict[str, Any]


def measure(session: Session, measured: Iterable[Measured], how: Measure) -> Iterator[Figure]:
    """The figures in the order of what is measured. Raises InvalidInput `bad_period`."""
    now = now_ms()
    rest = iter(measured)
    while chunk := list(islice(rest, PAIRS_PER_QUERY)):
        periods = {one.pair: how.period(day_of(now, one.time_zone)) for one in chunk}
        days = read_days(session, periods)
        for one in chunk:
            yield _figure(one, periods[one.pair], days[one.pair], how)


def group_figures(figures: Iterable[Figure], by: str) -> list[dict[str, Any]]:
    """Σ COGS ÷ Σ averages per category, per site, or of all; never a mean of ratios."""
    parts: dict[tuple[str, ...], list[Figure]] = defaultdict(list)
    for figure in figures:
        parts[(*GROUPS[by](figure.of), *map(str, figure.period))].append(figure)
    return [_group(by, members) for _, members in sorted(parts.items())]


def figure_row(figure: Figure) -> dict[str, Any]:
    """One figure as it is shown."""
    one = figure.of
    return {
        "item": one.item,
        "name_zh": one.name_zh,
        "name_en": one.name_en,
        "site": one.site,
        "category": one.category,
        **figure.period._asdict(),
        **turnover_facts(figure.turnover),
        "inputs": figure.inputs,
    }


def turnover_facts(turned: Turnover) -> dict[str, Any]:
    """Method, money and ratios as they are shown; the method is always among them."""
    return {
        "method": turned.method,
        "cogs": turned.cogs,
        "average_inventory": turned.average_inventory,
        "ratio": _text(turned.ratio),
        "annualised_ratio": _text(turned.annualised),
        "days_of_stock": _text(turned.days_of_stock),
        "period_days": turned.period_days,
        "year_days": turned.year_days,
        "flags": sorted(turned.flags),
    }


def _figure(one: Measured, period: Period, days: Days, how: Measure) -> Figure:
    turned = period_turnover(how.method, days.opening, days.rows, *period, year_days=how.year_days)
    return Figure(one, period, turned, _inputs(days, period, how.method))


def _inputs(days: Days, period: Period, method: AverageMethod) -> dict[str, Any]:
    marks: Sequence[date] = (period.first_day, period.last_day + timedelta(days=1))
    if method == "n_points":
        marks = month_marks(*period)
    values = values_at(days.opening, days.rows, marks)
    return {
        "opening_value": plain(values[0]),
        "closing_value": plain(values[-1]),
        "points": [
            {"day": mark.isoformat(), "value": plain(value)}
            for mark, value in zip(marks, values, strict=True)
        ],
        "days_with_changes": len(days.rows),
        "formula": "cogs / average_inventory",
    }


def _group(by: str, members: Sequence[Figure]) -> dict[str, Any]:
    first = members[0]
    return {
        **({by: getattr(first.of, by)} if by != "all" else {}),
        **first.period._asdict(),
        **turnover_facts(aggregate(member.turnover for member in members)),
        "members": len(members),
        "inputs": {"formula": "sum of cogs / sum of average_inventory of the members"},
    }


def _text(number: Any) -> str | None:
    return None if number is None else plain(number)
