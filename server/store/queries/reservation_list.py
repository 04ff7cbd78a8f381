"""Reservations as people read them."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from server.domain.codes import code_key
from server.store.models import (
    Item,
    Location,
    Lot,
    Position,
    Reservation,
    ReservationLine,
    Serial,
    Site,
    User,
)
from server.store.queries.records import Record, Sites

FILTERS: dict[str, Any] = {
    "site": lambda code: Site.code_key == code_key(code),
    "item": lambda sku: Item.sku_key == code_key(sku),
    "reference": lambda reference: Reservation.reference == reference,
    "state": lambda state: Reservation.state == state,
}


def reservations_page(
    session: Session, sites: Sites, filters: dict[str, Any], before: int | None, limit: int
) -> list[Record]:
    """Reservations with ids below `before`, newest first, each with its lines."""
    asked = _reservations(sites).where(*(FILTERS[name](value) for name, value in filters.items()))
    if before is not None:
        asked = asked.where(Reservation.id < before)
    rows = session.execute(asked.order_by(Reservation.id.desc()).limit(limit))
    return _with_lines(session, [dict(row._mapping) for row in rows])


def one_reservation(session: Session, sites: Sites, uid: UUID) -> Record | None:
    """One reservation; None if there is none or it is of another site."""
    row = session.execute(_reservations(sites).where(Reservation.uid == uid)).one_or_none()
    return None if row is None else _with_lines(session, [dict(row._mapping)])[0]


def _reservations(sites: Sites) -> Select[*tuple[Any, ...]]:
    still_open = (
        select(func.sum(ReservationLine.open))
        .where(ReservationLine.reservation_id == Reservation.id)
        .scalar_subquery()
    )
    asked = (
        select(
            Reservation.id,
            Reservation.uid,
            Site.code.label("site"),
            Item.sku.label("item"),
            Item.base_unit,
            Reservation.quantity,
            still_open.label("open"),
            Reservation.reference,
            Reservation.state,
            User.name.label("user"),
            Reservation.created_at,
            Reservation.ended_at,
        )
        .join(Site, Site.id == Reservation.site_id)
        .join(Item, Item.id == Reservation.item_id)
        .outerjoin(User, User.id == Reservation.user_id)
    )
    return asked if sites is None else asked.where(Reservation.site_id.in_(sites))


def _with_lines(session: Session, rows: list[Record]) -> list[Record]:
    lines = session.execute(
        select(
            ReservationLine.reservation_id,
            Location.code.label("location"),
            Lot.code.label("lot"),
            Serial.code.label("serial"),
            ReservationLine.quantity,
            ReservationLine.open,
        )
        .join(Position, Position.id == ReservationLine.position_id)
        .join(Location, Location.id == Position.location_id)
        .join(Lot, Lot.id == ReservationLine.lot_id)
        .join(Serial, Serial.id == ReservationLine.serial_id)
        .where(ReservationLine.reservation_id.in_([row["id"] for row in rows]))
        .order_by(ReservationLine.id)
    )
    found: dict[int, list[Record]] = {row["id"]: [] for row in rows}
    for line in lines:
        found[line.reservation_id].append(dict(line._mapping))
    return [row | {"lines": found[row["id"]]} for row in rows]
