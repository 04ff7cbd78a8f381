"""Balances, reservations, serials and handling units against the ledger and their logs."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, Subquery, and_, case, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from server.domain.numbers import ZERO
from server.store.models import (
    Balance,
    HandlingUnit,
    HandlingUnitMove,
    Movement,
    Position,
    Reservation,
    ReservationLine,
    SerialSighting,
)
from server.store.queries.verification import Finding, first_rows, holds_stock, shown
from server.store.types import Quantity

_KEY = ("position_id", "item_id", "lot_id", "serial_id")
_NOTHING = literal(ZERO, Quantity)
_ONE = literal(Decimal(1), Quantity)
_SECOND = func.coalesce(Movement.second_quantity, _NOTHING)


def balances_are_sums(session: Session) -> Iterable[Finding]:
    """A balance is what went in less what went out, in both units; only positions that hold stock
    have one."""
    both = _flows_and_balances()
    book, second_book = _sum(both.c.book), _sum(both.c.second_book)
    expected = case((holds_stock(), book), else_=_NOTHING)
    second_expected = case((holds_stock(), second_book), else_=_NOTHING)
    found, second_found = _sum(both.c.found), _sum(both.c.second_found)
    keys = [both.c[name] for name in _KEY]
    asked = (
        select(*keys, expected, found, second_expected, second_found)
        .join(Position, Position.id == both.c.position_id)
        .group_by(*keys, Position.kind)
        .having(or_(expected != found, second_expected != second_found))
    )
    for row in first_rows(session, asked):
        yield Finding(
            "balances_are_sums",
            "balance",
            dict(zip(_KEY, row[:4], strict=True)),
            "is not the sum of its movements (second quantity in brackets)",
            f"{shown(row[4])} ({shown(row[6])})",
            f"{shown(row[5])} ({shown(row[7])})",
        )


def reserved_is_open(session: Session) -> Iterable[Finding]:
    """What a balance has reserved is what the reservation lines on it still have open."""
    lines = select(*_columns(ReservationLine), ReservationLine.open.label("book"), _none("found"))
    balances = select(*_columns(Balance), _none("book"), Balance.reserved.label("found"))
    both = union_all(lines, balances).subquery("both")
    keys = [both.c[name] for name in _KEY]
    expected, found = _sum(both.c.book), _sum(both.c.found)
    asked = select(*keys, expected, found).group_by(*keys).having(expected != found)
    for row in first_rows(session, asked):
        yield Finding(
            "reserved_is_open",
            "balance",
            dict(zip(_KEY, row[:4], strict=True)),
            "reserved is not the sum of its open reservation lines",
            shown(row[4]),
            shown(row[5]),
        )


def reservations_hold_together(session: Session) -> Iterable[Finding]:
    """The lines of a reservation add up to it; it is open as long as one of them is."""
    promised, still_open = _sum(ReservationLine.quantity), _sum(ReservationLine.open)
    asked = (
        select(Reservation.id, Reservation.state, Reservation.quantity, promised, still_open)
        .join(ReservationLine, ReservationLine.reservation_id == Reservation.id)
        .group_by(Reservation.id)
        .having(
            or_(
                promised != Reservation.quantity,
                and_(Reservation.state == "open", still_open == _NOTHING),
                and_(Reservation.state != "open", still_open != _NOTHING),
            )
        )
    )
    for row in first_rows(session, asked):
        yield Finding(
            "reservations_hold_together",
            "reservation",
            {"id": row[0]},
            f"its lines add up to {shown(row[3])}, of which {shown(row[4])} open",
            f"{shown(row[2])}, {row[1]}",
        )


def serials_are_one(session: Session) -> Iterable[Finding]:
    """There is at most one of a serial, whole: never 2 and never a part."""
    total = _sum(Balance.on_hand)
    whole = Balance.on_hand.in_([Decimal(-1), ZERO, Decimal(1)])
    asked = (
        select(Balance.serial_id, total)
        .where(Balance.serial_id != 0)
        .group_by(Balance.serial_id)
        .having(or_(total > _ONE, func.max(case((whole, 0), else_=1)) == 1))
    )
    for row in first_rows(session, asked):
        yield Finding(
            "serials_are_one",
            "serial",
            {"id": row[0]},
            "is more than once in stock",
            "at most 1",
            shown(row[1]),
        )


def serials_are_where_seen(session: Session) -> Iterable[Finding]:
    """A serial is where it was last seen; before its first sighting it stood at that one's source
    (RULES 15). Sightings undone do not count."""
    seen = _first_and_last_sightings()
    places = union_all(
        _sighted(seen, seen.c.place, seen.c.backward, 1),
        _sighted(seen, seen.c.source, seen.c.forward, -1),
        select(
            Balance.serial_id,
            Balance.position_id,
            _none("book"),
            Balance.on_hand.label("found"),
        ).where(Balance.serial_id != 0),
    ).subquery("places")
    expected, found = _sum(places.c.book), _sum(places.c.found)
    asked = (
        select(places.c.serial_id, places.c.position_id, expected, found)
        .join(Position, Position.id == places.c.position_id)
        .where(holds_stock())
        .group_by(places.c.serial_id, places.c.position_id)
        .having(expected != found)
    )
    for row in first_rows(session, asked):
        yield Finding(
            "serials_are_where_seen",
            "balance",
            {"serial_id": row[0], "position_id": row[1]},
            "does not follow from the serial's sightings",
            shown(row[2]),
            shown(row[3]),
        )


def units_are_where_moved(session: Session) -> Iterable[Finding]:
    """A handling unit is where its last move not undone took it."""
    latest = (
        select(
            HandlingUnitMove.handling_unit_id.label("unit"),
            HandlingUnitMove.to_location_id.label("location"),
            func.row_number()
            .over(
                partition_by=HandlingUnitMove.handling_unit_id,
                order_by=[HandlingUnitMove.occurred_at.desc(), HandlingUnitMove.id.desc()],
            )
            .label("place"),
        )
        .where(~HandlingUnitMove.undone)
        .subquery("latest")
    )
    asked = (
        select(HandlingUnit.id, latest.c.location, HandlingUnit.location_id)
        .outerjoin(latest, and_(latest.c.unit == HandlingUnit.id, latest.c.place == 1))
        .where(HandlingUnit.location_id.is_distinct_from(latest.c.location))
    )
    for row in first_rows(session, asked):
        yield Finding(
            "units_are_where_moved",
            "handling_unit",
            {"id": row[0]},
            "is not where its last move took it",
            f"location {row[1]}",
            f"location {row[2]}",
        )


def units_hold_their_contents(session: Session) -> Iterable[Finding]:
    """What a handling unit contains stands where the unit stands."""
    asked = (
        select(*_columns(Balance), HandlingUnit.location_id, Position.location_id, HandlingUnit.id)
        .join(Position, Position.id == Balance.position_id)
        .join(HandlingUnit, HandlingUnit.id == Position.handling_unit_id)
        .where(
            Position.handling_unit_id != 0,
            Balance.on_hand != 0,
            HandlingUnit.location_id.is_distinct_from(Position.location_id),
        )
    )
    for row in first_rows(session, asked):
        yield Finding(
            "units_hold_their_contents",
            "balance",
            dict(zip(_KEY, row[:4], strict=True)),
            f"is content of handling unit {row[6]}, which is elsewhere",
            f"location {row[4]}",
            f"location {row[5]}",
        )


def negative_balances(session: Session) -> Iterable[Finding]:
    """Less than nothing stands there: facts arrived in another order, or something is missing."""
    yield from _odd_balances(
        session, "negative_balances", "is below zero", Balance.on_hand < 0, Balance.on_hand
    )


def promised_beyond_stock(session: Session) -> Iterable[Finding]:
    """More is reserved than stands there."""
    yield from _odd_balances(
        session,
        "promised_beyond_stock",
        "more is reserved than is on hand",
        and_(Balance.reserved > Balance.on_hand, Balance.reserved > 0),
        Balance.reserved,
    )


def _odd_balances(
    session: Session, name: str, what: str, condition: Any, figure: Any
) -> Iterable[Finding]:
    asked = select(*_columns(Balance), Balance.on_hand, figure.label("figure")).where(condition)
    for row in first_rows(session, asked):
        key = dict(zip(_KEY, row[:4], strict=True))
        yield Finding(name, "balance", key, what, f"on hand {shown(row[4])}", shown(row[5]))


def _flows_and_balances() -> Subquery:
    sides = [
        select(
            position.label("position_id"),
            Movement.item_id,
            Movement.lot_id,
            Movement.serial_id,
            quantity.label("book"),
            second.label("second_book"),
            _none("found"),
            _none("second_found"),
        )
        for position, quantity, second in (
            (Movement.to_position_id, Movement.quantity, _SECOND),
            (Movement.from_position_id, -Movement.quantity, -_SECOND),
        )
    ]
    balances = select(
        *_columns(Balance),
        _none("book"),
        _none("second_book"),
        Balance.on_hand.label("found"),
        Balance.second_on_hand.label("second_found"),
    )
    return union_all(*sides, balances).subquery("both")


def _first_and_last_sightings() -> Subquery:
    seen = SerialSighting
    order = [seen.occurred_at, seen.device_id, seen.device_seq, seen.id]
    return (
        select(
            seen.serial_id,
            seen.place_position_id.label("place"),
            seen.source_position_id.label("source"),
            func.row_number().over(partition_by=seen.serial_id, order_by=order).label("forward"),
            func.row_number()
            .over(partition_by=seen.serial_id, order_by=[column.desc() for column in order])
            .label("backward"),
        )
        .where(~seen.undone)
        .subquery("seen")
    )


def _sighted(seen: Subquery, position: Any, rank: Any, change: int) -> Select[*tuple[Any, ...]]:
    return select(
        seen.c.serial_id,
        position.label("position_id"),
        literal(Decimal(change), Quantity).label("book"),
        _none("found"),
    ).where(rank == 1)


def _columns(model: Any) -> list[Any]:
    return [getattr(model, name) for name in _KEY]


def _none(name: str) -> Any:
    return _NOTHING.label(name)


def _sum(column: Any) -> Any:
    return func.sum(column, type_=Quantity())
