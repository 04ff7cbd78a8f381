"""Turnover: how often stock is sold and replaced.

    turnover ratio = cost of goods sold of the period ÷ average inventory at cost of the period
    days of stock  = days of the period ÷ turnover ratio

Three averages are known: of opening and closing, of n + 1 points, and weighted by time. Money has 4
decimals, ratios and days 6, half-even; sums are exact integers and everything else happens in one
fixed context, so the same rows give the same digits on every machine and in every order.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Literal

from server.domain.numbers import EXACT, MONEY_PLACES, MONEY_SCALE, ZERO, round_money

AverageMethod = Literal["end_points", "n_points", "time_weighted"]
Flag = Literal["negative_stock", "negative_cogs", "zero_average", "no_cogs"]

DAY_MS = 86_400_000
RATIO_UNIT = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class DayRow:
    """One day of one item at one site: sums over its movements and revaluations.

    `cogs` is net of returns. `value_change_rest` sums `rest_of_day` over what changed the value.
    """

    day: date
    in_quantity: Decimal
    out_quantity: Decimal
    cogs: Decimal
    value_change: Decimal
    value_change_rest: int


@dataclass(frozen=True, slots=True)
class Average:
    """Average inventory at cost, and how it was made."""

    value: Decimal
    method: AverageMethod
    flags: frozenset[Flag] = frozenset()


@dataclass(frozen=True, slots=True)
class Turnover:
    """`ratio` None: nothing was in stock. `days_of_stock` None: that, or nothing was sold."""

    ratio: Decimal | None
    days_of_stock: Decimal | None
    average_inventory: Decimal
    cogs: Decimal
    method: AverageMethod
    period_days: int
    year_days: int
    flags: frozenset[Flag]

    @property
    def annualised(self) -> Decimal | None:
        """The ratio of a whole year at this pace."""
        if self.ratio is None:
            return None
        yearly = EXACT.multiply(_sold(self.cogs), Decimal(self.year_days))
        return _ratio(yearly, EXACT.multiply(self.average_inventory, Decimal(self.period_days)))


def turnover(
    cogs: Decimal, average: Average, *, period_days: int, year_days: int = 365
) -> Turnover:
    """Turnover of one period; `cogs` and `average` are of the same items, site and period.

    `period_days` counts in the convention of `year_days` (`days_between`): a whole year of 5 turns
    is 73 days of stock with 365, 72 with 360. Where returns exceed sales, the ratio is 0.
    """
    held = round_money(average.value)
    flags: set[Flag] = set(average.flags)
    flags |= {"zero_average"} if not held else set()
    flags |= {"negative_cogs"} if cogs < 0 else {"no_cogs"} if not cogs else set()
    sold = _sold(cogs)
    days = EXACT.multiply(held, Decimal(period_days))
    return Turnover(
        ratio=_ratio(sold, held) if held else None,
        days_of_stock=_ratio(days, sold) if held and sold else None,
        average_inventory=held,
        cogs=cogs,
        method=average.method,
        period_days=period_days,
        year_days=year_days,
        flags=frozenset(flags),
    )


def aggregate(turnovers: Iterable[Turnover]) -> Turnover:
    """Turnover of all together: sum of COGS ÷ sum of averages, never a mean of ratios.

    Raises ValueError if there is nothing to add up, or if methods or periods differ.
    """
    parts = list(turnovers)
    kinds = {(part.method, part.period_days, part.year_days) for part in parts}
    if len(kinds) != 1:
        raise ValueError(f"turnover of one method and period is needed, not of {sorted(kinds)}")
    method, period_days, year_days = kinds.pop()
    held = sum((part.average_inventory for part in parts), ZERO)
    negative = frozenset[Flag]({"negative_stock"})
    flags = negative & frozenset[Flag]().union(*(part.flags for part in parts))
    cogs = sum((part.cogs for part in parts), ZERO)
    average = Average(held, method, flags)
    return turnover(cogs, average, period_days=period_days, year_days=year_days)


def days_between(first_day: date, last_day: date, year_days: int = 365) -> int:
    """Days of a period, both ends included; a year of 360 days has 12 months of 30."""
    end = last_day + timedelta(days=1)
    if year_days != 360:
        return (end - first_day).days
    months = (end.year - first_day.year) * 12 + end.month - first_day.month
    return max(months * 30 + min(end.day, 30) - min(first_day.day, 30), 1)


def average_end_points(opening: Decimal, closing: Decimal) -> Average:
    """(opening + closing) ÷ 2: honest only where stock is steady."""
    return _mean([opening, closing], "end_points")


def average_n_points(points: Sequence[Decimal]) -> Average:
    """The simple mean of n + 1 points (opening, every mark, closing); needs at least one."""
    return _mean(points, "n_points")


def average_time_weighted(
    opening_value: Decimal, rows: Iterable[DayRow], first_day: date, last_day: date
) -> Average:
    """Σ value × time ÷ time from the start of `first_day` to the end of `last_day`.

    `opening_value` is the value at the start of `first_day`; rows outside the period are not
    counted. A day on which the value was on average below zero counts as 0 and flags
    `negative_stock`.
    """
    days = (last_day - first_day).days + 1
    held, negative = 0, False
    for integral, count in _value_times_time(opening_value, rows, first_day, last_day):
        negative |= integral < 0 < count
        held += max(integral, 0) * count
    value = EXACT.divide(Decimal(held), Decimal(MONEY_SCALE * DAY_MS * days))
    return Average(round_money(value), "time_weighted", _negative_stock(negative))


def rest_of_day(value_change: Decimal, at_ms: int, day_start_ms: int, day_end_ms: int) -> int:
    """What a change of value weighs on its own day: scaled money × ms of the day remaining.

    Every day counts as 86,400,000 ms, also the one of 23 or 25 hours when clocks change. A change
    at the first instant of the day weighs the whole day: a movement at a mark belongs to the next
    interval.
    """
    remaining = (day_end_ms - at_ms) * DAY_MS // (day_end_ms - day_start_ms)
    return _scaled(value_change) * remaining


def month_marks(first_day: date, last_day: date) -> tuple[date, ...]:
    """The marks of monthly averages: first day, each 1st between, the day after the last."""
    end = last_day + timedelta(days=1)
    days = (first_day + timedelta(days=n) for n in range(1, (end - first_day).days))
    return (first_day, *(day for day in days if day.day == 1), end)


def values_at(
    opening_value: Decimal, rows: Iterable[DayRow], marks: Sequence[date]
) -> tuple[Decimal, ...]:
    """The value at the start of each mark, in the order of `marks`; rows come after the opening.

    What happened on a mark's own day belongs to the next interval.
    """
    known = list(rows)
    return tuple(
        sum((row.value_change for row in known if row.day < mark), opening_value) for mark in marks
    )


def period_turnover(
    method: AverageMethod,
    opening_value: Decimal,
    rows: Sequence[DayRow],
    first_day: date,
    last_day: date,
    year_days: int = 365,
) -> Turnover:
    """Turnover of one item at one site from its day rows; those outside the period do not count."""
    within = [row for row in rows if first_day <= row.day <= last_day]
    if method == "time_weighted":
        average = average_time_weighted(opening_value, within, first_day, last_day)
    elif method == "n_points":
        marks = month_marks(first_day, last_day)
        average = average_n_points(values_at(opening_value, within, marks))
    else:
        ends = (first_day, last_day + timedelta(days=1))
        average = average_end_points(*values_at(opening_value, within, ends))
    cogs = sum((row.cogs for row in within), ZERO)
    period_days = days_between(first_day, last_day, year_days)
    return turnover(cogs, average, period_days=period_days, year_days=year_days)


def _value_times_time(
    opening_value: Decimal, rows: Iterable[DayRow], first_day: date, last_day: date
) -> Iterator[tuple[int, int]]:
    """(scaled money × ms of one day, number of such days) over the whole period."""
    changes: dict[date, tuple[int, int]] = {first_day: (0, 0)}
    for row in rows:
        if first_day <= row.day <= last_day:
            change, rest = changes.get(row.day, (0, 0))
            changes[row.day] = change + _scaled(row.value_change), rest + row.value_change_rest
    value = _scaled(opening_value)
    for day, following in pairwise([*sorted(changes), last_day + timedelta(days=1)]):
        change, rest = changes[day]
        yield value * DAY_MS + rest, 1
        value += change
        yield value * DAY_MS, (following - day).days - 1


def _mean(points: Sequence[Decimal], method: AverageMethod) -> Average:
    held = sum(_scaled(max(point, ZERO)) for point in points)
    value = EXACT.divide(Decimal(held), Decimal(MONEY_SCALE * len(points)))
    return Average(round_money(value), method, _negative_stock(any(point < 0 for point in points)))


def _negative_stock(negative: bool) -> frozenset[Flag]:
    return frozenset({"negative_stock"}) if negative else frozenset()


def _sold(cogs: Decimal) -> Decimal:
    return max(cogs, ZERO)


def _ratio(part: Decimal, whole: Decimal) -> Decimal:
    return EXACT.divide(part, whole).quantize(RATIO_UNIT, context=EXACT)


def _scaled(value: Decimal) -> int:
    return int(EXACT.scaleb(round_money(value), MONEY_PLACES))
