"""Stock flows: derived from the ledger for the book days that changed, and summed by month.

`recalculation` already says which (item, site, day) a posting touched; `flowed` is up to which
`wanted` the flows of that key were derived. Nothing is added to the hot path of postings.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    cast,
    delete,
    func,
    insert,
    literal,
    literal_column,
    not_,
    or_,
    select,
    tuple_,
    type_coerce,
    union_all,
    update,
)
from sqlalchemy.orm import Session, aliased

from server.domain.ledger import STOCK_KINDS
from server.domain.numbers import ZERO
from server.domain.stock_flows import REVALUATION, month_end
from server.store.db import table_of
from server.store.founding import OWN_OWNER_ID
from server.store.models import (
    CostPool,
    Movement,
    Position,
    Recalculation,
    Revaluation,
    StockFlowDay,
    StockFlowMonth,
)
from server.store.types import Money, Quantity
from server.store.wanted_rows import DAY, ID, wanted_rows

REFRESH_LOCK = 7_316_002
KEY = ("item_id", "day", "site_id", "owner_id", "kind")
SUMS = ("in_quantity", "in_value", "out_quantity", "out_value")
_TYPES: dict[str, Any] = {
    "in_quantity": Quantity(),
    "in_value": Money(),
    "out_quantity": Quantity(),
    "out_value": Money(),
}

Pair = tuple[Decimal, Decimal]
"""A quantity and its value."""

_source = aliased(Position, name="source")
_target = aliased(Position, name="target")
_original = aliased(Movement, name="original")


class FlowKey(NamedTuple):
    """One item at one site on one book day."""

    item_id: int
    site_id: int
    day: date


class DueFlow(NamedTuple):
    """A key with the `wanted` read for it."""

    item_id: int
    site_id: int
    day: date
    wanted: int


def is_any_flow_due(session: Session) -> bool:
    """Whether the ledger has changed a day since its flows were derived.

    In order, so that the few due keys are read from their index: PostgreSQL believes a third of all
    days to be due, and would look at every one of them to find none."""
    table = Recalculation
    asked = select(literal(1)).where(_is_due()).order_by(*_key_of(table)).limit(1)
    return session.execute(asked).first() is not None


def due_flows(session: Session, limit: int) -> list[DueFlow]:
    """Up to `limit` keys to derive anew; [] too when another transaction is at it."""
    if session.get_bind().dialect.name != "sqlite" and not session.scalar(
        select(func.pg_try_advisory_xact_lock(REFRESH_LOCK))
    ):
        return []
    table = Recalculation
    asked = select(table.item_id, table.site_id, table.day, table.wanted).where(_is_due())
    rows = session.execute(asked.order_by(*_key_of(table)).limit(limit))
    return [DueFlow(*row) for row in rows]


def refresh_flows(session: Session, due: Sequence[DueFlow]) -> None:
    """Derive the flows of these keys anew, and the months they lie in."""
    days = wanted_rows(session, _KEY_TYPES, ((k.item_id, k.site_id, k.day) for k in due))
    first_days = sorted({(key.item_id, key.site_id, key.day.replace(day=1)) for key in due})
    months = wanted_rows(
        session, {**_KEY_TYPES, "last": DAY}, ((*key, month_end(key[2])) for key in first_days)
    )
    _replace(session, StockFlowDay, days, derived_flows(days))
    _replace(session, StockFlowMonth, months, _months_of(months))
    _finish(session, due)


def derived_flows(wanted: CTE | None) -> Select[Any]:
    """The flows of these keys (None: all there are) as the ledger says, by KEY."""
    legs = union_all(
        _leg(wanted, _source, _target, leaves=True),
        _leg(wanted, _target, _source, leaves=False),
        _revalued(wanted),
    ).subquery("leg")
    keys = [legs.c[name] for name in KEY]
    return select(*keys, *(_sum(legs.c, name) for name in SUMS)).group_by(*keys)


def due_corrections() -> Select[Any]:
    """For every due key what the ledger says less what is stored: rows as of StockFlowDay."""
    table = Recalculation
    wanted = select(table.item_id, table.site_id, table.day).where(_is_due()).cte("due")
    stored = StockFlowDay
    held = select(
        *(getattr(stored, name) for name in KEY),
        *(type_coerce(-getattr(stored, name), _TYPES[name]).label(name) for name in SUMS),
    ).join(wanted, _of(stored, wanted))
    derived = derived_flows(wanted).subquery("derived")
    both = union_all(held, select(*derived.c)).subquery("correction")
    return select(*both.c)


def forget_flows(session: Session, keys: Iterable[FlowKey]) -> None:
    """Have the flows of these keys derived anew."""
    rows = [{"b_item": key[0], "b_site": key[1], "b_day": key[2]} for key in keys]
    if rows:
        table = table_of(Recalculation).c
        session.connection().execute(
            update(table_of(Recalculation))
            .where(
                table.item_id == bindparam("b_item"),
                table.site_id == bindparam("b_site"),
                table.day == bindparam("b_day"),
            )
            .values(flowed=0),
            rows,
        )


def differing_flows(session: Session) -> list[FlowKey]:
    """Keys whose stored flows are not what the ledger says, or whose month is not the sum of its
    days; those that are due left out."""
    derived = derived_flows(None).subquery("derived")
    ledger = select(*derived.c)
    found = _differences(session, ledger, _held(StockFlowDay))
    summed = _monthly(_month_start(session, StockFlowDay.day)).subquery("summed")
    found |= _differences(session, select(*summed.c), _held(StockFlowMonth))
    table = Recalculation
    waiting = {tuple(row) for row in session.execute(select(*_key_of(table)).where(_is_due()))}
    return sorted(key for key in found if tuple(key) not in waiting)


def pools_unlike_flows(session: Session) -> Iterator[tuple[tuple[int, int, int], Pair, Pair]]:
    """((item, site, owner), what flows add up to, what the pool holds) of each of our own pools
    where they differ: quantity and value."""
    every = union_all(_held(StockFlowDay), due_corrections()).subquery("flow")
    columns = every.c
    quantity, value = _TYPES["in_quantity"], _TYPES["in_value"]
    nothing, worthless = literal(ZERO, quantity), literal(ZERO, value)
    flows = select(
        columns.item_id,
        columns.site_id,
        columns.owner_id,
        type_coerce(columns.in_quantity - columns.out_quantity, quantity).label("reported"),
        type_coerce(columns.in_value - columns.out_value, value).label("worth"),
        nothing.label("held"),
        worthless.label("held_worth"),
    ).where(columns.owner_id == OWN_OWNER_ID)
    pool = CostPool
    pools = select(
        pool.item_id,
        pool.site_id,
        pool.owner_id,
        nothing.label("reported"),
        worthless.label("worth"),
        pool.quantity.label("held"),
        pool.value.label("held_worth"),
    )
    both = union_all(flows, pools).subquery("both").c
    keys = (both.item_id, both.site_id, both.owner_id)
    sums = (
        func.sum(both.reported, type_=quantity),
        func.sum(both.worth, type_=value),
        func.sum(both.held, type_=quantity),
        func.sum(both.held_worth, type_=value),
    )
    differ = or_(sums[0] != sums[2], sums[1] != sums[3])
    for row in session.execute(select(*keys, *sums).group_by(*keys).having(differ)):
        yield (row[0], row[1], row[2]), (row[3], row[4]), (row[5], row[6])


def snapshot(session: Session) -> None:
    """Let a report see one state of the database however many statements it takes."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


