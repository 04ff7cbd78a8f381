"""The pages of the ledger one transaction works on: locked, changed in memory, written at once.

Rows are locked in key order and written set-based, one statement per table however many commands
the transaction carries. Movement ids come from the database's sequence in blocks, so that answers
can name them before they are written.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from threading import Lock
from typing import Any, NamedTuple, TypeAlias, TypeVar, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, Insert, bindparam, delete, select, text, update
from sqlalchemy.orm import Session

from server.domain.costing import Layer, Method, Pool
from server.domain.ledger import Key
from server.domain.numbers import ZERO
from server.store.db import Model, inserting, table_of, upsert, upsert_for
from server.store.models import (
    Balance,
    CostLayer,
    CostPool,
    Movement,
    Revaluation,
    Reversal,
)
from server.store.places import Places
from server.store.prepared import Asked, Opening, Question, Writing, ask

Row = TypeVar("Row")
ROWS_PER_STATEMENT = 500
MOVEMENT_ID_BLOCK = 200

_balance = table_of(Balance).c
_cost_pool = table_of(CostPool).c
_cost_layer = table_of(CostLayer).c
_movement = table_of(Movement).c

_LINE_KEY = (_balance.position_id, _balance.item_id, _balance.lot_id, _balance.serial_id)
_LINE = select(*_LINE_KEY, _balance.on_hand, _balance.reserved, _balance.second_on_hand)
_OPEN_LINES = Opening(table_of(Balance), *_LINE_KEY)
_LINES = Question(_LINE, *_LINE_KEY, finish=lambda asked: asked.order_by(*_LINE_KEY))
_LOCKED_LINES = Question(
    _LINE, *_LINE_KEY, finish=lambda asked: asked.order_by(*_LINE_KEY).with_for_update()
)
_POOL_KEY = (_cost_pool.item_id, _cost_pool.site_id, _cost_pool.owner_id)
_LOCKED_POOLS = Question(
    select(
        *_POOL_KEY,
        _cost_pool.id,
        _cost_pool.method,
        _cost_pool.quantity,
        _cost_pool.value,
        _cost_pool.last_cost,
    ),
    *_POOL_KEY,
    finish=lambda asked: asked.order_by(*_POOL_KEY).with_for_update(),
)


@dataclass(slots=True)
class Line:
    """One balance in this transaction; `change` and its like are still to be written.

    touched: something moved, even if it came and went at once: the row says so to later counts.
    """

    on_hand: Decimal = ZERO
    reserved: Decimal = ZERO
    second_on_hand: Decimal = ZERO
    change: Decimal = ZERO
    reserved_change: Decimal = ZERO
    second_change: Decimal = ZERO
    touched: bool = False

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


Wanted: TypeAlias = Mapping[PoolKey, tuple[str, Decimal | None]]
"""Pools by key with the costing method of a new one and the item's standard cost."""


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
    _last_id: int | None = None
    _opened_here: set[Key] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.places = Places(self.session)

    def lock_lines(self, keys: Iterable[Key], lock: bool = True) -> None:
        """Read and lock these balances in key order; one that has no row yet counts as empty.

        `lock` False: only read them, for looking without holding anybody up.
        """
        wanted = sorted(set(keys) - self.lines.keys())
        if wanted:
            unopened = self._unopened(wanted) if lock else []
            asked = (_LOCKED_LINES if lock else _LINES).about(wanted)
            new, rows = ask(self.session, _OPEN_LINES.about(unopened), asked)
            self._note_opened(unopened, new)
            self._take_lines(wanted, rows)

    def _unopened(self, wanted: Sequence[Key]) -> list[Key]:
        """Those that may have no row yet; SQLite needs none before, it has one writer. Their rows
        are made in key order before any balance is locked: one made afterwards would be locked out
        of order, and two documents could wait in a circle."""
        if self.session.get_bind().dialect.name == "sqlite":
            return []
        known = _opened(self.session)
        return [key for key in wanted if key not in known and key not in self._opened_here]

    def _note_opened(self, unopened: Sequence[Key], new: Iterable[Sequence[Any]]) -> None:
        """Whose rows were there before is remembered beyond this transaction."""
        if unopened:
            self._opened_here.update(unopened)
            _opened(self.session).update(set(unopened) - {Key(*row) for row in new})

    def _take_lines(self, wanted: Iterable[Key], rows: Iterable[Sequence[Any]]) -> None:
        for row in rows:
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
        line.touched = True
        line.on_hand += quantity
        line.change += quantity
        line.second_on_hand += second
        line.second_change += second
        line.reserved += reserved
        line.reserved_change += reserved
        return line

    def lock_pools(self, wanted: Wanted) -> None:
        """Read and lock these pools in key order, made where new.

        `wanted` gives each pool's costing method (for a new one) and its item's standard cost.
        """
        missing = {key: of for key, of in wanted.items() if key not in self.pools}
        if missing:
            [rows] = ask(self.session, _LOCKED_POOLS.about(sorted(missing)))
            self._take_pools(missing, rows)

    def lock(self, first: Sequence[Asked], keys: Iterable[Key], pools: Wanted) -> list[list[Any]]:
        """Ask `first`, then lock these balances and then these pools, all on one way; the rows
        of `first`."""
        lines = sorted(set(keys) - self.lines.keys())
        missing = {key: of for key, of in pools.items() if key not in self.pools}
        if not (first or lines or missing):
            return []
        unopened = self._unopened(lines)
        *found, new, line_rows, pool_rows = ask(
            self.session,
            *first,
            _OPEN_LINES.about(unopened),
            _LOCKED_LINES.about(lines),
            _LOCKED_POOLS.about(sorted(missing)),
        )
        self._note_opened(unopened, new)
        self._take_lines(lines, line_rows)
        self._take_pools(missing, pool_rows)
        return found

    def _take_pools(self, missing: Wanted, rows: Iterable[Sequence[Any]]) -> None:
        found = self._open_pools(missing, rows)
        new = sorted(missing.keys() - found)
        if new:
            made = [
                {**key._asdict(), "method": missing[key][0], "quantity": ZERO, "value": ZERO}
                for key in new
            ]
            self.session.execute(upsert(self.session, CostPool).on_conflict_do_nothing(), made)
            self._open_pools(missing, ask(self.session, _LOCKED_POOLS.about(new))[0])

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
        if self.session.get_bind().dialect.name == "sqlite":
            return self._following_ids(count)
        return _allocator(self.session).take(self.session, count)

    def write(self) -> None:
        """Write everything: movements first, for the rest refers to them."""
        _INSERT_MOVEMENTS.write(self.session, self.movements)
        self.movements.clear()
        _insert(self.session, Reversal, self.reversals)
        self._write_lines()
        self._write_pools()
        _insert(self.session, Revaluation, self.revaluations)

    def _following_ids(self, count: int) -> list[int]:
        """On SQLite we are the only writer, so the ids after the highest are free."""
        if self._last_id is None:
            asked = self.session.connection().exec_driver_sql("SELECT max(id) FROM movement")
            self._last_id = asked.scalar() or 0
        first = self._last_id + 1
        self._last_id += count
        return list(range(first, first + count))

    def _open_pools(self, wanted: Wanted, rows: Iterable[Sequence[Any]]) -> set[PoolKey]:
        found: dict[PoolKey, tuple[int, Pool]] = {}
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
            if line.touched
        ]
        _ADD_TO_LINES.write(self.session, changed)
        for line in self.lines.values():
            line.change = line.reserved_change = line.second_change = ZERO
            line.touched = False

    def _write_pools(self) -> None:
        changed = [pool for _, pool in sorted(self.pools.items()) if pool.now != pool.read]
        if not changed:
            return
        _UPDATE_POOL.write(
            self.session,
            [
                {"pool": p.id, "q": p.now.quantity, "v": p.now.value, "c": p.now.last_cost}
                for p in changed
            ],
        )
        self._write_layers([pool for pool in changed if pool.now.layers != pool.read.layers])
        for pool in changed:
            pool.read = pool.now
        self._forget_new_layers()

    def _forget_new_layers(self) -> None:
        """New layers get their ids from the database: whoever works on reads such a pool anew."""
        for key, pool in list(self.pools.items()):
            if any(layer.id is None for layer in pool.now.layers):
                del self.pools[key]

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


