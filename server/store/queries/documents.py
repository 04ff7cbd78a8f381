"""Documents as people see them: lists of heads, and one with its lines and files."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from server.domain.codes import code_key
from server.domain.documents import ACTIVE_STATES, OPEN_STATES
from server.store.models import (
    Customer,
    Document,
    DocumentAttachment,
    DocumentLine,
    DocumentMovement,
    Item,
    Location,
    Movement,
    Packaging,
    Reservation,
    ReservationLine,
    Site,
    Supplier,
    User,
)
from server.store.queries.records import Record, Sites

_to_site = aliased(Site)
_origin = aliased(Document)
_creator, _approver, _closer = aliased(User), aliased(User), aliased(User)
_to_location = aliased(Location)
_origin_line = aliased(DocumentLine)

_HEAD = (
    select(
        Document.id,
        Document.kind,
        Document.number,
        Document.external_number,
        Document.state,
        Document.version,
        Site.code.label("site"),
        _to_site.code.label("to_site"),
        Document.site_id,
        Document.to_site_id,
        Document.mode,
        Supplier.code.label("supplier"),
        Customer.code.label("customer"),
        func.coalesce(Supplier.name, Customer.name, "").label("partner_name"),
        _origin.number.label("origin"),
        Document.document_date,
        Document.due_date,
        Document.reason,
        Document.remarks,
        _creator.name.label("created_by"),
        Document.created_at,
        _approver.name.label("approved_by"),
        Document.approved_at,
        _closer.name.label("closed_by"),
        Document.closed_at,
        Document.close_reason,
        Document.changed_at,
    )
    .join(Site, Site.id == Document.site_id)
    .outerjoin(_to_site, _to_site.id == Document.to_site_id)
    .outerjoin(Supplier, Supplier.id == Document.supplier_id)
    .outerjoin(Customer, Customer.id == Document.customer_id)
    .outerjoin(_origin, _origin.id == Document.origin_id)
    .outerjoin(_creator, _creator.id == Document.created_by)
    .outerjoin(_approver, _approver.id == Document.approved_by)
    .outerjoin(_closer, _closer.id == Document.closed_by)
)
_LINE = (
    select(
        DocumentLine.id,
        DocumentLine.document_id,
        DocumentLine.line,
        DocumentLine.item_id,
        Item.sku.label("item"),
        Item.name_zh,
        Item.name_en,
        Item.specification,
        Item.base_unit,
        Item.tracking,
        DocumentLine.quantity,
        Packaging.name.label("packaging"),
        Packaging.quantity.label("packaging_quantity"),
        DocumentLine.price,
        DocumentLine.lot,
        DocumentLine.expires_on,
        Location.code.label("location"),
        _to_location.code.label("to_location"),
        DocumentLine.over_percent,
        DocumentLine.under_percent,
        DocumentLine.remarks,
        _origin_line.line.label("origin_line"),
        DocumentLine.done,
        DocumentLine.arrived,
        DocumentLine.rejected,
        DocumentLine.short,
        Reservation.uid.label("reservation"),
        DocumentLine.reservation_id,
    )
    .join(Item, Item.id == DocumentLine.item_id)
    .outerjoin(Packaging, Packaging.id == DocumentLine.packaging_id)
    .outerjoin(Location, Location.id == DocumentLine.location_id)
    .outerjoin(_to_location, _to_location.id == DocumentLine.to_location_id)
    .outerjoin(_origin_line, _origin_line.id == DocumentLine.origin_line_id)
    .outerjoin(Reservation, Reservation.id == DocumentLine.reservation_id)
)


def document_page(
    session: Session, sites: Sites, filters: Record, before: int | None, limit: int
) -> list[Record]:
    """Heads, newest first, each with how many lines it has and how many of them are complete."""
    asked = _HEAD.where(visible(sites), *_conditions(filters))
    if before is not None:
        asked = asked.where(Document.id < before)
    rows = session.execute(asked.order_by(Document.id.desc()).limit(limit))
    heads = [dict(row._mapping) for row in rows]
    _count_lines(session, heads)
    return heads


def document_view(session: Session, document_id: int, sites: Sites) -> Record | None:
    """One document with its lines and attachments; None where there is none in scope."""
    row = session.execute(_HEAD.where(visible(sites), Document.id == document_id)).one_or_none()
    if row is None:
        return None
    head = dict(row._mapping)
    _count_lines(session, [head])
    head["lines"] = document_lines(session, [document_id])
    head["attachments"] = attachments_of(session, document_id)
    return head


def document_lines(session: Session, document_ids: Iterable[int]) -> list[Record]:
    """Lines with their progress and what is reserved for them, by document and number."""
    asked = _LINE.where(DocumentLine.document_id.in_(list(document_ids)))
    rows = session.execute(asked.order_by(DocumentLine.document_id, DocumentLine.line))
    lines = [dict(row._mapping) for row in rows]
    reserved = _reserved(session, [line["reservation_id"] for line in lines])
    for line in lines:
        pack = line.pop("packaging_quantity")
        line["packages"] = line["quantity"] / pack if pack else None
        line["reserved"] = reserved.get(line["reservation_id"], Decimal(0))
    return lines


def attachments_of(session: Session, document_id: int) -> list[Record]:
    """Files with a document, oldest first; not their content."""
    asked = select(
        DocumentAttachment.uid.label("id"),
        DocumentAttachment.file_name,
        DocumentAttachment.media_type,
        DocumentAttachment.size_bytes,
        DocumentAttachment.at,
    ).where(DocumentAttachment.document_id == document_id, DocumentAttachment.retired_at.is_(None))
    return [dict(row._mapping) for row in session.execute(asked.order_by(DocumentAttachment.id))]


def movements_of_document(session: Session, document_id: int) -> list[Record]:
    """The movements that count for its lines, oldest first."""
    asked = (
        select(
            DocumentLine.line,
            DocumentMovement.movement_id,
            DocumentMovement.done,
            DocumentMovement.arrived,
            DocumentMovement.rejected,
            DocumentMovement.undone,
            Movement.command_id,
            Movement.kind,
            Movement.occurred_at,
            Movement.recorded_at,
        )
        .join(DocumentLine, DocumentLine.id == DocumentMovement.line_id)
        .join(Movement, Movement.id == DocumentMovement.movement_id)
        .where(DocumentLine.document_id == document_id)
        .order_by(DocumentMovement.movement_id, DocumentLine.line)
    )
    return [dict(row._mapping) for row in session.execute(asked)]


def visible(sites: Sites) -> ColumnElement[bool]:
    """Documents done at, or arriving at, one of these sites."""
    if sites is None:
        return Document.id.is_not(None)
    return or_(Document.site_id.in_(sites), Document.to_site_id.in_(sites))


def _count_lines(session: Session, heads: list[Record]) -> None:
    complete = case((DocumentLine.done >= DocumentLine.quantity, 1), else_=0)
    asked = (
        select(DocumentLine.document_id, func.count(), func.sum(complete))
        .where(DocumentLine.document_id.in_([head["id"] for head in heads]))
        .group_by(DocumentLine.document_id)
    )
    counted = {row[0]: (row[1], int(row[2])) for row in session.execute(asked)}
    for head in heads:
        head["line_count"], head["lines_complete"] = counted.get(head["id"], (0, 0))


def _reserved(session: Session, ids: Iterable[int | None]) -> dict[int | None, Decimal]:
    asked = (
        select(ReservationLine.reservation_id, func.sum(ReservationLine.open))
        .where(ReservationLine.reservation_id.in_([i for i in ids if i is not None]))
        .group_by(ReservationLine.reservation_id)
    )
    return {row[0]: row[1] for row in session.execute(asked)}


_SIMPLE: Final[dict[str, Any]] = {
    "kind": lambda value: Document.kind == value,
    "state": lambda value: Document.state == value,
    "site": lambda value: or_(
        Site.code_key == code_key(value), _to_site.code_key == code_key(value)
    ),
    "supplier": lambda value: Supplier.code_key == code_key(value),
    "customer": lambda value: Customer.code_key == code_key(value),
    "number": lambda value: Document.number_key == code_key(value),
    "external_number": lambda value: func.lower(Document.external_number) == code_key(value),
    "origin": lambda value: _origin.number_key == code_key(value),
    "date_from": lambda value: Document.document_date >= value,
    "date_to": lambda value: Document.document_date <= value,
    "due_before": lambda value: Document.due_date < value,
    "open": lambda value: (
        Document.state.in_(OPEN_STATES) if value else Document.state.not_in(OPEN_STATES)
    ),
    "active": lambda value: (
        Document.state.in_(ACTIVE_STATES) if value else Document.state.not_in(ACTIVE_STATES)
    ),
    "item": lambda value: exists(
        select(DocumentLine.id)
        .join(Item, Item.id == DocumentLine.item_id)
        .where(DocumentLine.document_id == Document.id, Item.sku_key == code_key(value))
        .correlate(Document)
    ),
    "search": lambda value: or_(
        *(
            column.contains(code_key(value), autoescape=True)
            for column in (
                Document.number_key,
                Document.external_key,
                func.lower(Supplier.name),
                func.lower(Customer.name),
            )
        )
    ),
}
FILTERS: Final = frozenset(_SIMPLE)


def _conditions(filters: Record) -> list[ColumnElement[bool]]:
    return [_SIMPLE[name](value) for name, value in filters.items() if name in _SIMPLE]
