"""Documents against the movements that count for them."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import and_, case, exists, func, or_, select, union_all
from sqlalchemy.orm import Session

from server.domain.documents import KINDS
from server.store.models import (
    Document,
    DocumentLine,
    DocumentMovement,
    DocumentShort,
    Movement,
    Reservation,
    UndoneCommand,
)
from server.store.queries.verification import Finding, first_rows, shown

_FULFILLING = tuple(kind.name for kind in KINDS.values() if kind.fulfils)
_AMOUNTS = ("done", "arrived", "rejected")


def document_lines_are_sums(session: Session) -> Iterable[Finding]:
    """A line has come as far as the movements that count for it, and for lines that fulfil it."""
    own = _counted(DocumentMovement.line_id).where(~DocumentMovement.undone)
    passed_on = (
        _counted(DocumentLine.origin_line_id)
        .join(DocumentLine, DocumentLine.id == DocumentMovement.line_id)
        .join(Document, Document.id == DocumentLine.document_id)
        .where(
            ~DocumentMovement.undone,
            DocumentLine.origin_line_id.is_not(None),
            Document.kind.in_(_FULFILLING),
        )
    )
    parts = union_all(own, passed_on).subquery()
    sums = (
        select(parts.c.line_id, *(func.sum(parts.c[name]).label(name) for name in _AMOUNTS))
        .group_by(parts.c.line_id)
        .subquery()
    )
    for name in _AMOUNTS:
        counted = func.coalesce(sums.c[name], 0)
        kept = getattr(DocumentLine, name)
        asked = (
            select(DocumentLine.document_id, DocumentLine.line, kept, counted)
            .outerjoin(sums, sums.c.line_id == DocumentLine.id)
            .where(kept != counted)
        )
        yield from _uneven(session, asked, name)


def short_picks_are_sums(session: Session) -> Iterable[Finding]:
    """What of a line could not be picked is the sum of the short picks that stand."""
    sums = (
        select(DocumentShort.line_id, func.sum(DocumentShort.quantity).label("short"))
        .where(~DocumentShort.undone)
        .group_by(DocumentShort.line_id)
        .subquery()
    )
    counted = func.coalesce(sums.c.short, 0)
    asked = (
        select(DocumentLine.document_id, DocumentLine.line, DocumentLine.short, counted)
        .outerjoin(sums, sums.c.line_id == DocumentLine.id)
        .where(DocumentLine.short != counted)
    )
    yield from _uneven(session, asked, "short")


def document_states_follow(session: Session) -> Iterable[Finding]:
    """Nothing is done on a draft or an approved document, and something on one in progress."""
    begun = func.sum(
        case(
            (or_(*(getattr(DocumentLine, name) != 0 for name in (*_AMOUNTS, "short"))), 1), else_=0
        )
    )
    asked = (
        select(Document.id, Document.state, begun)
        .join(DocumentLine, DocumentLine.document_id == Document.id)
        .group_by(Document.id, Document.state)
        .having(
            or_(
                and_(Document.state.in_(("draft", "approved")), begun > 0),
                and_(Document.state == "in_progress", begun == 0),
            )
        )
    )
    for row in first_rows(session, asked):
        yield Finding(
            "document_states_follow",
            "document",
            {"id": row[0]},
            f"{row[2]} of its lines begun",
            row[1],
        )


def undone_movements_do_not_count(session: Session) -> Iterable[Finding]:
    """A movement counts for a document just as long as its command stands."""
    undone = exists(
        select(UndoneCommand.command_id).where(UndoneCommand.command_id == Movement.command_id)
    )
    asked = (
        select(DocumentMovement.movement_id, DocumentMovement.line_id, DocumentMovement.undone)
        .join(Movement, Movement.id == DocumentMovement.movement_id)
        .where(DocumentMovement.undone != undone)
    )
    for row in first_rows(session, asked):
        yield Finding(
            "undone_movements_do_not_count",
            "document_movement",
            {"movement_id": row[0], "line_id": row[1]},
            "undone as its command is",
            f"undone: {bool(row[2])}",
        )


def document_promises_fit(session: Session) -> Iterable[Finding]:
    """What is promised to a line is of its item and site, and open only while the document is."""
    asked = (
        select(DocumentLine.document_id, DocumentLine.line, Document.state, Reservation.state)
        .join(Document, Document.id == DocumentLine.document_id)
        .join(Reservation, Reservation.id == DocumentLine.reservation_id)
        .where(
            or_(
                Reservation.item_id != DocumentLine.item_id,
                Reservation.site_id != Document.site_id,
                and_(Reservation.state == "open", Document.state.in_(("draft", "closed"))),
            )
        )
    )
    for row in first_rows(session, asked):
        yield Finding(
            "document_promises_fit",
            "document_line",
            {"document_id": row[0], "line": row[1]},
            "a reservation of the same item and site, ended with the document",
            f"reservation {row[3]}, document {row[2]}",
        )


def _counted(line_id: Any) -> Any:
    amounts = (getattr(DocumentMovement, name) for name in _AMOUNTS)
    return select(line_id.label("line_id"), *amounts).select_from(DocumentMovement)


def _uneven(session: Session, asked: Any, name: str) -> Iterable[Finding]:
    check = "short_picks_are_sums" if name == "short" else "document_lines_are_sums"
    for row in first_rows(session, asked):
        yield Finding(
            check,
            "document_line",
            {"document_id": row[0], "line": row[1]},
            f"{name} {shown(row[3])}",
            f"{name} {shown(row[2])}",
        )
