"""Which stock a document's lines should be picked from, and promising it to them.

First expired, first out; then first in, first out (domain.picking). Stock that would not keep as
long as the customer asks is left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import uuid4

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from server.domain.codes import code_key
from server.domain.days import day_of
from server.domain.documents import KINDS, Progress
from server.domain.errors import NotFound, RuleViolated
from server.domain.ledger import Key
from server.domain.numbers import ZERO
from server.domain.people import Actor
from server.domain.picking import Candidate, Suggestion, suggest
from server.services.clock import now_ms
from server.services.keep_records import Edit
from server.services.post_movements import Ledger
from server.services.use_reservations import end_reservation
from server.store.db import reading, table_of
from server.store.models import Customer, Document, DocumentLine, Reservation, ReservationLine
from server.store.queries.catalogue import items_by_id
from server.store.queries.pick_candidates import pick_candidates
from server.store.queries.pick_places import PlaceNames, place_names
from server.store.recalculations import mark

RESERVING = frozenset({"sales_order", "issue", "purchase_return"})


@dataclass(frozen=True)
class PickOf:
    """Where to take how much of a line; reserved: it is promised to it already."""

    line: int
    item: str
    place: PlaceNames
    quantity: Decimal
    reserved: bool


class _Want(NamedTuple):
    """What a line asks for: how long it must keep, which lot and place, if it says so."""

    line: Any
    day: date
    minimum_days_left: int | None
    quantity: Decimal


def suggest_picks(document_id: int, actor: Actor) -> list[PickOf]:
    """Where to pick what is still open: what is promised first, then what could be.

    Raises NotFound `unknown_document`, RuleViolated `wrong_document` where nothing is picked.
    """
    with reading() as session:
        document = session.get(Document, document_id)
        if document is None or not actor.sees_site(document.site_id):
            raise NotFound("unknown_document", document=str(document_id))
        if not KINDS[document.kind].outward:
            raise RuleViolated("wrong_document", document=document.number, state=document.state)
        return picks_of(session, document, now_ms())


def picks_of(
    session: Session, document: Document, at: int, only_line: int | None = None
) -> list[PickOf]:
    """The same for a document at hand, or just for one of its lines."""
    found: list[tuple[Any, Suggestion, bool]] = []
    taken: dict[Key, Decimal] = {}
    for want in _wants(session, document, at):
        if only_line is not None and want.line.line != only_line:
            continue
        held = _held(session, want.line)
        found += [(want.line, one, True) for one in held]
        left = want.quantity - sum((one.quantity for one in held), ZERO)
        free = _left(_candidates(session, document, want), taken)
        for one in _chosen(want, left, free):
            taken[one.key] = taken.get(one.key, ZERO) + one.quantity
            found.append((want.line, one, False))
    names = place_names(session, [one.key for _, one, _ in found])
    items = items_by_id(session, {line.item_id for line, _, _ in found})
    return [
        PickOf(line.line, items[line.item_id].sku, names[one.key], one.quantity, reserved)
        for line, one, reserved in found
    ]


def reserve_document(edit: Edit, document: Document) -> None:
    """Promise what is there to its lines; what is not stays open. Inside an open unit of work, the
    document locked."""
    ledger = Ledger(edit.session)
    wants = _wants(edit.session, document, edit.at)
    chosen = [(want, _candidates(edit.session, document, want)) for want in wants]
    ledger.book.lock_lines({one.key for _, candidates in chosen for one in candidates})
    for want, candidates in chosen:
        now = [
            Candidate(one.key, ledger.book.line(one.key).available, *_order_of(one))
            for one in candidates
        ]
        picks = _chosen(want, want.quantity, now)
        if picks:
            _promise(edit, document, want.line, picks)
            for pick in picks:
                ledger.book.change_line(pick.key, ZERO, reserved=pick.quantity)
    _settle(edit, ledger, document)


def release_document(edit: Edit, document: Document) -> None:
    """What is still promised to its lines is free again."""
    ledger = Ledger(edit.session)
    asked = (
        select(DocumentLine, Reservation.uid)
        .join(Reservation, Reservation.id == DocumentLine.reservation_id)
        .where(DocumentLine.document_id == document.id, Reservation.state == "open")
        .order_by(Reservation.id)
    )
    for _, uid in edit.session.execute(asked).all():
        end_reservation(ledger, uid, edit.at)
    _settle(edit, ledger, document)


def forget_reservations(edit: Edit, document: Document) -> None:
    """A document that is a draft again has no promises of its own."""
    release_document(edit, document)
    asked = select(DocumentLine).where(DocumentLine.document_id == document.id)
    for line in edit.session.scalars(asked):
        line.reservation_id = None
    edit.session.flush()


def _wants(session: Session, document: Document, at: int) -> list[_Want]:
    days_left = None
    if document.customer_id is not None:
        customer = session.get(Customer, document.customer_id)
        days_left = customer.minimum_days_left if customer else None
    site = Ledger(session).site(document.site_id)
    today = day_of(at, site.time_zone)
    asked = select(DocumentLine).where(DocumentLine.document_id == document.id)
    wants = []
    for line in session.scalars(asked.order_by(DocumentLine.line)):
        least = days_left
        if line.expires_on is not None:
            least = max((line.expires_on - today).days, days_left or 0)
        left = Progress(line.quantity, line.done).open
        if left:
            wants.append(_Want(line, today, least, left))
    return wants


def _candidates(session: Session, document: Document, want: _Want) -> list[Candidate]:
    line = want.line
    return pick_candidates(session, document.site_id, line.item_id, line.location_id)


def _chosen(want: _Want, quantity: Decimal, candidates: Sequence[Candidate]) -> list[Suggestion]:
    lot = code_key(want.line.lot) if want.line.lot else ""
    return suggest(quantity, candidates, want.day, want.minimum_days_left, lot)


def _left(candidates: Sequence[Candidate], taken: dict[Key, Decimal]) -> list[Candidate]:
    """What earlier lines of the same document leave."""
    return [
        Candidate(one.key, one.available - taken.get(one.key, ZERO), *_order_of(one))
        for one in candidates
    ]


def _order_of(one: Candidate) -> tuple[Any, ...]:
    return (one.expires_on, one.came_in, one.walking_order, one.lot, one.face)


def _held(session: Session, line: Any) -> list[Suggestion]:
    """What is promised to a line and not picked yet."""
    if line.reservation_id is None:
        return []
    asked = select(ReservationLine).where(
        ReservationLine.reservation_id == line.reservation_id, ReservationLine.open > 0
    )
    rows = session.scalars(asked.order_by(ReservationLine.id))
    return [
        Suggestion(Key(row.position_id, row.item_id, row.lot_id, row.serial_id), row.open)
        for row in rows
    ]


def _promise(edit: Edit, document: Document, line: Any, picks: Sequence[Suggestion]) -> None:
    quantity = sum((pick.quantity for pick in picks), ZERO)
    reservation = Reservation(
        uid=uuid4(),
        site_id=document.site_id,
        item_id=line.item_id,
        quantity=quantity,
        reference=document.number,
        state="open",
        user_id=edit.actor.user_id,
        created_at=edit.at,
    )
    edit.session.add(reservation)
    edit.session.flush()
    rows = [
        {**pick.key._asdict(), "reservation_id": reservation.id}
        | {"quantity": pick.quantity, "open": pick.quantity}
        for pick in picks
    ]
    edit.session.execute(insert(table_of(ReservationLine)), rows)
    line.reservation_id = reservation.id
    edit.session.flush()


def _settle(edit: Edit, ledger: Ledger, document: Document) -> None:
    """Availability changed, so position and alert must be looked at again."""
    items = {key.item_id for key in ledger.book.lines}
    ledger.book.write()
    if items:
        day = day_of(edit.at, ledger.site(document.site_id).time_zone)
        mark(edit.session, [(item, document.site_id, day) for item in sorted(items)], edit.at)
