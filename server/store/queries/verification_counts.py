"""Counts: four eyes, and adjustments that are exactly what was found."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, and_, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from server.domain.numbers import ZERO
from server.store.models import Count, CountLine, CountParticipant, Movement, Position
from server.store.queries.verification import Finding, first_rows, shown
from server.store.types import Quantity

_NOTHING = literal(ZERO, Quantity)
_GRAIN = ("count_id", "item_id", "lot_id", "handling_unit_id")


def nobody_decides_their_own_count(session: Session) -> Iterable[Finding]:
    """Whoever decided a count neither counted nor recounted in it, and stands there as approver."""
    participant = and_(
        CountParticipant.count_id == Count.id, CountParticipant.user_id == Count.decided_by
    )
    counted_there = select(CountLine.id).where(
        CountLine.count_id == Count.id,
        CountLine.user_id == Count.decided_by,
        CountLine.user_id != Count.started_by,
    )
    asked = (
        select(Count.id, Count.decided_by, CountParticipant.role)
        .outerjoin(CountParticipant, participant)
        .where(
            Count.decided_by.is_not(None),
            or_(
                func.coalesce(CountParticipant.role, "") != "approver",
                Count.decided_by == Count.started_by,
                counted_there.exists(),
            ),
        )
    )
    for row in first_rows(session, asked):
        yield Finding(
            "nobody_decides_their_own_count",
            "count",
            {"id": row[0]},
            f"was decided by user {row[1]}, who took part in it",
            "approver",
            str(row[2]),
        )


def decisions_are_complete(session: Session) -> Iterable[Finding]:
    """An approved count names who, when and by which command; an open one names none of them."""
    given = (Count.decided_by, Count.decided_at)
    complete = and_(*(column.is_not(None) for column in given))
    untouched = and_(*(column.is_(None) for column in given))
    adjusted = Count.adjustment_command_id.is_not(None)
    asked = select(Count.id, Count.state).where(
        or_(
            and_(Count.state == "approved", ~and_(complete, adjusted)),
            and_(Count.state == "refused", ~and_(complete, ~adjusted)),
            and_(Count.state.in_(("counting", "finished")), ~and_(untouched, ~adjusted)),
        )
    )
    for row in first_rows(session, asked):
        yield Finding(
            "decisions_are_complete",
            "count",
            {"id": row[0]},
            "its decision does not fit its state",
            row[1],
        )


def adjustments_are_variances(session: Session) -> Iterable[Finding]:
    """Approving a count posted each variance that was found, at its location, and nothing else.
    (Serials are sightings: see serials_are_where_seen.)"""
    both = union_all(_variances(), _posted(into=True), _posted(into=False)).subquery("both")
    keys = [both.c[name] for name in _GRAIN]
    expected, found = (func.sum(both.c[name], type_=Quantity()) for name in ("book", "found"))
    asked = select(*keys, expected, found).group_by(*keys).having(expected != found)
    for row in first_rows(session, asked):
        yield Finding(
            "adjustments_are_variances",
            "count_line",
            dict(zip(_GRAIN, row[:4], strict=True)),
            "the adjustment is not the variance",
            shown(row[4]),
            shown(row[5]),
        )


def variances_are_differences(session: Session) -> Iterable[Finding]:
    """A variance is what was counted less what the books said."""
    asked = select(CountLine.id, CountLine.counted - CountLine.expected, CountLine.variance).where(
        CountLine.variance.is_not(None),
        CountLine.variance != CountLine.counted - CountLine.expected,
    )
    for row in first_rows(session, asked):
        yield Finding(
            "variances_are_differences",
            "count_line",
            {"id": row[0]},
            "variance is not counted − expected",
            shown(row[1]),
            shown(row[2]),
        )


def _variances() -> Select[*tuple[Any, ...]]:
    line = CountLine
    return (
        select(
            line.count_id,
            line.item_id,
            line.lot_id,
            line.handling_unit_id,
            line.variance.label("book"),
            _NOTHING.label("found"),
        )
        .join(Count, Count.id == line.count_id)
        .where(Count.state == "approved", line.variance.is_not(None), line.serial_id == 0)
    )


def _posted(into: bool) -> Select[*tuple[Any, ...]]:
    position = Movement.to_position_id if into else Movement.from_position_id
    return (
        select(
            Count.id.label("count_id"),
            Movement.item_id,
            Movement.lot_id,
            Position.handling_unit_id,
            _NOTHING.label("book"),
            (Movement.quantity if into else -Movement.quantity).label("found"),
        )
        .join(Movement, Movement.command_id == Count.adjustment_command_id)
        .join(Position, Position.id == position)
        .where(
            Movement.kind == "count_adjustment",
            Movement.serial_id == 0,
            Position.location_id == Count.location_id,
        )
    )
