"""Counting: RULES 8–14. A count never sets a quantity; it records what was seen and posts a
difference at the instant of the last observation.

    expected = on_hand − Σ movements after counted_at        variance = counted − expected
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from server.domain.numbers import EXACT, ZERO, round_quantity


class Grain(NamedTuple):
    """What a counter can see of a line of the books: owner and status are invisible."""

    item_id: int
    lot_id: int
    serial_id: int
    handling_unit_id: int


@dataclass(frozen=True, slots=True)
class Window:
    """First and last observation of a line; a sighting of zero lasts from the count's first
    observation to its end. device and seq order what one device did in the same millisecond.
    uncertainty_ms: the count's own doubt about its times (RULES 2, 12)."""

    first_at: int
    last_at: int
    device_id: int = 0
    device_seq: int = 0
    uncertainty_ms: int = 0

    def is_before(self, at: int, device_id: int, device_seq: int) -> bool:
        """Whether something at this instant happened before the count (RULES 3)."""
        if at == self.last_at and device_id and device_id == self.device_id:
            return device_seq < self.device_seq
        return at <= self.last_at

    def is_touched(self, at: int, uncertainty_ms: int) -> bool:
        """Whether a movement at this instant may fall inside the window, within the doubt of
        either: both together, for each may be wrong by its own."""
        doubt = uncertainty_ms + self.uncertainty_ms
        if doubt == 0:
            return self.first_at < at <= self.last_at and self.first_at < self.last_at
        return at + doubt > self.first_at and at - doubt <= self.last_at


@dataclass(frozen=True, slots=True)
class Anchor:
    """An approved count of one location: for one grain, or (grain None) for every key there."""

    count_id: int
    grain: Grain | None
    window: Window


Ruling = Literal["stands", "cancel", "recount"]


def judge_late(
    anchors: Iterable[Anchor],
    grain: Grain,
    at: int,
    uncertainty_ms: int,
    device_id: int = 0,
    device_seq: int = 0,
    exact: bool = False,
) -> tuple[Ruling, int]:
    """What becomes of a movement at a location with approved counts, and at which instant.

    ("cancel", t): the first count surely at or after it stands; its effect is taken back at t.
    ("recount", t): only counts that it may have fallen inside of follow; nobody can say (RULES 12).
    ("stands", 0): no count follows. `exact` is for adjustments, which are never doubtful: approving
    an earlier count cancels its variance at the next approved one (RULES 11).
    """
    doubtful = 0
    for window in _windows_of(anchors, grain):
        if not exact and window.is_touched(at, uncertainty_ms):
            doubtful = doubtful or window.last_at
        elif window.is_before(at, device_id, device_seq):
            return "cancel", window.last_at
    return ("recount", doubtful) if doubtful else ("stands", 0)


def first_unseen(
    anchors: Sequence[Anchor], grain: Grain, at: int, device_id: int = 0, device_seq: int = 0
) -> Anchor | None:
    """The first count of a whole location, not surely before this instant, that did not see a
    serial (RULES 9, 15). One that saw it, wherever at the location, is none."""
    saw = {a.count_id for a in anchors if a.grain and a.grain.serial_id == grain.serial_id}
    blind = [a for a in anchors if a.grain is None and a.count_id not in saw]
    after = [
        a
        for a in blind
        if a.window.is_before(at, device_id, device_seq)
        or (a.window.uncertainty_ms and a.window.is_touched(at, 0))
    ]
    return min(after, key=lambda anchor: anchor.window.last_at, default=None)


def _windows_of(anchors: Iterable[Anchor], grain: Grain) -> list[Window]:
    """Per count its own row for this grain, else the one for the whole location; oldest first."""
    chosen: dict[int, Anchor] = {}
    for anchor in anchors:
        if anchor.grain == grain:
            chosen[anchor.count_id] = anchor
        elif anchor.grain is None:
            chosen.setdefault(anchor.count_id, anchor)
    return sorted((a.window for a in chosen.values()), key=lambda w: (w.last_at, w.device_seq))


@dataclass(frozen=True, slots=True)
class Later:
    """A movement's effect on one line of the books: positive in, negative out."""

    change: Decimal
    occurred_at: int
    uncertainty_ms: int
    device_id: int
    device_seq: int
    doubtless: bool = False


def expected_at(on_hand: Decimal, movements: Iterable[Later], window: Window) -> Decimal:
    """on_hand less what came after the count (RULES 10)."""
    after = (
        m.change
        for m in movements
        if not window.is_before(m.occurred_at, m.device_id, m.device_seq)
    )
    return on_hand - sum(after, ZERO)


def touches(movements: Iterable[Later], window: Window) -> bool:
    """Whether anything moved inside the window, or may have (RULES 12)."""
    return any(
        not m.doubtless and window.is_touched(m.occurred_at, m.uncertainty_ms) for m in movements
    )


@dataclass(frozen=True, slots=True)
class Holding:
    """Stock of one grain in one position, for sharing out a variance below the visible grain."""

    position_id: int
    expected: Decimal
    own: bool
    available: bool
    lot_date: date | None = None


def share_variance(variance: Decimal, holdings: Sequence[Holding]) -> list[tuple[int, Decimal]]:
    """The variance by position id (RULES 14).

    A loss takes from own and available stock first, oldest lot first, never below zero while
    another holding has some; what is left over falls on the first. A gain goes whole to own
    available stock of the newest lot.
    """
    if not variance or not holdings:
        return []
    if variance > 0:
        newest = sorted(holdings, key=_lot_age, reverse=True)
        return [(min(newest, key=_preference).position_id, variance)]
    oldest = sorted(sorted(holdings, key=_lot_age), key=_preference)
    shares: dict[int, Decimal] = {}
    left = -variance
    for holding in oldest:
        taken = min(left, max(holding.expected, ZERO))
        if taken:
            shares[holding.position_id] = -taken
            left -= taken
    if left:
        first = oldest[0].position_id
        shares[first] = shares.get(first, ZERO) - left
    return list(shares.items())


def second_of_difference(
    on_hand: Decimal, second_on_hand: Decimal, quantity: Decimal, found: bool
) -> Decimal | None:
    """The second quantity (catch weight) of a counted difference, which nobody has weighed.

    It is in proportion to what the balance holds now: quantity × second_on_hand / on_hand, 6
    decimals. When nothing is on hand afterwards, all that is left of the second quantity goes with
    it, so that what is not there weighs nothing. None where the balance knows no proportion.
    """
    after = on_hand + quantity if found else on_hand - quantity
    if after == 0:
        second = -second_on_hand if found else second_on_hand
    elif on_hand == 0:
        return None
    else:
        second = round_quantity(
            EXACT.divide(EXACT.multiply(quantity, second_on_hand), on_hand),
        )
    return second or None


def _preference(holding: Holding) -> tuple[bool, bool]:
    return (not holding.own, not holding.available)


def _lot_age(holding: Holding) -> date:
    return holding.lot_date or date.min
