"""By what a document has come as far as it has: the desk's own commands, facts, other documents."""

from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from server.store.models import (
    Command,
    Document,
    DocumentLine,
    DocumentMovement,
    Lot,
    Movement,
    Serial,
)


def desk_commands_of(session: Session, document_id: int) -> list[tuple[UUID, int | None, int]]:
    """(command, its author, its site) of the requests that count for its lines, last first."""
    asked = (
        select(Command.id, Command.user_id, Command.site_id, Movement.id)
        .join(Movement, Movement.command_id == Command.id)
        .join(DocumentMovement, DocumentMovement.movement_id == Movement.id)
        .join(DocumentLine, DocumentLine.id == DocumentMovement.line_id)
        .where(
            DocumentLine.document_id == document_id,
            ~DocumentMovement.undone,
            Command.intent == "request",
        )
        .order_by(Movement.id.desc())
    )
    found: dict[UUID, tuple[UUID, int | None, int]] = {}
    for row in session.execute(asked):
        found.setdefault(row[0], (row[0], row[1], row[2] or 0))
    return list(found.values())


def facts_count_for(session: Session, document_id: int) -> bool:
    """Whether anything a handheld reported counts for its lines."""
    asked = (
        select(Command.id)
        .join(Movement, Movement.command_id == Command.id)
        .join(DocumentMovement, DocumentMovement.movement_id == Movement.id)
        .join(DocumentLine, DocumentLine.id == DocumentMovement.line_id)
        .where(
            DocumentLine.document_id == document_id,
            ~DocumentMovement.undone,
            Command.intent == "fact",
        )
    )
    return session.scalar(asked.limit(1)) is not None


def followers_of(session: Session, document_id: int) -> list[str]:
    """Numbers of documents that came from it and are not closed with nothing done."""
    worked = exists(
        select(DocumentLine.id).where(
            DocumentLine.document_id == Document.id,
            or_(DocumentLine.done != 0, DocumentLine.arrived != 0),
        )
    )
    asked = select(Document.number).where(
        Document.origin_id == document_id, or_(Document.state != "closed", worked)
    )
    return list(session.scalars(asked.order_by(Document.id)))


class UnderWay(NamedTuple):
    """So much of a transfer's line was shipped and has not arrived; "" where it has no lot."""

    lot: str
    serial: str
    quantity: Decimal


def under_way_of(session: Session, document_id: int) -> dict[int, list[UnderWay]]:
    """What is under way of each line of a transfer, as it was shipped; base units > 0."""
    left = func.sum(
        DocumentMovement.done - DocumentMovement.arrived, type_=DocumentMovement.done.type
    )
    asked = (
        select(DocumentLine.line, Lot.code, Serial.code, left)
        .join(DocumentLine, DocumentLine.id == DocumentMovement.line_id)
        .join(Movement, Movement.id == DocumentMovement.movement_id)
        .join(Lot, Lot.id == Movement.lot_id)
        .join(Serial, Serial.id == Movement.serial_id)
        .where(DocumentLine.document_id == document_id, ~DocumentMovement.undone)
        .group_by(DocumentLine.line, Movement.lot_id, Movement.serial_id, Lot.code, Serial.code)
        .order_by(DocumentLine.line, func.min(Movement.id))
    )
    found: dict[int, list[UnderWay]] = {}
    for line, lot, serial, quantity in session.execute(asked):
        if quantity > 0:
            found.setdefault(line, []).append(UnderWay(lot, serial, quantity))
    return found
