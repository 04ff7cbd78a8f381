"""Counting, as the counter reports it: lines seen, then the place closed (RULES 8, 9)."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from server.domain.commands import Said
from server.domain.errors import RuleViolated
from server.services.interpret_commands import Scene
from server.store.db import table_of, upsert
from server.store.feed import announce
from server.store.models import Count, CountLine, CountParticipant, CountTask

DECIDED = ("approved", "refused")


def count_line(scene: Scene, said: Said) -> set[str]:
    """One line's total as it was seen; a later one of the same attempt replaces it.

    Raises NotFound for unknown names, RuleViolated `count_elsewhere` if the count is of another
    location. Answers flags: `count_decided` when it came too late to matter.
    """
    flags: set[str] = set()
    body = said.body
    location = scene.names.location(said.site_id, body["location"])
    item = scene.names.item(body["item"])
    lot_id, serial_id = scene.names.lot_and_serial(item, body, flags)
    unit_id = scene.names.unit_made(body["unit"]).id if body.get("unit") else 0
    first_at, last_at = observed(said)
    count = _open_count(scene.session, said, location.id, first_at)
    if count.state in DECIDED:
        return flags | {"count_decided"}
    # A new version in any case: nobody approves what they have not seen.
    _change(
        scene.session,
        count.id,
        first_at=min(count.first_at, first_at),
        uncertainty_ms=max(count.uncertainty_ms, said.occurrence.uncertainty_ms),
    )
    row = {
        "count_id": count.id,
        "attempt": body.get("attempt") or 1,
        "item_id": item.id,
        "lot_id": lot_id,
        "serial_id": serial_id,
        "handling_unit_id": unit_id,
        "counted": body["counted"],
        "first_at": first_at,
        "last_at": last_at,
        "user_id": said.user_id,
        "seq": said.command.seq or 0,
    }
    _write_line(scene.session, row)
    _take_part(scene.session, count.id, said, flags)
    return flags


def finish_count(scene: Scene, said: Said) -> set[str]:
    """Close the location: whole (unseen keys count as zero) or "only what I scanned".

    Raises RuleViolated `count_elsewhere`. The looks open at the place are done by it.
    """
    flags: set[str] = set()
    location = scene.names.location(said.site_id, said.body["location"])
    at = said.occurrence.at
    count = _open_count(scene.session, said, location.id, at)
    if count.state in DECIDED:
        return {"count_decided"}
    _take_part(scene.session, count.id, said, flags)
    _change(
        scene.session,
        count.id,
        state="finished",
        whole=said.body.get("whole", True),
        counted_at=at,
        uncertainty_ms=max(count.uncertainty_ms, said.occurrence.uncertainty_ms),
        device_id=said.device_id,
        device_seq=said.command.seq,
        finished_at=said.received_at,
    )
    _end_tasks(scene.session, location.id, said.received_at)
    announce(
        scene.session,
        "count.finished",
        {"id": count.id, "location": location.id},
        actor=scene.actor,
        at=said.received_at,
        site_id=said.site_id,
        command_id=said.command.id,
    )
    return flags


def undo_count_line(scene: Scene, said: Said, body: dict[str, Any], device_seq: int | None) -> None:
    """Forget a line that was counted by mistake, unless it has been replaced already.

    Raises RuleViolated `count_decided` after approval or refusal.
    """
    uid, counted = UUID(str(body["count"])), Decimal(body["counted"])
    count = _locked_count(scene.session, uid)
    if count.state in DECIDED:
        raise RuleViolated("count_decided", count=str(uid))
    scene.names.load([(said.site_id, body)])
    item = scene.names.item(body["item"])
    lot_id, serial_id = scene.names.lot_and_serial(item, {**body, "counted": counted}, set())
    unit_id = scene.names.unit_made(body["unit"]).id if body.get("unit") else 0
    scene.session.execute(
        delete(table_of(CountLine)).where(
            CountLine.count_id == count.id,
            CountLine.attempt == (body.get("attempt") or 1),
            CountLine.item_id == item.id,
            CountLine.lot_id == lot_id,
            CountLine.serial_id == serial_id,
            CountLine.handling_unit_id == unit_id,
            CountLine.seq == (device_seq or 0),
            CountLine.counted == counted,
        )
    )
    _change(scene.session, count.id)


def reopen_count(session: Session, uid: UUID) -> None:
    """Take back finish_count. Raises RuleViolated `count_decided` after approval or refusal."""
    count = _locked_count(session, uid)
    if count.state != "finished":
        raise RuleViolated("count_decided", count=str(uid))
    _change(session, count.id, state="counting", counted_at=None, finished_at=None)


def _locked_count(session: Session, uid: UUID) -> Any:
    return session.execute(
        select(Count.id, Count.state).where(Count.uid == uid).with_for_update()
    ).one()


def observed(said: Said) -> tuple[int, int]:
    """First and last observation of a line; without more, the instant of the command itself."""
    body, at = said.body, said.occurrence.at
    if said.command.is_fact:
        first = _by_mono(said, body.get("first_mono_ms"))
        last = _by_mono(said, body.get("last_mono_ms"))
    else:
        first, last = body.get("first_at"), body.get("last_at")
    last = at if last is None else max(min(last, at), 0)
    return (last if first is None else max(min(first, last), 0)), last


def _by_mono(said: Said, mono_ms: int | None) -> int | None:
    return None if mono_ms is None else said.occurrence.at - (said.command.mono_ms - mono_ms)


def _open_count(session: Session, said: Said, location_id: int, first_at: int) -> Any:
    uid = said.body["count"]
    statement = upsert(session, Count).values(
        uid=uid,
        site_id=said.site_id,
        location_id=location_id,
        state="counting",
        whole=True,
        first_at=first_at,
        uncertainty_ms=0,
        device_id=said.device_id,
        started_by=said.user_id,
        decision="",
        version=1,
    )
    session.execute(statement.on_conflict_do_nothing(index_elements=["uid"]))
    count = session.execute(
        select(Count.id, Count.location_id, Count.state, Count.first_at, Count.uncertainty_ms)
        .where(Count.uid == uid)
        .with_for_update()
    ).one()
    if count.location_id != location_id:
        raise RuleViolated("count_elsewhere", count=str(uid))
    return count


def _write_line(session: Session, row: dict[str, Any]) -> None:
    statement = upsert(session, CountLine).values(row)
    fresh = statement.excluded
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[
                "count_id",
                "attempt",
                "item_id",
                "lot_id",
                "serial_id",
                "handling_unit_id",
            ],
            set_={
                "counted": fresh.counted,
                "first_at": fresh.first_at,
                "last_at": fresh.last_at,
                "user_id": fresh.user_id,
                "seq": fresh.seq,
            },
            where=CountLine.last_at <= fresh.last_at,
        )
    )


def _take_part(session: Session, count_id: int, said: Said, flags: set[str]) -> None:
    if said.user_id is None:
        return
    session.execute(
        upsert(session, CountParticipant)
        .values(count_id=count_id, user_id=said.user_id, role="counter")
        .on_conflict_do_nothing(index_elements=["count_id", "user_id"])
    )


def _change(session: Session, count_id: int, **values: Any) -> None:
    table = table_of(Count)
    session.execute(
        update(table).where(table.c.id == count_id).values(version=table.c.version + 1, **values)
    )


def _end_tasks(session: Session, location_id: int, at: int) -> None:
    table = table_of(CountTask)
    session.execute(
        update(table)
        .where(table.c.location_id == location_id, table.c.state == "open")
        .values(state="done", ended_at=at)
    )
