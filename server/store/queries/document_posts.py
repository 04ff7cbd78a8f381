"""By what a document has come as far as it has: the desk's own commands, facts, other documents."""

from uuid import UUID

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from server.store.models import Command, Document, DocumentLine, DocumentMovement, Movement


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
