"""Movements before they are posted, and what late ones need so that later truths still hold.

A draft says what went from where to where; posting gives it a cost, changes balances and writes
it. Late drafts need company: a unit's content follows the unit's later moves (RULES 16), and the
source of a serial's next sighting is corrected (RULES 15).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

from server.domain.numbers import ZERO
from server.domain.places import PHYSICAL_KINDS

STOCK_KINDS = frozenset(PHYSICAL_KINDS) | {"production", "transit"}
"""Where stock can stand: these positions have balances and belong to a cost pool."""


class Key(NamedTuple):
    """One line of the books."""

    position_id: int
    item_id: int
    lot_id: int
    serial_id: int


@dataclass(frozen=True, slots=True)
class Place:
    """An interned position; `kind` and `site_id` are its location's."""

    id: int
    location_id: int
    handling_unit_id: int
    owner_id: int
    status_id: int
    site_id: int
    kind: str

    @property
    def holds_stock(self) -> bool:
        """Whether this place has balances (all but supplier, customer, adjustment and scrap)."""
        return self.kind in STOCK_KINDS

    @property
    def is_physical(self) -> bool:
        """Whether somebody can stand there and count."""
        return self.kind in PHYSICAL_KINDS


@dataclass(frozen=True, slots=True)
class Draft:
    """A movement to be posted. quantity > 0 in base units; source and target differ.

    unit_cost: what a receipt was said to cost; supplier_price: by the supplier's terms.
    reverses: the movement it takes back, with its cost. returns: the issue a customer's return
    belongs to. exact: its time is a count's own (adjustments), so it is never doubtful.
    settled: needs no correction at any count.
    """

    kind: str
    item_id: int
    lot_id: int
    serial_id: int
    quantity: Decimal
    source: Place
    target: Place
    occurred_at: int
    uncertainty_ms: int = 0
    second_quantity: Decimal | None = None
    unit_cost: Decimal | None = None
    supplier_price: Decimal | None = None
    reverses: "Posted | None" = None
    returns: "Posted | None" = None
    document: str = ""
    reason: str = ""
    exact: bool = False
    settled: bool = False

    @property
    def source_key(self) -> Key:
        """Which line of the books it leaves."""
        return Key(self.source.id, self.item_id, self.lot_id, self.serial_id)

    @property
    def target_key(self) -> Key:
        """Which line of the books it enters."""
        return Key(self.target.id, self.item_id, self.lot_id, self.serial_id)


@dataclass(frozen=True, slots=True)
class Posted:
    """The cost facts of a movement in the books, for its return or reversal.

    returned_*: what of an issue has come back before, and at what value.
    """

    movement_id: int
    quantity: Decimal
    value: Decimal
    cogs: Decimal
    returned_quantity: Decimal = ZERO
    returned_value: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class UnitMove:
    """A handling unit went from one location to another; `seen`: an approved count saw it there."""

    occurred_at: int
    from_location_id: int | None
    to_location_id: int
    seen: bool = False


@dataclass(frozen=True, slots=True)
class Sighting:
    """A serial was seen at `place` (a position id); `source`: where the person said it came from.

    location: that `place` is in. absent_from: a count of this location did not see it there; then
    it counts only if the serial was there, and `place` is where what is missing goes.
    """

    occurred_at: int
    device_id: int
    device_seq: int
    place: int
    source: int
    location: int = 0
    absent_from: int = 0

    @property
    def order(self) -> tuple[int, bool, int, int]:
        """By time, what was seen before what was not, then device, then the device's own order."""
        return (self.occurred_at, bool(self.absent_from), self.device_id, self.device_seq)


class Step(NamedTuple):
    """A serial goes from one position id to another at an instant."""

    source: int
    target: int
    occurred_at: int
    corrects: bool


def trail(history: Sequence[Sighting]) -> list[Step | None]:
    """What each sighting of a history (in order) posts: None for an absence that means nothing.

    Each goes on from where the one before left the serial; the first from its stated source.
    """
    steps: list[Step | None] = []
    last: Sighting | None = None
    for seen in history:
        if seen.absent_from and (last is None or last.location != seen.absent_from):
            steps.append(None)
            continue
        source = last.place if last is not None else seen.source
        steps.append(Step(source, seen.place, seen.occurred_at, corrects=False))
        last = seen
    return steps


def sight_serial(history: Sequence[Sighting], seen: Sighting) -> list[Step]:
    """What to post when `seen` joins the serial's history (in order): RULES 15.

    The sighting posts from where the serial was before. What came next was posted from that same
    place; now it must come from here, and the correction bears the next one's time. A serial never
    seen before posts from its stated source. Seen where it already was: nothing to post.
    """
    return _differences(history, in_order([*history, seen]), seen)


def forget_sighting(history: Sequence[Sighting], mistaken: Sighting) -> list[Step]:
    """What to post when a sighting turns out never to have been: the mirror of `sight_serial`."""
    return _differences(history, [s for s in history if s is not mistaken], mistaken)


def in_order(history: Sequence[Sighting]) -> list[Sighting]:
    """The sightings oldest first."""
    return sorted(history, key=lambda sighting: sighting.order)


def _differences(
    before: Sequence[Sighting], after: Sequence[Sighting], cause: Sighting
) -> list[Step]:
    """The steps that turn what was posted for one history into what another would have posted."""
    posted = {id(s): step for s, step in zip(before, trail(before), strict=True)}
    due = {id(s): step for s, step in zip(after, trail(after), strict=True)}
    steps = []
    for seen in max(before, after, key=len):
        was, now = posted.get(id(seen)), due.get(id(seen))
        if was is not None and now is not None:
            step = Step(now.source, was.source, seen.occurred_at, corrects=True)
        elif now is not None:
            step = now._replace(corrects=seen is not cause)
        elif was is not None:
            step = Step(was.target, was.source, seen.occurred_at, corrects=seen is not cause)
        else:
            continue
        steps.append(step)
    return [step for step in steps if step.source != step.target]


def location_at(moves: Sequence[UnitMove], instant: int) -> int | None:
    """Where a unit was then: its last move at or before, else where its first move came from."""
    before = [move for move in moves if move.occurred_at <= instant]
    if before:
        return before[-1].to_location_id
    return moves[0].from_location_id if moves else None


def moves_after(moves: Sequence[UnitMove], instant: int) -> list[UnitMove]:
    """The unit's moves strictly after the instant, oldest first."""
    return [move for move in moves if move.occurred_at > instant]


def reversed_draft(draft: Draft, original: Posted, occurred_at: int, uncertainty_ms: int) -> Draft:
    """The draft that takes `draft` back, at its original cost."""
    return replace(
        draft,
        kind="reversal",
        source=draft.target,
        target=draft.source,
        occurred_at=occurred_at,
        uncertainty_ms=uncertainty_ms,
        unit_cost=None,
        reverses=original,
        returns=None,
    )
