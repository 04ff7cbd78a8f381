"""Finding exceptions: commands that were flagged or refused, and states that should not last."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import exists, func, select, text, update
from sqlalchemy.orm import Session, aliased

from server.domain.numbers import plain
from server.domain.places import PHYSICAL_KINDS
from server.domain.settings import ESTIMATED_PRICE_DAYS, SILENT_HOURS
from server.store.db import table_of, upsert
from server.store.models import (
    Balance,
    Command,
    Device,
    ExceptionCase,
    Feed,
    LostRange,
    Lot,
    Movement,
    Position,
    QuarantinedCommand,
    Revaluation,
    Serial,
    UndoneCommand,
)
from server.store.settings import setting_of

CONFLICT = "command.conflict"
TOPICS = ("movement.posted", "command.answered", CONFLICT)
HOUR_MS, DAY_MS = 3_600_000, 86_400_000
LOST_SHOWN_DAYS = 90
ROWS_MOST = 1_000
STATES = ("negative", "quarantine", "lost_range", "silent_device", "estimated_price")
"""Sources that are states of the house: they pass when their cause does."""


class CaseKey(NamedTuple):
    """Which thing of which source."""

    source: str
    key: str


@dataclass(frozen=True, slots=True)
class Case:
    """An exception as it is found; times are ms UTC."""

    at: CaseKey
    code: str
    occurred_at: int
    facts: Mapping[str, Any] = field(default_factory=dict)
    site_id: int | None = None
    item_id: int | None = None
    location_id: int | None = None
    device_id: int | None = None
    user_id: int | None = None
    command_id: UUID | None = None


class News(NamedTuple):
    """A feed row of an answered command: how far we are, and what was odd about it.

    conflict: what another content under its id would have been, as a case.
    """

    seq: int
    command_id: UUID | None
    status: str
    codes: tuple[str, ...]
    conflict: Case | None = None


def news_after(session: Session, seq: int, limit: int) -> list[News]:
    """What was answered since this number of the feed."""
    rows = session.execute(
        select(
            Feed.seq,
            Feed.topic,
            Feed.command_id,
            Feed.payload,
            Feed.at,
            Feed.site_id,
            Feed.device_id,
            Feed.user_id,
        )
        .where(Feed.seq > seq, Feed.topic.in_(TOPICS))
        .order_by(Feed.seq)
        .limit(limit)
    )
    found = []
    for row in rows:
        said = json.loads(row.payload)
        if row.topic == CONFLICT:
            found.append(News(row.seq, None, "", (), _conflict(row, said)))
            continue
        codes = tuple(said.get("codes", ())) or ((said["code"],) if said.get("code") else ())
        found.append(News(row.seq, row.command_id, said.get("status", ""), codes))
    return found


def _conflict(row: Any, said: Mapping[str, Any]) -> Case:
    """Each content once, however often it is sent."""
    return Case(
        CaseKey("conflict", f"{row.command_id}:{said['fingerprint'][:16]}"),
        "conflict",
        row.at,
        {"type": said["type"], **body_facts(said)},
        site_id=row.site_id,
        device_id=row.device_id,
        user_id=row.user_id,
        command_id=row.command_id,
    )


class Answered(NamedTuple):
    """A command with its answer, and the first item and place it moved, if any."""

    row: Any
    item_id: int | None
    location_id: int | None


def answered_commands(session: Session, ids: Collection[UUID]) -> dict[UUID, Answered]:
    """These commands."""
    rows = session.execute(
        select(
            Command.id,
            Command.type,
            Command.body,
            Command.answer,
            Command.site_id,
            Command.device_id,
            Command.user_id,
            Command.occurred_at,
        ).where(Command.id.in_(list(ids)))
    )
    moved = _first_moved(session, ids)
    return {row.id: Answered(row, *moved.get(row.id, (None, None))) for row in rows}


def _first_moved(session: Session, ids: Collection[UUID]) -> dict[UUID, tuple[int, int]]:
    """(item, physical location) by command: where stock left from, else where it went."""
    left, entered = aliased(Position), aliased(Position)
    rows = session.execute(
        select(Movement.command_id, Movement.item_id, left, entered)
        .join(left, left.id == Movement.from_position_id)
        .join(entered, entered.id == Movement.to_position_id)
        .where(Movement.command_id.in_(list(ids)))
        .order_by(Movement.id.desc())
    )
    return {
        command_id: (item_id, (a if a.kind in PHYSICAL_KINDS else b).location_id)
        for command_id, item_id, a, b in rows
    }


def standing_states(session: Session, now: int) -> dict[CaseKey, Case]:
    """Every state that should not last, as it is now."""
    found: list[Case] = []
    for read in (_negative, _quarantined, _lost, _silent, _estimated):
        found += read(session, now)
    return {case.at: case for case in found}


def standing_keys(session: Session) -> dict[CaseKey, tuple[int, str]]:
    """(id, state) of the cases of such states whose cause stood when we last looked."""
    rows = session.execute(
        select(
            ExceptionCase.source, ExceptionCase.key, ExceptionCase.id, ExceptionCase.state
        ).where(ExceptionCase.standing, ExceptionCase.source.in_(STATES))
    )
    return {CaseKey(row[0], row[1]): (row[2], row[3]) for row in rows}


def mended_commands(session: Session) -> list[int]:
    """Open cases of commands that were replaced or taken back since."""
    case, other = table_of(ExceptionCase).c, aliased(Command)
    replaced = exists(
        select(other.id).where(other.replaces == case.command_id, other.status != "rejected")
    )
    undone = exists(
        select(UndoneCommand.command_id).where(UndoneCommand.command_id == case.command_id)
    )
    asked = select(case.id).where(
        case.state == "open", case.source.in_(("flagged", "rejected")), replaced | undone
    )
    return list(session.scalars(asked))


def add_cases(session: Session, rows: Sequence[dict[str, Any]]) -> list[int]:
    """Add cases whose cause is not known yet; answers the ids of those that are new."""
    added: list[int] = []
    for row in rows:
        statement = upsert(session, ExceptionCase).values(**row)
        statement = statement.on_conflict_do_nothing(
            index_elements=["source", "key"], index_where=text("standing")
        )
        new = session.execute(statement.returning(table_of(ExceptionCase).c.id)).scalar()
        if new is not None:
            added.append(new)
    return added


def clear_cases(session: Session, ids: Iterable[int], at: int, *, gone: bool) -> None:
    """Their cause is gone: what is open is resolved by itself. gone: it may come again."""
    table, wanted = table_of(ExceptionCase), list(ids)
    if not wanted:
        return
    session.execute(
        update(table)
        .where(table.c.id.in_(wanted), table.c.state == "open")
        .values(state="resolved", resolved_at=at, version=table.c.version + 1)
    )
    if gone:
        session.execute(update(table).where(table.c.id.in_(wanted)).values(standing=False))


def _negative(session: Session, now: int) -> list[Case]:
    rows = session.execute(
        select(Balance, Position.site_id, Position.location_id, Lot.code, Serial.code)
        .join(Position, Position.id == Balance.position_id)
        .join(Lot, Lot.id == Balance.lot_id)
        .join(Serial, Serial.id == Balance.serial_id)
        .where(Balance.on_hand < 0, Position.kind.in_(PHYSICAL_KINDS))
        .limit(ROWS_MOST)
    )
    return [
        Case(
            CaseKey("negative", f"{b.position_id}-{b.item_id}-{b.lot_id}-{b.serial_id}"),
            "negative",
            now,
            {"on_hand": plain(b.on_hand), "lot": lot, "serial": serial},
            site_id=site_id,
            item_id=b.item_id,
            location_id=location_id,
        )
        for b, site_id, location_id, lot, serial in rows
    ]


def _quarantined(session: Session, _now: int) -> list[Case]:
    rows = session.execute(
        select(QuarantinedCommand, Device.site_id)
        .join(Device, Device.id == QuarantinedCommand.device_id)
        .where(QuarantinedCommand.state == "waiting")
        .limit(ROWS_MOST)
    )
    cases = []
    for row, site_id in rows:
        said, then = json.loads(row.command), json.loads(row.envelope)
        cases.append(
            Case(
                CaseKey("quarantine", str(row.id)),
                "quarantine",
                then["occurred_at"],
                {"why": row.reason, "type": said.get("type", ""), **body_facts(said)},
                site_id=site_id,
                device_id=row.device_id,
                user_id=then.get("user_id"),
                command_id=row.command_id,
            )
        )
    return cases


def _lost(session: Session, now: int) -> list[Case]:
    rows = session.execute(
        select(LostRange, Device.site_id)
        .join(Device, Device.id == LostRange.device_id)
        .where(LostRange.at > now - LOST_SHOWN_DAYS * DAY_MS)
        .limit(ROWS_MOST)
    )
    return [
        Case(
            CaseKey("lost_range", str(row.id)),
            "lost_range",
            row.at,
            {"first_seq": row.first_seq, "last_seq": row.last_seq, "how": row.how},
            site_id=site_id,
            device_id=row.device_id,
            user_id=row.declared_by,
        )
        for row, site_id in rows
    ]


def _silent(session: Session, now: int) -> list[Case]:
    unsent = Device.next_seq - 1 - Device.accepted_seq
    rows = session.execute(
        select(Device.id, Device.site_id, func.coalesce(Device.last_seen_at, 0), unsent).where(
            Device.state == "active", unsent > 0, Device.last_seen_at.is_not(None)
        )
    )
    return [
        Case(
            CaseKey("silent_device", str(device_id)),
            "silent_device",
            seen_at,
            {"unsent": many},
            site_id=site_id,
            device_id=device_id,
        )
        for device_id, site_id, seen_at, many in rows
        if seen_at < now - setting_of(session, SILENT_HOURS, site_id) * HOUR_MS
    ]


def _estimated(session: Session, now: int) -> list[Case]:
    priced = exists(
        select(Revaluation.id).where(
            Revaluation.corrects_movement_id == Movement.id, Revaluation.kind == "price"
        )
    )
    rows = session.execute(
        select(Movement, Position.site_id, Position.location_id)
        .join(Position, Position.id == Movement.to_position_id)
        .where(Movement.estimated, Movement.recorded_at < now - DAY_MS, ~priced)
        .order_by(Movement.recorded_at)
        .limit(ROWS_MOST)
    )
    return [
        Case(
            CaseKey("estimated_price", str(row.id)),
            "estimated_price",
            row.occurred_at,
            {"movement_id": str(row.id), "document": row.document, "quantity": plain(row.quantity)},
            site_id=site_id,
            item_id=row.item_id,
            location_id=location_id,
            command_id=row.command_id,
        )
        for row, site_id, location_id in rows
        if row.recorded_at < now - setting_of(session, ESTIMATED_PRICE_DAYS, site_id) * DAY_MS
    ]


def body_facts(said: Mapping[str, Any]) -> dict[str, Any]:
    """What a command names by code, to show: item, quantity, places, barcode."""
    body = said.get("body")
    names = ("item", "quantity", "from", "to", "location", "barcode", "lot", "document")
    own = body if isinstance(body, Mapping) else {}
    return {name: str(own[name])[:200] for name in names if own.get(name) is not None}
