"""Where serials were seen, and by which counts they were not."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from server.domain.ledger import Sighting
from server.store.db import table_of
from server.store.models import Command, Position, SerialSighting

_sighting = table_of(SerialSighting)
_place = table_of(Position).alias("place")
_source = table_of(Position).alias("source")
_command = table_of(Command)
_ABSENCE = and_(_command.c.type == "count_adjustment", _place.c.kind == "adjustment")


def sightings_of(session: Session, serial_ids: Sequence[int]) -> list[tuple[int, Sighting]]:
    """(serial id, sighting) of all that are not undone, and of every absence a count found: that
    one counts for nothing only as long as the serial was somewhere else."""
    rows = session.execute(
        select(
            _sighting.c.serial_id,
            _sighting.c.occurred_at,
            _sighting.c.device_id,
            _sighting.c.device_seq,
            _sighting.c.place_position_id,
            _sighting.c.source_position_id,
            _place.c.location_id,
            _source.c.location_id,
            _ABSENCE,
        )
        .join(_place, _place.c.id == _sighting.c.place_position_id)
        .join(_source, _source.c.id == _sighting.c.source_position_id)
        .outerjoin(_command, _command.c.id == _sighting.c.command_id)
        .where(_sighting.c.serial_id.in_(serial_ids), or_(~_sighting.c.undone, _ABSENCE))
        .order_by(_sighting.c.id)
    )
    return [(row[0], _sighting_of(row)) for row in rows]


def own_sightings(session: Session, command_id: UUID, serial_id: int) -> list[tuple[int, int, int]]:
    """(id, occurred_at, place) of a command's sightings of a serial that are not undone, newest
    first."""
    rows = session.execute(
        select(_sighting.c.id, _sighting.c.occurred_at, _sighting.c.place_position_id)
        .where(
            _sighting.c.command_id == command_id,
            _sighting.c.serial_id == serial_id,
            ~_sighting.c.undone,
        )
        .order_by(_sighting.c.id.desc())
    )
    return [(row[0], row[1], row[2]) for row in rows]


def serials_of_command(session: Session, command_id: UUID) -> list[int]:
    """The serials a command has seen."""
    asked = select(_sighting.c.serial_id).where(
        _sighting.c.command_id == command_id, ~_sighting.c.undone
    )
    return sorted(set(session.scalars(asked)))


def place_of_sighting(session: Session, command_id: UUID) -> int:
    """The position a command has seen a serial at."""
    asked = select(_sighting.c.place_position_id).where(_sighting.c.command_id == command_id)
    place = session.scalar(asked.limit(1))
    assert isinstance(place, int)
    return place


def mark_sighting(session: Session, row_id: int, *, undone: bool) -> None:
    """It never was, or it was after all."""
    session.execute(update(_sighting).where(_sighting.c.id == row_id).values(undone=undone))


def mark_absence(session: Session, serial_id: int, seen: Sighting, *, undone: bool) -> None:
    """Whether an absence found by a count still means anything."""
    session.execute(
        update(_sighting)
        .where(
            _sighting.c.serial_id == serial_id,
            _sighting.c.occurred_at == seen.occurred_at,
            _sighting.c.place_position_id == seen.place,
            _sighting.c.source_position_id == seen.source,
        )
        .values(undone=undone)
    )


def _sighting_of(row: Any) -> Sighting:
    seen = Sighting(*row[1:7])
    return replace(seen, absent_from=row[7]) if row[8] else seen
