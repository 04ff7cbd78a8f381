"""Approved counts: the instants at which a place was known for sure."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.counting import Anchor, Grain, Window
from server.store.db import table_of
from server.store.models import Count, CountAnchor

_count_anchor = table_of(CountAnchor).c


def anchors_at(
    session: Session, location_ids: Sequence[int], since: int
) -> dict[int, list[Anchor]]:
    """The approved counts of these locations whose counted_at is not before `since`."""
    found: dict[int, list[Anchor]] = {}
    rows = session.execute(
        select(table_of(CountAnchor)).where(
            _count_anchor.location_id.in_(location_ids), _count_anchor.counted_at >= since
        )
    )
    for row in rows:
        grain = Grain(row.item_id, row.lot_id, row.serial_id, row.handling_unit_id)
        window = Window(row.window_from, row.counted_at, row.device_id, row.device_seq)
        anchor = Anchor(row.count_id, grain if row.item_id else None, window)
        found.setdefault(row.location_id, []).append(anchor)
    return found


def approval_of(session: Session, count_id: int) -> UUID:
    """The command by which an approved count was posted."""
    approval = session.scalar(select(Count.adjustment_command_id).where(Count.id == count_id))
    assert approval is not None
    return approval
