"""Looks and recounts the system orders: one open per location and kind."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import exists, select, text, update
from sqlalchemy.orm import Session

from server.store.db import upsert
from server.store.models import Balance, CountTask, Position


def order_tasks(session: Session, tasks: Sequence[dict[str, Any]]) -> None:
    """Add these tasks, in location order; a place that has one open of the kind gets no second."""
    first = {(task["location_id"], task["kind"]): task for task in reversed(tasks)}
    rows = [{**first[key], "state": "open"} for key in sorted(first)]
    session.execute(
        upsert(session, CountTask)
        .values(rows)
        .on_conflict_do_nothing(
            index_elements=["location_id", "kind"], index_where=text("state = 'open'")
        )
    )


def clear_below_zero(session: Session, location_ids: Sequence[int], at: int) -> None:
    """End the looks that only a negative balance had ordered, where none is negative any more."""
    negative = exists(
        select(Balance.item_id)
        .join(Position, Position.id == Balance.position_id)
        .where(Position.location_id == CountTask.location_id, Balance.on_hand < 0)
    )
    session.execute(
        update(CountTask)
        .where(
            CountTask.location_id.in_(location_ids),
            CountTask.state == "open",
            CountTask.reason == "below_zero",
            ~negative,
        )
        .values(state="cleared", ended_at=at)
        .execution_options(synchronize_session=False)
    )
