"""Imports: saved column maps, batches, and what each changed so that it can be rolled back."""

from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from server.store.db import Model
from server.store.types import BigId, Instant


class ColumnMap(Model):
    """Which column of somebody's file is which field of ours; kind: items, locations, …"""

    __tablename__ = "column_map"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str]
    name: Mapped[str]
    columns: Mapped[dict[str, Any]] = mapped_column(JSON)
    changed_at: Mapped[int] = mapped_column(Instant)
    __table_args__ = (Index("uq_column_map_name", "kind", "name", unique=True),)


class ImportBatch(Model):
    """state: dry_run | applied | rolled_back.

    work: what is being done with it, part by part: applying | rolling_back; worked_at: when it was
    last touched; reached: how many rows of the file stand, or the last change that was restored.
    content: the file while it waits to be applied; columns: which of its columns is which field.
    content_hash: its SHA-256. wrong_rows: the file of the wrong rows with reasons.
    """

    __tablename__ = "import_batch"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    uid: Mapped[UUID] = mapped_column(Uuid, unique=True)
    kind: Mapped[str]
    file_name: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="dry_run")
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    new: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    same: Mapped[int] = mapped_column(default=0)
    wrong: Mapped[int] = mapped_column(default=0)
    command_id: Mapped[UUID | None] = mapped_column(Uuid)
    columns: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    content_hash: Mapped[str]
    wrong_rows: Mapped[bytes | None] = mapped_column(LargeBinary)
    work: Mapped[str | None]
    worked_at: Mapped[int | None] = mapped_column(Instant)
    reached: Mapped[int] = mapped_column(BigId, default=0)
    created_at: Mapped[int] = mapped_column(Instant)
    rolled_back_at: Mapped[int | None] = mapped_column(Instant)
    __table_args__ = (
        CheckConstraint("state in ('dry_run','applied','rolled_back')", name="state"),
    )


class ImportChange(Model):
    """One row a batch made or changed: what it was before (None: it was new)."""

    __tablename__ = "import_change"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id"), index=True)
    table_name: Mapped[str]
    row_id: Mapped[str]
    before: Mapped[str | None] = mapped_column(Text)
    after: Mapped[str] = mapped_column(Text)