_KEY_TYPES = {"item_id": ID, "site_id": ID, "day": DAY}


def _is_due() -> ColumnElement[bool]:
    return Recalculation.flowed < Recalculation.wanted


def _key_of(table: Any) -> list[Any]:
    return [table.item_id, table.site_id, table.day]


def _of(table: Any, wanted: CTE) -> ColumnElement[bool]:
    return and_(
        table.item_id == wanted.c.item_id,
        table.site_id == wanted.c.site_id,
        table.day == wanted.c.day,
    )


def _leg(wanted: CTE | None, here: Any, there: Any, *, leaves: bool) -> Select[Any]:
    """One side of what crosses a pool's boundary, rows as KEY and SUMS."""
    stays = and_(
        there.site_id == here.site_id,
        there.owner_id == here.owner_id,
        there.kind.in_(sorted(STOCK_KINDS)),
    )
    taken_back = Movement.reverses_id.is_not(None)
    out = not_(taken_back) if leaves else taken_back
    sign = case((taken_back, -1), else_=1)

    def only(column: Any, when: Any, name: str) -> Any:
        kind = _TYPES[name]
        signed = type_coerce(column * sign, kind)
        return case((when, signed), else_=literal(ZERO, kind)).label(name)

    leg = (
        select(
            Movement.item_id.label("item_id"),
            Movement.value_date.label("day"),
            here.site_id.label("site_id"),
            here.owner_id.label("owner_id"),
            func.coalesce(_original.kind, Movement.kind).label("kind"),
            only(Movement.quantity, not_(out), "in_quantity"),
            only(Movement.value, not_(out), "in_value"),
            only(Movement.quantity, out, "out_quantity"),
            only(Movement.value, out, "out_value"),
        )
        .join(_source, _source.id == Movement.from_position_id)
        .join(_target, _target.id == Movement.to_position_id)
        .outerjoin(_original, _original.id == Movement.reverses_id)
        .where(here.kind.in_(sorted(STOCK_KINDS)), not_(stays))
    )
    if wanted is None:
        return leg
    on_the_day = and_(Movement.item_id == wanted.c.item_id, Movement.value_date == wanted.c.day)
    return leg.join(wanted, on_the_day).where(here.site_id == wanted.c.site_id)


