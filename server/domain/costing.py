"""What stock is worth: moving average or FIFO, below zero included.

A pool is all stock of one item at one site that one owner holds. Every function takes a pool and
returns a new one; movements are handed over in the order in which they were recorded, and nothing
already posted changes: later knowledge about a cost becomes a `Revaluation`.

    pool.value = Σ values received − Σ values issued + Σ revaluation.value       always
    pool.quantity = 0  ⇒  pool.value = 0 and no layers                           always

Quantities have 6 decimals, values and unit costs 4, rounded half-even; whoever takes the last unit
of a layer or pool takes what rounding has left in it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal, NamedTuple, TypeAlias

from server.domain.numbers import EXACT, ZERO, round_money

MovementKey: TypeAlias = int | str
Method = Literal["average", "fifo"]
RevaluationKind = Literal["shortage_cover", "price", "landed_cost", "return", "undo", "residue"]
TrueUpKind = Literal["price", "landed_cost", "return"]


@dataclass(frozen=True, slots=True)
class Layer:
    """Stock received together, or, with negative quantity and value, stock issued below zero.

    `movement` made it. `cogs`: a shortage whose issue was posted as cost of goods sold.
    """

    id: int | None
    movement: MovementKey
    quantity: Decimal
    value: Decimal
    cogs: bool = False
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Pool:
    """Stock and its value. FIFO keeps every open layer, average only shortages; oldest first."""

    method: Method
    quantity: Decimal = ZERO
    value: Decimal = ZERO
    last_cost: Decimal | None = None
    standard_cost: Decimal | None = None
    layers: tuple[Layer, ...] = ()


class Part(NamedTuple):
    """A piece of a movement that has one cost."""

    quantity: Decimal
    value: Decimal
    estimated: bool


@dataclass(frozen=True, slots=True)
class Taken:
    """After an issue: the pool, what the issue cost, and the parts a transfer takes along."""

    pool: Pool
    value: Decimal
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Revaluation:
    """A correction of value alone: of the pool, and of the cost of goods sold already posted.

    `corrects` is the movement whose cost has turned out to be another one. When that is a transfer
    which left below zero, the service passes −value on to the receiving pool with `true_up`.
    """

    kind: RevaluationKind
    value: Decimal
    cogs: Decimal
    corrects: MovementKey | None


@dataclass(frozen=True, slots=True)
class Put:
    """After a receipt: the pool, and what the receipt corrected of issues made below zero."""

    pool: Pool
    revaluations: tuple[Revaluation, ...]


def take(pool: Pool, quantity: Decimal, movement: MovementKey, cogs: bool) -> Taken:
    """Issue `quantity` > 0; never refused.

    Stock on hand goes at the average or by the oldest layers. The rest goes below zero at the last
    cost, else the standard cost, else 0; that part is `estimated`, because the receipt that covers
    it will re-value it. `cogs` says whether that correction belongs to the cost of goods sold.
    """
    held = min(quantity, max(pool.quantity, ZERO))
    left, parts = _take_held(pool, held)
    if short := quantity - held:
        cost, _ = _last_known_cost(pool)
        owed = Part(short, round_money(EXACT.multiply(short, cost)), True)
        left, parts = _owe(left, owed, movement, cogs), (*parts, owed)
    return Taken(left, pool.value - left.value, parts)


def put(
    pool: Pool,
    quantity: Decimal,
    value: Decimal,
    movement: MovementKey,
    estimated: bool,
    parts: Sequence[Part] | None = None,
    *,
    sets_last_cost: bool = True,
) -> Put:
    """Receive `quantity` > 0 worth `value`; shortages are covered first, oldest first.

    `parts` (they add up to quantity and value) are a transfer's: FIFO keeps them apart. Gains and
    returns pass sets_last_cost=False, for their cost was not paid to anybody.
    """
    whole = Part(quantity, value, estimated)
    filled = _arrive(pool, parts if parts and pool.method == "fifo" else [whole], movement)
    if sets_last_cost:
        unit_cost = round_money(EXACT.divide(value, quantity))
        filled = replace(filled, pool=replace(filled.pool, last_cost=unit_cost))
    return filled


def gain_cost(pool: Pool) -> tuple[Decimal, bool]:
    """The unit cost of stock found, and whether it is estimated.

    The average while there is stock (average), else the last cost, else standard, else 0. The
    average is not rounded: round the value (`round_money`), not the cost.
    """
    if pool.method == "average" and pool.quantity > 0:
        return EXACT.divide(pool.value, pool.quantity), False
    return _last_known_cost(pool)


def receipt_cost(
    stated: Decimal | None,
    order: Decimal | None,
    supplier: Decimal | None,
    standard: Decimal | None,
) -> tuple[Decimal, bool]:
    """The unit cost of a receipt, and whether it is estimated (暂估): all but a stated one is."""
    if stated is not None:
        return stated, False
    return next((cost for cost in (order, supplier, standard) if cost is not None), ZERO), True


def return_cost(
    issue_quantity: Decimal,
    issue_value: Decimal,
    quantity: Decimal,
    returned_quantity: Decimal = ZERO,
    returned_value: Decimal = ZERO,
) -> Decimal:
    """The value at which `quantity` comes back from a customer: the cost of its issue.

    `issue_value` includes the issue's later corrections; `returned_*` came back before. The last
    unit takes the residue; units beyond the issue come at its unit cost. `put` it as a new layer
    with sets_last_cost=False, and post minus this value as cost of goods sold.
    """
    left = max(issue_quantity - returned_quantity, ZERO)
    within = min(quantity, left)
    cost = _share(issue_value - returned_value, within, left) if within else ZERO
    return cost + _share(issue_value, quantity - within, issue_quantity)


def true_up(
    pool: Pool,
    movement: MovementKey,
    old_value: Decimal,
    new_value: Decimal,
    quantity: Decimal,
    kind: TrueUpKind = "price",
) -> tuple[Pool, Revaluation]:
    """The receipt `movement` of `quantity` turns out to be worth `new_value`, not `old_value`.

    The share still on hand goes to the pool: what is left of the receipt's layers (FIFO), or
    min(pool, receipt) / receipt (average, which cannot tell whose units are left). The share
    already consumed goes to the cost of goods sold: issues are never recost, so the money has to
    appear when it becomes known. A pool never falls below value 0 by a lower price; what it cannot
    bear was consumed too.

    Of a customer's return (`kind` "return") no money was paid: what the pool gains, the cost of
    goods sold loses.
    """
    change = new_value - old_value
    if pool.method == "fifo":
        trued = _true_up_layers(pool, movement, change, quantity)
    else:
        trued = _true_up_average(pool, change, quantity)
    kept = trued.value - pool.value
    cogs = -kept if kind == "return" else change - kept
    return trued, Revaluation(kind, kept, cogs, movement)


def undo_receipt(
    pool: Pool, quantity: Decimal, value: Decimal, movement: MovementKey, receipt: MovementKey
) -> tuple[Pool, Revaluation]:
    """Take back `quantity` of `receipt` at its original `value`, whatever has become of it since.

    Its own layers leave first, then the oldest others; beyond that the pool goes below zero at the
    receipt's own cost. Consumed units were charged at a cost that no longer exists: the difference
    between `value` and what really left is the revaluation, and its opposite corrects the cost of
    goods sold. Later prices of the receipt are taken back before (`true_up` to the original value).
    """
    held = min(quantity, max(pool.quantity, ZERO))
    held_value = _share(value, held, quantity)
    left = _take_back(pool, held, held_value, receipt)
    if short := quantity - held:
        left = _owe(left, Part(short, value - held_value, True), movement, cogs=True)
    change = value - (pool.value - left.value)
    return left, Revaluation("undo", change, -change, receipt)


def undo_issue(
    pool: Pool,
    quantity: Decimal,
    value: Decimal,
    movement: MovementKey,
    issue: MovementKey,
    parts: Sequence[Part] | None = None,
) -> Put:
    """Put back what `issue` took, at its cost (later corrections included), as the newest stock.

    If it went below zero, its own shortage is covered before anybody else's.
    """
    whole = Part(quantity, value, False)
    return _arrive(pool, parts if parts and pool.method == "fifo" else [whole], movement, issue)


def _share(value: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    return round_money(EXACT.divide(EXACT.multiply(value, part), whole))


def _last_known_cost(pool: Pool) -> tuple[Decimal, bool]:
    if pool.last_cost is not None:
        return pool.last_cost, False
    return pool.standard_cost or ZERO, True


def _take_held(pool: Pool, quantity: Decimal) -> tuple[Pool, tuple[Part, ...]]:
    if not quantity:
        return pool, ()
    if pool.method == "fifo":
        return _take_layers(pool, quantity)
    part = Part(quantity, _share(pool.value, quantity, pool.quantity), False)
    return _without(pool, part.quantity, part.value), (part,)


def _take_layers(
    pool: Pool, quantity: Decimal, first: MovementKey | None = None
) -> tuple[Pool, tuple[Part, ...]]:
    parts: list[Part] = []
    layers = list(pool.layers)
    for index in _order(pool.layers, first):
        if not quantity:
            break
        layer = layers[index]
        used = min(quantity, layer.quantity)
        part = Part(used, _share(layer.value, used, layer.quantity), layer.estimated)
        layers[index] = _shrunk(layer, part.quantity, part.value)
        parts.append(part)
        quantity -= used
    left = _without(
        pool, sum((p.quantity for p in parts), ZERO), sum((p.value for p in parts), ZERO)
    )
    return replace(left, layers=_open(layers)), tuple(parts)


def _take_back(pool: Pool, quantity: Decimal, value: Decimal, receipt: MovementKey) -> Pool:
    if not quantity:
        return pool
    if pool.method == "fifo":
        return _take_layers(pool, quantity, first=receipt)[0]
    leaving = pool.value if quantity == pool.quantity else min(value, pool.value)
    return _without(pool, quantity, leaving)


def _owe(pool: Pool, part: Part, movement: MovementKey, cogs: bool) -> Pool:
    shortage = Layer(None, movement, -part.quantity, -part.value, cogs, part.estimated)
    short = _without(pool, part.quantity, part.value)
    return replace(short, layers=(*pool.layers, shortage))


def _arrive(
    pool: Pool,
    parts: Iterable[Part],
    movement: MovementKey,
    covers_first: MovementKey | None = None,
) -> Put:
    revaluations: list[Revaluation] = []
    for part in parts:
        while pool.quantity < 0 and part.quantity:
            pool, part, revaluation = _cover(pool, part, covers_first)
            if revaluation.value:
                revaluations.append(revaluation)
        if part.quantity:
            pool = _add(pool, part, movement)
    return Put(pool, tuple(revaluations))


def _cover(pool: Pool, part: Part, first: MovementKey | None) -> tuple[Pool, Part, Revaluation]:
    index = _order(pool.layers, first)[0]
    shortage = pool.layers[index]
    covered = min(-shortage.quantity, part.quantity)
    owed = _share(shortage.value, covered, -shortage.quantity)
    cost = _share(part.value, covered, part.quantity)
    layers = list(pool.layers)
    layers[index] = _shrunk(shortage, -covered, owed)
    filled = replace(_without(pool, -covered, owed), layers=_open(layers))
    rest = part._replace(quantity=part.quantity - covered, value=part.value - cost)
    change = -owed - cost
    cogs = -change if shortage.cogs else ZERO
    return filled, rest, Revaluation("shortage_cover", change, cogs, shortage.movement)


def _add(pool: Pool, part: Part, movement: MovementKey) -> Pool:
    layers = pool.layers
    if pool.method == "fifo":
        layers = (*layers, Layer(None, movement, part.quantity, part.value, False, part.estimated))
    return replace(_without(pool, -part.quantity, -part.value), layers=layers)


def _true_up_layers(pool: Pool, movement: MovementKey, change: Decimal, quantity: Decimal) -> Pool:
    own = [layer for layer in pool.layers if layer.movement == movement]
    own_quantity = sum((layer.quantity for layer in own), ZERO)
    own_value = sum((layer.value for layer in own), ZERO)
    kept = left = max(_share(change, own_quantity, quantity), -own_value)
    # A rise is spread by quantity, a fall by value: so no layer falls below 0 beside a dear one.
    by_value = kept < 0
    weight_left = own_value if by_value else own_quantity
    layers: list[Layer] = []
    for layer in pool.layers:
        if layer.movement == movement:
            weight = layer.value if by_value else layer.quantity
            share = _share(left, weight, weight_left) if weight_left else ZERO
            layer = replace(layer, value=layer.value + share, estimated=False)
            left, weight_left = left - share, weight_left - weight
        layers.append(layer)
    return replace(pool, value=pool.value + kept, layers=tuple(layers))


def _true_up_average(pool: Pool, change: Decimal, quantity: Decimal) -> Pool:
    if pool.quantity <= 0:
        return pool
    share = _share(change, min(pool.quantity, quantity), quantity)
    return replace(pool, value=max(pool.value + share, ZERO))


def _order(layers: Sequence[Layer], first: MovementKey | None) -> list[int]:
    """Indices oldest first, but those made by the movement `first` before all others."""
    return sorted(range(len(layers)), key=lambda index: layers[index].movement != first)


def _shrunk(layer: Layer, quantity: Decimal, value: Decimal) -> Layer:
    return replace(layer, quantity=layer.quantity - quantity, value=layer.value - value)


def _open(layers: Iterable[Layer]) -> tuple[Layer, ...]:
    return tuple(layer for layer in layers if layer.quantity)


def _without(pool: Pool, quantity: Decimal, value: Decimal) -> Pool:
    return replace(pool, quantity=pool.quantity - quantity, value=pool.value - value)
