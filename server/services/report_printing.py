"""A station fetches the labels of its jobs and says how their printing goes."""

from typing import NamedTuple
from uuid import UUID

from server.domain.errors import Conflict, NotFound, StockturnError
from server.domain.people import Actor
from server.domain.printing import Report, hand_out, take_report
from server.services.check_labels import refuse_job
from server.services.clock import now_ms
from server.services.lease_labels import change_job
from server.services.render_labels import Piece, Sheaf, pieces_of, sheaf_of
from server.store.db import unit_of_work
from server.store.models import Printer, PrintJob
from server.store.print_queue import job_of, printing_of

LABELS_MOST = 50
CONTENT_BYTES_MOST = 4_000_000


class _Taken(NamedTuple):
    job_id: int
    sheaf: Sheaf
    through: int


def fetch_labels(uid: UUID, lease: UUID, first: int, most: int, actor: Actor) -> list[Piece]:
    """Formats of a leased job from `first` on, at most `most`; what was fetched may be printed.

    Raises NotFound `unknown_print_job`, Conflict `lease_lost`.
    """
    taken = _take(uid, lease, first, min(most, LABELS_MOST), actor)
    pieces: list[Piece] = []
    size = 0
    try:
        for piece in pieces_of(taken.sheaf, first, taken.through - first + 1):
            pieces.append(piece)
            size += len(piece.content)
            if size > CONTENT_BYTES_MOST:
                break
    except StockturnError as refusal:
        refuse_job(taken.job_id, refusal, actor)
        raise Conflict("lease_lost", state="failed") from refusal
    return pieces


def report_printing(uid: UUID, lease: UUID, report: Report, actor: Actor) -> str:
    """Keep what the station says; the job's state.

    Raises NotFound `unknown_print_job`, Conflict `lease_lost`, InvalidInput `bad_print_numbers`.
    """
    now = now_ms()
    with unit_of_work() as session:
        job = _of_station(job_of(session, uid, lock=True), uid, actor)
        change_job(session, job, take_report(printing_of(job), lease, report, now), actor, now)
        session.flush()
        return job.state


def _take(uid: UUID, lease: UUID, first: int, most: int, actor: Actor) -> _Taken:
    """Note what is about to leave before it leaves."""
    now = now_ms()
    with unit_of_work() as session:
        job = _of_station(job_of(session, uid, lock=True), uid, actor)
        if job.lease != lease or job.ended_at is not None:
            raise Conflict("lease_lost", state=job.state)
        through = min(first + most - 1, job.labels)
        change_job(session, job, hand_out(printing_of(job), through), actor, now)
        printer = session.get_one(Printer, job.printer_id)
        return _Taken(job.id, sheaf_of(session, job, printer), through)


def _of_station(job: PrintJob | None, uid: UUID, actor: Actor) -> PrintJob:
    if job is None or not actor.sees_site(job.site_id):
        raise NotFound("unknown_print_job", print_job=str(uid))
    return job