def _adding_to_lines(database: str) -> Insert:
    statement = upsert_for(database, Balance)
    fresh = statement.excluded
    added: Insert = statement.on_conflict_do_update(
        index_elements=["position_id", "item_id", "lot_id", "serial_id"],
        set_={
            "on_hand": _balance.on_hand + fresh.on_hand,
            "reserved": _balance.reserved + fresh.reserved,
            "second_on_hand": _balance.second_on_hand + fresh.second_on_hand,
        },
    )
    return added


_ADD_TO_LINES = Writing(_adding_to_lines, *_balance.keys())
_INSERT_MOVEMENTS = Writing(lambda _: inserting(Movement), *_movement.keys())
_pool_table = table_of(CostPool)
_UPDATE_POOL = Writing(
    lambda _: (
        update(_pool_table)
        .where(_pool_table.c.id == bindparam("pool"))
        .values(quantity=bindparam("q"), value=bindparam("v"), last_cost=bindparam("c"))
    )
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
    """Ids in blocks from PostgreSQL's sequence.

    A block that is not used up before the process ends leaves a gap, which means nothing.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._free: deque[int] = deque()

    def take(self, session: Session, count: int) -> list[int]:
        with self._lock:
            if len(self._free) < count:
                self._free.extend(self._fetch(session, max(count, MOVEMENT_ID_BLOCK)))
            return [self._free.popleft() for _ in range(count)]

    def _fetch(self, session: Session, count: int) -> list[int]:
        asked = text("SELECT nextval('movement_id_seq') FROM generate_series(1, :count)")
        return list(session.scalars(asked, {"count": count}))


_allocators: WeakKeyDictionary[Engine, _MovementIds] = WeakKeyDictionary()


def _allocator(session: Session) -> _MovementIds:
    return _allocators.setdefault(session.get_bind().engine, _MovementIds())


_known_lines: WeakKeyDictionary[Engine, set[Key]] = WeakKeyDictionary()
KNOWN_LINES_MOST = 200_000


def _opened(session: Session) -> set[Key]:
    """Balances this process has seen to have a committed row; rows are never deleted."""
    known = _known_lines.setdefault(session.get_bind().engine, set())
    if len(known) > KNOWN_LINES_MOST:
        known.clear()
    return known
