"""Commands and their answers, devices' progress, and what is quarantined or lost."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Insert, Update, bindparam, insert, select, update
from sqlalchemy.orm import Session

from server.domain.delivery import Loss
from server.store.db import inserting, table_of, upsert, upsert_for
from server.store.location_locks import sites_shared_by_key
from server.store.models import (
    Command,
    Device,
    DeviceBoot,
    LostRange,
    Movement,
    QuarantinedCommand,
    UndoneCommand,
)
from server.store.prepared import Asked, Question, Writing, ask
from server.store.queries.catalogue import SITES, SiteRow

_command = table_of(Command).c
_device = table_of(Device).c
_device_boot = table_of(DeviceBoot).c
_lost_range = table_of(LostRange).c
_quarantined_command = table_of(QuarantinedCommand).c
_movement = table_of(Movement).c


@dataclass(frozen=True, slots=True)
class KnownCommand:
    """A command we have answered already."""

    id: UUID
    type: str
    status: str
    fingerprint: str
    answer: dict[str, Any]
    device_id: int | None
    user_id: int | None
    site_id: int | None
    occurred_at: int
    uncertainty_ms: int
    body: str


@dataclass(slots=True)
class DeviceState:
    """A device as one envelope finds it, locked."""

    id: int
    site_id: int
    cart_location_id: int | None
    state: str
    quarantined: bool
    accepted_seq: int
    wall_offset_ms: int | None
    last_occurred_at: int
    last_seen_at: int | None


_KNOWN = Question(
    select(
        _command.id,
        _command.type,
        _command.status,
        _command.body_hash,
        _command.answer,
        _command.device_id,
        _command.user_id,
        _command.site_id,
        _command.occurred_at,
        _command.uncertainty_ms,
        _command.body,
    ),
    _command.id,
)
_LOCKED_DEVICES = Question(
    select(
        _device.id,
        _device.site_id,
        _device.cart_location_id,
        _device.state,
        _device.quarantined,
        _device.accepted_seq,
        _device.wall_offset_ms,
        _device.last_occurred_at,
        _device.last_seen_at,
    ),
    _device.id,
    finish=lambda statement: statement.order_by(_device.id).with_for_update(),
)
_BOOTS = Question(
    select(_device_boot.device_id, _device_boot.boot_id, _device_boot.offset_ms),
    _device_boot.device_id,
    _device_boot.boot_id,
)
_INSERT_COMMANDS = Writing(lambda _: inserting(Command), *_command.keys())


class Opened(NamedTuple):
    """What the books say of some envelopes: their devices, locked, their clocks' offsets by
    (device, boot), and the commands and sites they name."""

    devices: dict[int, DeviceState]
    offsets: dict[tuple[int, str], int]
    known: dict[UUID, KnownCommand]
    sites: dict[str, SiteRow]


def open_envelopes(
    session: Session,
    boots: Collection[tuple[int, str]],
    ids: Sequence[UUID],
    site_keys: Iterable[str],
    more: Sequence[Asked],
) -> tuple[Opened, list[list[Any]]]:
    """Lock the devices of these boots in order; then what we know of these commands and sites, and
    the answers to `more`, all on one journey."""
    keys = sorted(set(site_keys))
    shared = sites_shared_by_key(session, keys)
    devices, offsets, known, *rest = ask(
        session,
        _LOCKED_DEVICES.about(sorted({device_id for device_id, _ in boots})),
        _BOOTS.about(sorted(boots)),
        _KNOWN.about(ids),
        *shared,
        SITES.about(keys),
        *more,
    )
    sites, *answers = rest[len(shared) :]
    opened = Opened(
        {row[0]: _device_state(row) for row in devices},
        {(row[0], row[1]): row[2] for row in offsets},
        _known(known),
        SITES.rows(sites),
    )
    return opened, answers


def known_commands(session: Session, ids: Sequence[UUID]) -> dict[UUID, KnownCommand]:
    """Those of these commands that have a final answer."""
    return _known(ask(session, _KNOWN.about(ids))[0])


def _known(rows: Iterable[Sequence[Any]]) -> dict[UUID, KnownCommand]:
    return {
        row[0]: KnownCommand(row[0], row[1], row[2], row[3], json.loads(row[4]), *row[5:])
        for row in rows
    }


def quarantined_ids(session: Session, device_id: int, ids: Iterable[UUID]) -> set[UUID]:
    """Those of these commands that wait for a supervisor."""
    asked = select(_quarantined_command.command_id).where(
        _quarantined_command.device_id == device_id,
        _quarantined_command.command_id.in_(list(ids)),
        _quarantined_command.state == "waiting",
    )
    return set(session.scalars(asked))


def was_replaced(session: Session, command_id: UUID) -> bool:
    """Whether another command has replaced this one already; nobody else may ask until we end."""
    session.execute(select(_command.id).where(_command.id == command_id).with_for_update())
    asked = select(_command.id).where(
        _command.replaces == command_id, _command.status != "rejected"
    )
    return session.scalar(asked.limit(1)) is not None


def write_commands(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Add commands with their answers."""
    _INSERT_COMMANDS.write(session, rows)


