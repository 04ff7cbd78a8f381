"""What people decide about print jobs: cancel, redirect, go on, print again."""

from collections.abc import Callable, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from server.domain.errors import InvalidInput, NotFound, RuleViolated
from server.domain.people import Actor
from server.domain.printing import HOURS_USUAL, UNFIT, Printing, cancel, requeue, resume
from server.services.check_labels import check_some
from server.services.clock import now_ms
from server.services.keep_designs import design_in_force
from server.services.lease_labels import change_job
from server.services.queue_labels import HOUR_MS, keep_job, printer_in_scope
from server.services.render_labels import check_fit, made_for
from server.services.wait_for_jobs import wake_stations
from server.store.db import reading, unit_of_work
from server.store.models import Printer, PrintJob
from server.store.print_queue import job_of, printing_of, reprints_of

MARK_MOST = 999


def cancel_printing(uid: UUID, actor: Actor) -> None:
    """Nobody wants it any more; what is on paper stays there.

    Raises NotFound `unknown_print_job`, RuleViolated `print_job_ended`.
    """
    _change(uid, actor, lambda _session, job: cancel(printing_of(job)))


def resume_printing(uid: UUID, printed: int | None, actor: Actor) -> None:
    """Go on after a pause. printed: the number of the last label that came out well, where only a
    look at the paper can tell.

    Raises NotFound `unknown_print_job`, RuleViolated and InvalidInput as domain.printing.resume,
    and RuleViolated `wrong_media`, `wrong_resolution` while the printer does not fit.
    """

    def decide(session: Session, job: PrintJob) -> Printing:
        if job.reason in UNFIT:
            raise RuleViolated(
                job.reason,
                wanted=f"{job.media.get('name')} {job.media.get('dpi')} dpi",
                there=_there(session.get_one(Printer, job.printer_id)),
                printer=session.get_one(Printer, job.printer_id).name,
            )
        return resume(printing_of(job), printed)

    _change(uid, actor, decide)


def redirect_printing(uid: UUID, printer_id: int, printed: int | None, actor: Actor) -> None:
    """Print the rest elsewhere: on a printer of the site with the same media.

    Raises NotFound `unknown_print_job`, `unknown_printer`; RuleViolated `wrong_media`,
    `print_job_ended`; InvalidInput `say_what_was_printed`, `bad_print_numbers`.
    """
    target = printer_in_scope(printer_id, actor)

    def decide(session: Session, job: PrintJob) -> Printing:
        if target.site_id != job.site_id:
            raise NotFound("unknown_printer", printer=str(printer_id))
        _check_same(session, job, target)
        after = requeue(printing_of(job), printed)
        job.printer_id, job.media, job.checked = target.id, made_for(target), 0
        return after

    check_some(_change(uid, actor, decide))


def reprint_labels(
    uid: UUID,
    new_uid: UUID,
    reason: str,
    actor: Actor,
    *,
    rows: Sequence[int] = (),
    printer_id: int | None = None,
) -> UUID:
    """The same labels once more, marked R1, R2 …: a new job, never a new number.

    rows: numbers of the job's rows, from 1; none: all. Raises NotFound `unknown_print_job`,
    `unknown_printer`; RuleViolated `nothing_printed_yet`, `wrong_media`; InvalidInput
    `bad_print_numbers`, Conflict `print_job_uid_reused`.
    """
    with reading() as session:
        job = _visible(job_of(session, uid), uid, actor)
        if not job.sent and not job.handed:
            raise RuleViolated("nothing_printed_yet")
        printer = printer_in_scope(printer_id or job.printer_id, actor)
        copy = _copy(session, job, printer, rows, actor)
        copy.uid, copy.reprint_reason = new_uid, reason
        copy.reprint_of = job.reprint_of or job.id
        copy.mark = f"R{min(reprints_of(session, copy.reprint_of) + 1, MARK_MOST)}"
        copy.content_hash = f"reprint {uid} {reason} {sorted(rows)} {printer_id}"
    return keep_job(copy, printer, actor)


def _copy(
    session: Session,
    job: PrintJob,
    printer: Printer,
    rows: Sequence[int],
    actor: Actor,
) -> PrintJob:
    if printer.site_id != job.site_id:
        raise NotFound("unknown_printer", printer=str(printer.id))
    if not all(1 <= row <= len(job.rows) for row in rows):
        raise InvalidInput("bad_print_numbers", least=1, most=len(job.rows))
    design = design_in_force(session, job.design, job.design_version)
    check_fit(design.parsed, printer, job.sheet)
    now = now_ms()
    return PrintJob(
        site_id=job.site_id,
        printer_id=printer.id,
        design=job.design,
        design_version=job.design_version,
        text_language=job.text_language,
        sheet=job.sheet,
        first_cell=1,
        rows=[job.rows[row - 1] for row in rows] if rows else job.rows,
        copies=1 if rows else job.copies,
        media=made_for(printer),
        priority=job.priority,
        numbered=job.numbered,
        state="queued",
        expires_at=now + HOURS_USUAL * HOUR_MS,
        source="reprint",
        created_by=actor.user_id,
        created_at=now,
        request_id=actor.request_id,
    )


def _check_same(session: Session, job: PrintJob, target: Printer) -> None:
    """The rest must be cut into the same formats: numbers count them."""
    design = design_in_force(session, job.design, job.design_version)
    check_fit(design.parsed, target, job.sheet)
    there = made_for(target)
    is_document = job.media["language"] == "pdf"
    if job.media["across"] != there["across"] or is_document != (there["language"] == "pdf"):
        raise RuleViolated(
            "wrong_media",
            wanted=f"{job.media['name']} × {job.media['across']}",
            there=_there(target),
            printer=target.name,
        )


def _there(printer: Printer) -> str:
    media = printer.media or {}
    return f"{media.get('name', '-')} × {media.get('across', 1)}, {printer.dpi} dpi"


def _change(uid: UUID, actor: Actor, decide: Callable[[Session, PrintJob], Printing]) -> int:
    now = now_ms()
    with unit_of_work() as session:
        job = _visible(job_of(session, uid, lock=True), uid, actor)
        change_job(session, job, decide(session, job), actor, now)
        session.flush()
    wake_stations()
    return job.id


def _visible(job: PrintJob | None, uid: UUID, actor: Actor) -> PrintJob:
    if job is None or not actor.sees_site(job.site_id):
        raise NotFound("unknown_print_job", print_job=str(uid))
    return job
