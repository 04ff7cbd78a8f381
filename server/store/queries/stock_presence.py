"""Whether stock still stands somewhere: what must be empty before it may be retired."""

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from server.store.models import Balance, Position


def stands_in_stock(session: Session, *where: ColumnElement[bool]) -> bool:
    """Whether any balance ≠ 0 meets the conditions on `Balance` and `Position`."""
    rows = select(Balance.item_id).join(Position, Position.id == Balance.position_id)
    return bool(session.scalar(select(exists(rows.where(Balance.on_hand != 0, *where)))))
