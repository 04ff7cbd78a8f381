"""What later knowledge has changed about the cost of movements."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.domain.numbers import ZERO
from server.store.db import table_of
from server.store.models import Movement, Position, Revaluation, Reversal

KEYS_MOST = 500

_movement = table_of(Movement).c
_revaluation = table_of(Revaluation).c
_position = table_of(Position).c
_reversal = table_of(Reversal).c


@dataclass(frozen=True, slots=True)
class Corrections:
    """Of one movement: the pool's value and cost of goods sold corrected since as shortages were
    covered; what later prices and landed cost made of it; what a return gained (and the cost of
    goods sold lost) when its issue was recorded."""

    value: Decimal = ZERO
    cogs: Decimal = ZERO
    price: Decimal = ZERO
    landed: Decimal = ZERO
    returned: Decimal = ZERO
    priced: bool = False

    @property
    def prices(self) -> Decimal:
        """All that made the movement itself dearer or cheaper."""
        return self.price + self.landed


@dataclass(frozen=True, slots=True)
class Receipt:
    """A movement as revaluing it needs to see it. source_kind: of the location it came from."""

    id: int
    kind: str
    source_kind: str
    item_id: int
    quantity: Decimal
    value: Decimal
    estimated: bool
    to_position_id: int
    site_id: int
    occurred_at: int
    reversed: bool


def corrections_of(session: Session, movement_id: int) -> Corrections:
    """Everything that has corrected this movement so far."""
    return corrections_of_many(session, [movement_id]).get(movement_id, Corrections())


def corrections_of_many(session: Session, movement_ids: Sequence[int]) -> dict[int, Corrections]:
    """The same for those of these movements that were corrected at all."""
    found: dict[int, list[Any]] = {}
    for start in range(0, len(movement_ids), KEYS_MOST):
        chunk = movement_ids[start : start + KEYS_MOST]
        rows = session.execute(
            select(
                _revaluation.corrects_movement_id,
                _revaluation.kind,
                func.sum(_revaluation.value),
                func.sum(_revaluation.cogs),
            )
            .where(_revaluation.corrects_movement_id.in_(chunk))
            .group_by(_revaluation.corrects_movement_id, _revaluation.kind)
        )
        for movement_id, *sums in rows:
            found.setdefault(movement_id, []).append(sums)
    return {movement_id: _corrections(rows) for movement_id, rows in found.items()}


def _corrections(rows: Iterable[Any]) -> Corrections:
    value = cogs = ZERO
    prices: dict[str, Decimal] = {}
    returned = ZERO
    for kind, total, sold in rows:
        if kind in ("price", "landed_cost"):
            prices[kind] = total + sold
        elif kind == "return":
            returned = total
        else:
            value, cogs = value + total, cogs + sold
    price, landed = prices.get("price", ZERO), prices.get("landed_cost", ZERO)
    return Corrections(value, cogs, price, landed, returned, "price" in prices)


def receipt_by_id(session: Session, movement_id: int) -> Receipt | None:
    """One movement into stock."""
    source = table_of(Position).alias("source")
    row = session.execute(
        select(
            _movement.id,
            _movement.kind,
            source.c.kind,
            _movement.item_id,
            _movement.quantity,
            _movement.value,
            _movement.estimated,
            _movement.to_position_id,
            _position.site_id,
            _movement.occurred_at,
            _reversal.movement_id.is_not(None),
        )
        .join(source, source.c.id == _movement.from_position_id)
        .join(_position.id.table, _position.id == _movement.to_position_id)
        .outerjoin(_reversal.movement_id.table, _reversal.movement_id == _movement.id)
        .where(_movement.id == movement_id)
    ).one_or_none()
    return Receipt(*row) if row else None
