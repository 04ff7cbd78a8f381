"""The pages of the ledger one transaction works on: locked, changed in memory, written at once.

Rows are locked in key order and written set-based, one statement per table however many commands
the transaction carries. Movement ids come from the database's sequence in blocks, so that answers
can name them before they are written.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from threading import Lock
from typing import Any, NamedTuple, TypeVar, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, bindparam, delete, func, select, text, tuple_, update
from sqlalchemy.orm import Session

from server.domain.costing import Layer, Method, Pool
from server.domain.ledger import Key
from server.domain.numbers import ZERO
from server.store.db import Model, inserting, table_of, upsert
from server.store.models import (
    Balance,
    CostLayer,
    CostPool,
    Movement,
    Revaluation,
    Reversal,
)
from server.store.places import Places

Row = TypeVar("Row")
ROWS_PER_STATEMENT = 500
MOVEMENT_ID_BLOCK = 200

_balance = table_of(Balance).c
_cost_pool = table_of(CostPool).c
_cost_layer = table_of(CostLayer).c
_movement = table_of(Movement).c


@dataclass(slots=True)
class Line:
    """One balance in this transaction; `change` and its like are still to be written."""

    on_hand: Decimal = ZERO
    reserved: Decimal = ZERO
    second_on_hand: Decimal = ZERO
    change: Decimal = ZERO
    reserved_change: Decimal = ZERO
    second_change: Decimal = ZERO

    @property
    def before(self) -> Decimal:
        """on_hand as the transaction found it."""
        return self.on_hand - self.change

    @property
    def available(self) -> Decimal:
        """What may still be promised of this line."""
        return self.on_hand - self.reserved


class PoolKey(NamedTuple):
    """Whose stock of what, where: the unit of valuation."""

    item_id: int
    site_id: int
    owner_id: int


@dataclass(slots=True)
class OpenPool:
    """A locked cost pool: as it was read, and as it is now."""

    id: int
    read: Pool
    now: Pool


@dataclass
class Book:
    """Balances and cost pools of one unit of work, and the rows it will add."""

    session: Session
    places: Places = field(init=False)
    lines: dict[Key, Line] = field(default_factory=dict)
    pools: dict[PoolKey, OpenPool] = field(default_factory=dict)
    movements: list[dict[str, Any]] = field(default_factory=list)
    reversals: list[dict[str, Any]] = field(default_factory=list)
    revaluations: list[dict[str, Any]] = field(default_factory=list)
    marks: set[tuple[int, int, date]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.places = Places(self.session)

    def lock_lines(self, keys: Iterable[Key], lock: bool = True) -> None:
        """Read and lock these balances in key order; one that has no row yet counts as empty.

        `lock` False: only read them, for looking without holding anybody up.
        """
        wanted = sorted(set(keys) - self.lines.keys())
        columns = (_balance.position_id, _balance.item_id, _balance.lot_id, _balance.serial_id)
        for chunk in _chunks(wanted):
            asked = (
                select(*columns, _balance.on_hand, _balance.reserved, _balance.second_on_hand)
                .where(tuple_(*columns).in_(chunk))
                .order_by(*columns)
            )
            for row in self.session.execute(asked.with_for_update() if lock else asked):
                self.lines[Key(*row[:4])] = Line(row[4], row[5], row[6])
        for key in wanted:
            self.lines.setdefault(key, Line())

    def line(self, key: Key) -> Line:
        """One balance, locked."""
        if key not in self.lines:
            self.lock_lines([key])
        return self.lines[key]

    def change_line(
        self, key: Key, quantity: Decimal, second: Decimal = ZERO, reserved: Decimal = ZERO
    ) -> Line:
        """Add to a balance."""
        line = self.line(key)
        line.on_hand += quantity
        line.change += quantity
        line.second_on_hand += second
        line.second_change += second
        line.reserved += reserved
        line.reserved_change += reserved
        return line

    def lock_pools(self, wanted: dict[PoolKey, tuple[str, Decimal | None]]) -> None:
        """Read and lock these pools in key order, made where new.

        `wanted` gives each pool's costing method (for a new one) and its item's standard cost.
        """
        missing = {key: of for key, of in wanted.items() if key not in self.pools}
        if not missing:
            return
        found = self._read_pools(missing)
        new = sorted(missing.keys() - found)
        if new:
            rows = [
                {**key._asdict(), "method": missing[key][0], "quantity": ZERO, "value": ZERO}
                for key in new
            ]
            self.session.execute(upsert(self.session, CostPool).on_conflict_do_nothing(), rows)
            self._read_pools({key: missing[key] for key in new})

    def pool(self, key: PoolKey) -> OpenPool:
        """One pool, locked before."""
        return self.pools[key]

    def peek_pool(self, key: PoolKey, method: str, standard_cost: Decimal | None) -> Pool:
        """A pool as it stands, without locking or making it: for showing what things are worth."""
        if key in self.pools:
            return self.pools[key].now
        row = self.session.execute(
            select(_cost_pool.quantity, _cost_pool.value, _cost_pool.last_cost).where(
                _cost_pool.item_id == key.item_id,
                _cost_pool.site_id == key.site_id,
                _cost_pool.owner_id == key.owner_id,
            )
        ).one_or_none()
        quantity, value, last_cost = row or (ZERO, ZERO, None)
        return Pool(cast(Method, method), quantity, value, last_cost, standard_cost)

    def next_movement_ids(self, count: int) -> list[int]:
        """Fresh movement ids, ascending."""
        return _allocator(self.session).take(self.session, count, len(self.movements))

    def write(self) -> None:
        """Write everything: movements first, for the rest refers to them."""
        _insert(self.session, Movement, self.movements)
        _insert(self.session, Reversal, self.reversals)
        self._write_lines()
        self._write_pools()
        _insert(self.session, Revaluation, self.revaluations)

    def _read_pools(self, wanted: dict[PoolKey, tuple[str, Decimal | None]]) -> set[PoolKey]:
        columns = (_cost_pool.item_id, _cost_pool.site_id, _cost_pool.owner_id)
        found: dict[PoolKey, tuple[int, Pool]] = {}
        for chunk in _chunks(sorted(wanted)):
            rows = self.session.execute(
                select(
                    *columns,
                    _cost_pool.id,
                    _cost_pool.method,
                    _cost_pool.quantity,
                    _cost_pool.value,
                    _cost_pool.last_cost,
                )
                .where(tuple_(*columns).in_(chunk))
                .order_by(*columns)
                .with_for_update()
            )
            for row in rows:
                key = PoolKey(*row[:3])
                pool = Pool(cast(Method, row[4]), row[5], row[6], row[7], wanted[key][1])
                found[key] = (row[3], pool)
        layers = self._read_layers(
            [at for at, pool in found.values() if pool.method == "fifo" or pool.quantity < 0]
        )
        for key, (pool_id, pool) in found.items():
            whole = Pool(
                pool.method,
                pool.quantity,
                pool.value,
                pool.last_cost,
                pool.standard_cost,
                tuple(layers.get(pool_id, ())),
            )
            self.pools[key] = OpenPool(pool_id, whole, whole)
        return set(found)

    def _read_layers(self, pool_ids: Sequence[int]) -> dict[int, list[Layer]]:
        layers: dict[int, list[Layer]] = {}
        for chunk in _chunks(pool_ids):
            rows = self.session.execute(
                select(
                    _cost_layer.pool_id,
                    _cost_layer.id,
                    _cost_layer.movement_id,
                    _cost_layer.quantity,
                    _cost_layer.value,
                    _cost_layer.cogs,
                    _cost_layer.estimated,
                )
                .where(_cost_layer.pool_id.in_(chunk))
                .order_by(_cost_layer.id)
            )
            for row in rows:
                layers.setdefault(row[0], []).append(Layer(*row[1:]))
        return layers

    def _write_lines(self) -> None:
        changed = [
            {
                **key._asdict(),
                "on_hand": line.change,
                "reserved": line.reserved_change,
                "second_on_hand": line.second_change,
            }
            for key, line in sorted(self.lines.items())
            if line.change or line.reserved_change or line.second_change
        ]
        if changed:
            statement = upsert(self.session, Balance)
            fresh = statement.excluded
            self.session.execute(
                statement.on_conflict_do_update(
                    index_elements=["position_id", "item_id", "lot_id", "serial_id"],
                    set_={
                        "on_hand": _balance.on_hand + fresh.on_hand,
                        "reserved": _balance.reserved + fresh.reserved,
                        "second_on_hand": _balance.second_on_hand + fresh.second_on_hand,
                    },
                ),
                changed,
            )
        for line in self.lines.values():
            line.change = line.reserved_change = line.second_change = ZERO

    def _write_pools(self) -> None:
        changed = [pool for _, pool in sorted(self.pools.items()) if pool.now != pool.read]
        if not changed:
            return
        self.session.execute(
            _UPDATE_POOL,
            [
                {"pool": p.id, "q": p.now.quantity, "v": p.now.value, "c": p.now.last_cost}
                for p in changed
            ],
        )
        self._write_layers([pool for pool in changed if pool.now.layers != pool.read.layers])
        for pool in changed:
            pool.read = pool.now

    def _write_layers(self, pools: Sequence[OpenPool]) -> None:
        gone: list[int] = []
        altered: list[dict[str, Any]] = []
        new: list[dict[str, Any]] = []
        for pool in pools:
            before = {layer.id: layer for layer in pool.read.layers}
            after = {layer.id for layer in pool.now.layers}
            gone += [old for old in before if old is not None and old not in after]
            for layer in pool.now.layers:
                if layer.id is None:
                    new.append(_layer_row(pool.id, layer))
                elif layer != before[layer.id]:
                    altered.append(
                        {
                            "layer": layer.id,
                            "q": layer.quantity,
                            "v": layer.value,
                            "e": layer.estimated,
                        }
                    )
        for chunk in _chunks(gone):
            self.session.execute(delete(table_of(CostLayer)).where(_cost_layer.id.in_(chunk)))
        if altered:
            self.session.execute(_UPDATE_LAYER, altered)
        _insert(self.session, CostLayer, new)


_pool_table = table_of(CostPool)
_UPDATE_POOL = (
    update(_pool_table)
    .where(_pool_table.c.id == bindparam("pool"))
    .values(quantity=bindparam("q"), value=bindparam("v"), last_cost=bindparam("c"))
)
_layer_table = table_of(CostLayer)
_UPDATE_LAYER = (
    update(_layer_table)
    .where(_layer_table.c.id == bindparam("layer"))
    .values(quantity=bindparam("q"), value=bindparam("v"), estimated=bindparam("e"))
)


def _layer_row(pool_id: int, layer: Layer) -> dict[str, Any]:
    return {
        "pool_id": pool_id,
        "movement_id": layer.movement,
        "quantity": layer.quantity,
        "value": layer.value,
        "cogs": layer.cogs,
        "estimated": layer.estimated,
    }


def _insert(session: Session, model: type[Model], rows: list[dict[str, Any]]) -> None:
    """Add rows; the list is emptied, so that writing twice adds nothing twice."""
    if rows:
        session.execute(inserting(model), rows)
    rows.clear()


def _chunks(rows: Sequence[Row]) -> Iterable[Sequence[Row]]:
    for start in range(0, len(rows), ROWS_PER_STATEMENT):
        yield rows[start : start + ROWS_PER_STATEMENT]


class _MovementIds:
    """Ids in blocks from PostgreSQL's sequence; on SQLite, where we are the only writer, the next.

    A block that is not used up before the process ends leaves a gap, which means nothing.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._free: list[int] = []

    def take(self, session: Session, count: int, unwritten: int) -> list[int]:
        if session.get_bind().dialect.name == "sqlite":
            highest = session.scalar(select(func.max(_movement.id))) or 0
            return list(range(highest + unwritten + 1, highest + unwritten + count + 1))
        with self._lock:
            if len(self._free) < count:
                self._free += self._fetch(session, max(count, MOVEMENT_ID_BLOCK))
            taken, self._free = self._free[:count], self._free[count:]
        return taken

    def _fetch(self, session: Session, count: int) -> list[int]:
        asked = text("SELECT nextval('movement_id_seq') FROM generate_series(1, :count)")
        return list(session.scalars(asked, {"count": count}))


_allocators: WeakKeyDictionary[Engine, _MovementIds] = WeakKeyDictionary()


def _allocator(session: Session) -> _MovementIds:
    return _allocators.setdefault(session.get_bind().engine, _MovementIds())
