"""The exceptions inbox: what was flagged, refused or is out of order, until it is resolved."""

from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from server.store.db import Model
from server.store.types import BigId, Instant


class ExceptionCase(Model):
    """One exception. source, code, weight: server/domain/exceptions.py.

    key: which thing of its source it is about; standing: whether its cause is still there (of a
    command: always), so that what somebody resolved is not opened again for the same cause.
    facts: codes and figures to show. resolved_by None: it cleared itself.
    """

    __tablename__ = "exception_case"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    source: Mapped[str]
    key: Mapped[str]
    code: Mapped[str]
    weight: Mapped[str]
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    item_id: Mapped[int | None] = mapped_column(ForeignKey("item.id"))
    location_id: Mapped[int | None] = mapped_column(ForeignKey("location.id"))
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    command_id: Mapped[UUID | None] = mapped_column(Uuid)
    occurred_at: Mapped[int] = mapped_column(Instant)
    opened_at: Mapped[int] = mapped_column(Instant)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(default="open")
    standing: Mapped[bool] = mapped_column(default=True)
    resolved_at: Mapped[int | None] = mapped_column(Instant)
    resolved_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    reason: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)
    __table_args__ = (
        Index(
            "uq_exception_case_standing",
            "source",
            "key",
            unique=True,
            sqlite_where=text("standing"),
            postgresql_where=text("standing"),
        ),
        Index("ix_exception_case_state", "state", "id"),
        CheckConstraint("state in ('open','resolved')", name="state"),
        CheckConstraint("weight in ('act','look','note')", name="weight"),
    )
