"""Positions are interned: one row for each (location, handling unit, owner, status).

Rows of `position` never change, so what was once read from a committed transaction is remembered
for the life of the process.
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, select, tuple_
from sqlalchemy.orm import Session

from server.domain.ledger import Place
from server.domain.places import VIRTUAL_KINDS
from server.store.db import table_of, upsert
from server.store.models import Location, Position


class Spot(NamedTuple):
    """What a position is interned by."""

    location_id: int
    handling_unit_id: int
    owner_id: int
    status_id: int


class PlaceMemory:
    """The positions one database is known to have."""

    def __init__(self) -> None:
        self.by_spot: dict[Spot, Place] = {}
        self.by_id: dict[int, Place] = {}
        self.virtual: dict[tuple[int, str], int] = {}


KEYS_MOST = 500

_position = table_of(Position).c
_location = table_of(Location).c
_memories: WeakKeyDictionary[Engine, PlaceMemory] = WeakKeyDictionary()
_COLUMNS = (
    _position.id,
    _position.location_id,
    _position.handling_unit_id,
    _position.owner_id,
    _position.status_id,
    _position.site_id,
    _position.kind,
)


class Places:
    """The positions one transaction works with; new ones are interned as they are asked for."""

    def __init__(self, session: Session) -> None:
        self._session = session
        engine = session.get_bind().engine
        self._memory = _memories.setdefault(engine, PlaceMemory())
        self._own: dict[Spot, Place] = {}
        self._own_by_id: dict[int, Place] = {}

    def at(self, spot: Spot) -> Place:
        """The position of this spot."""
        found = self._own.get(spot) or self._memory.by_spot.get(spot)
        return found or self.intern([spot])[spot]

    def by_id(self, ids: Iterable[int]) -> dict[int, Place]:
        """Positions by id; all of them must exist."""
        wanted = set(ids)
        missing = wanted - self._memory.by_id.keys() - self._own_by_id.keys()
        for chunk in _chunks(missing):
            asked = select(*_COLUMNS).where(_position.id.in_(chunk))
            for row in self._session.execute(asked):
                self._take(_place(row))
        own, known = self._own_by_id, self._memory.by_id
        if not own:
            return {row_id: known[row_id] for row_id in wanted}
        return {row_id: own.get(row_id) or known[row_id] for row_id in wanted}

    def intern(self, spots: Iterable[Spot]) -> dict[Spot, Place]:
        """The positions of these spots, made where they are new."""
        wanted = set(spots)
        missing = sorted(wanted - self._memory.by_spot.keys() - self._own.keys())
        if missing:
            self._read(missing, remember=True)
            new = [spot for spot in missing if spot not in self._memory.by_spot]
            if new:
                self._make(new)
        return {spot: self._own.get(spot) or self._memory.by_spot[spot] for spot in wanted}

    def virtual_location(self, site_id: int, kind: str) -> int:
        """The id of a site's own virtual location of that kind."""
        if (site_id, kind) not in self._memory.virtual:
            rows = self._session.execute(
                select(_location.site_id, _location.kind, _location.id)
                .where(_location.site_id == site_id, _location.kind.in_(VIRTUAL_KINDS))
                .order_by(_location.id.desc())
            )
            self._memory.virtual.update({(row[0], row[1]): row[2] for row in rows})
        return self._memory.virtual[site_id, kind]

    def _read(self, spots: list[Spot], remember: bool) -> None:
        key = tuple_(*_COLUMNS[1:5])
        for chunk in _chunks(spots):
            for row in self._session.execute(select(*_COLUMNS).where(key.in_(chunk))):
                place = _place(row)
                if remember:
                    self._memory.by_spot[_spot(place)] = place
                    self._memory.by_id[place.id] = place
                else:
                    self._take(place)

    def _take(self, place: Place) -> None:
        self._own[_spot(place)] = self._own_by_id[place.id] = place

    def _make(self, spots: list[Spot]) -> None:
        """Ours until we commit, so they are not remembered beyond this transaction."""
        locations: dict[int, tuple[int, str]] = {}
        for chunk in _chunks({spot.location_id for spot in spots}):
            found = select(_location.id, _location.site_id, _location.kind)
            for row in self._session.execute(found.where(_location.id.in_(chunk))):
                locations[row.id] = (row.site_id, row.kind)
        rows = [
            {
                **spot._asdict(),
                "site_id": locations[spot.location_id][0],
                "kind": locations[spot.location_id][1],
            }
            for spot in spots
        ]
        self._session.execute(upsert(self._session, Position).on_conflict_do_nothing(), rows)
        self._read(spots, remember=False)


def _chunks(keys: Iterable[Any]) -> Iterator[list[Any]]:
    """Drivers and databases limit how many parameters a statement has."""
    keys = list(keys)
    return (keys[start : start + KEYS_MOST] for start in range(0, len(keys), KEYS_MOST))


def _place(row: Any) -> Place:
    return Place(*row)


def _spot(place: Place) -> Spot:
    return Spot(place.location_id, place.handling_unit_id, place.owner_id, place.status_id)
