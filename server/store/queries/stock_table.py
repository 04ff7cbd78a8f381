"""Stock as one table, whole: what a desk sorts and narrows between two key presses.

A row is a tuple in the order of its columns. Figures of different items are never added up: where
a row stands for several (a location, an owner), it says how many.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Select, and_, case, distinct, func
from sqlalchemy.orm import Session

from server.domain.numbers import ZERO, plain
from server.store.models import (
    NONE_ID,
    Balance,
    Category,
    HandlingUnit,
    Item,
    Location,
    Lot,
    Owner,
    Position,
    Serial,
    Site,
    StockStatus,
)
from server.store.queries.records import Record, Sites
from server.store.queries.stock import (
    AVAILABLE,
    PHYSICAL,
    items_select,
    joined_balances,
    narrowed,
    total_where,
    with_value,
)

_PROMISABLE = and_(StockStatus.available, PHYSICAL)
_ITEM: tuple[Any, ...] = (
    Item.sku.label("item"),
    Item.name_zh,
    Item.name_en,
    Item.base_unit,
    Item.search,
)
_SUMS: tuple[Any, ...] = (
    total_where(Balance.on_hand, PHYSICAL).label("on_hand"),
    total_where(Balance.reserved, PHYSICAL).label("reserved"),
    total_where(AVAILABLE, _PROMISABLE).label("available"),
)
_COUNTS: tuple[Any, ...] = (
    func.count(distinct(Balance.item_id)).label("item_count"),
    func.count().label("balance_count"),
)
_SITE = Site.code.label("site")


def _by_item() -> Select[*tuple[Any, ...]]:
    asked = items_select().add_columns(Item.search, func.max(Category.code).label("category"))
    return asked.order_by(Item.sku_key, Position.site_id, Position.owner_id)


def _by_lot() -> Select[*tuple[Any, ...]]:
    asked = joined_balances(
        _SITE, *_ITEM, Lot.code.label("lot"), Lot.expires_on, Lot.production_date, *_SUMS
    )
    asked = asked.where(Balance.lot_id != NONE_ID, PHYSICAL)
    return asked.group_by(Item.id, Lot.id, Site.id).order_by(Item.sku_key, Lot.id, Site.id)


def _by_unit() -> Select[*tuple[Any, ...]]:
    one = func.count(distinct(Balance.item_id)) == 1
    asked = joined_balances(
        _SITE,
        HandlingUnit.code.label("unit"),
        func.max(Location.code).label("location"),
        *_COUNTS,
        case((one, func.max(Item.sku)), else_="").label("item"),
        case((one, func.max(Item.name_zh)), else_="").label("name_zh"),
        case((one, func.max(Item.name_en)), else_="").label("name_en"),
    )
    asked = asked.where(Position.handling_unit_id != NONE_ID, PHYSICAL)
    return asked.group_by(HandlingUnit.id, Site.id).order_by(Site.id, HandlingUnit.code_key)


def _by_location() -> Select[*tuple[Any, ...]]:
    asked = joined_balances(
        _SITE,
        Location.code.label("location"),
        Location.name.label("location_name"),
        Location.kind.label("location_kind"),
        *_COUNTS,
        func.count(distinct(func.nullif(Position.handling_unit_id, NONE_ID))).label("unit_count"),
        func.sum(case((Balance.on_hand < 0, 1), else_=0)).label("below_zero_count"),
    )
    asked = asked.where(PHYSICAL).group_by(Site.id, Location.id)
    return asked.order_by(Site.id, Location.walking_order, Location.code_key)


def _by_owner() -> Select[*tuple[Any, ...]]:
    asked = joined_balances(
        _SITE, Owner.code.label("owner"), Owner.name.label("owner_name"), *_COUNTS
    )
    return asked.where(PHYSICAL).group_by(Site.id, Owner.id).order_by(Owner.id, Site.id)


def _by_status() -> Select[*tuple[Any, ...]]:
    asked = joined_balances(
        _SITE,
        StockStatus.code.label("status"),
        StockStatus.name_zh,
        StockStatus.name_en,
        StockStatus.available.label("promisable"),
        *_COUNTS,
    )
    return asked.where(PHYSICAL).group_by(Site.id, StockStatus.id).order_by(StockStatus.id, Site.id)


def _by_balance() -> Select[*tuple[Any, ...]]:
    asked = joined_balances(
        _SITE,
        Location.code.label("location"),
        *_ITEM,
        Lot.code.label("lot"),
        Lot.expires_on,
        Serial.code.label("serial"),
        HandlingUnit.code.label("unit"),
        StockStatus.code.label("status"),
        Owner.code.label("owner"),
        Balance.on_hand,
        Balance.reserved,
        func.coalesce(
            case((_PROMISABLE, AVAILABLE), else_=ZERO), ZERO, type_=Balance.on_hand.type
        ).label("available"),
    )
    asked = asked.where(PHYSICAL)
    return asked.order_by(Item.sku_key, Balance.position_id, Balance.lot_id, Balance.serial_id)


GROUPS: Final = {
    "item": _by_item,
    "lot": _by_lot,
    "unit": _by_unit,
    "location": _by_location,
    "owner": _by_owner,
    "status": _by_status,
    "balance": _by_balance,
}
"""What a row of the table stands for, per site."""
_SHUT_NEVER: Final = frozenset({"item", "owner", "status"})
"""Rows too coarse to tell anybody what one place holds."""
_INSIDE: Final = frozenset({"pool_quantity", "pool_value", "owner_id", "key_0", "key_1", "key_2"})


def stock_table(
    session: Session,
    group: str,
    sites: Sites,
    filters: dict[str, Any],
    limit: int,
    *,
    with_cost: bool,
    hidden: Iterable[int] = (),
) -> tuple[list[str], list[list[Any]]]:
    """Column names and up to `limit` rows, each value as JSON has it. `hidden`: location ids that
    are left out where a row could tell what they hold."""
    asked = narrowed(GROUPS[group](), sites, filters, () if group in _SHUT_NEVER else hidden)
    found = session.execute(asked.limit(limit))
    names = [name for name in found.keys() if name not in _INSIDE]  # noqa: SIM118
    if group != "item":
        return names, [[_told(value) for value in row] for row in found]
    columns = [*names, *(["unit_cost", "value"] if with_cost else [])]
    rows = (_valued(dict(row._mapping), with_cost) for row in found)
    return columns, [[_told(row[name]) for name in columns] for row in rows]


def _valued(row: Record, with_cost: bool) -> Record:
    return with_value(row, whole=True) if with_cost else row


def _told(value: Any) -> Any:
    if isinstance(value, Decimal):
        return plain(value)
    if value is None or isinstance(value, str | bool | int):
        return value
    return value.isoformat()
