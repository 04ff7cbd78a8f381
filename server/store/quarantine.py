"""Commands that wait for a supervisor, and what becomes of the handheld they came from."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from server.store.db import table_of
from server.store.models import Command, Device, LostRange, QuarantinedCommand, Site, User

ROWS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class QuarantineRow:
    """One command in quarantine. reason: sequence_reused | revoked | revoked_pass; times are ms
    UTC; state: waiting | accepted | refused."""

    id: int
    command_id: UUID
    device_id: int
    device_name: str
    site_id: int
    site_code: str
    cart_location_id: int | None
    seq: int
    reason: str
    command: dict[str, Any]
    occurred_at: int
    uncertainty_ms: int
    user_id: int | None
    received_at: int
    state: str
    decided_by_name: str | None
    decided_at: int | None


@dataclass(frozen=True, slots=True)
class LostRangeRow:
    """Commands of a handheld that never came. how: reported (by it) | declared (by somebody)."""

    id: int
    device_id: int
    first_seq: int
    last_seq: int
    how: str
    at: int


def quarantine_page(
    session: Session,
    site_ids: frozenset[int] | None,
    state: str,
    device_id: int | None,
    after_id: int,
    limit: int,
) -> list[QuarantineRow]:
    """Commands of these sites' handhelds in this state, oldest first."""
    asked = (
        _rows()
        .where(QuarantinedCommand.state == state, QuarantinedCommand.id > after_id)
        .order_by(QuarantinedCommand.id)
        .limit(limit)
    )
    if site_ids is not None:
        asked = asked.where(Device.site_id.in_(site_ids))
    if device_id is not None:
        asked = asked.where(QuarantinedCommand.device_id == device_id)
    return [_row(row) for row in session.execute(asked)]


def quarantined_by_id(session: Session, row_id: int, lock: bool = False) -> QuarantineRow | None:
    """One of them; `lock` keeps it until the transaction ends."""
    asked = _rows().where(QuarantinedCommand.id == row_id)
    if lock:
        asked = asked.with_for_update(of=QuarantinedCommand)
    row = session.execute(asked).one_or_none()
    return _row(row) if row else None


def decide_quarantined(session: Session, row_id: int, state: str, by: int | None, at: int) -> None:
    """Write down what was decided. state: accepted | refused."""
    table = table_of(QuarantinedCommand)
    session.execute(
        update(table).where(table.c.id == row_id).values(state=state, decided_by=by, decided_at=at)
    )


def number_is_taken(session: Session, device_id: int, seq: int) -> bool:
    """Whether another command of the handheld was answered under this number."""
    asked = select(Command.id).where(Command.device_id == device_id, Command.seq == seq)
    return session.scalar(asked) is not None


def answered_through(session: Session, device_id: int, accepted_seq: int) -> int:
    """The last number from `accepted_seq` on without a gap, now that these are answered too."""
    last = accepted_seq
    while True:
        asked = (
            select(Command.seq)
            .where(Command.device_id == device_id, Command.seq > last)
            .order_by(Command.seq)
            .limit(ROWS_AT_ONCE)
        )
        answered = [seq for seq in session.scalars(asked) if seq is not None]
        run = _run(answered, last)
        last += run
        if run < ROWS_AT_ONCE:
            return last


def anything_waits(session: Session, device_id: int) -> bool:
    """Whether a command of the handheld still waits for a decision."""
    asked = select(func.count()).where(
        QuarantinedCommand.device_id == device_id, QuarantinedCommand.state == "waiting"
    )
    return bool(session.scalar(asked))


def lost_range_rows(session: Session, device_id: int) -> list[LostRangeRow]:
    """What a handheld lost, oldest first."""
    rows = session.execute(
        select(
            LostRange.id,
            LostRange.device_id,
            LostRange.first_seq,
            LostRange.last_seq,
            LostRange.how,
            LostRange.at,
        )
        .where(LostRange.device_id == device_id)
        .order_by(LostRange.id)
    )
    return [LostRangeRow(*row) for row in rows]


def _run(numbers: Sequence[int], last: int) -> int:
    """How many of these follow `last` one after the other."""
    length = 0
    for number in numbers:
        if number != last + length + 1:
            break
        length += 1
    return length


def _rows() -> Select[*tuple[Any, ...]]:
    return (
        select(
            QuarantinedCommand.id,
            QuarantinedCommand.command_id,
            QuarantinedCommand.device_id,
            Device.name,
            Device.site_id,
            Site.code,
            Device.cart_location_id,
            QuarantinedCommand.seq,
            QuarantinedCommand.reason,
            QuarantinedCommand.command,
            QuarantinedCommand.envelope,
            QuarantinedCommand.received_at,
            QuarantinedCommand.state,
            User.name,
            QuarantinedCommand.decided_at,
        )
        .join(Device, Device.id == QuarantinedCommand.device_id)
        .join(Site, Site.id == Device.site_id)
        .outerjoin(User, User.id == QuarantinedCommand.decided_by)
    )


def _row(row: Any) -> QuarantineRow:
    said, then = json.loads(row[9]), json.loads(row[10])
    when = (then["occurred_at"], then["uncertainty_ms"])
    columns = (*row[:9], said, *when, then.get("user_id"), *row[11:])
    return QuarantineRow(*columns)
