"""What handhelds, desks and other systems said, once each, and what we answered."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from server.store.db import Model
from server.store.types import BigId, Instant


class Command(Model):
    """One command with its final answer, kept for ever: the id makes it apply at most once.

    body_hash: SHA-256 of the canonical whole command, so the same id with other content is seen.
    """

    __tablename__ = "command"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    type: Mapped[str]
    intent: Mapped[str]
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"))
    seq: Mapped[int | None] = mapped_column(BigId)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    body_hash: Mapped[str]
    body: Mapped[str] = mapped_column(Text)
    status: Mapped[str]
    answer: Mapped[str] = mapped_column(Text)
    occurred_at: Mapped[int] = mapped_column(Instant)
    uncertainty_ms: Mapped[int] = mapped_column(BigId, default=0)
    received_at: Mapped[int] = mapped_column(Instant)
    replaces: Mapped[UUID | None] = mapped_column(Uuid)
    request_id: Mapped[str] = mapped_column(default="")
    __table_args__ = (
        Index("uq_command_device_seq", "device_id", "seq", unique=True),
        Index("ix_command_received", "received_at"),
        Index(
            "ix_command_replaces",
            "replaces",
            sqlite_where=text("replaces IS NOT NULL"),
            postgresql_where=text("replaces IS NOT NULL"),
        ),
        CheckConstraint(
            "status in ('applied','applied_flagged','rejected')",
            name="status_final",
        ),
    )


class DeviceBoot(Model):
    """One page context of a device: its clock's offset is the least (received − mono) of its
    contacts (RULES 1)."""

    __tablename__ = "device_boot"
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"), primary_key=True)
    boot_id: Mapped[str] = mapped_column(primary_key=True)
    offset_ms: Mapped[int] = mapped_column(BigId)
    first_contact_at: Mapped[int] = mapped_column(Instant)
    last_contact_at: Mapped[int] = mapped_column(Instant)


class QuarantinedCommand(Model):
    """A command we do not trust yet (seq used twice, revoked pass or device); a supervisor decides.

    state: waiting | accepted | refused
    """

    __tablename__ = "quarantined_command"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    command_id: Mapped[UUID] = mapped_column(Uuid, unique=True)
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"))
    seq: Mapped[int] = mapped_column(BigId)
    reason: Mapped[str]
    command: Mapped[str] = mapped_column(Text)
    envelope: Mapped[str] = mapped_column(Text)
    received_at: Mapped[int] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(default="waiting")
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    decided_at: Mapped[int | None] = mapped_column(Instant)
    __table_args__ = (Index("ix_quarantined_command_device", "device_id", "state"),)


class LostRange(Model):
    """Commands of a device that will never come; the places around the gap get counted."""

    __tablename__ = "lost_range"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"))
    first_seq: Mapped[int] = mapped_column(BigId)
    last_seq: Mapped[int] = mapped_column(BigId)
    how: Mapped[str]
    declared_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    at: Mapped[int] = mapped_column(Instant)
    __table_args__ = (Index("ix_lost_range_device", "device_id", "first_seq"),)


class IdempotencyKey(Model):
    """The first answer to a POST that carried an Idempotency-Key; kept 30 days."""

    __tablename__ = "idempotency_key"
    principal: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[str]
    status: Mapped[int]
    answer: Mapped[str] = mapped_column(Text)
    at: Mapped[int] = mapped_column(Instant, index=True)


class UndoneCommand(Model):
    """A command was taken back, once: its primary key says so."""

    __tablename__ = "undone_command"
    command_id: Mapped[UUID] = mapped_column(ForeignKey("command.id"), primary_key=True)
    by_command_id: Mapped[UUID] = mapped_column(Uuid)
    how: Mapped[str]


class IssueReturn(Model):
    """A customer's return (`movement_id`) and the command that had issued the goods.

    issue_movement_id: the issue; None while it has not been recorded, and the return is valued at
    current cost until then.
    """

    __tablename__ = "issue_return"
    issue_command_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    movement_id: Mapped[int] = mapped_column(
        ForeignKey("movement.id", deferrable=True, initially="DEFERRED"), primary_key=True
    )
    issue_movement_id: Mapped[int | None] = mapped_column(
        ForeignKey("movement.id", deferrable=True, initially="DEFERRED")
    )
