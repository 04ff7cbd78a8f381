"""What came back from customers, and the issues it belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, exists, select, update
from sqlalchemy.orm import Session

from server.store.db import table_of
from server.store.models import IssueReturn, Movement, Reversal

_link = table_of(IssueReturn).c
_movement = table_of(Movement).c


@dataclass(frozen=True, slots=True)
class CameBack:
    """One movement by which goods of an issue came back."""

    issue_command_id: UUID
    movement_id: int
    item_id: int
    quantity: Decimal
    value: Decimal
    to_position_id: int
    occurred_at: int


_CAME_BACK = (
    select(
        _link.issue_command_id,
        _movement.id,
        _movement.item_id,
        _movement.quantity,
        _movement.value,
        _movement.to_position_id,
        _movement.occurred_at,
    )
    .join(_movement.id.table, _movement.id == _link.movement_id)
    .order_by(_movement.id)
)


def waiting_returns(session: Session, issue_command_ids: Sequence[UUID]) -> list[CameBack]:
    """Those recorded before these issues, in the order they were recorded."""
    asked = _CAME_BACK.where(
        _link.issue_command_id.in_(issue_command_ids), _link.issue_movement_id.is_(None)
    )
    return _rows(session, asked)


def returns_of(session: Session, issue_command_id: UUID, issue_id: int) -> list[CameBack]:
    """All that came back of one issue, in the order it was recorded; undone returns left out."""
    undone = exists(select(Reversal.movement_id).where(Reversal.movement_id == _movement.id))
    asked = _CAME_BACK.where(
        _link.issue_command_id == issue_command_id, _link.issue_movement_id == issue_id, ~undone
    )
    return _rows(session, asked)


def link_issue(session: Session, back: CameBack, issue_id: int) -> None:
    """The issue a return waited for is this movement."""
    session.execute(
        update(_link.movement_id.table).where(*_is(back)).values(issue_movement_id=issue_id)
    )


def unlink_issue(session: Session, back: CameBack) -> None:
    """What a return waited for issued nothing to a customer."""
    session.execute(delete(_link.movement_id.table).where(*_is(back)))


def _is(back: CameBack) -> tuple[Any, ...]:
    return (
        _link.issue_command_id == back.issue_command_id,
        _link.movement_id == back.movement_id,
    )


def _rows(session: Session, asked: Select[Any]) -> list[CameBack]:
    return [CameBack(*row) for row in session.execute(asked)]
