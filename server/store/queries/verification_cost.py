"""Cost pools and their layers against the ledger."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, and_, case, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from server.domain.numbers import ZERO
from server.store.founding import OWN_OWNER_ID
from server.store.models import Balance, CostLayer, CostPool, Movement, Position, Revaluation
from server.store.queries.verification import Finding, first_rows, holds_stock, shown
from server.store.types import Money, Quantity

_KEY = ("item_id", "site_id", "owner_id")
_NO_QUANTITY = literal(ZERO, Quantity)
_NO_VALUE = literal(ZERO, Money)


def pools_hold_the_stock(session: Session) -> Iterable[Finding]:
    """A pool's quantity is all of our own stock of the item at the site."""
    stock = _of_own_stock(
        select(*_pool_columns(Balance), Balance.on_hand.label("book"), _no_quantity("found")).join(
            Position, Position.id == Balance.position_id
        )
    )
    pools = select(*_key(CostPool), _no_quantity("book"), CostPool.quantity.label("found"))
    yield from _differing(
        session,
        "pools_hold_the_stock",
        [stock, pools],
        Quantity(),
        "its quantity is not the sum of the balances",
    )


def pools_are_worth_their_movements(session: Session) -> Iterable[Finding]:
    """A pool's value is what entered it less what left it and all revaluations. (Movements inside
    a pool enter and leave it at the same value.)"""
    entered = _moved(Movement.to_position_id, Movement.value)
    left = _moved(Movement.from_position_id, -Movement.value)
    revalued = select(*_key(Revaluation), Revaluation.value.label("book"), _no_value("found"))
    pools = select(*_key(CostPool), _no_value("book"), CostPool.value.label("found"))
    yield from _differing(
        session,
        "pools_are_worth_their_movements",
        [entered, left, revalued, pools],
        Money(),
        "its value is not the sum of movements and revaluations",
    )


def empty_pools_are_worthless(session: Session) -> Iterable[Finding]:
    """A pool without stock has value 0."""
    asked = select(CostPool.id, CostPool.value).where(CostPool.quantity == 0, CostPool.value != 0)
    for row in first_rows(session, asked):
        yield Finding(
            "empty_pools_are_worthless",
            "cost_pool",
            {"id": row[0]},
            "has a value but no stock",
            "0",
            shown(row[1]),
        )


def layers_make_the_pool(session: Session) -> Iterable[Finding]:
    """FIFO layers, or the shortages of a pool below zero, add up to it in quantity and value; an
    average pool with stock has none."""
    quantity = _sum(CostLayer.quantity, _NO_QUANTITY)
    value = _sum(CostLayer.value, _NO_VALUE)
    layered = or_(CostPool.method == "fifo", CostPool.quantity < 0)
    expected_quantity = case((layered, CostPool.quantity), else_=_NO_QUANTITY)
    expected_value = case((layered, CostPool.value), else_=_NO_VALUE)
    asked = (
        select(CostPool.id, expected_quantity, expected_value, quantity, value)
        .outerjoin(CostLayer, CostLayer.pool_id == CostPool.id)
        .group_by(CostPool.id)
        .having(or_(quantity != expected_quantity, value != expected_value))
    )
    for row in first_rows(session, asked):
        yield Finding(
            "layers_make_the_pool",
            "cost_pool",
            {"id": row[0]},
            "its layers do not add up to it",
            f"{shown(row[1])} worth {shown(row[2])}",
            f"{shown(row[3])} worth {shown(row[4])}",
        )


def shortages_only_below_zero(session: Session) -> Iterable[Finding]:
    """No layer is empty, and a pool has shortage layers only while it is below zero, and nothing
    else then."""
    asked = (
        select(CostLayer.id, CostLayer.quantity, CostPool.quantity)
        .join(CostPool, CostPool.id == CostLayer.pool_id)
        .where(
            or_(
                CostLayer.quantity == 0,
                and_(CostLayer.quantity < 0, CostPool.quantity >= 0),
                and_(CostLayer.quantity > 0, CostPool.quantity <= 0),
            )
        )
    )
    for row in first_rows(session, asked):
        yield Finding(
            "shortages_only_below_zero",
            "cost_layer",
            {"id": row[0]},
            f"does not fit its pool of {shown(row[2])}",
            "" if row[2] == 0 else "above zero" if row[2] > 0 else "below zero",
            shown(row[1]),
        )


def _differing(
    session: Session, name: str, parts: list[Select[*tuple[Any, ...]]], kind: Any, what: str
) -> Iterable[Finding]:
    both = union_all(*parts).subquery("both")
    keys = [both.c[column] for column in _KEY]
    expected, found = (func.sum(both.c[column], type_=kind) for column in ("book", "found"))
    asked = select(*keys, expected, found).group_by(*keys).having(expected != found)
    for row in first_rows(session, asked):
        key = dict(zip(_KEY, row[:3], strict=True))
        yield Finding(name, "cost_pool", key, what, shown(row[3]), shown(row[4]))


def _moved(position: Any, value: Any) -> Select[*tuple[Any, ...]]:
    return _of_own_stock(
        select(*_pool_columns(Movement), value.label("book"), _no_value("found")).join(
            Position, Position.id == position
        )
    )


def _of_own_stock(statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return statement.where(holds_stock(), Position.owner_id == OWN_OWNER_ID)


def _pool_columns(model: Any) -> list[Any]:
    return [model.item_id, Position.site_id, Position.owner_id]


def _key(model: Any) -> list[Any]:
    return [getattr(model, name) for name in _KEY]


def _sum(column: Any, nothing: Any) -> Any:
    return func.coalesce(func.sum(column, type_=column.type), nothing, type_=column.type)


def _no_quantity(name: str) -> Any:
    return _NO_QUANTITY.label(name)


def _no_value(name: str) -> Any:
    return _NO_VALUE.label(name)
