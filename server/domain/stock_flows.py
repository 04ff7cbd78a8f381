"""What entered and left each pool of stock, by book day and by kind: 收发存.

A pool is one item of one owner at one site, with what is in production and in transit there. Only
what crosses its boundary flows; put-aways do not. Days are book days (value_date), so a closed
month never changes, and

    opening + in − out = closing          for quantity and for value, of every item and every period

A reversal (红冲) counts as less of what it takes back: the reversal of a receipt is a negative
receipt, not an issue. Revaluations are an inflow of value without quantity.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, Literal, NamedTuple

from server.domain.numbers import ZERO

Grain = Literal["day", "month"]
REVALUATION: Final = "revaluation"
"""The kind under which corrections of value flow."""


class Part(NamedTuple):
    """Stored sums to add up: of days, or of whole months by their first day, both ends included.

    opening: it lies before the period asked for."""

    grain: Grain
    first: date
    last: date
    opening: bool


@dataclass(frozen=True, slots=True)
class Flow:
    """What came in and went out, in base units and money."""

    in_quantity: Decimal = ZERO
    in_value: Decimal = ZERO
    out_quantity: Decimal = ZERO
    out_value: Decimal = ZERO

    @property
    def quantity(self) -> Decimal:
        """By how much more came in than went out."""
        return self.in_quantity - self.out_quantity

    @property
    def value(self) -> Decimal:
        """The same in money."""
        return self.in_value - self.out_value

    def __add__(self, other: "Flow") -> "Flow":
        return Flow(
            self.in_quantity + other.in_quantity,
            self.in_value + other.in_value,
            self.out_quantity + other.out_quantity,
            self.out_value + other.out_value,
        )


def parts_of(first: date, last: date) -> tuple[Part, ...]:
    """The fewest stored sums that make the period and all that lies before it."""
    return (*_through(first - timedelta(days=1), opening=True), *_between(first, last))


def parts_through(last: date) -> tuple[Part, ...]:
    """The fewest stored sums of everything until the end of that day."""
    return _through(last, opening=True)


def _through(last: date, *, opening: bool) -> tuple[Part, ...]:
    month = last.replace(day=1)
    if _is_month_end(last):
        return (Part("month", date.min, month, opening),)
    return (
        Part("month", date.min, month - timedelta(days=1), opening),
        Part("day", month, last, opening),
    )


def _between(first: date, last: date) -> tuple[Part, ...]:
    """Days until the first whole month, whole months, days behind the last whole month."""
    months_from = first if first.day == 1 else month_end(first) + timedelta(days=1)
    months_to = last if _is_month_end(last) else last.replace(day=1) - timedelta(days=1)
    if months_from > months_to:
        return (Part("day", first, last, opening=False),)
    found = [
        Part("day", first, months_from - timedelta(days=1), opening=False),
        Part("month", months_from, months_to, opening=False),
        Part("day", months_to + timedelta(days=1), last, opening=False),
    ]
    return tuple(part for part in found if part.first <= part.last)


def month_end(day: date) -> date:
    """The last day of its month."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _is_month_end(day: date) -> bool:
    return day == month_end(day)
