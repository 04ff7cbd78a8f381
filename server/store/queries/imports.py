"""Imports and saved column maps, as lists."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.store.models import ColumnMap, ImportBatch, User
from server.store.queries.records import Listing, Record

STATE = func.coalesce(ImportBatch.work, ImportBatch.state)
"""What people are told: what is being done with it, else what it is."""

IMPORT_LIST = Listing(
    select(
        ImportBatch.id,
        ImportBatch.uid,
        ImportBatch.kind,
        ImportBatch.file_name,
        STATE.label("state"),
        ImportBatch.new,
        ImportBatch.changed,
        ImportBatch.same,
        ImportBatch.wrong,
        ImportBatch.reached,
        ImportBatch.user_id,
        User.name.label("user"),
        ImportBatch.created_at,
        ImportBatch.rolled_back_at,
    ).outerjoin(User, User.id == ImportBatch.user_id),
    (ImportBatch.id,),
    filters={
        "kind": lambda kind: ImportBatch.kind == kind,
        "state": STATE.__eq__,
        "uid": lambda uid: ImportBatch.uid == uid,
        "user_id": lambda user_id: ImportBatch.user_id == user_id,
    },
)


def wrong_rows_of(session: Session, uid: UUID) -> tuple[str, bytes | None] | None:
    """(file name, file of the wrong rows) of an import."""
    row: Any = session.execute(
        select(ImportBatch.file_name, ImportBatch.wrong_rows).where(ImportBatch.uid == uid)
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def column_maps(session: Session, kind: str | None = None) -> Sequence[Record]:
    """Saved column maps, by kind and name."""
    wanted = select(ColumnMap.kind, ColumnMap.name, ColumnMap.columns, ColumnMap.changed_at)
    if kind is not None:
        wanted = wanted.where(ColumnMap.kind == kind)
    rows = session.execute(wanted.order_by(ColumnMap.kind, ColumnMap.name))
    return [dict(row._mapping) for row in rows]


def column_map(session: Session, kind: str, name: str) -> dict[str, str] | None:
    """One saved map's {header: field}."""
    wanted = select(ColumnMap.columns).where(ColumnMap.kind == kind, ColumnMap.name == name)
    return session.scalar(wanted)
