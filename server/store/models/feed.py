"""The change feed and the marks of what must be recalculated."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from server.store.db import Model
from server.store.types import BigId, Instant


class PendingFeed(Model):
    """Written in the transaction of the change; the relay moves it into the numbered feed."""

    __tablename__ = "pending_feed"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    topic: Mapped[str]
    site_id: Mapped[int | None] = mapped_column(BigId)
    command_id: Mapped[UUID | None] = mapped_column(Uuid)
    user_id: Mapped[int | None] = mapped_column(BigId)
    device_id: Mapped[int | None] = mapped_column(BigId)
    request_id: Mapped[str] = mapped_column(default="")
    at: Mapped[int] = mapped_column(Instant)
    payload: Mapped[str] = mapped_column(Text)


class Feed(Model):
    """Numbered without gaps by the one relay; hash = SHA-256(previous hash ‖ canonical row)."""

    __tablename__ = "feed"
    seq: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    topic: Mapped[str]
    site_id: Mapped[int | None] = mapped_column(BigId)
    command_id: Mapped[UUID | None] = mapped_column(Uuid)
    user_id: Mapped[int | None] = mapped_column(BigId)
    device_id: Mapped[int | None] = mapped_column(BigId)
    request_id: Mapped[str] = mapped_column(default="")
    at: Mapped[int] = mapped_column(Instant)
    payload: Mapped[str] = mapped_column(Text)
    hash: Mapped[str]
    __table_args__ = (Index("ix_feed_topic", "topic", "seq"),)


class Recalculation(Model):
    """A movement does wanted + 1; the job sets done = the wanted it read. Never deleted.

    wanted_at: since when it has been due; request_id: who asked last, for the job's log lines.
    flowed: the `wanted` of which the day's stock flows were derived, by a job of their own.
    """

    __tablename__ = "recalculation"
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), primary_key=True)
    day: Mapped[Any] = mapped_column(Date, primary_key=True)
    wanted: Mapped[int] = mapped_column(BigId, default=1)
    done: Mapped[int] = mapped_column(BigId, default=0)
    flowed: Mapped[int] = mapped_column(BigId, default=0, server_default="0")
    wanted_at: Mapped[int] = mapped_column(Instant)
    request_id: Mapped[str] = mapped_column(default="")
    __table_args__ = (
        Index(
            "ix_recalculation_due",
            "wanted_at",
            sqlite_where=text("done < wanted"),
            postgresql_where=text("done < wanted"),
        ),
        Index(
            "ix_recalculation_flow_due",
            "item_id",
            "site_id",
            "day",
            sqlite_where=text("flowed < wanted"),
            postgresql_where=text("flowed < wanted"),
        ),
        CheckConstraint("done <= wanted", name="done_within"),
    )
