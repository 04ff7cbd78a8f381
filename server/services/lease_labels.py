"""A station's agent asks for work: its heartbeat, its printers' states, and the next jobs."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from threading import Thread
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

import labels
from server.domain.codes import code_key
from server.domain.errors import RuleViolated
from server.domain.people import SYSTEM, Actor
from server.domain.printing import (
    UNFIT,
    Printing,
    expire,
    extend,
    offer,
    requeue,
    run_out,
    unfit,
)
from server.services.clock import now_ms
from server.services.keep_designs import design_in_force
from server.services.render_labels import made_for
from server.services.wait_for_jobs import wait_until
from server.store.db import reading, unit_of_work
from server.store.feed import announce
from server.store.models import Printer, PrintJob
from server.store.print_queue import (
    anything_overdue,
    is_waiting,
    job_of,
    jobs_of_agent,
    keep_printing,
    leasable,
    open_jobs_of,
    overdue_leases,
    printers_of,
    printing_of,
    too_old,
    waiting_jobs,
    working,
)

RETRY_FULL_MS = 1_000
REHEARSED = "item-40x30"


@dataclass(frozen=True, slots=True)
class PrinterSeen:
    """A printer as its agent sees it now."""

    name: str
    language: str
    dpi: int
    state: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of an agent."""

    agent: UUID
    version: str
    printers: Sequence[PrinterSeen]
    wait_s: float = 0
    most: int = 1


@dataclass(frozen=True, slots=True)
class Leased:
    """What the agent is told. unbegun: what it has but never began, should it have missed that."""

    printers: list[Printer]
    jobs: list[PrintJob]
    unbegun: list[PrintJob]
    retry_after_ms: int = 0


def lease_labels(call: Call, actor: Actor) -> Leased:
    """Hear the agent, then give it up to `most` jobs; wait for one if there is none.

    What it has and never began is told at once: after a wait it might be printed long since.
    Raises RuleViolated `station_needs_one_site`.
    """
    site_id = _site_of(actor)
    _warm_up()
    leased = _lease(call, site_id, actor)
    if leased.jobs or leased.unbegun or call.wait_s <= 0:
        return leased
    ids = [printer.id for printer in working(leased.printers)]
    came = wait_until(lambda: _anything_for(ids), call.wait_s)
    if came is None:
        return replace(leased, retry_after_ms=RETRY_FULL_MS)
    return _lease(call, site_id, actor) if came else leased


def settle_overdue() -> int:
    """Leases that ran out, and jobs that waited too long; how many changed."""
    now = now_ms()
    with reading() as session:
        if not anything_overdue(session, now):
            return 0
    with unit_of_work() as session:
        return _settle(session, now)


def tell_print(session: Session, job: PrintJob, actor: Actor, at: int) -> None:
    """Announce "print.changed"."""
    facts: dict[str, Any] = {
        "uid": str(job.uid),
        "printer": job.printer_id,
        "state": job.state,
        "reason": job.reason,
        "sent": job.sent,
        "confirmed": job.confirmed,
    }
    announce(session, "print.changed", facts, actor=actor, at=at, site_id=job.site_id)


def change_job(session: Session, job: PrintJob, after: Printing, actor: Actor, at: int) -> None:
    """Keep what the rules decided; the feed hears of it when people would see a difference."""
    before = printing_of(job)
    keep_printing(job, after, at)
    seen = ("state", "reason", "sent", "confirmed", "doubtful")
    if any(getattr(before, name) != getattr(after, name) for name in seen):
        tell_print(session, job, actor, at)


def refit(session: Session, printer: Printer, actor: Actor, at: int) -> None:
    """The printer's media or resolution changed: what waits for it and no longer fits is paused;
    what fits again waits again."""
    for job in open_jobs_of(session, printer.id):
        reason = _misfit(job, printer)
        if reason and job.state in ("queued", "leased"):
            change_job(session, job, unfit(printing_of(job), reason), actor, at)
        elif not reason and job.reason in UNFIT:
            change_job(session, job, requeue(printing_of(job), None), actor, at)
    session.flush()


def _misfit(job: PrintJob, printer: Printer) -> str:
    now = made_for(printer)
    if any(job.media.get(key) != now[key] for key in ("language", "dpi")):
        return "wrong_resolution"
    same = all(job.media.get(key) == now[key] for key in ("width_mm", "height_mm", "across"))
    return "" if same else "wrong_media"


