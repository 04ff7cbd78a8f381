"""The print queue's rows: found, locked in the order of their ids, and kept."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from server.domain.printing import HELD, LEASABLE_STATES, Printing
from server.store.models import Printer, PrintJob

_LEASED = or_(PrintJob.state.in_(HELD), PrintJob.state == "paused")
_SHARED = (
    "state",
    "reason",
    "sent",
    "confirmed",
    "handed",
    "lease",
    "agent",
    "leased_until",
)


def printing_of(row: PrintJob) -> Printing:
    """The row as the rules see it."""
    return Printing(
        labels=row.labels,
        numbered=row.numbered,
        expires_at=row.expires_at,
        doubtful=tuple(row.doubtful),
        **{name: getattr(row, name) for name in _SHARED},
    )


def keep_printing(row: PrintJob, printing: Printing, at: int) -> None:
    """Write what the rules decided; the caller flushes."""
    for name in _SHARED:
        setattr(row, name, getattr(printing, name))
    row.doubtful = list(printing.doubtful)
    row.ended_at = (row.ended_at or at) if printing.ended else None


def job_of(session: Session, uid: UUID, *, lock: bool = False) -> PrintJob | None:
    """The job of this uid."""
    asked = select(PrintJob).where(PrintJob.uid == uid)
    return session.scalar(asked.with_for_update() if lock else asked)


def jobs_of_agent(session: Session, agent: UUID) -> Sequence[PrintJob]:
    """What this agent has, locked."""
    return _locked(session, PrintJob.agent == agent, PrintJob.lease.is_not(None), _LEASED)


def overdue_leases(session: Session, now: int) -> Sequence[PrintJob]:
    """Jobs whose agents were not heard in time, locked."""
    return _locked(session, _run_out(now), skip_locked=True)


def too_old(session: Session, now: int) -> Sequence[PrintJob]:
    """Waiting jobs past their time, locked."""
    return _locked(session, _expired(now), skip_locked=True)


def anything_overdue(session: Session, now: int) -> bool:
    """Whether a lease ran out or a waiting job is too old; locks nothing."""
    asked = select(PrintJob.id).where(
        PrintJob.ended_at.is_(None), or_(_run_out(now), _expired(now))
    )
    return session.scalar(asked.limit(1)) is not None


def waiting_jobs(
    session: Session, printer_ids: Collection[int], now: int, most: int
) -> Sequence[PrintJob]:
    """The next jobs for these printers, the urgent first, then the oldest; locked."""
    asked = _waiting(select(PrintJob), printer_ids, now)
    asked = asked.order_by(PrintJob.priority.desc(), PrintJob.id).limit(most)
    return session.scalars(asked.with_for_update(skip_locked=True)).all()


def is_waiting(session: Session, printer_ids: Collection[int], now: int) -> bool:
    """Whether `waiting_jobs` would find one for printers whose media somebody said, be it just
    now; locks nothing."""
    asked = _waiting(select(PrintJob.id), printer_ids, now).join(Printer)
    asked = asked.where(Printer.media.is_not(None), Printer.retired_at.is_(None))
    return session.scalar(asked.limit(1)) is not None


def unchecked_jobs(session: Session, most: int) -> Sequence[PrintJob]:
    """Waiting jobs some of whose labels were not read back yet."""
    asked = select(PrintJob).where(PrintJob.ended_at.is_(None), PrintJob.checked < PrintJob.labels)
    return session.scalars(asked.order_by(PrintJob.priority.desc(), PrintJob.id).limit(most)).all()


def open_jobs_of(session: Session, printer_id: int) -> Sequence[PrintJob]:
    """Everything not ended for this printer, locked."""
    return _locked(session, PrintJob.printer_id == printer_id)


def reprints_of(session: Session, job_id: int) -> int:
    """How many reprints this job has."""
    asked = select(func.count()).where(PrintJob.reprint_of == job_id)
    return session.scalar(asked) or 0


def printers_of(session: Session, user_id: int, *, lock: bool = False) -> Sequence[Printer]:
    """A station's printers."""
    asked = select(Printer).where(Printer.user_id == user_id).order_by(Printer.id)
    return session.scalars(asked.with_for_update() if lock else asked).all()


def working(printers: Sequence[Printer]) -> list[Printer]:
    """Those nothing is wrong with, as their station saw them."""
    return [printer for printer in printers if printer.state in LEASABLE_STATES]


def leasable(printers: Sequence[Printer]) -> list[int]:
    """Those that can take work."""
    return [
        printer.id for printer in working(printers) if printer.media and printer.retired_at is None
    ]


def _run_out(now: int) -> ColumnElement[bool]:
    silent = and_(PrintJob.lease.is_not(None), PrintJob.leased_until < now)
    known = PrintJob.reason.in_(("station_lost", "check_last_label"))
    return and_(silent, or_(PrintJob.state.in_(HELD), and_(PrintJob.state == "paused", ~known)))


def _expired(now: int) -> ColumnElement[bool]:
    return and_(PrintJob.expires_at <= now, PrintJob.state.in_(("queued", "paused")))


def _waiting(
    asked: Select[tuple[Any]], printer_ids: Collection[int], now: int
) -> Select[tuple[Any]]:
    return asked.where(
        PrintJob.ended_at.is_(None),
        PrintJob.printer_id.in_(printer_ids),
        PrintJob.state == "queued",
        PrintJob.checked >= PrintJob.labels,
        PrintJob.expires_at > now,
    )


def _locked(
    session: Session, *where: ColumnElement[bool], skip_locked: bool = False
) -> Sequence[PrintJob]:
    asked = select(PrintJob).where(PrintJob.ended_at.is_(None), *where).order_by(PrintJob.id)
    return session.scalars(asked.with_for_update(skip_locked=skip_locked)).all()
