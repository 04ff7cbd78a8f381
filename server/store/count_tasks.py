"""Looks and recounts the system orders: one open per location and kind."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import case, exists, select, text, update
from sqlalchemy.orm import Session

from server.store.db import table_of, upsert
from server.store.models import Balance, CountTask, Position

BELOW_ZERO = "below_zero"
"""The one reason that can pass by itself."""

_task = table_of(CountTask).c


def order_tasks(session: Session, tasks: Sequence[dict[str, Any]]) -> None:
    """Add these tasks, in location order; a place that has one open of the kind gets no second,
    but that one is ours until we commit, so that nobody clears it without seeing our stock. One
    that only a negative balance had ordered stays for the other reason."""
    first = {(task["location_id"], task["kind"]): task for task in reversed(tasks)}
    rows = [{**first[key], "state": "open"} for key in sorted(first)]
    statement = upsert(session, CountTask).values(rows)
    passing = _task.reason == BELOW_ZERO
    reason = case((passing, statement.excluded.reason), else_=_task.reason)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["location_id", "kind"],
            index_where=text("state = 'open'"),
            set_={"reason": reason},
        )
    )


def clear_below_zero(session: Session, location_ids: Sequence[int], at: int) -> None:
    """End the looks that only a negative balance had ordered, where none is negative any more.

    They are locked first, for only a later statement sees the stock of whoever held them.
    """
    own = (
        _task.location_id.in_(location_ids),
        _task.state == "open",
        _task.reason == BELOW_ZERO,
    )
    session.execute(select(_task.id).where(*own).order_by(_task.location_id).with_for_update())
    negative = exists(
        select(Balance.item_id)
        .join(Position, Position.id == Balance.position_id)
        .where(Position.location_id == _task.location_id, Balance.on_hand < 0)
    )
    cleared = update(_task.id.table).where(*own, ~negative)
    session.execute(cleared.values(state="cleared", ended_at=at))
