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

_count_anchor = table_of(CountAnchor).c


_SINCE = Question(
    select(table_of(CountAnchor)).where(_count_anchor.counted_at >= bindparam("since")),
    _count_anchor.location_id,
)
_COLUMNS = {name: at for at, name in enumerate(_count_anchor.keys())}


def anchors_asked(location_ids: Sequence[int], since: int) -> Asked:
    """The approved counts of these locations whose counted_at is not before `since`."""
    return _SINCE.about(location_ids, since=since)


def anchors_of(rows: Iterable[Sequence[Any]]) -> dict[int, list[Anchor]]:
    """What was answered, by location."""
    found: dict[int, list[Anchor]] = {}
    for values in rows:
        row = {name: values[at] for name, at in _COLUMNS.items()}
        grain = Grain(row["item_id"], row["lot_id"], row["serial_id"], row["handling_unit_id"])
        window = Window(row["window_from"], row["counted_at"], row["device_id"], row["device_seq"])
        anchor = Anchor(row["count_id"], grain if row["item_id"] else None, window)
        found.setdefault(row["location_id"], []).append(anchor)
    return found


def approval_of(session: Session, count_id: int) -> UUID:
    """The command by which an approved count was posted."""
    approval = session.scalar(select(Count.adjustment_command_id).where(Count.id == count_id))
    assert approval is not None
    return approval