def quarantine(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Keep commands for a supervisor; one that waits already is not kept twice."""
    if rows:
        statement = upsert(session, QuarantinedCommand).values(list(rows))
        session.execute(statement.on_conflict_do_nothing(index_elements=["command_id"]))


def mark_undone(session: Session, command_id: UUID, by: UUID, how: str) -> bool:
    """Whether we are the first to take this command back."""
    statement = upsert(session, UndoneCommand).values(
        command_id=command_id, by_command_id=by, how=how
    )
    written = session.execute(
        statement.on_conflict_do_nothing(index_elements=["command_id"]).returning(
            table_of(UndoneCommand).c.command_id
        )
    )
    return written.scalar() is not None


def lock_device(session: Session, device_id: int) -> DeviceState:
    """The device's row, locked until the transaction ends."""
    return _device_state(ask(session, _LOCKED_DEVICES.about([device_id]))[0][0])


def _device_state(row: Sequence[Any]) -> DeviceState:
    state = DeviceState(*row)
    if state.last_seen_at is None:
        state.wall_offset_ms = None
    return state


def save_device(session: Session, device: DeviceState, **seen: Any) -> None:
    """Write the device's progress and what the envelope said of it (next_seq, app_version,
    last_seen_at: all or none)."""
    progress = {
        "device": device.id,
        "accepted": device.accepted_seq,
        "last": device.last_occurred_at,
        "quarantined_now": device.quarantined,
        "wall": device.wall_offset_ms,
    }
    if seen:
        told = {"next": seen["next_seq"], "app": seen["app_version"], "seen": seen["last_seen_at"]}
        _SAVE_DEVICE_SEEN.write(session, [progress | told])
    else:
        _SAVE_DEVICE.write(session, [progress])


def save_boot(session: Session, device_id: int, boot_id: str, offset_ms: int, at: int) -> None:
    """Remember a boot's offset and this contact."""
    boot = {"device_id": device_id, "boot_id": boot_id, "offset_ms": offset_ms}
    _SAVE_BOOT.write(session, [{**boot, "first_contact_at": at, "last_contact_at": at}])


def lost_ranges(session: Session, device_id: int) -> list[Loss]:
    """The ranges of a device given up for lost."""
    rows = session.execute(
        select(_lost_range.first_seq, _lost_range.last_seq).where(
            _lost_range.device_id == device_id
        )
    )
    return [Loss(row[0], row[1]) for row in rows]


def add_lost_range(
    session: Session, device_id: int, loss: Loss, how: str, at: int, declared_by: int | None = None
) -> None:
    """Remember that a range is lost. how: reported | declared."""
    session.execute(
        insert(table_of(LostRange)).values(
            device_id=device_id,
            first_seq=loss.first_seq,
            last_seq=loss.last_seq,
            how=how,
            declared_by=declared_by,
            at=at,
        )
    )


def places_of_command(session: Session, device_id: int, seq: int) -> list[int]:
    """The positions a device's command with this number moved stock from and to."""
    from_command = select(_command.id).where(_command.device_id == device_id, _command.seq == seq)
    rows = session.execute(
        select(_movement.from_position_id, _movement.to_position_id).where(
            _movement.command_id.in_(from_command)
        )
    )
    return [position for row in rows for position in row]


def _saving_device(**seen: str) -> Update:
    """Its progress, and with `seen` (column → name) what the envelope said."""
    progress = {
        "accepted_seq": "accepted",
        "last_occurred_at": "last",
        "quarantined": "quarantined_now",
        "wall_offset_ms": "wall",
    }
    table = table_of(Device)
    values: dict[str, Any] = {column: bindparam(name) for column, name in (progress | seen).items()}
    return update(table).where(table.c.id == bindparam("device")).values(values)


def _saving_boot(database: str) -> Insert:
    statement = upsert_for(database, DeviceBoot)
    fresh = statement.excluded
    saving: Insert = statement.on_conflict_do_update(
        index_elements=["device_id", "boot_id"],
        set_={"offset_ms": fresh.offset_ms, "last_contact_at": fresh.last_contact_at},
    )
    return saving


_SAVE_DEVICE = Writing(lambda _: _saving_device())
_SAVE_DEVICE_SEEN = Writing(
    lambda _: _saving_device(next_seq="next", app_version="app", last_seen_at="seen")
)
_SAVE_BOOT = Writing(_saving_boot, *_device_boot.keys())