def _lease(call: Call, site_id: int, actor: Actor) -> Leased:
    now = now_ms()
    with unit_of_work() as session:
        printers = _hear(session, call, site_id, actor, now)
        held = _extend(session, call.agent, actor, now)
        _settle(session, now)
        ids = leasable(printers)
        jobs = list(waiting_jobs(session, ids, now, call.most)) if ids else []
        for job in jobs:
            change_job(session, job, offer(printing_of(job), call.agent, uuid4(), now), actor, now)
        session.flush()
        session.expunge_all()
    return Leased(printers, jobs, _unbegun(held, {printer.id for printer in printers}))


def _unbegun(held: Sequence[PrintJob], printer_ids: Collection[int]) -> list[PrintJob]:
    """Only for printers that are there: others would keep the agent from ever waiting."""
    return [job for job in held if job.state == "leased" and job.printer_id in printer_ids]


def _settle(session: Session, now: int) -> int:
    overdue = overdue_leases(session, now)
    for job in overdue:
        change_job(session, job, run_out(printing_of(job)), SYSTEM, now)
    session.flush()
    old = too_old(session, now)
    for job in old:
        change_job(session, job, expire(printing_of(job)), SYSTEM, now)
    session.flush()
    return len(overdue) + len(old)


def _extend(session: Session, agent: UUID, actor: Actor, now: int) -> Sequence[PrintJob]:
    """Every lease of this agent goes on, also of jobs it was thought to have lost."""
    jobs = jobs_of_agent(session, agent)
    for job in jobs:
        change_job(session, job, extend(printing_of(job), now), actor, now)
    session.flush()
    return jobs


def _hear(session: Session, call: Call, site_id: int, actor: Actor, now: int) -> list[Printer]:
    """The printers named in this call, made when new."""
    known = {row.name_key: row for row in printers_of(session, actor.user_id or 0, lock=True)}
    return [
        _heard(session, known.get(code_key(seen.name)), seen, call, site_id, actor, now)
        for seen in call.printers
    ]


def _heard(
    session: Session,
    row: Printer | None,
    seen: PrinterSeen,
    call: Call,
    site_id: int,
    actor: Actor,
    now: int,
) -> Printer:
    if row is None:
        row = _new_printer(seen, call, site_id, actor)
        session.add(row)
    told = {name: getattr(seen, name) for name in ("language", "dpi", "state", "reason")}
    changed = {name for name, value in told.items() if getattr(row, name) != value}
    for name, value in told.items():
        setattr(row, name, value)
    row.agent, row.agent_version = call.agent, call.version
    row.seen_at = now
    session.flush()
    if changed:
        facts = {"id": row.id, "state": row.state, "reason": row.reason}
        announce(session, "printer.changed", facts, actor=actor, at=now, site_id=row.site_id)
    if changed & {"language", "dpi"}:
        refit(session, row, actor, now)
    return row


def _new_printer(seen: PrinterSeen, call: Call, site_id: int, actor: Actor) -> Printer:
    """State "new" is nobody's: whatever is told next is a change, and so is in the feed."""
    return Printer(
        site_id=site_id,
        user_id=actor.user_id,
        name=seen.name,
        name_key=code_key(seen.name),
        language=seen.language,
        dpi=seen.dpi,
        state="new",
        reason="",
        agent=call.agent,
        agent_version=call.version,
        media=None,
        retired_at=None,
    )


def _anything_for(printer_ids: Sequence[int]) -> bool:
    with reading() as session:
        return is_waiting(session, printer_ids, now_ms())


def _site_of(actor: Actor) -> int:
    if actor.site_ids is None or len(actor.site_ids) != 1:
        raise RuleViolated("station_needs_one_site")
    return next(iter(actor.site_ids))


_warmth: list[Thread] = []


def _warm_up() -> None:
    """Statements, fonts and decoders take longer the first time: then nobody waits for a label."""
    if _warmth:
        return
    _warmth.append(Thread(target=_rehearse, name="warm labels", daemon=True))
    _warmth[0].start()
    with reading() as session:
        design_in_force(session, REHEARSED)
        job_of(session, uuid4())


def _rehearse() -> None:
    """Labels nobody wants; where there is no font the first that somebody wants will say so."""
    with suppress(labels.LabelError):
        for language in ("zh", "en"):
            labels.render(REHEARSED, labels.load_design(REHEARSED).sample(language))
