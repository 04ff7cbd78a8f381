"""Reservations and what of them is still open."""

import json
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, exists, func, or_, select, type_coerce
from sqlalchemy.orm import Session

from server.domain.numbers import ZERO
from server.store.models import (
    Command,
    DocumentLine,
    DocumentMovement,
    Movement,
    Reservation,
    ReservationLine,
    UndoneCommand,
)


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


class Promise(NamedTuple):
    """A whole reservation, locked; its lines with what of them may be promised again."""

    state: str
    quantity: Decimal
    item_id: int
    created_at: int
    open: Decimal
    used: list[OpenLine]


def promise(session: Session, uid: UUID) -> Promise | None:
    """A reservation, locked; in `used` the part of its lines that is not open any more."""
    found = session.execute(
        select(
            Reservation.id,
            Reservation.state,
            Reservation.quantity,
            Reservation.item_id,
            Reservation.created_at,
        )
        .where(Reservation.uid == uid)
        .with_for_update()
    ).one_or_none()
    if found is None:
        return None
    lines = session.execute(
        select(
            ReservationLine.id,
            ReservationLine.position_id,
            ReservationLine.item_id,
            ReservationLine.lot_id,
            ReservationLine.serial_id,
            type_coerce(ReservationLine.quantity - ReservationLine.open, ReservationLine.open.type),
            ReservationLine.open,
        )
        .where(ReservationLine.reservation_id == found[0])
        .order_by(ReservationLine.id)
    ).all()
    used = [OpenLine(row[0], (row[1], row[2], row[3], row[4]), row[5]) for row in lines]
    return Promise(*found[1:], sum((row[6] for row in lines), ZERO), used)


def quantity_picked(session: Session, uid: UUID, item_id: int, since: int) -> Decimal:
    """What the picks that use a reservation and stand have picked, of those since an instant: those
    that name it, and those for the line of a document that it was made for."""
    undone = exists(select(UndoneCommand.command_id).where(UndoneCommand.command_id == Command.id))
    linked = _picks_of_line(uid)
    rows = session.execute(
        select(Command.body, linked.exists())
        .join(Movement, Movement.command_id == Command.id)
        .where(
            Movement.item_id == item_id,
            Movement.occurred_at >= since,
            Movement.kind == "pick_line",
            or_(func.lower(Command.body).contains(uid.hex[-12:]), linked.exists()),
            ~undone,
        )
        .distinct()
    )
    picks = [(json.loads(body)["body"], is_linked) for body, is_linked in rows]
    own = [pick for pick, is_linked in picks if _uses(pick, uid, is_linked)]
    return sum((Decimal(pick["quantity"]) for pick in own), ZERO)


def _uses(pick: dict[str, Any], uid: UUID, is_linked: bool) -> bool:
    named = pick.get("reservation")
    return UUID(named) == uid if named else is_linked


def _picks_of_line(uid: UUID) -> Select[Any]:
    """Whether a movement counts for the line this reservation was made for."""
    return (
        select(DocumentMovement.movement_id)
        .join(DocumentLine, DocumentLine.id == DocumentMovement.line_id)
        .join(Reservation, Reservation.id == DocumentLine.reservation_id)
        .where(DocumentMovement.movement_id == Movement.id, Reservation.uid == uid)
        .correlate(Movement)
    )
