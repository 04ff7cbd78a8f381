"""Reports that run by the clock: once per due time, however many workers there are."""

import zlib
from collections.abc import Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import and_, select, update
from sqlalchemy.orm import Session

from server.domain.due_reports import checked_days, checked_time, next_due
from server.domain.errors import InvalidInput, NotFound, NotPermitted, StockturnError
from server.domain.fields import one_of, texts
from server.domain.people import SYSTEM, Actor
from server.domain.places import checked_time_zone
from server.services.clock import now_ms
from server.services.keep_records import Columns, Edit, RecordKind, Values
from server.services.make_reports import FORMATS, report_file, report_named
from server.services.queue_messages import Draft, File, queue_message
from server.services.write_table import CSV_TYPE, XLSX_TYPE
from server.store.db import reading, table_of, unit_of_work, upsert
from server.store.feed import announce
from server.store.models import ReportRun, ReportSchedule
from server.store.queries.people import user_by_id
from server.store.queries.records import Record
from server.text import report_words

LEASE_MS: Final = 15 * 60_000
TRIES_MOST: Final = 3
CHANNELS_MOST: Final = 50
_DATES: Final = ("from", "to", "as_of")
_DUE_BY: Final = frozenset({"days", "at", "time_zone"})


class _Claim(NamedTuple):
    run_id: int
    started_at: int


def _columns(edit: Edit, values: Values, row: ReportSchedule | None) -> Columns:
    columns = texts(values, "name")
    report = values.get("report", row.report if row else "")
    filters = values.get("filters", read_filters(row.filters) if row else {})
    if row is None or values.keys() & {"report", "filters"}:
        report_named(report, filters, edit.actor)
        columns |= {"report": report, "filters": kept_filters(filters)}
    if "format" in values:
        columns["format"] = one_of(values["format"], "format", FORMATS)
    if "language" in values:
        columns["language"] = one_of(values["language"], "language", ("zh", "en"))
    columns |= {"days": checked_days(values["days"])} if "days" in values else {}
    columns |= {"at": checked_time(values["at"])} if "at" in values else {}
    if "time_zone" in values:
        columns["time_zone"] = checked_time_zone(values["time_zone"])
    if "channel_ids" in values:
        columns["channel_ids"] = [int(one) for one in values["channel_ids"][:CHANNELS_MOST]]
    if row is None:
        columns["user_id"] = _somebody(edit.actor)
    if row is None or values.keys() & {*_DUE_BY, "retired"}:
        when = [columns.get(name, getattr(row, name, "")) for name in ("days", "at", "time_zone")]
        columns["next_due_at"] = next_due(when[0], when[1], when[2], edit.at)
    if row is not None and row.user_id != edit.actor.user_id and edit.actor.role != "administrator":
        raise NotPermitted("not_permitted", permission="reports.write")
    return columns


SCHEDULES: Final = RecordKind(
    "report_schedule", ReportSchedule, ("id",), _columns, facts=("name", "report")
)


def kept_filters(filters: Mapping[str, Any]) -> dict[str, Any]:
    """Filters as JSON keeps them."""
    return {n: v.isoformat() if isinstance(v, date) else v for n, v in filters.items()}


def read_filters(kept: Mapping[str, Any]) -> dict[str, Any]:
    """Filters as reports take them."""
    return {n: date.fromisoformat(v) if n in _DATES else v for n, v in kept.items()}


def run_now(schedule_id: int, *, actor: Actor) -> None:
    """Have it run at once, besides its times. Raises NotFound `unknown_report_schedule`."""
    with unit_of_work() as session:
        schedule = session.get(ReportSchedule, schedule_id)
        if schedule is None or schedule.retired_at is not None:
            raise NotFound("unknown_report_schedule", report_schedule=str(schedule_id))
        wanted = {"schedule_id": schedule_id, "due_at": now_ms(), "started_at": 0, "tries": 0}
        rest = {"state": "running", "file_name": "", "has_cost": False, "error": ""}
        # Asked twice within a millisecond it runs once.
        session.execute(
            upsert(session, ReportRun).values(**wanted, **rest).on_conflict_do_nothing()
        )


def is_any_report_due(session: Session) -> bool:
    """Whether a schedule's time has come, or a run waits to be begun (again)."""
    now = now_ms()
    due = select(ReportSchedule.id).where(_is_due(now)).limit(1)
    waiting = select(ReportRun.id).where(_is_waiting(now)).limit(1)
    return any(session.execute(asked).first() is not None for asked in (due, waiting))


def run_due_report() -> bool:
    """Run one report whose time has come, if any has; whether one was run."""
    with reading() as session:
        if not is_any_report_due(session):
            return False
    claim = _claim()
    if claim is None:
        return False
    schedule = _schedule_of(claim.run_id)
    try:
        content, error = _content(schedule), ""
    except StockturnError as refusal:
        content, error = b"", refusal.code
    _keep(claim, schedule, content, error)
    return True


def runs_of(schedule_id: int | None, before: int | None, limit: int, actor: Actor) -> list[Record]:
    """What has run, newest first; only what was made of sites this one sees."""
    run = ReportRun
    asked = (
        select(
            run.id, run.schedule_id, ReportSchedule.name, ReportSchedule.report, run.due_at,
            run.state, run.ended_at, run.file_name, run.error, run.has_cost, run.site_ids,
        )
        .join(ReportSchedule, ReportSchedule.id == run.schedule_id)
        .order_by(run.id.desc())
        .limit(limit)
    )  # fmt: skip
    if schedule_id is not None:
        asked = asked.where(run.schedule_id == schedule_id)
    if before is not None:
        asked = asked.where(run.id < before)
    with reading() as session:
        rows = [dict(row._mapping) for row in session.execute(asked)]
    return [row for row in rows if _sees(actor, row.pop("site_ids"), row["has_cost"])]


