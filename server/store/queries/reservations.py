"""Reservations and what of them is still open."""

from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.store.models import Reservation, ReservationLine


class OpenLine(NamedTuple):
    """One line of a reservation: its id, the balance it stands on, and what is still open."""

    id: int
    key: tuple[int, int, int, int]
    open: Decimal


def reservation_of(session: Session, uid: UUID) -> tuple[int, int] | None:
    """(site id, item id) of a reservation, if there is one; these never change."""
    asked = select(Reservation.site_id, Reservation.item_id).where(Reservation.uid == uid)
    row = session.execute(asked).one_or_none()
    return (row[0], row[1]) if row else None


def open_lines(session: Session, uid: UUID) -> list[OpenLine] | None:
    """The open lines of a reservation, locked; None if there is no such reservation."""
    reservation_id = session.scalar(
        select(Reservation.id).where(Reservation.uid == uid).with_for_update()
    )
    if reservation_id is None:
        return None
    rows = session.execute(
        select(
            ReservationLine.id,
            ReservationLine.position_id,
            ReservationLine.item_id,
            ReservationLine.lot_id,
            ReservationLine.serial_id,
            ReservationLine.open,
        )
        .where(ReservationLine.reservation_id == reservation_id, ReservationLine.open > 0)
        .order_by(ReservationLine.id)
    )
    return [OpenLine(row[0], (row[1], row[2], row[3], row[4]), row[5]) for row in rows]
