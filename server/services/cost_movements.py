"""What a movement costs: which pools it leaves and enters, and at what value.

Inside one pool nothing is worth more or less for being moved. Who leaves a pool takes its cost
along; who enters from outside brings a price (receipts), the cost of the issue (returns), or the
cost of what is there already (gains). RULES 17–19; the arithmetic is domain/costing.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from server.domain.costing import (
    Part,
    Pool,
    Revaluation,
    gain_cost,
    put,
    receipt_cost,
    return_cost,
    take,
    undo_issue,
    undo_receipt,
)
from server.domain.ledger import Draft, Place
from server.domain.numbers import EXACT, ZERO, round_money
from server.store.book import Book, PoolKey
from server.store.founding import OWN_OWNER_ID
from server.store.queries.catalogue import ItemRow


@dataclass(frozen=True, slots=True)
class Costed:
    """value left or entered the pools; cogs is the part that was sold (negative: came back)."""

    value: Decimal
    cogs: Decimal
    unit_cost: Decimal | None
    estimated: bool
    revaluations: tuple[tuple[PoolKey, Revaluation], ...] = ()


FREE = Costed(ZERO, ZERO, None, False)


class Costs:
    """The costs of one unit of work's movements; changes the pools of its book."""

    def __init__(self, book: Book, item: Callable[[int], ItemRow]) -> None:
        self._book = book
        self._item = item

    def pools_of(self, drafts: Iterable[Draft]) -> dict[PoolKey, tuple[str, Decimal | None]]:
        """The pools these drafts leave or enter, with costing method and standard cost."""
        wanted: dict[PoolKey, tuple[str, Decimal | None]] = {}
        for draft in drafts:
            source, target = pool_key(draft, draft.source), pool_key(draft, draft.target)
            if source != target:
                item = self._item(draft.item_id)
                wanted |= {
                    key: (item.costing, item.standard_cost) for key in (source, target) if key
                }
        return wanted

    def of(self, draft: Draft, movement_id: int) -> Costed:
        """The cost of one movement, in the order of recording."""
        source, target = pool_key(draft, draft.source), pool_key(draft, draft.target)
        if source == target:
            return FREE
        self._book.lock_pools(self.pools_of([draft]))
        if draft.reverses is not None:
            return self._cost_of_reversal(draft, movement_id, source, target)
        if source is None:
            assert target is not None
            return self._cost_of_receipt(draft, movement_id, target)
        taken = take(self._book.pool(source).now, draft.quantity, movement_id, _sells(draft))
        self._book.pool(source).now = taken.pool
        estimated = any(part.estimated for part in taken.parts)
        cogs = taken.value if _sells(draft) else ZERO
        costed = Costed(taken.value, cogs, None, estimated)
        if target is None:
            return costed
        return self._arrive(draft, movement_id, target, costed, taken.parts)

    def _cost_of_receipt(self, draft: Draft, movement_id: int, target: PoolKey) -> Costed:
        pool = self._book.pool(target).now
        unit_cost, estimated, value = self._receipt_value(draft, pool)
        cogs = -value if draft.source.kind == "customer" else ZERO
        paid = draft.source.kind == "supplier" or draft.unit_cost is not None
        filled = put(pool, draft.quantity, value, movement_id, estimated, sets_last_cost=paid)
        self._book.pool(target).now = filled.pool
        shown = round_money(unit_cost)
        return Costed(
            value, cogs, shown, estimated, tuple((target, r) for r in filled.revaluations)
        )

    def _receipt_value(self, draft: Draft, pool: Pool) -> tuple[Decimal, bool, Decimal]:
        if draft.returns is not None:
            issue = draft.returns
            value = return_cost(
                issue.quantity,
                issue.value,
                draft.quantity,
                issue.returned_quantity,
                issue.returned_value,
            )
            return EXACT.divide(value, draft.quantity), False, value
        if draft.unit_cost is not None:
            cost, estimated = draft.unit_cost, False
        elif draft.source.kind == "supplier":
            item = self._item(draft.item_id)
            cost, estimated = receipt_cost(None, None, draft.supplier_price, item.standard_cost)
        else:
            cost, estimated = gain_cost(pool)
            estimated = estimated or draft.source.kind == "customer"
        return cost, estimated, round_money(EXACT.multiply(cost, draft.quantity))

    def _cost_of_reversal(
        self, draft: Draft, movement_id: int, source: PoolKey | None, target: PoolKey | None
    ) -> Costed:
        original = draft.reverses
        assert original is not None
        share = original.value
        revaluations: list[tuple[PoolKey, Revaluation]] = []
        if source is not None:
            pool, undone = undo_receipt(
                self._book.pool(source).now,
                draft.quantity,
                share,
                movement_id,
                original.movement_id,
            )
            self._book.pool(source).now = pool
            revaluations.append((source, undone))
        if target is not None:
            filled = undo_issue(
                self._book.pool(target).now,
                draft.quantity,
                share,
                movement_id,
                original.movement_id,
            )
            self._book.pool(target).now = filled.pool
            revaluations += [(target, r) for r in filled.revaluations]
        return Costed(share, -original.cogs, None, False, tuple(revaluations))

    def _arrive(
        self,
        draft: Draft,
        movement_id: int,
        target: PoolKey,
        costed: Costed,
        parts: Sequence[Part],
    ) -> Costed:
        """A transfer brings its cost along, layer by layer."""
        filled = put(
            self._book.pool(target).now,
            draft.quantity,
            costed.value,
            movement_id,
            costed.estimated,
            parts,
        )
        self._book.pool(target).now = filled.pool
        return replace(costed, revaluations=tuple((target, r) for r in filled.revaluations))


def pool_key(draft: Draft, place: Place) -> PoolKey | None:
    """The pool this side of the draft belongs to; suppliers' stock has no value in our books."""
    if not place.holds_stock or place.owner_id != OWN_OWNER_ID:
        return None
    return PoolKey(draft.item_id, place.site_id, place.owner_id)


def _sells(draft: Draft) -> bool:
    return draft.target.kind == "customer"
