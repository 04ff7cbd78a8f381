"""Documents: what is to come in, go out or move, line by line, and how far it has come."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, LargeBinary, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from server.store.db import Model
from server.store.types import BigId, Instant, Money, Quantity


class Customer(Model):
    """Whom we deliver to. minimum_days_left: what they get must keep at least so long."""

    __tablename__ = "customer"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    code: Mapped[str]
    code_key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(default="")
    contact: Mapped[str] = mapped_column(default="")
    minimum_days_left: Mapped[int | None]
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[int] = mapped_column(Instant)
    retired_at: Mapped[int | None] = mapped_column(Instant)


class Document(Model):
    """The head of a document.

    site_id: where it is done; for a transfer, where goods leave (to_site_id: where they arrive).
    number: our own, unique in the house. external_number: the partner's own, as they write it;
    external_key: the same to compare by, "" once the document was closed without anything done.
    partner_id: the supplier's or the customer's id, 0 for none.
    origin_id: the order a receipt or an issue fulfils, or what a return returns.
    state: draft | approved | in_progress | done | closed.
    """

    __tablename__ = "document"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str]
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    to_site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    number: Mapped[str]
    number_key: Mapped[str] = mapped_column(unique=True)
    external_number: Mapped[str] = mapped_column(default="")
    external_key: Mapped[str] = mapped_column(default="")
    supplier_id: Mapped[int | None] = mapped_column(ForeignKey("supplier.id"))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"))
    partner_id: Mapped[int] = mapped_column(BigId, default=0)
    mode: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    origin_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    document_date: Mapped[Any] = mapped_column(Date)
    due_date: Mapped[Any | None] = mapped_column(Date)
    remarks: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="draft")
    version: Mapped[int] = mapped_column(default=1)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[int] = mapped_column(Instant)
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    approved_at: Mapped[int | None] = mapped_column(Instant)
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    closed_at: Mapped[int | None] = mapped_column(Instant)
    close_reason: Mapped[str] = mapped_column(default="")
    changed_at: Mapped[int] = mapped_column(Instant)
    __table_args__ = (
        CheckConstraint(
            "state in ('draft','approved','in_progress','done','closed')", name="state"
        ),
        CheckConstraint("mode in ('','direct','stepwise')", name="mode"),
        Index("ix_document_site", "site_id", "state", "kind"),
        Index("ix_document_to_site", "to_site_id", "state"),
        Index("ix_document_origin", "origin_id"),
        Index(
            "uq_document_external",
            "kind",
            "partner_id",
            "external_key",
            unique=True,
            sqlite_where=text("external_key <> ''"),
            postgresql_where=text("external_key <> ''"),
        ),
        Index("ix_document_external_key", "external_key"),
    )


class DocumentLine(Model):
    """What of one item is wanted, and how far it has come; quantities in base units.

    packaging_id: how it was written (quantity is a multiple of it or not); price: of a base unit.
    lot, expires_on: which lot is wished for; for what leaves, expires_on is the least it must keep.
    location_id: where it goes to or comes from; to_location_id: where a transfer arrives.
    over_percent, under_percent: tolerances, None: those of the settings.
    done: received, picked, issued (transfers: shipped); arrived: out of the house or, for
    transfers, received; rejected: of what was done, damaged; short: what could not be picked.
    """

    __tablename__ = "document_line"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    line: Mapped[int]
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"))
    quantity: Mapped[Decimal] = mapped_column(Quantity)
    packaging_id: Mapped[int | None] = mapped_column(ForeignKey("packaging.id"))
    price: Mapped[Decimal | None] = mapped_column(Money)
    lot: Mapped[str] = mapped_column(default="")
    expires_on: Mapped[Any | None] = mapped_column(Date)
    location_id: Mapped[int | None] = mapped_column(ForeignKey("location.id"))
    to_location_id: Mapped[int | None] = mapped_column(ForeignKey("location.id"))
    over_percent: Mapped[Decimal | None] = mapped_column(Quantity)
    under_percent: Mapped[Decimal | None] = mapped_column(Quantity)
    remarks: Mapped[str] = mapped_column(default="")
    origin_line_id: Mapped[int | None] = mapped_column(ForeignKey("document_line.id"))
    reservation_id: Mapped[int | None] = mapped_column(ForeignKey("reservation.id"))
    done: Mapped[Decimal] = mapped_column(Quantity, default=Decimal(0))
    arrived: Mapped[Decimal] = mapped_column(Quantity, default=Decimal(0))
    rejected: Mapped[Decimal] = mapped_column(Quantity, default=Decimal(0))
    short: Mapped[Decimal] = mapped_column(Quantity, default=Decimal(0))
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        Index("uq_document_line", "document_id", "line", unique=True),
        Index("ix_document_line_item", "item_id"),
        Index("ix_document_line_origin", "origin_line_id"),
        Index("ix_document_line_reservation", "reservation_id"),
    )


class DocumentMovement(Model):
    """How much of a movement counts for which line; what was undone counts no more.

    A line's progress is the sum of these, and of those of lines it is the origin of.
    """

    __tablename__ = "document_movement"
    movement_id: Mapped[int] = mapped_column(
        ForeignKey("movement.id", deferrable=True, initially="DEFERRED"), primary_key=True
    )
    line_id: Mapped[int] = mapped_column(ForeignKey("document_line.id"), primary_key=True)
    done: Mapped[Decimal] = mapped_column(Quantity, default=Decimal(0))
    arrived: Mapped[Decimal] = mapped_column(Quantity, default=Decimal(0))
    rejected: Mapped[Decimal] = mapped_column(Quantity, default=Decimal(0))
    undone: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (Index("ix_document_movement_line", "line_id"),)


class DocumentShort(Model):
    """Somebody stood at the place and could not pick this much of a line."""

    __tablename__ = "document_short"
    command_id: Mapped[UUID] = mapped_column(
        ForeignKey("command.id", deferrable=True, initially="DEFERRED"), primary_key=True
    )
    line_id: Mapped[int] = mapped_column(ForeignKey("document_line.id"))
    quantity: Mapped[Decimal] = mapped_column(Quantity)
    released: Mapped[Decimal] = mapped_column(Quantity, default=Decimal(0))
    reason: Mapped[str] = mapped_column(default="")
    undone: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (Index("ix_document_short_line", "line_id"),)


class DocumentAttachment(Model):
    """A file with a document: a delivery note, a photo of the damage."""

    __tablename__ = "document_attachment"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    uid: Mapped[UUID] = mapped_column(Uuid, unique=True)
    file_name: Mapped[str]
    media_type: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    size_bytes: Mapped[int]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    at: Mapped[int] = mapped_column(Instant)
    retired_at: Mapped[int | None] = mapped_column(Instant)
    __table_args__ = (Index("ix_document_attachment_document", "document_id"),)


class DocumentNumber(Model):
    """The last number handed out of one series ("PO-2611-{n}")."""

    __tablename__ = "document_number"
    series: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int] = mapped_column(BigId)
