"""Approved counts: the instants at which a place was known for sure."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from server.domain.counting import Anchor, Grain, Window
from server.store.db import table_of
from server.store.models import Count, CountAnchor
from server.store.prepared import Asked, Question

DOUBT_MOST_MS = 7 * 86_400_000
"""A count that is more doubtful than this binds as if it were only this doubtful."""

_count_anchor = table_of(CountAnchor).c
_count = table_of(Count).c
_SINCE = Question(
    select(table_of(CountAnchor), _count.uncertainty_ms)
    .join(_count.id.table, _count.id == _count_anchor.count_id)
    .where(_count_anchor.counted_at >= bindparam("since")),
    _count_anchor.location_id,
)
_COLUMNS = {name: at for at, name in enumerate([*_count_anchor.keys(), "uncertainty_ms"])}


def anchors_asked(location_ids: Sequence[int], since: int) -> Asked:
    """The approved counts of these locations that are not, for all their doubt, before `since`."""
    return _SINCE.about(location_ids, since=since - DOUBT_MOST_MS)


def anchors_of(rows: Iterable[Sequence[Any]]) -> dict[int, list[Anchor]]:
    """What was answered, by location."""
    found: dict[int, list[Anchor]] = {}
    for values in rows:
        row = {name: values[at] for name, at in _COLUMNS.items()}
        grain = Grain(row["item_id"], row["lot_id"], row["serial_id"], row["handling_unit_id"])
        window = Window(
            row["window_from"],
            row["counted_at"],
            row["device_id"],
            row["device_seq"],
            row["uncertainty_ms"],
        )
        anchor = Anchor(row["count_id"], grain if row["item_id"] else None, window)
        found.setdefault(row["location_id"], []).append(anchor)
    return found


def approval_of(session: Session, count_id: int) -> UUID:
    """The command by which an approved count was posted."""
    approval = session.scalar(select(Count.adjustment_command_id).where(Count.id == count_id))
    assert approval is not None
    return approval