def run_file(run_id: int, actor: Actor) -> tuple[str, bytes]:
    """Name and content of what ran. Raises NotFound `unknown_report_run`."""
    with reading() as session:
        run = session.get(ReportRun, run_id)
        if run is None or run.content is None or not _sees(actor, run.site_ids, run.has_cost):
            raise NotFound("unknown_report_run", run=str(run_id))
        return run.file_name, zlib.decompress(run.content)


def _sees(actor: Actor, site_ids: list[int] | None, has_cost: bool) -> bool:
    if has_cost and not actor.may("cost.read"):
        return False
    return actor.site_ids is None or (site_ids is not None and actor.site_ids >= set(site_ids))


def _is_due(now: int) -> Any:
    return and_(ReportSchedule.next_due_at <= now, ReportSchedule.retired_at.is_(None))


def _is_waiting(now: int) -> Any:
    return and_(ReportRun.state == "running", ReportRun.started_at < now - LEASE_MS)


def _claim() -> _Claim | None:
    """One run nobody else has: its schedule's row is locked while its next time is written."""
    now = now_ms()
    with unit_of_work() as session:
        again = select(ReportRun).where(_is_waiting(now)).order_by(ReportRun.id).limit(1)
        run = session.scalars(again.with_for_update(skip_locked=True)).one_or_none()
        if run is None:
            due = select(ReportSchedule).where(_is_due(now)).order_by(ReportSchedule.next_due_at)
            found = due.limit(1).with_for_update(skip_locked=True)
            schedule = session.scalars(found).one_or_none()
            if schedule is None:
                return None
            run = ReportRun(schedule_id=schedule.id, due_at=schedule.next_due_at, tries=0)
            session.add(run)
            schedule.next_due_at = next_due(schedule.days, schedule.at, schedule.time_zone, now)
        run.started_at, run.tries = now, run.tries + 1
        if run.tries > TRIES_MOST:
            run.state, run.error, run.ended_at = "failed", "gave_up", now
        session.flush()
        return None if run.state == "failed" else _Claim(run.id, now)


def _schedule_of(run_id: int) -> ReportSchedule:
    with reading() as session:
        asked = select(ReportSchedule).join(ReportRun, ReportRun.schedule_id == ReportSchedule.id)
        schedule = session.scalars(asked.where(ReportRun.id == run_id)).one()
        session.expunge(schedule)
    return schedule


def _content(schedule: ReportSchedule) -> bytes:
    actor = _actor_of(schedule.user_id)
    filters = read_filters(schedule.filters)
    pieces = report_file(
        schedule.report, filters, schedule.format, actor=actor, language=schedule.language
    )
    return b"".join(pieces)


def _actor_of(user_id: int) -> Actor:
    """Whoever made it, with the rights they have now. Raises NotPermitted when they have gone."""
    with reading() as session:
        user = user_by_id(session, user_id)
    if user is None or user.retired_at is not None:
        raise NotPermitted("not_permitted", permission="reports.read")
    return Actor(user.id, user.role, user.site_ids, source="system")


def _keep(claim: _Claim, schedule: ReportSchedule, content: bytes, error: str) -> None:
    """Keep the file and tell of it, unless somebody else has taken the run over meanwhile."""
    table, now = table_of(ReportRun), now_ms()
    name = f"{schedule.report}-{claim.run_id}.{schedule.format}"
    actor = None if error == "not_permitted" else _actor_of(schedule.user_id)
    has_cost = actor is not None and actor.may("cost.read")
    sites = sorted(actor.site_ids) if actor and actor.site_ids is not None else None
    values = {
        "state": "failed" if error else "done",
        "ended_at": now,
        "error": error,
        "file_name": name,
        "has_cost": has_cost,
        "site_ids": sites,
        "content": None if error else zlib.compress(content),
    }
    ours = (table.c.id == claim.run_id, table.c.started_at == claim.started_at)
    with unit_of_work() as session:
        kept = update(table).where(*ours, table.c.state == "running").values(**values)
        if session.execute(kept.returning(table.c.id)).first() is None:
            return
        told = {"id": claim.run_id, "schedule_id": schedule.id, "report": schedule.report}
        topic = "report.failed" if error else "report.ready"
        announce(session, topic, told | {"error": error}, actor=SYSTEM, at=now)
        if not error:
            _send(session, schedule, claim.run_id, File(name, _type(schedule), content), now)


def _send(session: Session, schedule: ReportSchedule, run_id: int, file: File, now: int) -> None:
    """To its channels, else to whoever subscribed to reports."""
    title = {each: report_words("reports", schedule.report, each) for each in ("zh", "en")}
    channels: list[int | None] = [*schedule.channel_ids] or [None]
    for channel_id in channels:
        draft = Draft(
            key=f"report:{run_id}",
            about="report",
            site_id=None,
            facts={"title": title, "summary": schedule.name},
            link=f"/reports/runs/{run_id}",
            files=(file,),
            needs_cost=True,
            channel_id=channel_id,
        )
        queue_message(session, draft, now)


def _type(schedule: ReportSchedule) -> str:
    return CSV_TYPE if schedule.format == "csv" else XLSX_TYPE


def _somebody(actor: Actor) -> int:
    if actor.user_id is None:
        raise InvalidInput("field_required", field="user")
    return actor.user_id
