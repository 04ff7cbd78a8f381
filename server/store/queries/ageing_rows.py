"""Stock with the layers it is made of: what came in by book day, or the lots that are there."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session

from server.domain.ageing import Layer
from server.domain.days import day_of
from server.domain.ledger import STOCK_KINDS
from server.store.models import Balance, Item, Lot, Movement, Position, Site, StockFlowDay
from server.store.queries.records import Sites
from server.store.stock_flows import KEY, SUMS, due_corrections, is_any_flow_due
from server.store.types import Money, Quantity


class PoolKey(NamedTuple):
    """One item of one owner at one site."""

    item_id: int
    site_id: int
    owner_id: int


def layers_of(
    session: Session, item_ids: Sequence[int], until: date
) -> Mapping[PoolKey, list[Layer]]:
    """What came into each pool of these items until the end of that day, newest day first."""
    table = StockFlowDay
    stored = select(*(getattr(table, name) for name in (*KEY, *SUMS)))
    parts = [stored.where(table.item_id.in_(item_ids), table.day <= until)]
    if is_any_flow_due(session):
        due = due_corrections().subquery("due").c
        columns = [due[name] for name in (*KEY, *SUMS)]
        parts.append(select(*columns).where(due.item_id.in_(item_ids), due.day <= until))
    row = union_all(*parts).subquery("flow").c
    quantity = func.sum(row.in_quantity, type_=Quantity())
    asked = (
        select(
            row.item_id,
            row.site_id,
            row.owner_id,
            row.day,
            quantity,
            func.sum(row.in_value, type_=Money()),
        )
        .group_by(row.item_id, row.site_id, row.owner_id, row.day)
        .having(quantity > 0)
        .order_by(row.item_id, row.site_id, row.owner_id, row.day.desc())
    )
    found: dict[PoolKey, list[Layer]] = {}
    for item_id, site_id, owner_id, *layer in session.execute(asked):
        found.setdefault(PoolKey(item_id, site_id, owner_id), []).append(Layer(*layer))
    return found


def lots_of(
    session: Session, item_ids: Sequence[int], sites: Sites
) -> Mapping[PoolKey, list[Layer]]:
    """The lots in stock now of each pool as layers of their own day, newest first: the day they
    were made, else the day they first came in. No value: a lot has none of its own."""
    first = (
        select(Movement.lot_id, func.min(Movement.occurred_at).label("at"))
        .where(Movement.item_id.in_(item_ids), Movement.lot_id != 0)
        .group_by(Movement.lot_id)
        .subquery("first")
    )
    quantity = func.sum(Balance.on_hand, type_=Quantity())
    keys = (Balance.item_id, Position.site_id, Position.owner_id)
    asked = (
        select(*keys, Lot.production_date, first.c.at, Site.time_zone, quantity)
        .join(Position, Position.id == Balance.position_id)
        .join(Site, Site.id == Position.site_id)
        .join(Lot, Lot.id == Balance.lot_id)
        .outerjoin(first, first.c.lot_id == Lot.id)
        .where(
            Balance.item_id.in_(item_ids),
            Balance.lot_id != 0,
            Position.kind.in_(sorted(STOCK_KINDS)),
        )
        .group_by(*keys, Lot.id, Lot.production_date, first.c.at, Site.time_zone)
        .having(quantity > 0)
    )
    if sites is not None:
        asked = asked.where(Position.site_id.in_(sites))
    found: dict[PoolKey, list[Layer]] = {}
    for item_id, site_id, owner_id, made_on, came_at, zone, on_hand in session.execute(asked):
        day = made_on or day_of(came_at or 0, zone)
        layers = found.setdefault(PoolKey(item_id, site_id, owner_id), [])
        layers.append(Layer(day, on_hand, on_hand * 0))
    for layers in found.values():
        layers.sort(key=lambda layer: layer.day, reverse=True)
    return found


def fifo_items(session: Session, item_ids: Sequence[int]) -> frozenset[int]:
    """Those of these items that are valued first in, first out."""
    rows = session.scalars(select(Item.id).where(Item.id.in_(item_ids), Item.costing == "fifo"))
    return frozenset(rows)
