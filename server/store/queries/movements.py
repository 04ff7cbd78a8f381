"""Movements as the ledger has them."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.store.models import Movement, Reversal

_FLOW = (
    Movement.id,
    Movement.command_id,
    Movement.kind,
    Movement.item_id,
    Movement.lot_id,
    Movement.serial_id,
    Movement.quantity,
    Movement.second_quantity,
    Movement.from_position_id,
    Movement.to_position_id,
    Movement.value,
    Movement.cogs,
    Movement.occurred_at,
    Movement.uncertainty_ms,
    Movement.device_id,
    Movement.device_seq,
    Movement.document,
)


def flows_of(session: Session, movement_ids: Iterable[int]) -> list[dict[str, Any]]:
    """What went from where to where, by movement id."""
    return _rows(session, Movement.id.in_(sorted(set(movement_ids))))


def flows_of_command(session: Session, command_id: UUID) -> list[dict[str, Any]]:
    """The movements of one command in the order they were posted."""
    return _rows(session, Movement.command_id == command_id)


def flows_after(
    session: Session,
    item_ids: Sequence[int],
    position_ids: Sequence[int],
    after: int,
    doubt_ms: int = 0,
) -> list[dict[str, Any]]:
    """Movements of these items in or out of these positions whose time lies at or after an
    instant, or may do so within their doubt, as far as that is no more than `doubt_ms`."""
    touching = Movement.from_position_id.in_(position_ids) | Movement.to_position_id.in_(
        position_ids
    )
    return _rows(
        session,
        Movement.item_id.in_(item_ids),
        Movement.occurred_at >= after - doubt_ms,
        Movement.occurred_at + (Movement.uncertainty_ms if doubt_ms else 0) >= after,
        touching,
    )


def is_reversed(session: Session, movement_ids: Sequence[int]) -> bool:
    """Whether any of these was taken back already."""
    asked = select(Reversal.movement_id).where(Reversal.movement_id.in_(movement_ids)).limit(1)
    return session.scalar(asked) is not None


def _rows(session: Session, *conditions: Any) -> list[dict[str, Any]]:
    asked = select(*_FLOW).where(*conditions).order_by(Movement.id)
    return [dict(row) for row in session.execute(asked).mappings()]
