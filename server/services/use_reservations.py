"""Reservations: stock promised to a reference until it is picked or released (never by time)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from server.domain.days import day_of
from server.domain.errors import NotFound, RuleViolated
from server.domain.ledger import Draft, Key
from server.domain.numbers import ZERO, plain
from server.domain.people import Actor
from server.services.clock import now_ms
from server.services.post_movements import Ledger
from server.services.retry_transactions import retried
from server.store.db import table_of, unit_of_work
from server.store.feed import announce
from server.store.models import Reservation, ReservationLine
from server.store.queries.reservable import reservable_lines
from server.store.queries.reservations import OpenLine, open_lines, promise, quantity_picked
from server.store.recalculations import mark

CLOCKS_OFF_MOST_MS = 7 * 86_400_000
"""A pick may seem to be this much older than the reservation it used."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants kept for them; location and lot narrow it down."""

    site_id: int
    item_id: int
    quantity: Decimal
    reference: str = ""
    location_id: int | None = None
    lot_id: int | None = None


def reserve_stock(wish: Wish, actor: Actor, uid: UUID | None = None) -> UUID:
    """Reserve available stock, earliest expiry first, then oldest lot; all of it or nothing.

    Raises RuleViolated `not_enough_available`, Unavailable `database_busy` when it lost every race
    with others.
    """
    uid = uid or uuid4()
    return retried(lambda: _reserve(wish, actor, uid))


def release_reservation(uid: UUID, actor: Actor) -> None:
    """Give back what is still open. Raises NotFound `unknown_reservation`, RuleViolated
    `reservation_ended`, Unavailable `database_busy` when it lost every race with others."""
    retried(lambda: _release(uid, actor))


def _reserve(wish: Wish, actor: Actor, uid: UUID) -> UUID:
    now = now_ms()
    with unit_of_work() as session:
        ledger = Ledger(session)
        shares = _allocate(session, ledger, wish)
        reservation_id = session.scalar(
            insert(table_of(Reservation))
            .values(
                uid=uid,
                site_id=wish.site_id,
                item_id=wish.item_id,
                quantity=wish.quantity,
                reference=wish.reference,
                state="open",
                user_id=actor.user_id,
                created_at=now,
            )
            .returning(table_of(Reservation).c.id)
        )
        rows = [
            {**key._asdict(), "reservation_id": reservation_id, "quantity": share, "open": share}
            for key, share in shares
        ]
        session.execute(insert(table_of(ReservationLine)), rows)
        _settle(session, ledger, wish.item_id, wish.site_id, now)
        _tell(session, "reservation.created", uid, wish.site_id, actor, now)
    return uid


def _release(uid: UUID, actor: Actor) -> None:
    now = now_ms()
    with unit_of_work() as session:
        ledger = Ledger(session)
        reservation = _reservation(session, uid)
        actor.require_site(reservation.site_id)
        if reservation.state != "open":
            raise RuleViolated("reservation_ended", reservation=str(uid))
        lines = open_lines(session, uid) or []
        ledger.book.lock_lines(Key(*line.key) for line in lines)
        _give_back(session, ledger, lines, sum((line.open for line in lines), ZERO))
        _end(session, uid, "released", now)
        _settle(session, ledger, reservation.item_id, reservation.site_id, now)
        _tell(session, "reservation.released", uid, reservation.site_id, actor, now)


def end_reservation(ledger: Ledger, uid: UUID, at: int) -> None:
    """Give back what is still open of one, inside an open unit of work; the caller writes."""
    lines = open_lines(ledger.session, uid) or []
    ledger.book.lock_lines(Key(*line.key) for line in lines)
    _give_back(ledger.session, ledger, lines, sum((line.open for line in lines), ZERO))
    _end(ledger.session, uid, "released", at)


def use_reservation(
    ledger: Ledger, uid: UUID, quantity: Decimal, picked_from: Key, at: int
) -> None:
    """A pick took this much of what was reserved, first of what was where it picked; the caller
    writes the ledger. One that has ended stays as it ended."""
    lines = open_lines(ledger.session, uid) or []
    lines.sort(key=lambda line: line.key != picked_from)
    ledger.book.lock_lines(Key(*line.key) for line in lines)
    _give_back(ledger.session, ledger, lines, quantity)
    if lines and sum((line.open for line in lines), ZERO) <= quantity:
        _end(ledger.session, uid, "done", at)


def give_back_at(
    ledger: Ledger, uid: UUID, location_id: int, quantity: Decimal, at: int
) -> Decimal:
    """So much of a reservation cannot be picked at a place: it is promised there no more, and the
    reservation is for that much less. Answers how much it was; the caller writes the ledger."""
    lines = open_lines(ledger.session, uid) or []
    here = _at(ledger, lines, location_id)
    ledger.book.lock_lines(Key(*line.key) for line in here)
    left = quantity
    for line in here:
        given = min(line.open, left)
        left -= given
        _resize(ledger, uid, line, -given)
    given = quantity - left
    if given and given == sum((line.open for line in lines), ZERO):
        _end(ledger.session, uid, "done", at)
    return given


def promise_again(ledger: Ledger, uid: UUID, location_id: int, quantity: Decimal) -> None:
    """The mirror of `give_back_at`, when that had been a mistake; a released one stays so."""
    kept = promise(ledger.session, uid)
    if kept is None or not kept.used or kept.state == "released":
        return
    lines = _at(ledger, kept.used, location_id) or kept.used
    ledger.book.lock_lines([Key(*lines[0].key)])
    _resize(ledger, uid, lines[0], quantity)
    own = update(table_of(Reservation)).where(table_of(Reservation).c.uid == uid)
    ledger.session.execute(own.values(state="open", ended_at=None))


