"""How old stock is: built backwards from what came in, newest first (库龄).

What is there is taken to be what came in last: the newest receipts until they make the quantity in
stock. What no receipt explains is as old as the oldest of them. Value: FIFO pools take each
receipt's own unit cost and the oldest slice the rest; average pools share their value by quantity.
Either way the slices add up to the pool, to the last digit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from server.domain.numbers import EXACT, ZERO, round_money


class Layer(NamedTuple):
    """What came in on one book day, and what it cost."""

    day: date
    quantity: Decimal
    value: Decimal


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of the stock, of one day."""

    day: date
    quantity: Decimal
    value: Decimal


def slices_of(
    quantity: Decimal, value: Decimal, newest_first: Iterable[Layer], *, fifo: bool, today: date
) -> list[Slice]:
    """The stock by age, newest first; stock at or below zero is one slice of today."""
    if quantity <= 0:
        return [Slice(today, quantity, value)] if quantity or value else []
    found: list[tuple[date, Decimal, Decimal]] = []
    left, last = quantity, today
    for layer in newest_first:
        if left <= 0:
            break
        taken = min(left, layer.quantity)
        cost = EXACT.divide(EXACT.multiply(layer.value, taken), layer.quantity)
        found.append((layer.day, taken, round_money(cost)))
        left, last = left - taken, layer.day
    if left > 0:
        found.append((last, left, ZERO))
    worths = _fifo(value, found) if fifo else _shared(value, quantity, found)
    return [Slice(day, part, worth) for (day, part, _), worth in zip(found, worths, strict=True)]


def bucket_of(age_days: int, buckets: Sequence[int]) -> int:
    """Which bucket an age falls in: 0 up to buckets[0] days, … len(buckets) beyond the last."""
    return next((at for at, most in enumerate(buckets) if age_days <= most), len(buckets))


def bucket_names(buckets: Sequence[int]) -> list[str]:
    """0-30, 31-60, … 366+."""
    starts = [0, *(most + 1 for most in buckets)]
    return [f"{start}-{most}" for start, most in zip(starts, buckets, strict=False)] + [
        f"{starts[-1]}+"
    ]


def _fifo(value: Decimal, found: Sequence[tuple[date, Decimal, Decimal]]) -> list[Decimal]:
    own = [worth for _, _, worth in found[:-1]]
    return [*own, value - sum(own, ZERO)]


def _shared(
    value: Decimal, quantity: Decimal, found: Sequence[tuple[date, Decimal, Decimal]]
) -> list[Decimal]:
    shares = [
        round_money(EXACT.divide(EXACT.multiply(value, part), quantity))
        for _, part, _ in found[:-1]
    ]
    return [*shares, value - sum(shares, ZERO)]
