"""Open documents as a handheld keeps them: what is wanted and how far it is; never cost, never how
much is in stock."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.domain.documents import ACTIVE_STATES, OPEN_STATES, Progress
from server.domain.numbers import plain
from server.store.models import (
    Customer,
    Document,
    DocumentLine,
    Location,
    Lot,
    Position,
    Reservation,
    ReservationLine,
    Supplier,
)

Row = dict[str, Any]
_HEAD = (
    select(
        Document.id,
        Document.kind,
        Document.number,
        Document.number_key,
        Document.external_number,
        Document.external_key,
        Document.site_id,
        Document.to_site_id,
        Document.state,
        Document.due_date,
        Supplier.name.label("supplier"),
        Customer.name.label("customer"),
    )
    .outerjoin(Supplier, Supplier.id == Document.supplier_id)
    .outerjoin(Customer, Customer.id == Document.customer_id)
    .order_by(Document.id)
)


def documents_page(session: Session, site_id: int, after: tuple[int, ...], limit: int) -> list[Row]:
    """Open documents done at a site or arriving there, by id."""
    asked = _HEAD.where(Document.id > after[0], _at(site_id), Document.state.in_(OPEN_STATES))
    return _documents(session, asked.limit(limit))


def documents_of(session: Session, site_id: int, ids: Iterable[int]) -> list[Row]:
    """These documents of the site; what is not open any more is `retired`."""
    wanted = sorted(set(ids))
    return _documents(session, _HEAD.where(Document.id.in_(wanted), _at(site_id))) if wanted else []


def _at(site_id: int) -> Any:
    return or_(Document.site_id == site_id, Document.to_site_id == site_id)


def _documents(session: Session, asked: Any) -> list[Row]:
    heads = session.execute(asked).all()
    lines = _lines(session, [head.id for head in heads if head.state in ACTIVE_STATES])
    return [
        {
            "id": str(head.id),
            "kind": head.kind,
            "number": head.number,
            "number_key": head.number_key,
            "external_number": head.external_number,
            "external_key": head.external_key,
            "state": head.state,
            "site_id": str(head.site_id),
            "to_site_id": None if head.to_site_id is None else str(head.to_site_id),
            "partner": head.supplier or head.customer or "",
            "due_date": head.due_date and head.due_date.isoformat(),
            "lines": lines.get(head.id, []),
            "retired": head.state not in OPEN_STATES,
        }
        for head in heads
    ]


def _lines(session: Session, document_ids: list[int]) -> dict[int, list[Row]]:
    asked = (
        select(DocumentLine, Location.code, Reservation.uid)
        .outerjoin(Location, Location.id == DocumentLine.location_id)
        .outerjoin(Reservation, Reservation.id == DocumentLine.reservation_id)
        .where(DocumentLine.document_id.in_(document_ids))
        .order_by(DocumentLine.document_id, DocumentLine.line)
    )
    rows = session.execute(asked).all()
    picks = _picks(session, [line.reservation_id for line, _, _ in rows if line.reservation_id])
    found: dict[int, list[Row]] = defaultdict(list)
    for line, location, uid in rows:
        found[line.document_id].append(
            {
                "line": line.line,
                "item_id": str(line.item_id),
                "quantity": plain(line.quantity),
                "done": plain(line.done),
                "arrived": plain(line.arrived),
                "open": plain(Progress(line.quantity, line.done).open),
                "packaging_id": line.packaging_id and str(line.packaging_id),
                "lot": line.lot,
                "expires_on": line.expires_on and line.expires_on.isoformat(),
                "location": location,
                "reservation": uid and str(uid),
                "picks": picks.get(line.reservation_id or 0, []),
            }
        )
    return found


def _picks(session: Session, reservation_ids: list[int]) -> dict[int, list[Row]]:
    """Where to pick what is promised, in the order of picking."""
    asked = (
        select(
            ReservationLine.reservation_id,
            Location.id,
            Location.code,
            Lot.code,
            ReservationLine.open,
        )
        .join(Position, Position.id == ReservationLine.position_id)
        .join(Location, Location.id == Position.location_id)
        .join(Lot, Lot.id == ReservationLine.lot_id)
        .where(ReservationLine.reservation_id.in_(reservation_ids), ReservationLine.open > 0)
        .order_by(ReservationLine.id)
    )
    found: dict[int, list[Row]] = defaultdict(list)
    for row in session.execute(asked):
        pick = {"location_id": str(row[1]), "location": row[2], "lot": row[3]}
        found[row[0]].append({**pick, "quantity": plain(row[4])})
    return found
