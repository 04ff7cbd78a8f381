"""A count beside the books: what was expected at the instant of its last observation.

The books are read as they were then, whatever has moved or been heard since (RULES 8–14).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from server.domain.costing import gain_cost
from server.domain.counting import (
    Grain,
    Holding,
    Later,
    Window,
    expected_at,
    share_variance,
    touches,
)
from server.domain.errors import NotFound
from server.domain.ledger import Key
from server.domain.numbers import EXACT, ZERO, round_money
from server.domain.people import Actor
from server.services.post_movements import Ledger
from server.services.see_units import brought_along, units_seen
from server.store.book import PoolKey
from server.store.db import reading
from server.store.founding import OWN_OWNER_ID
from server.store.queries.anchors import DOUBT_MOST_MS
from server.store.queries.counts import (
    BookLine,
    CountRow,
    SeenLine,
    SilentDevice,
    book_lines,
    count_by_id,
    seen_lines,
    silent_devices,
)
from server.store.queries.movements import flows_after

NOWHERE_YET = 0
"""The position of a share the books have no position for yet: looking makes none."""

SETTLED_KINDS = frozenset(
    {"count_adjustment", "count_correction", "serial_correction", "unit_seen"}
)


@dataclass(frozen=True, slots=True)
class VarianceLine:
    """One line of a count against the books. value: the variance at current cost."""

    grain: Grain
    line_id: int | None
    counted: Decimal
    expected: Decimal
    window: Window
    shares: tuple[tuple[int, Decimal], ...]
    value: Decimal
    moved_while_counting: bool
    moved_since: Decimal

    @property
    def variance(self) -> Decimal:
        """counted − expected."""
        return self.counted - self.expected


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """A count beside the books: what approving it would post, and what speaks against it."""

    count: CountRow
    lines: tuple[VarianceLine, ...]
    silent_devices: tuple[SilentDevice, ...]

    @property
    def value(self) -> Decimal:
        """Net value of all variances."""
        return sum((line.value for line in self.lines), ZERO)


def reconcile_count(count_id: int, actor: Actor) -> Reconciliation:
    """The count as it stands against the books now. Raises NotFound `unknown_count`."""
    with reading() as session:
        count = visible(count_by_id(session, count_id), actor)
        return reconcile(session, Ledger(session), count, lock=False)


def visible(count: CountRow | None, actor: Actor) -> CountRow:
    """The count, if the actor may see it. Raises NotFound `unknown_count`."""
    if count is None or not actor.sees_site(count.site_id):
        raise NotFound("unknown_count")
    return count


def reconcile(session: Session, ledger: Ledger, count: CountRow, lock: bool) -> Reconciliation:
    """Every line seen, and (of a whole count) every line the books have; `lock` to decide on it."""
    seen = {line.grain: line for line in seen_lines(session, count)}
    books = book_lines(session, count.location_id)
    ledger.book.lock_lines((line.key for line in books), lock=lock)
    # To decide, the units have been brought here before; to look, they are only thought of so.
    brought = {} if lock else brought_along(ledger, count, units_seen(seen.values()))
    known = {line.grain for line in books} | brought.keys()
    grains = set(seen) | (known if count.whole else set())
    later = _later_movements(session, count, books, seen)
    lines = []
    for grain in sorted(grains):
        own = [line for line in books if line.grain == grain]
        line = _line(ledger, count, grain, seen.get(grain), own, later, brought.get(grain, ZERO))
        if line.line_id is not None or line.variance or line.expected:
            lines.append(line)
    since = count.counted_at or count.first_at
    return Reconciliation(count, tuple(lines), tuple(silent_devices(session, count.site_id, since)))


def _later_movements(
    session: Session, count: CountRow, books: Sequence[BookLine], seen: dict[Grain, SeenLine]
) -> dict[Key, list[Later]]:
    earliest = min([count.first_at, *(line.window.first_at for line in seen.values())])
    rows = flows_after(
        session,
        sorted({line.key.item_id for line in books}),
        sorted({line.key.position_id for line in books}),
        earliest - count.uncertainty_ms,
        DOUBT_MOST_MS,
    )
    later: dict[Key, list[Later]] = {}
    for row in rows:
        tail = (row["item_id"], row["lot_id"], row["serial_id"])
        for position, sign in ((row["from_position_id"], -1), (row["to_position_id"], 1)):
            later.setdefault(Key(position, *tail), []).append(
                Later(
                    sign * row["quantity"],
                    row["occurred_at"],
                    row["uncertainty_ms"],
                    row["device_id"] or 0,
                    row["device_seq"] or 0,
                    row["kind"] in SETTLED_KINDS,
                )
            )
    return later


def _line(
    ledger: Ledger,
    count: CountRow,
    grain: Grain,
    seen: SeenLine | None,
    books: Sequence[BookLine],
    later: dict[Key, list[Later]],
    brought: Decimal,
) -> VarianceLine:
    window = seen.window if seen else window_of(count)
    holdings = []
    moved, since = False, ZERO
    for line in books:
        movements = later.get(line.key, [])
        on_hand = ledger.book.line(line.key).on_hand
        expected = expected_at(on_hand, movements, window)
        since += on_hand - expected
        moved = moved or touches(movements, window)
        holdings.append(
            Holding(line.key.position_id, expected, line.own, line.available, line.lot_date)
        )
    if brought:
        holdings.append(Holding(NOWHERE_YET, brought, own=True, available=True))
    counted = seen.counted if seen else ZERO
    total = sum((holding.expected for holding in holdings), ZERO)
    if not holdings:
        holdings = [Holding(NOWHERE_YET, ZERO, own=True, available=True)]
    shares = tuple(share_variance(counted - total, holdings))
    return VarianceLine(
        grain,
        seen.id if seen else None,
        counted,
        total,
        window,
        shares,
        _value(ledger, count, grain, counted - total),
        moved,
        since,
    )


def window_of(count: CountRow) -> Window:
    """First observation to the end: the window of whatever a finished count did not see."""
    assert count.counted_at is not None
    return Window(
        count.first_at,
        count.counted_at,
        count.device_id or 0,
        count.device_seq or 0,
        count.uncertainty_ms,
    )


def _value(ledger: Ledger, count: CountRow, grain: Grain, variance: Decimal) -> Decimal:
    if not variance:
        return ZERO
    item = ledger.item(grain.item_id)
    key = PoolKey(grain.item_id, count.site_id, OWN_OWNER_ID)
    pool = ledger.book.peek_pool(key, item.costing, item.standard_cost)
    return round_money(EXACT.multiply(variance, gain_cost(pool)[0]))
