"""Counts: what was seen, what it differs by, who decided, and the looks the system ordered."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from server.store.db import Model
from server.store.types import BigId, Instant, Money, Quantity


class Count(Model):
    """One count of one location: counting → finished → approved | refused.

    uid is made by the counter's device. whole: unseen keys count as zero (RULES 9), else the count
    was closed "only what I scanned". Window = [first_at, counted_at], widened by uncertainty_ms:
    the greatest doubt of its lines and its end.
    """

    __tablename__ = "count"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    uid: Mapped[UUID] = mapped_column(Uuid, unique=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    location_id: Mapped[int] = mapped_column(ForeignKey("location.id"))
    task_id: Mapped[int | None] = mapped_column(ForeignKey("count_task.id"))
    state: Mapped[str] = mapped_column(default="counting")
    whole: Mapped[bool] = mapped_column(default=True)
    first_at: Mapped[int] = mapped_column(Instant)
    counted_at: Mapped[int | None] = mapped_column(Instant)
    uncertainty_ms: Mapped[int] = mapped_column(BigId, default=0)
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"))
    device_seq: Mapped[int | None] = mapped_column(BigId)
    started_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    finished_at: Mapped[int | None] = mapped_column(Instant)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    decided_at: Mapped[int | None] = mapped_column(Instant)
    decision: Mapped[str] = mapped_column(default="")
    adjustment_command_id: Mapped[UUID | None] = mapped_column(ForeignKey("command.id"))
    version: Mapped[int] = mapped_column(default=1)
    __table_args__ = (
        Index("ix_count_location", "location_id", "counted_at"),
        Index("ix_count_state", "site_id", "state"),
        CheckConstraint("state in ('counting','finished','approved','refused')", name="state"),
        CheckConstraint("decided_by is null or decided_by <> started_by", name="four_eyes"),
    )


class CountParticipant(Model):
    """One person has one role in one count: counter | recounter | approver."""

    __tablename__ = "count_participant"
    count_id: Mapped[int] = mapped_column(ForeignKey("count.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    role: Mapped[str]


class CountLine(Model):
    """The total one person saw of one key in one attempt; a later one replaces it (RULES 8)."""

    __tablename__ = "count_line"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    count_id: Mapped[int] = mapped_column(ForeignKey("count.id"))
    attempt: Mapped[int] = mapped_column(default=1)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"))
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    serial_id: Mapped[int] = mapped_column(ForeignKey("serial.id"))
    handling_unit_id: Mapped[int] = mapped_column(ForeignKey("handling_unit.id"))
    counted: Mapped[Decimal] = mapped_column(Quantity)
    first_at: Mapped[int] = mapped_column(Instant)
    last_at: Mapped[int] = mapped_column(Instant)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    seq: Mapped[int] = mapped_column(BigId, default=0)
    expected: Mapped[Decimal | None] = mapped_column(Quantity)
    variance: Mapped[Decimal | None] = mapped_column(Quantity)
    value: Mapped[Decimal | None] = mapped_column(Money)
    __table_args__ = (
        UniqueConstraint(
            "count_id", "attempt", "item_id", "lot_id", "serial_id", "handling_unit_id"
        ),
        CheckConstraint("counted >= 0", name="counted_not_negative"),
    )


class CountAnchor(Model):
    """An approved count fixes its keys at counted_at; late movements are cancelled there.

    item_id 0: every key of the location (a count closed whole); else just that key. A key that a
    whole count saw has a row of its own as well, as its own last observation may be earlier.
    window_from: first observation; a movement whose doubt touches [window_from, counted_at] is
    never corrected but counted anew (RULES 12).
    """

    __tablename__ = "count_anchor"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    count_id: Mapped[int] = mapped_column(ForeignKey("count.id"))
    location_id: Mapped[int] = mapped_column(ForeignKey("location.id"))
    item_id: Mapped[int] = mapped_column(BigId)
    lot_id: Mapped[int] = mapped_column(BigId)
    serial_id: Mapped[int] = mapped_column(BigId)
    handling_unit_id: Mapped[int] = mapped_column(BigId)
    window_from: Mapped[int] = mapped_column(Instant)
    counted_at: Mapped[int] = mapped_column(Instant)
    device_id: Mapped[int] = mapped_column(BigId, default=0)
    device_seq: Mapped[int] = mapped_column(BigId, default=0)
    __table_args__ = (Index("ix_count_anchor_location", "location_id", "counted_at"),)


class CountTask(Model):
    """A look (ordered by the system) or recount of one place; one open per location and kind.

    causes: the codes of what ordered it, in words for whoever goes there.
    """

    __tablename__ = "count_task"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(default="look")
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    location_id: Mapped[int] = mapped_column(ForeignKey("location.id"))
    item_id: Mapped[int | None] = mapped_column(ForeignKey("item.id"))
    reason: Mapped[str]
    state: Mapped[str] = mapped_column(default="open")
    ordered_at: Mapped[int] = mapped_column(Instant)
    command_id: Mapped[Any | None] = mapped_column(Uuid)
    ended_at: Mapped[int | None] = mapped_column(Instant)
    __table_args__ = (
        Index(
            "uq_count_task_open",
            "location_id",
            "kind",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_count_task_site", "site_id", "state"),
        CheckConstraint("kind in ('look','recount','count')", name="kind"),
        CheckConstraint("state in ('open','done','cleared')", name="state"),
    )
