"""Movements by themselves: what each must be, whatever else the books say."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import and_, case, cast, func, literal, or_, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session, aliased

from server.domain.numbers import ZERO
from server.store.founding import OWN_OWNER_ID
from server.store.immutability import APPEND_ONLY
from server.store.models import Command, Location, Lot, Movement, Position, Reversal, Serial
from server.store.queries.verification import Finding, first_rows, holds_stock, is_sqlite, shown
from server.store.types import Money

_source = aliased(Position, name="source")
_target = aliased(Position, name="target")


def movements_go_somewhere(session: Session) -> Iterable[Finding]:
    """Every movement has a quantity above zero and goes from one position to another one."""
    wrong = or_(Movement.quantity <= 0, Movement.from_position_id == Movement.to_position_id)
    asked = select(
        Movement.id, Movement.quantity, Movement.from_position_id, Movement.to_position_id
    ).where(wrong)
    for row in first_rows(session, asked):
        yield Finding(
            "movements_go_somewhere",
            "movement",
            {"id": row[0]},
            "quantity is not above zero, or source and target are the same",
            "quantity > 0, from ≠ to",
            f"quantity {shown(row[1])}, from {row[2]} to {row[3]}",
        )


def things_belong_together(session: Session) -> Iterable[Finding]:
    """The lot and the serial of a movement are of its item."""
    asked = (
        select(Movement.id, Movement.item_id, Lot.item_id, Serial.item_id)
        .join(Lot, Lot.id == Movement.lot_id)
        .join(Serial, Serial.id == Movement.serial_id)
        .where(
            or_(
                and_(Movement.lot_id != 0, Lot.item_id != Movement.item_id),
                and_(Movement.serial_id != 0, Serial.item_id != Movement.item_id),
            )
        )
    )
    for row in first_rows(session, asked):
        yield Finding(
            "things_belong_together",
            "movement",
            {"id": row[0]},
            "its lot or serial is of another item",
            f"item {row[1]}",
            f"lot of item {row[2]}, serial of item {row[3]}",
        )


def positions_match_locations(session: Session) -> Iterable[Finding]:
    """A position has the site and the kind of its location."""
    asked = (
        select(Position.id, Location.site_id, Location.kind, Position.site_id, Position.kind)
        .join(Location, Location.id == Position.location_id)
        .where(or_(Location.site_id != Position.site_id, Location.kind != Position.kind))
    )
    for row in first_rows(session, asked):
        yield Finding(
            "positions_match_locations",
            "position",
            {"id": row[0]},
            "its site or kind is not its location's",
            f"site {row[1]}, {row[2]}",
            f"site {row[3]}, {row[4]}",
        )


def only_crossings_have_value(session: Session) -> Iterable[Finding]:
    """Stock that stays in one cost pool, or never was in one, carries no value and no COGS."""
    stays = or_(
        and_(
            _pooled(_source),
            _pooled(_target),
            _source.site_id == _target.site_id,
            _source.owner_id == _target.owner_id,
        ),
        and_(~_pooled(_source), ~_pooled(_target)),
    )
    asked = _with_places(Movement.id, Movement.value, Movement.cogs).where(
        or_(Movement.value != 0, Movement.cogs != 0), stays
    )
    for row in first_rows(session, asked):
        yield Finding(
            "only_crossings_have_value",
            "movement",
            {"id": row[0]},
            "has a value although it crosses no border of a cost pool",
            "value 0, cogs 0",
            f"value {shown(row[1])}, cogs {shown(row[2])}",
        )


def only_sales_are_cogs(session: Session) -> Iterable[Finding]:
    """What goes to a customer is cost of goods sold at its value, what comes back takes it back;
    nothing else ever is."""
    expected = case(
        (and_(_pooled(_source), _target.kind == "customer"), Movement.value),
        (and_(_source.kind == "customer", _pooled(_target)), -Movement.value),
        else_=literal(ZERO, Money),
    )
    asked = _with_places(Movement.id, Movement.value, Movement.cogs, _source.kind, _target.kind)
    asked = asked.where(Movement.cogs != expected, Movement.reverses_id.is_(None))
    for row in first_rows(session, asked):
        yield Finding(
            "only_sales_are_cogs",
            "movement",
            {"id": row[0]},
            f"COGS does not follow from {row[3]} to {row[4]}",
            f"of value {shown(row[1])}",
            f"cogs {shown(row[2])}",
        )


def reversals_are_opposite(session: Session) -> Iterable[Finding]:
    """A movement is taken back at most once, by a later one of the same goods the other way round
    (from wherever its handling unit has gone meanwhile), and `reversal` says so."""
    original = aliased(Movement, name="original")
    places = {name: aliased(Position, name=name) for name in ("os", "ot")}
    asked = (
        _with_places(Movement.id, Movement.reverses_id)
        .join(original, original.id == Movement.reverses_id)
        .join(places["os"], places["os"].id == original.from_position_id)
        .join(places["ot"], places["ot"].id == original.to_position_id)
        .outerjoin(
            Reversal,
            and_(
                Reversal.movement_id == original.id,
                Reversal.command_id == Movement.command_id,
            ),
        )
        .where(
            or_(
                Reversal.movement_id.is_(None),
                Movement.id < original.id,
                Movement.item_id != original.item_id,
                Movement.lot_id != original.lot_id,
                Movement.serial_id != original.serial_id,
                Movement.quantity != original.quantity,
                ~_same_place(_source, places["ot"]),
                ~_same_place(_target, places["os"]),
            )
        )
    )
    for row in first_rows(session, asked):
        yield Finding(
            "reversals_are_opposite",
            "movement",
            {"id": row[0]},
            f"is not the opposite of movement {row[1]}, or `reversal` does not know of it",
        )
    yield from _reversed_twice(session)
    yield from _reversed_by_nobody(session)


def _reversed_twice(session: Session) -> Iterable[Finding]:
    times = func.count()
    asked = (
        select(Movement.reverses_id, times)
        .where(Movement.reverses_id.is_not(None))
        .group_by(Movement.reverses_id)
        .having(times > 1)
    )
    for row in first_rows(session, asked):
        yield Finding(
            "reversals_are_opposite",
            "movement",
            {"id": row[0]},
            "was taken back more than once",
            "1",
            shown(row[1]),
        )


def _reversed_by_nobody(session: Session) -> Iterable[Finding]:
    taking_back = aliased(Movement, name="taking_back")
    asked = (
        select(Reversal.movement_id)
        .outerjoin(taking_back, taking_back.reverses_id == Reversal.movement_id)
        .where(taking_back.id.is_(None))
    )
    for row in first_rows(session, asked):
        yield Finding(
            "reversals_are_opposite",
            "reversal",
            {"movement_id": row[0]},
            "no movement takes this one back",
        )


def answers_name_movements(session: Session) -> Iterable[Finding]:
    """The movements an answer names exist and are of that command; a rejected one has none."""
    named = _named_in_answers(session)
    asked = (
        select(named.c.command_id, named.c.movement_id, Movement.command_id)
        .outerjoin(Movement, Movement.id == named.c.movement_id)
        .where(or_(Movement.id.is_(None), Movement.command_id != named.c.command_id))
    )
    for row in first_rows(session, asked):
        yield Finding(
            "answers_name_movements",
            "command",
            {"id": str(row[0])},
            f"its answer names movement {row[1]}",
            str(row[0]),
            "no such movement" if row[2] is None else f"movement of command {row[2]}",
        )
    rejected = (
        select(Movement.id, Command.id)
        .join(Command, Command.id == Movement.command_id)
        .where(Command.status == "rejected")
    )
    for row in first_rows(session, rejected):
        yield Finding(
            "answers_name_movements",
            "movement",
            {"id": row[0]},
            f"belongs to command {row[1]}, which was rejected",
        )


def append_only_is_guarded(session: Session) -> Iterable[Finding]:
    """The database itself still refuses to change or delete what is written once."""
    if is_sqlite(session):
        wanted = {f"{table}_refuses_{verb}" for table in APPEND_ONLY for verb in _VERBS}
        asked = text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    else:
        wanted = {f"{table}_refuses_change" for table in APPEND_ONLY}
        asked = text("SELECT tgname FROM pg_trigger WHERE tgenabled IN ('O', 'A')")
    for name in sorted(wanted - set(session.scalars(asked))):
        yield Finding(
            "append_only_is_guarded",
            name.split("_refuses_", maxsplit=1)[0],
            {"trigger": name},
            "the trigger that refuses changes is not there",
        )


_VERBS = ("update", "delete")


def _with_places(*columns: Any) -> Any:
    return (
        select(*columns)
        .select_from(Movement)
        .join(_source, _source.id == Movement.from_position_id)
        .join(_target, _target.id == Movement.to_position_id)
    )


def _pooled(position: Any) -> Any:
    return and_(holds_stock(position), position.owner_id == OWN_OWNER_ID)


def _same_place(here: Any, there: Any) -> Any:
    return or_(
        here.id == there.id,
        and_(
            here.handling_unit_id != 0,
            here.handling_unit_id == there.handling_unit_id,
            here.owner_id == there.owner_id,
            here.status_id == there.status_id,
        ),
    )


def _named_in_answers(session: Session) -> Any:
    if is_sqlite(session):
        valid = case((func.json_valid(Command.answer) == 1, Command.answer), else_="{}")
        each = func.json_each(valid, "$.movement_ids").table_valued("value")
        movement_id = each.c.value
    else:
        ids = cast(Command.answer, JSONB)["movement_ids"]
        each = func.jsonb_array_elements_text(ids).table_valued("value")
        movement_id = each.c.value
    named = select(
        Command.id.label("command_id"),
        cast(movement_id, Movement.id.type).label("movement_id"),
    ).join(each, literal(True))
    return named.where(Command.answer.contains('"movement_ids"')).subquery("named")
