"""Documents on the hot path: read and locked for the commands that name them, written set-based."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import insert, or_, select, update
from sqlalchemy.orm import Session

from server.domain.codes import code_key
from server.domain.documents import ACTIVE_STATES, KINDS, Kind, Progress
from server.domain.numbers import ZERO
from server.store.db import table_of
from server.store.models import (
    Document,
    DocumentLine,
    DocumentMovement,
    DocumentShort,
    Movement,
    Reservation,
    Supplier,
)


@dataclass
class LineState:
    """One line while commands are at work on it."""

    id: int
    line: int
    item_id: int
    lot: str
    price: Decimal | None
    over_percent: Decimal | None
    under_percent: Decimal | None
    origin_line_id: int | None
    reservation: UUID | None
    progress: Progress


@dataclass
class DocumentState:
    """One document while commands are at work on it; `lines` in their order."""

    id: int
    kind: Kind
    site_id: int
    to_site_id: int | None
    number: str
    state: str
    supplier: str | None
    origin_id: int | None
    lines: list[LineState] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Link:
    """How much of a movement counts for a line."""

    movement_id: int
    line_id: int
    done: Decimal
    arrived: Decimal
    rejected: Decimal


def document_ids(session: Session, wanted: Iterable[tuple[int, str]]) -> dict[tuple[int, str], int]:
    """(site id, code key) → the document it names there: by its own number, else by a partner's
    number that just one active document there has."""
    pairs = set(wanted)
    keys = sorted({key for _, key in pairs})
    asked = select(
        Document.id,
        Document.number_key,
        Document.external_key,
        Document.site_id,
        Document.to_site_id,
        Document.state,
    ).where(or_(Document.number_key.in_(keys), Document.external_key.in_(keys)))
    rows = session.execute(asked).all()
    found: dict[tuple[int, str], int] = {}
    for site_id, key in pairs:
        here = [row for row in rows if site_id in (row.site_id, row.to_site_id)]
        own = [row.id for row in here if row.number_key == key]
        theirs = [r.id for r in here if r.external_key == key and r.state in ACTIVE_STATES]
        if own or len(theirs) == 1:
            found[site_id, key] = (own or theirs)[0]
    return found


def lock_documents(session: Session, ids: Iterable[int]) -> dict[int, DocumentState]:
    """These documents and what they fulfil, locked in the order of their ids, with their lines."""
    wanted = set(ids)
    origins = select(Document.origin_id).where(
        Document.id.in_(wanted), Document.origin_id.is_not(None)
    )
    wanted |= {origin for origin in session.scalars(origins) if origin is not None}
    heads = session.execute(_heads(sorted(wanted)))
    found = {row[0]: DocumentState(row[0], KINDS[row[1]], *row[2:]) for row in heads}
    for row in session.execute(_lines(sorted(found))):
        facts: list[Any] = [row[0], *row[2:10], Progress(*row[10:])]
        found[row[1]].lines.append(LineState(*facts))
    return found


def _heads(ids: Sequence[int]) -> Any:
    return (
        select(
            Document.id,
            Document.kind,
            Document.site_id,
            Document.to_site_id,
            Document.number,
            Document.state,
            Supplier.code,
            Document.origin_id,
        )
        .outerjoin(Supplier, Supplier.id == Document.supplier_id)
        .where(Document.id.in_(ids))
        .order_by(Document.id)
        .with_for_update(of=Document)
    )


def _lines(ids: Sequence[int]) -> Any:
    return (
        select(
            DocumentLine.id,
            DocumentLine.document_id,
            DocumentLine.line,
            DocumentLine.item_id,
            DocumentLine.lot,
            DocumentLine.price,
            DocumentLine.over_percent,
            DocumentLine.under_percent,
            DocumentLine.origin_line_id,
            Reservation.uid,
            DocumentLine.quantity,
            DocumentLine.done,
            DocumentLine.arrived,
            DocumentLine.rejected,
            DocumentLine.short,
        )
        .outerjoin(Reservation, Reservation.id == DocumentLine.reservation_id)
        .where(DocumentLine.document_id.in_(ids))
        .order_by(DocumentLine.document_id, DocumentLine.line)
    )


def links_of_command(session: Session, command_id: UUID) -> list[tuple[int, Link]]:
    """(document id, link) of what a command's movements count for, undone ones left out."""
    asked = (
        select(
            DocumentLine.document_id,
            DocumentMovement.movement_id,
            DocumentMovement.line_id,
            DocumentMovement.done,
            DocumentMovement.arrived,
            DocumentMovement.rejected,
        )
        .join(Movement, Movement.id == DocumentMovement.movement_id)
        .join(DocumentLine, DocumentLine.id == DocumentMovement.line_id)
        .where(Movement.command_id == command_id, ~DocumentMovement.undone)
    )
    return [(row[0], Link(*row[1:])) for row in session.execute(asked)]


