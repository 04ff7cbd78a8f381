"""What runs by the clock, and what has left as files."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.orm import Mapped, mapped_column

from server.store.db import Model
from server.store.types import BigId, Instant


class ReportSchedule(Model):
    """A report that runs by the clock: which, with what filters, when, and who gets it.

    days: "daily", "mon" … "sun", or the day of the month "1" … "31" (the last one if it has
    fewer). at: "HH:MM" in time_zone. channel_ids: who gets it; none: whoever subscribed to reports.
    It sees what user_id, who made it, may see when it runs.
    """

    __tablename__ = "report_schedule"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str]
    report: Mapped[str]
    filters: Mapped[dict[str, Any]] = mapped_column(JSON)
    format: Mapped[str]
    language: Mapped[str] = mapped_column(default="zh")
    days: Mapped[str]
    at: Mapped[str]
    time_zone: Mapped[str]
    channel_ids: Mapped[list[int]] = mapped_column(JSON)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    next_due_at: Mapped[int | None] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[int] = mapped_column(Instant)
    retired_at: Mapped[int | None] = mapped_column(Instant)
    __table_args__ = (
        Index("ix_report_schedule_due", "next_due_at"),
        CheckConstraint("format in ('csv','xlsx')", name="format"),
    )


class ReportRun(Model):
    """One run of a schedule for one due time: its primary purpose is that there is only one.

    state: running | done | failed. started_at: when somebody last began it. content: the file,
    compressed; error: the code of what went wrong.
    """

    __tablename__ = "report_run"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    schedule_id: Mapped[int] = mapped_column(ForeignKey("report_schedule.id"))
    due_at: Mapped[int] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(default="running")
    started_at: Mapped[int] = mapped_column(Instant)
    ended_at: Mapped[int | None] = mapped_column(Instant)
    tries: Mapped[int] = mapped_column(default=1)
    file_name: Mapped[str] = mapped_column(default="")
    has_cost: Mapped[bool] = mapped_column(default=False)
    site_ids: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    error: Mapped[str] = mapped_column(default="")
    __table_args__ = (
        UniqueConstraint("schedule_id", "due_at"),
        CheckConstraint("state in ('running','done','failed')", name="state"),
    )


class ExportProfile(Model):
    """ "New since last export" for one other system: what leaves, under which headers.

    columns: [{"header": …, "field": …} or {"header": …, "text": …}], in order.
    last_seq: all of the change feed up to here has left; what came later is new.
    """

    __tablename__ = "export_profile"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str]
    name_key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    format: Mapped[str]
    columns: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    last_seq: Mapped[int] = mapped_column(BigId, default=0)
    last_number: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[int] = mapped_column(Instant)
    retired_at: Mapped[int | None] = mapped_column(Instant)
    __table_args__ = (
        CheckConstraint("kind in ('movements','count_differences')", name="kind"),
        CheckConstraint("format in ('csv','xlsx')", name="format"),
    )


class ExportBatch(Model):
    """What left at one time, with the very file."""

    __tablename__ = "export_batch"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    profile_id: Mapped[int] = mapped_column(ForeignKey("export_profile.id"))
    number: Mapped[int]
    first_movement_id: Mapped[int] = mapped_column(BigId)
    last_movement_id: Mapped[int] = mapped_column(BigId)
    rows: Mapped[int]
    has_cost: Mapped[bool]
    site_ids: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))
    file_name: Mapped[str]
    content_hash: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    at: Mapped[int] = mapped_column(Instant)
    __table_args__ = (UniqueConstraint("profile_id", "number"),)


class ExportLine(Model):
    """A movement leaves once per profile: its primary key says so."""

    __tablename__ = "export_line"
    profile_id: Mapped[int] = mapped_column(ForeignKey("export_profile.id"), primary_key=True)
    movement_id: Mapped[int] = mapped_column(ForeignKey("movement.id"), primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("export_batch.id"))
    __table_args__ = (Index("ix_export_line_batch", "batch_id"), {"sqlite_with_rowid": False})


class MonthEndPack(Model):
    """The workbook of a month that was closed, or of one that is about to be.

    state: wanted | done | failed. checklist: what the check of the month said when it was made.
    """

    __tablename__ = "month_end_pack"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    uid: Mapped[UUID] = mapped_column(Uuid, unique=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date] = mapped_column(Date)
    period_id: Mapped[int | None] = mapped_column(ForeignKey("period.id"))
    language: Mapped[str] = mapped_column(default="zh")
    state: Mapped[str] = mapped_column(default="wanted")
    started_at: Mapped[int | None] = mapped_column(Instant)
    checklist: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    file_name: Mapped[str] = mapped_column(default="")
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    error: Mapped[str] = mapped_column(default="")
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    at: Mapped[int] = mapped_column(Instant)
    __table_args__ = (
        Index("ix_month_end_pack_site", "site_id", "id"),
        Index("ix_month_end_pack_state", "state"),
        CheckConstraint("state in ('wanted','done','failed')", name="state"),
    )