def _at(ledger: Ledger, lines: Sequence[OpenLine], location_id: int) -> list[OpenLine]:
    places = ledger.book.places.by_id({line.key[0] for line in lines})
    return [line for line in lines if places[line.key[0]].location_id == location_id]


def _resize(ledger: Ledger, uid: UUID, line: OpenLine, change: Decimal) -> None:
    """A reservation and one of its lines are for so much more (or less), all of it open."""
    if not change:
        return
    ledger.book.change_line(Key(*line.key), ZERO, reserved=change)
    table, heads = table_of(ReservationLine), table_of(Reservation)
    changed = {"quantity": table.c.quantity + change, "open": table.c.open + change}
    ledger.session.execute(update(table).where(table.c.id == line.id).values(**changed))
    whole = update(heads).where(heads.c.uid == uid)
    ledger.session.execute(whole.values(quantity=heads.c.quantity + change))


def hold_reservation(ledger: Ledger, uid: UUID, drafts: Sequence[Draft]) -> None:
    """Lock a reservation and its balances with those that these drafts change, in the order that
    picks do, for `restore_reservation` once they are posted."""
    kept = promise(ledger.session, uid)
    keys = {Key(*line.key) for line in kept.used} if kept else set()
    for draft in drafts:
        keys |= {draft.source_key} if draft.source.holds_stock else set()
        keys |= {draft.target_key} if draft.target.holds_stock else set()
    ledger.book.lock_lines(keys)


def restore_reservation(ledger: Ledger, uid: UUID, back_at: Key) -> None:
    """A pick that had used it was taken back: what the picks that stand leave of it is promised
    again, first where the goods came back to, and where there is enough. So the order in which
    picks and undos arrive does not matter.

    One that was released stays so. Call after posting; the caller writes the ledger.
    """
    kept = promise(ledger.session, uid)
    if kept is None or kept.state == "released":
        return
    since = kept.created_at - CLOCKS_OFF_MOST_MS
    picked = quantity_picked(ledger.session, uid, kept.item_id, since)
    due = kept.quantity - picked - kept.open
    if due <= 0:
        return
    if kept.state == "done":
        own = update(table_of(Reservation)).where(table_of(Reservation).c.uid == uid)
        ledger.session.execute(own.values(state="open", ended_at=None))
    lines = sorted(kept.used, key=lambda line: line.key != back_at)
    table = table_of(ReservationLine)
    for line, share in _shares(ledger, lines, due):
        ledger.book.change_line(Key(*line.key), ZERO, reserved=share)
        of_line = update(table).where(table.c.id == line.id)
        ledger.session.execute(of_line.values(open=table.c.open + share))


def _shares(
    ledger: Ledger, lines: Sequence[OpenLine], due: Decimal
) -> list[tuple[OpenLine, Decimal]]:
    """How much of `due` each line gets: what its balance can bear first, then whatever it had."""
    shares = {line.id: ZERO for line in lines}
    for bears_only in (True, False):
        for line in lines:
            room = line.open - shares[line.id]
            if bears_only:
                room = min(room, max(ledger.book.line(Key(*line.key)).available, ZERO))
            share = min(room, due)
            shares[line.id] += share
            due -= share
    return [(line, shares[line.id]) for line in lines if shares[line.id]]


def _allocate(session: Session, ledger: Ledger, wish: Wish) -> list[tuple[Key, Decimal]]:
    candidates = reservable_lines(
        session, wish.site_id, wish.item_id, wish.location_id, wish.lot_id
    )
    ledger.book.lock_lines(candidates)
    shares: list[tuple[Key, Decimal]] = []
    left = wish.quantity
    for key in candidates:
        share = min(left, ledger.book.line(key).available)
        if share > 0:
            ledger.book.change_line(key, ZERO, reserved=share)
            shares.append((key, share))
            left -= share
    if left > 0:
        raise RuleViolated(
            "not_enough_available",
            item=ledger.item(wish.item_id).sku,
            asked=plain(wish.quantity),
            available=plain(wish.quantity - left),
        )
    return shares


def _give_back(
    session: Session, ledger: Ledger, lines: Sequence[OpenLine], quantity: Decimal
) -> None:
    table = table_of(ReservationLine)
    for line in lines:
        given = min(line.open, quantity)
        if given <= 0:
            break
        quantity -= given
        ledger.book.change_line(Key(*line.key), ZERO, reserved=-given)
        session.execute(update(table).where(table.c.id == line.id).values(open=line.open - given))


def _reservation(session: Session, uid: UUID) -> Any:
    row = session.execute(
        select(Reservation.site_id, Reservation.item_id, Reservation.state)
        .where(Reservation.uid == uid)
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound("unknown_reservation", reservation=str(uid))
    return row


def _end(session: Session, uid: UUID, state: str, at: int) -> None:
    table = table_of(Reservation)
    session.execute(update(table).where(table.c.uid == uid).values(state=state, ended_at=at))


def _settle(session: Session, ledger: Ledger, item_id: int, site_id: int, at: int) -> None:
    """Availability changed, so position and alert must be looked at again."""
    ledger.book.write()
    mark(session, [(item_id, site_id, day_of(at, ledger.site(site_id).time_zone))], at)


def _tell(session: Session, topic: str, uid: UUID, site_id: int, actor: Actor, at: int) -> None:
    announce(session, topic, {"uid": str(uid)}, actor=actor, at=at, site_id=site_id)