def _revalued(wanted: CTE | None) -> Select[Any]:
    row = Revaluation
    asked = select(
        row.item_id.label("item_id"),
        row.value_date.label("day"),
        row.site_id.label("site_id"),
        row.owner_id.label("owner_id"),
        literal(REVALUATION).label("kind"),
        literal(ZERO, Quantity).label("in_quantity"),
        row.value.label("in_value"),
        literal(ZERO, Quantity).label("out_quantity"),
        literal(ZERO, Money).label("out_value"),
    )
    if wanted is None:
        return asked
    return asked.join(
        wanted,
        and_(
            row.item_id == wanted.c.item_id,
            row.site_id == wanted.c.site_id,
            row.value_date == wanted.c.day,
        ),
    )


def _months_of(wanted: CTE) -> Select[Any]:
    """The days of these months (named by their first day) summed."""
    row = StockFlowDay
    within = and_(
        row.item_id == wanted.c.item_id,
        row.site_id == wanted.c.site_id,
        row.day.between(wanted.c.day, wanted.c.last),
    )
    return _monthly(wanted.c.day).join(wanted, within)


def _monthly(first_day: Any) -> Select[Any]:
    row = StockFlowDay
    rest = (row.site_id, row.owner_id, row.kind)
    sums = [_sum(row, name) for name in SUMS]
    return select(row.item_id, first_day.label("day"), *rest, *sums).group_by(
        row.item_id, first_day, *rest
    )


def _month_start(session: Session, day: Any) -> Any:
    if session.get_bind().dialect.name == "sqlite":
        return func.date(day, literal_column("'start of month'"), type_=DAY)
    return cast(func.date_trunc(literal_column("'month'"), day), DAY)


def _sum(columns: Any, name: str) -> Any:
    return func.sum(getattr(columns, name), type_=_TYPES[name]).label(name)


def _held(model: Any) -> Select[Any]:
    return select(*(getattr(model, name) for name in (*KEY, *SUMS)))


def _replace(session: Session, model: Any, wanted: CTE, rows: Select[Any]) -> None:
    table = table_of(model)
    asked = select(wanted.c.item_id, wanted.c.day, wanted.c.site_id)
    session.execute(
        delete(table).where(tuple_(table.c.item_id, table.c.day, table.c.site_id).in_(asked))
    )
    session.execute(insert(table).from_select([*KEY, *SUMS], rows))


def _differences(session: Session, one: Select[Any], other: Select[Any]) -> set[FlowKey]:
    found: set[FlowKey] = set()
    for this, that in ((one, other), (other, one)):
        rows = session.execute(this.except_(that)).all()
        found |= {FlowKey(row[0], row[2], row[1]) for row in rows if any(row[5:])}
    return found


def _finish(session: Session, due: Sequence[DueFlow]) -> None:
    table = table_of(Recalculation)
    session.connection().execute(
        update(table)
        .where(
            table.c.item_id == bindparam("b_item"),
            table.c.site_id == bindparam("b_site"),
            table.c.day == bindparam("b_day"),
        )
        .values(flowed=bindparam("b_wanted")),
        [
            {"b_item": key[0], "b_site": key[1], "b_day": key[2], "b_wanted": key[3]}
            for key in sorted(due)
        ],
    )