def reservation_of_command(session: Session, command_id: UUID) -> UUID | None:
    """The reservation of the document line that a pick counted for."""
    return session.scalar(
        select(Reservation.uid)
        .join(DocumentLine, DocumentLine.reservation_id == Reservation.id)
        .join(DocumentMovement, DocumentMovement.line_id == DocumentLine.id)
        .join(Movement, Movement.id == DocumentMovement.movement_id)
        .where(Movement.command_id == command_id)
        .limit(1)
    )


def short_of_command(session: Session, command_id: UUID) -> Any:
    """(document id, line id, quantity, released) of a short pick that stands."""
    return session.execute(
        select(
            DocumentLine.document_id,
            DocumentShort.line_id,
            DocumentShort.quantity,
            DocumentShort.released,
        )
        .join(DocumentLine, DocumentLine.id == DocumentShort.line_id)
        .where(DocumentShort.command_id == command_id, ~DocumentShort.undone)
    ).one_or_none()


def forget_links(session: Session, links: Iterable[Link]) -> None:
    """These count no more."""
    table = table_of(DocumentMovement)
    for link in links:
        one = (table.c.movement_id == link.movement_id) & (table.c.line_id == link.line_id)
        session.execute(update(table).where(one).values(undone=True))


def forget_short(session: Session, command_id: UUID) -> None:
    """This short pick counts no more."""
    table = table_of(DocumentShort)
    session.execute(update(table).where(table.c.command_id == command_id).values(undone=True))


def forget_shorts(session: Session, document_id: int) -> None:
    """What could not be picked of a document counts no more."""
    lines, shorts = table_of(DocumentLine), table_of(DocumentShort)
    own = select(lines.c.id).where(lines.c.document_id == document_id)
    session.execute(update(shorts).where(shorts.c.line_id.in_(own)).values(undone=True))
    session.execute(update(lines).where(lines.c.document_id == document_id).values(short=ZERO))


def write_progress(
    session: Session, documents: Sequence[DocumentState], lines: Sequence[LineState], at: int
) -> None:
    """Progress of these lines and state of these documents, each a version later."""
    table = table_of(DocumentLine)
    for line in lines:
        values = {name: getattr(line.progress, name) for name in _PROGRESS}
        session.execute(update(table).where(table.c.id == line.id).values(**values))
    heads = table_of(Document)
    for document in documents:
        session.execute(
            update(heads)
            .where(heads.c.id == document.id)
            .values(state=document.state, version=heads.c.version + 1, changed_at=at)
        )


def add_links(session: Session, links: Sequence[Link]) -> None:
    """Movements that count for lines."""
    rows = [
        {"movement_id": link.movement_id, "line_id": link.line_id, "done": link.done}
        | {"arrived": link.arrived, "rejected": link.rejected, "undone": False}
        for link in links
    ]
    if rows:
        session.execute(insert(table_of(DocumentMovement)), rows)


def add_shorts(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """What could not be picked."""
    if rows:
        session.execute(insert(table_of(DocumentShort)), list(rows))


def key_of(code: str) -> str:
    """What a document's number is compared by, also as its barcode says it (D:PO-2611-0001)."""
    key = code_key(code)
    return key.removeprefix("d:").strip()


_PROGRESS = ("done", "arrived", "rejected", "short")
