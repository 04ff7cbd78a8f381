"""The rest of large print jobs is read back here, piece by piece, before stations get them."""

import time
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from server.domain.errors import StockturnError
from server.domain.people import SYSTEM, Actor
from server.domain.printing import ENDED, refuse
from server.services.clock import now_ms
from server.services.lease_labels import change_job, tell_print
from server.services.render_labels import DOCUMENT_LABELS_MOST, Sheaf, check_pieces, sheaf_of
from server.services.wait_for_jobs import wake_stations
from server.store.db import reading, unit_of_work
from server.store.models import Printer, PrintJob
from server.store.print_queue import printing_of, unchecked_jobs

JOBS_AT_ONCE = 4
FORMATS_AT_ONCE = 50


class _Work(NamedTuple):
    """A job's labels as they are to be checked, and what must not have changed meanwhile."""

    job_id: int
    made_for: dict[str, Any]
    checked: int
    sheaf: Sheaf


def is_anything_unchecked() -> bool:
    """Whether a waiting job still has labels nobody read back."""
    with reading() as session:
        return bool(unchecked_jobs(session, 1))


def check_labels(seconds: float) -> int:
    """Check waiting jobs for about so long; the number of formats found right."""
    end = time.monotonic() + seconds
    done = 0
    while time.monotonic() < end:
        works = _due()
        if not works:
            break
        for work in works:
            done += check_some(work.job_id)
    return done


def check_some(job_id: int) -> int:
    """Check the next few formats of one job; how many were right. The feed hears of it, so that
    the relay rings for the rest. One that is refused ends its job
    as failed, with the reason."""
    work = _work_of(job_id)
    if work is None:
        return 0
    try:
        many = DOCUMENT_LABELS_MOST if work.sheaf.to == "pdf" else FORMATS_AT_ONCE
        checked = check_pieces(work.sheaf, work.checked + 1, many)
    except StockturnError as refusal:
        refuse_job(work.job_id, refusal, SYSTEM)
        return 0
    with unit_of_work() as session:
        job = session.get_one(PrintJob, work.job_id, with_for_update=True)
        if job.media != work.made_for or job.checked != work.checked:
            return 0
        job.checked = checked
        tell_print(session, job, SYSTEM, now_ms())
    if checked >= work.sheaf.pieces:
        wake_stations()
    return checked - work.checked


def refuse_job(job_id: int, refusal: StockturnError, actor: Actor) -> None:
    """A label of this job cannot be read: none of what is left is printed."""
    now = now_ms()
    with unit_of_work() as session:
        job = session.get_one(PrintJob, job_id, with_for_update=True)
        if job.state not in ENDED:
            job.problem = {"code": refusal.code, "fields": _plain(refusal)}
            change_job(session, job, refuse(printing_of(job)), actor, now)


def _due() -> list[_Work]:
    with reading() as session:
        jobs = unchecked_jobs(session, JOBS_AT_ONCE)
        return [_work(session, job) for job in jobs]


def _work_of(job_id: int) -> _Work | None:
    with reading() as session:
        job = session.get(PrintJob, job_id)
        waits = job is not None and job.state not in ENDED and job.checked < job.labels
        return _work(session, job) if job is not None and waits else None


def _work(session: Session, job: PrintJob) -> _Work:
    sheaf = sheaf_of(session, job, session.get_one(Printer, job.printer_id))
    return _Work(job.id, dict(job.media), job.checked, sheaf)


def _plain(refusal: StockturnError) -> dict[str, Any]:
    return {
        name: value if isinstance(value, int) else str(value)
        for name, value in refusal.fields.items()
    }
