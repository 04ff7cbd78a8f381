"""What people call the places of balances."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from server.domain.ledger import Key
from server.store.models import Balance, HandlingUnit, Location, Lot, Position, Serial


class PlaceNames(NamedTuple):
    """A place to pick from, in codes; "" where it has none."""

    location: str
    unit: str
    lot: str
    serial: str


def place_names(session: Session, keys: Iterable[Key]) -> dict[Key, PlaceNames]:
    """The codes of these balances."""
    wanted = sorted(set(keys))
    columns = (Balance.position_id, Balance.item_id, Balance.lot_id, Balance.serial_id)
    asked = (
        select(*columns, Location.code, HandlingUnit.code, Lot.code, Serial.code)
        .join(Position, Position.id == Balance.position_id)
        .join(Location, Location.id == Position.location_id)
        .join(HandlingUnit, HandlingUnit.id == Position.handling_unit_id)
        .join(Lot, Lot.id == Balance.lot_id)
        .join(Serial, Serial.id == Balance.serial_id)
        .where(tuple_(*columns).in_(wanted))
    )
    return {Key(*row[:4]): PlaceNames(*row[4:]) for row in session.execute(asked)}
