"""What is below its minimum, and what expires soon."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, and_, case, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session

from server.domain.numbers import ZERO
from server.domain.places import PHYSICAL_KINDS
from server.store.founding import OWN_OWNER_ID
from server.store.models import (
    Balance,
    Category,
    CostPool,
    HandlingUnit,
    Item,
    ItemSite,
    Location,
    Lot,
    Owner,
    Position,
    Site,
    StockStatus,
)
from server.store.queries.flow_sums import things_where
from server.store.queries.records import Record, Sites
from server.store.types import Quantity

_ITEM: tuple[Any, ...] = (
    Item.sku.label("item"),
    Item.name_zh,
    Item.name_en,
    Item.specification,
    Item.base_unit,
    Category.code.label("category"),
    Site.code.label("site"),
)


def below_minimum_rows(
    session: Session,
    sites: Sites,
    filters: dict[str, Any],
    by: str,
    after: Sequence[Any],
    limit: int | None,
) -> list[Record]:
    """Items at sites whose `by` (available | position) is at or below their reorder point."""
    stock = _own_stock().subquery("stock")
    on_hand, promisable, reserved, transit = (
        _or_none(stock.c[name]) for name in ("on_hand", "promisable", "reserved", "in_transit")
    )
    available = promisable - reserved
    position = available + ItemSite.on_order + transit - ItemSite.backorder
    keys = (Item.sku_key, Site.id)
    asked = (
        select(
            *keys,
            *_ITEM,
            _quantity(on_hand, "on_hand"),
            _quantity(available, "available"),
            ItemSite.on_order,
            _quantity(transit, "in_transit"),
            ItemSite.backorder,
            _quantity(position, "position"),
            ItemSite.reorder_point,
            ItemSite.target_level,
        )
        .select_from(ItemSite)
        .join(Item, Item.id == ItemSite.item_id)
        .join(Site, Site.id == ItemSite.site_id)
        .outerjoin(Category, Category.id == Item.category_id)
        .outerjoin(
            stock,
            and_(stock.c.item_id == ItemSite.item_id, stock.c.site_id == ItemSite.site_id),
        )
        .where(
            ItemSite.reorder_point.is_not(None),
            Item.retired_at.is_(None),
            Site.retired_at.is_(None),
            (available if by == "available" else position) <= ItemSite.reorder_point,
            *things_where(session, filters),
        )
    )
    return _page(session, asked, keys, sites, after, limit)


def expiry_rows(
    session: Session,
    sites: Sites,
    filters: dict[str, Any],
    until: date,
    after: Sequence[Any],
    limit: int | None,
) -> list[Record]:
    """Lots in stock that expire by that day, the first ones first; pool_*: what values them."""
    keys = (Lot.expires_on, Item.sku_key, Lot.id, Position.id)
    asked = (
        select(
            *keys,
            *_ITEM,
            Lot.code.label("lot"),
            Lot.production_date,
            Lot.expires_on.label("expires"),
            Location.code.label("location"),
            HandlingUnit.code.label("unit"),
            StockStatus.code.label("status"),
            Owner.code.label("owner"),
            Site.time_zone,
            Balance.on_hand.label("quantity"),
            CostPool.quantity.label("pool_quantity"),
            CostPool.value.label("pool_value"),
        )
        .select_from(Balance)
        .join(Position, Position.id == Balance.position_id)
        .join(Location, Location.id == Position.location_id)
        .join(HandlingUnit, HandlingUnit.id == Position.handling_unit_id)
        .join(StockStatus, StockStatus.id == Position.status_id)
        .join(Owner, Owner.id == Position.owner_id)
        .join(Site, Site.id == Position.site_id)
        .join(Item, Item.id == Balance.item_id)
        .join(Lot, Lot.id == Balance.lot_id)
        .outerjoin(Category, Category.id == Item.category_id)
        .outerjoin(
            CostPool,
            and_(
                CostPool.item_id == Balance.item_id,
                CostPool.site_id == Position.site_id,
                CostPool.owner_id == Position.owner_id,
            ),
        )
        .where(
            Lot.expires_on <= until,
            Balance.on_hand > 0,
            Position.kind.in_(sorted(PHYSICAL_KINDS)),
            *things_where(session, filters),
        )
    )
    return _page(session, asked, keys, sites, after, limit)


def _own_stock() -> Select[Any]:
    physical = Position.kind.in_(sorted(PHYSICAL_KINDS))
    promisable = and_(physical, StockStatus.available)

    def total(what: Any, condition: Any, name: str) -> Any:
        nothing = literal(ZERO, Quantity)
        return func.sum(case((condition, what), else_=nothing), type_=Quantity()).label(name)

    return (
        select(
            Balance.item_id,
            Position.site_id,
            total(Balance.on_hand, physical, "on_hand"),
            total(Balance.on_hand, promisable, "promisable"),
            total(Balance.reserved, promisable, "reserved"),
            total(Balance.on_hand, Position.kind == "transit", "in_transit"),
        )
        .join(Position, Position.id == Balance.position_id)
        .join(StockStatus, StockStatus.id == Position.status_id)
        .where(Position.owner_id == OWN_OWNER_ID)
        .group_by(Balance.item_id, Position.site_id)
    )


def _or_none(column: Any) -> Any:
    return func.coalesce(column, literal(ZERO, Quantity), type_=Quantity())


def _quantity(number: Any, name: str) -> Any:
    return func.coalesce(number, literal(Decimal(0), Quantity), type_=Quantity()).label(name)


def _page(
    session: Session,
    asked: Select[Any],
    keys: Sequence[Any],
    sites: Sites,
    after: Sequence[Any],
    limit: int | None,
) -> list[Record]:
    if sites is not None:
        asked = asked.where(Site.id.in_(sites))
    if after:
        first = keys[0]
        asked = asked.where(or_(first > after[0], tuple_(*keys) > tuple_(*after)))
    rows = session.execute(asked.order_by(*keys).limit(limit))
    width = len(keys)
    return [{"key": list(row[:width]), **_named(row, width)} for row in rows]


def _named(row: Any, width: int) -> Record:
    return dict(zip(list(row._fields)[width:], row[width:], strict=True))
