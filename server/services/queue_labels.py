"""Labels into the print queue: once per uid, on media that fit, read back before they are offered.

A few labels are checked before the answer; of a large job the rest is checked by a job of the
queue `labels`, and no station gets the job before all of it is right.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.domain.errors import Conflict, InvalidInput, NotFound
from server.domain.people import Actor
from server.domain.printing import HOURS_USUAL, PRIORITY_USUAL
from server.services.clock import now_ms
from server.services.keep_designs import design_in_force
from server.services.plan_labels import Row, Wanted, plan_labels, take_numbers
from server.services.render_labels import (
    CHECKED_AT_ONCE,
    DOCUMENT_LABELS_MOST,
    Sheaf,
    check_fit,
    check_pieces,
    made_for,
    sheaf_of,
)
from server.services.wait_for_jobs import wake_stations
from server.store.db import reading, unit_of_work
from server.store.feed import announce, canonical_json
from server.store.models import Printer, PrintJob
from server.store.print_queue import job_of

HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody wants printed, and where.

    uid: made by whoever asks. media, dpi: what the printer must have, if that matters to them.
    sheet, first_cell: sheets of paper instead of a roll (PDF printers).
    """

    uid: UUID
    printer_id: int
    design: str
    wanted: Wanted
    text_language: str = "zh"
    copies: int = 1
    priority: int = PRIORITY_USUAL
    hours: int = HOURS_USUAL
    media: str = ""
    dpi: int | None = None
    sheet: str = ""
    first_cell: int = 1
    source: str = ""

    @property
    def content_hash(self) -> str:
        return hashlib.sha256(canonical_json(asdict(self)).encode()).hexdigest()


def queue_labels(order: Order, actor: Actor) -> UUID:
    """Queue the labels; the same order again changes nothing.

    Raises NotFound `unknown_printer` and as plan_labels, RuleViolated and InvalidInput as
    render_labels.check_fit and check_pieces, Conflict `print_job_uid_reused`, and as
    hand_out_numbers.
    """
    if _is_known(order.uid, order.content_hash):
        return order.uid
    printer = printer_in_scope(order.printer_id, actor)
    rows = plan_labels(order.wanted, order.design, order.text_language, actor)
    job = _draft(order, printer, rows, actor)
    sheaf = _checked(job, printer, order)
    if order.wanted.kind == "numbers":
        job.rows = take_numbers(rows, order.wanted, actor)
        sheaf = replace(sheaf, labels=_sheaf(job, printer).labels)
        job.checked = check_pieces(sheaf, 1, CHECKED_AT_ONCE)
    return _keep(job, actor)


def keep_job(job: PrintJob, printer: Printer, actor: Actor) -> UUID:
    """Queue a job whose rows are settled already. Raises as queue_labels."""
    if _is_known(job.uid, job.content_hash):
        return job.uid
    sheaf = _sheaf(job, printer)
    _check_count(sheaf)
    job.labels = sheaf.pieces
    job.checked = check_pieces(sheaf, 1, CHECKED_AT_ONCE)
    return _keep(job, actor)


def printer_in_scope(printer_id: int, actor: Actor) -> Printer:
    """The printer. Raises NotFound `unknown_printer`, also for one of another site."""
    with reading() as session:
        printer = session.get(Printer, printer_id)
        if printer is None or not actor.sees_site(printer.site_id):
            raise NotFound("unknown_printer", printer=str(printer_id))
        session.expunge(printer)
        return printer


def _is_known(uid: UUID, content_hash: str) -> bool:
    with reading() as session:
        known = job_of(session, uid)
        if known is None:
            return False
        if known.content_hash != content_hash:
            raise Conflict("print_job_uid_reused", id=str(uid))
        return True


def _draft(order: Order, printer: Printer, rows: Sequence[Row], actor: Actor) -> PrintJob:
    now = now_ms()
    with reading() as session:
        design = design_in_force(session, order.design)
    check_fit(design.parsed, printer, order.sheet, media=order.media, dpi=order.dpi)
    return PrintJob(
        uid=order.uid,
        content_hash=order.content_hash,
        site_id=printer.site_id,
        printer_id=printer.id,
        design=design.name,
        design_version=design.version,
        text_language=order.text_language,
        sheet=order.sheet,
        first_cell=order.first_cell,
        rows=list(rows),
        copies=order.copies,
        media=made_for(printer),
        priority=order.priority,
        numbered=design.numbered,
        state="queued",
        expires_at=now + order.hours * HOUR_MS,
        mark="",
        source=order.source,
        created_by=actor.user_id,
        created_at=now,
        request_id=actor.request_id,
    )


def _checked(job: PrintJob, printer: Printer, order: Order) -> Sheaf:
    """Numbers are tried on their samples before any is spent."""
    sheaf = _sheaf(job, printer)
    _check_count(sheaf)
    job.labels = sheaf.pieces
    few = 1 if order.wanted.kind == "numbers" else CHECKED_AT_ONCE
    job.checked = check_pieces(sheaf, 1, few)
    return sheaf


def _sheaf(job: PrintJob, printer: Printer) -> Sheaf:
    with reading() as session:
        return sheaf_of(session, job, printer)


def _check_count(sheaf: Sheaf) -> None:
    count = len(sheaf.labels) * sheaf.copies
    most = DOCUMENT_LABELS_MOST if sheaf.to == "pdf" else 10_000
    if count > most:
        raise InvalidInput("too_many_labels", value=count, most=most)


def _keep(job: PrintJob, actor: Actor) -> UUID:
    uid, content_hash = job.uid, job.content_hash
    try:
        with unit_of_work() as session:
            _insert(session, job, actor)
    except IntegrityError:
        if not _is_known(uid, content_hash):
            raise
    wake_stations()
    return uid


def _insert(session: Session, job: PrintJob, actor: Actor) -> None:
    session.add(job)
    session.flush()
    facts: dict[str, Any] = {"uid": str(job.uid), "printer": job.printer_id, "labels": job.labels}
    announce(session, "print.queued", facts, actor=actor, at=job.created_at, site_id=job.site_id)
