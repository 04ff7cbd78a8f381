"""Counting, as the counter reports it: lines seen, then the place closed (RULES 8, 9)."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.domain.commands import Said
from server.domain.errors import RuleViolated
from server.services.interpret_commands import Scene
from server.store.db import table_of, upsert
from server.store.feed import announce
from server.store.models import Count, CountLine, CountParticipant, CountTask

DECIDED = ("approved", "refused")
ENDS = ("first", "last")


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
    is_fact, at = said.command.is_fact, said.occurrence.at
    first_at, last_at = observed(body, at, said.command.mono_ms, is_fact)
    count = _open_count(scene.session, said, location.id, first_at)
    if count.state in DECIDED:
        return flags | {"count_decided"}
    # A new version in any case: nobody approves what they have not seen.
    change_count(
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
    write_line(scene.session, row)
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
    change_count(
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


def reopen_count(session: Session, uid: UUID) -> None:
    """Take back finish_count. Raises RuleViolated `count_decided` after approval or refusal."""
    count = locked_count(session, uid)
    if count.state != "finished":
        raise RuleViolated("count_decided", count=str(uid))
    change_count(session, count.id, state="counting", counted_at=None, finished_at=None)


def locked_count(session: Session, uid: UUID) -> Any:
    """(id, state, first_at) of a count, ours until we commit."""
    asked = select(Count.id, Count.state, Count.first_at).where(Count.uid == uid)
    return session.execute(asked.with_for_update()).one()


def observed(body: Mapping[str, Any], at: int, mono_ms: int, is_fact: bool) -> tuple[int, int]:
    """First and last observation of a line; without more, the instant of the command itself.

    Handhelds tell them by the clock of the command's boot (`mono_ms`), desks by instants.
    """
    if is_fact:
        first, last = (_by_mono(body.get(f"{end}_mono_ms"), at, mono_ms) for end in ENDS)
    else:
        first, last = (body.get(f"{end}_at") for end in ENDS)
    last = at if last is None else max(min(last, at), 0)
    return (last if first is None else max(min(first, last), 0)), last


def _by_mono(observed_mono_ms: int | None, at: int, mono_ms: int) -> int | None:
    return None if observed_mono_ms is None else at - (mono_ms - observed_mono_ms)


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


def write_line(session: Session, row: dict[str, Any]) -> None:
    """Note what was seen of a line, unless something seen later is noted already (RULES 8)."""
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


def change_count(session: Session, count_id: int, **values: Any) -> None:
    """Change a count: a new version in any case."""
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
