"""Counts as they were seen, and the lines of the books they speak about."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from server.domain.counting import Grain, Window
from server.domain.ledger import Key
from server.store.founding import OWN_OWNER_ID
from server.store.models import (
    Balance,
    Command,
    Count,
    CountLine,
    CountParticipant,
    Device,
    Item,
    Location,
    Lot,
    Position,
    StockStatus,
    UndoneCommand,
)


@dataclass(frozen=True, slots=True)
class CountRow:
    """One count of one location; times are ms UTC."""

    id: int
    uid: UUID
    site_id: int
    location_id: int
    state: str
    whole: bool
    first_at: int
    counted_at: int | None
    uncertainty_ms: int
    device_id: int | None
    device_seq: int | None
    started_by: int | None
    finished_at: int | None
    decided_by: int | None
    decided_at: int | None
    decision: str
    version: int


@dataclass(frozen=True, slots=True)
class SeenLine:
    """What was counted of one grain in the attempt that counts: the last."""

    id: int
    grain: Grain
    counted: Decimal
    window: Window


@dataclass(frozen=True, slots=True)
class SaidLine:
    """What one command said was seen of a line; `raw` is the whole command as JSON."""

    raw: str
    is_fact: bool
    occurred_at: int
    user_id: int | None


@dataclass(frozen=True, slots=True)
class BookLine:
    """One line of the books at a location, with what sharing a variance out needs."""

    key: Key
    grain: Grain
    own: bool
    available: bool
    lot_date: date | None


@dataclass(frozen=True, slots=True)
class SilentDevice:
    """A handheld of the site that may still hold movements from before the count."""

    id: int
    name: str
    last_seen_at: int | None
    unsent: int


_COUNT = (
    Count.id,
    Count.uid,
    Count.site_id,
    Count.location_id,
    Count.state,
    Count.whole,
    Count.first_at,
    Count.counted_at,
    Count.uncertainty_ms,
    Count.device_id,
    Count.device_seq,
    Count.started_by,
    Count.finished_at,
    Count.decided_by,
    Count.decided_at,
    Count.decision,
    Count.version,
)


def count_by_id(session: Session, count_id: int, lock: bool = False) -> CountRow | None:
    """One count; `lock` keeps it until the transaction ends."""
    asked = select(*_COUNT).where(Count.id == count_id)
    row = session.execute(asked.with_for_update() if lock else asked).one_or_none()
    return _count(row) if row else None


def counts_page(
    session: Session,
    site_ids: frozenset[int] | None,
    states: Sequence[str],
    before_id: int | None,
    limit: int,
) -> list[CountRow]:
    """Counts of these sites in these states, newest first."""
    asked = select(*_COUNT).order_by(Count.id.desc()).limit(limit)
    if states:
        asked = asked.where(Count.state.in_(states))
    if site_ids is not None:
        asked = asked.where(Count.site_id.in_(site_ids))
    if before_id is not None:
        asked = asked.where(Count.id < before_id)
    return [_count(row) for row in session.execute(asked)]


def seen_lines(session: Session, count: CountRow) -> list[SeenLine]:
    """The last attempt of every grain that was seen."""
    rows = session.execute(
        select(
            CountLine.id,
            CountLine.item_id,
            CountLine.lot_id,
            CountLine.serial_id,
            CountLine.handling_unit_id,
            CountLine.counted,
            CountLine.first_at,
            CountLine.last_at,
            CountLine.seq,
        )
        .where(CountLine.count_id == count.id)
        .order_by(CountLine.attempt)
    )
    last: dict[Grain, SeenLine] = {}
    for row in rows:
        grain = Grain(*row[1:5])
        window = Window(row[6], row[7], count.device_id or 0, row[8], count.uncertainty_ms)
        last[grain] = SeenLine(row[0], grain, row[5], window)
    return list(last.values())


def said_lines(session: Session, site_id: int, count: UUID, since: int) -> list[SaidLine]:
    """The lines of a count that we heard of since an instant and that stand, in the order we heard
    of them; others that name its uid too, wherever."""
    undone = exists(select(UndoneCommand.command_id).where(UndoneCommand.command_id == Command.id))
    rows = session.execute(
        select(Command.body, Command.intent, Command.occurred_at, Command.user_id)
        .where(
            Command.type == "count_line",
            Command.site_id == site_id,
            Command.received_at >= since,
            func.lower(Command.body).contains(count.hex[-12:]),
            Command.status != "rejected",
            ~undone,
        )
        .order_by(Command.received_at, Command.seq, Command.id)
    )
    return [SaidLine(row[0], row[1] == "fact", row[2], row[3]) for row in rows]


def book_lines(session: Session, location_id: int) -> list[BookLine]:
    """Every line the books have, or ever had, at a location."""
    rows = session.execute(
        select(
            Balance.position_id,
            Balance.item_id,
            Balance.lot_id,
            Balance.serial_id,
            Position.handling_unit_id,
            Position.owner_id,
            StockStatus.available,
            Lot.expires_on,
            Lot.production_date,
        )
        .join(Position, Position.id == Balance.position_id)
        .join(StockStatus, StockStatus.id == Position.status_id)
        .join(Lot, Lot.id == Balance.lot_id)
        .where(Position.location_id == location_id)
    )
    return [
        BookLine(
            Key(*row[:4]),
            Grain(row[1], row[2], row[3], row[4]),
            row[5] == OWN_OWNER_ID,
            row[6],
            row[7] or row[8],
        )
        for row in rows
    ]


def serials_in_units(session: Session, unit_ids: Collection[int]) -> list[int]:
    """The serials the books have, or ever had, in these handling units."""
    asked = (
        select(Balance.serial_id)
        .join(Position, Position.id == Balance.position_id)
        .where(Position.handling_unit_id.in_(list(unit_ids)), Balance.serial_id != 0)
        .distinct()
    )
    return list(session.scalars(asked)) if unit_ids else []


def silent_devices(session: Session, site_id: int, since: int) -> list[SilentDevice]:
    """Active handhelds of a site not heard since, or known to hold commands we do not have."""
    rows = session.execute(
        select(Device.id, Device.name, Device.last_seen_at, Device.next_seq, Device.accepted_seq)
        .where(Device.site_id == site_id, Device.state == "active")
        .order_by(Device.id)
    )
    found = []
    for row in rows:
        unsent = max(row[3] - 1 - row[4], 0)
        if unsent or row[2] is None or row[2] < since:
            found.append(SilentDevice(row[0], row[1], row[2], unsent))
    return found


def participant_role(session: Session, count_id: int, user_id: int) -> str | None:
    """The one role a person has in a count."""
    return session.scalar(
        select(CountParticipant.role).where(
            CountParticipant.count_id == count_id, CountParticipant.user_id == user_id
        )
    )


def names_of_lines(session: Session, grains: Sequence[Grain]) -> dict[int, Any]:
    """sku, names, base unit and standard cost by item id."""
    rows = session.execute(
        select(Item.id, Item.sku, Item.name_zh, Item.name_en, Item.base_unit).where(
            Item.id.in_({grain.item_id for grain in grains})
        )
    )
    return {row[0]: row for row in rows}


def location_code(session: Session, location_id: int) -> str:
    """What is printed on its label."""
    return session.scalar(select(Location.code).where(Location.id == location_id)) or ""


def _count(row: Any) -> CountRow:
    return CountRow(*row)
