"""What is printed: designs, number ranges, printers, the print queue, and how labels scan."""

from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from server.store.db import Model
from server.store.types import BigId, Instant


class LabelDesign(Model):
    """One version of a design that was edited here; the shipped ones come from labels/.

    body: the design's document. A name that is retired is the shipped design again, or none.
    """

    __tablename__ = "label_design"
    name: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    at: Mapped[int] = mapped_column(Instant)
    retired_at: Mapped[int | None] = mapped_column(Instant)


class NumberRange(Model):
    """Numbers given out one after the other: next … last, under a prefix.

    kind: sscc (prefix: the owner's GS1 company prefix, extension: a digit) | lpn | serial (of one
    item). item_id 0: of no item. digits: of the number itself, after the prefix.
    """

    __tablename__ = "number_range"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str]
    owner_id: Mapped[int] = mapped_column(ForeignKey("owner.id"))
    item_id: Mapped[int] = mapped_column(BigId, default=0)
    prefix: Mapped[str]
    extension: Mapped[str] = mapped_column(default="")
    digits: Mapped[int]
    next: Mapped[int] = mapped_column(BigId)
    last: Mapped[int] = mapped_column(BigId)
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[int] = mapped_column(Instant)
    retired_at: Mapped[int | None] = mapped_column(Instant)
    __table_args__ = (
        Index("uq_number_range_prefix", "kind", "item_id", "prefix", "extension", unique=True),
        CheckConstraint("kind in ('sscc','lpn','serial')", name="kind"),
        CheckConstraint("next <= last + 1", name="next_within"),
    )


class HandedNumber(Model):
    """A number that was given out; its key keeps it from being given out again, whatever a range
    says. free_at: an LPN whose unit was closed, which may be used anew."""

    __tablename__ = "handed_number"
    kind: Mapped[str] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(BigId, primary_key=True, default=0)
    code: Mapped[str] = mapped_column(primary_key=True)
    range_id: Mapped[int] = mapped_column(ForeignKey("number_range.id"))
    at: Mapped[int] = mapped_column(Instant)
    free_at: Mapped[int | None] = mapped_column(Instant)
    __table_args__ = (
        Index(
            "ix_handed_number_free",
            "range_id",
            "free_at",
            sqlite_where=text("free_at IS NOT NULL"),
            postgresql_where=text("free_at IS NOT NULL"),
        ),
    )


class Printer(Model):
    """A printer of a label station, as its agent reported it and people set it up.

    user_id: the station. language: zpl | tspl | pdf. media: what is in it (None: not said yet):
    name, width_mm, height_mm and the settings of labels.Media.
    """

    __tablename__ = "printer"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    name: Mapped[str]
    name_key: Mapped[str]
    language: Mapped[str]
    dpi: Mapped[int]
    media: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    state: Mapped[str] = mapped_column(default="unknown")
    reason: Mapped[str] = mapped_column(default="")
    agent: Mapped[UUID] = mapped_column(Uuid)
    agent_version: Mapped[str] = mapped_column(default="")
    seen_at: Mapped[int] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)
    retired_at: Mapped[int | None] = mapped_column(Instant)
    __table_args__ = (
        Index("uq_printer_name", "user_id", "name_key", unique=True),
        Index("ix_printer_site", "site_id"),
        CheckConstraint("language in ('zpl','tspl','pdf')", name="language"),
    )


class PrintJob(Model):
    """Labels for one printer. State, reason and numbers: server/domain/printing.py.

    rows: [{"design": name or none, "data": {field: text}}], each printed `copies` times.
    labels: formats the printer gets (1 for a PDF); checked: how many of them were rendered and
    read back; a job is offered when that is all. handed: highest number the agent fetched.
    media: what it was made for: language, dpi, name, width_mm, height_mm, across.
    """

    __tablename__ = "print_job"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    uid: Mapped[UUID] = mapped_column(Uuid, unique=True)
    content_hash: Mapped[str]
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    printer_id: Mapped[int] = mapped_column(ForeignKey("printer.id"))
    design: Mapped[str]
    design_version: Mapped[int]
    text_language: Mapped[str]
    sheet: Mapped[str] = mapped_column(default="")
    first_cell: Mapped[int] = mapped_column(default=1)
    rows: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    copies: Mapped[int] = mapped_column(default=1)
    media: Mapped[dict[str, Any]] = mapped_column(JSON)
    labels: Mapped[int]
    checked: Mapped[int] = mapped_column(default=0)
    priority: Mapped[int] = mapped_column(default=5)
    numbered: Mapped[bool]
    state: Mapped[str] = mapped_column(default="queued")
    reason: Mapped[str] = mapped_column(default="")
    problem: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    sent: Mapped[int] = mapped_column(default=0)
    confirmed: Mapped[int] = mapped_column(default=0)
    handed: Mapped[int] = mapped_column(default=0)
    doubtful: Mapped[list[int]] = mapped_column(JSON, default=list)
    lease: Mapped[UUID | None] = mapped_column(Uuid)
    agent: Mapped[UUID | None] = mapped_column(Uuid)
    leased_until: Mapped[int | None] = mapped_column(Instant)
    expires_at: Mapped[int] = mapped_column(Instant)
    reprint_of: Mapped[int | None] = mapped_column(ForeignKey("print_job.id"))
    reprint_reason: Mapped[str] = mapped_column(default="")
    mark: Mapped[str] = mapped_column(default="")
    source: Mapped[str] = mapped_column(default="")
    created_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[int] = mapped_column(Instant)
    ended_at: Mapped[int | None] = mapped_column(Instant)
    request_id: Mapped[str] = mapped_column(default="")
    __table_args__ = (
        Index(
            "ix_print_job_open",
            "printer_id",
            "priority",
            "id",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_print_job_reprint", "reprint_of"),
        CheckConstraint(
            "state in ('queued','leased','sending','sent','confirmed','unverified','paused',"
            "'failed','expired','cancelled')",
            name="state",
        ),
        CheckConstraint("confirmed <= sent and sent <= labels", name="numbers"),
    )


class LabelScan(Model):
    """A label read back off the shelf: how well, and which row of which job it was, if known.

    attempts: how many tries the scanner needed. grade: A B C D F of a verifier, or "".
    """

    __tablename__ = "label_scan"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    code: Mapped[str]
    job_id: Mapped[int | None] = mapped_column(ForeignKey("print_job.id"))
    row: Mapped[int | None]
    attempts: Mapped[int] = mapped_column(default=1)
    grade: Mapped[str] = mapped_column(default="")
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"))
    at: Mapped[int] = mapped_column(Instant)
    __table_args__ = (
        Index("ix_label_scan_code", "site_id", "code"),
        Index("ix_label_scan_job", "job_id"),
    )
