"""What is where now, as people look at it: by balance, by item, by location.

Quantities come from balances, values from the cost pools, so that the values shown for one item at
one site add up to its pool to the cent. Only our own stock has a value.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    distinct,
    exists,
    func,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import Session

from server.domain.codes import code_key
from server.domain.numbers import EXACT, ZERO, round_money
from server.domain.places import PHYSICAL_KINDS
from server.store.founding import OWN_OWNER_ID
from server.store.models import (
    Balance,
    Category,
    CostPool,
    Count,
    CountParticipant,
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
from server.store.queries.records import Record, Sites, contains

FILTERS: dict[str, Any] = {
    "site": lambda code: Site.code_key == code_key(code),
    "item": lambda sku: Item.sku_key == code_key(sku),
    "category": lambda code: Category.code_key == code_key(code),
    "q": lambda text: contains(Item.search, code_key(text)),
    "owner": lambda code: Owner.code_key == code_key(code),
    "location": lambda code: Location.code_key == code_key(code),
    "lot": lambda code: Lot.code_key == code_key(code),
    "serial": lambda code: Serial.code_key == code_key(code),
    "unit": lambda code: HandlingUnit.code_key == code_key(code),
    "status": lambda code: StockStatus.code_key == code_key(code),
}
POOL_FILTERS = frozenset({"site", "item", "category", "q", "owner"})
"""What narrows whole pools; any other filter shows a part of one."""
_OF_ITEM = frozenset({"item", "category", "q"})
_FEW_BALANCES = frozenset({"location", "lot", "serial", "unit"})
_FEW = 1_000
"""So many items are named one by one; more than that are soon met in the order of the page."""

BALANCE_KEYS: tuple[Any, ...] = (
    Item.sku_key,
    Balance.position_id,
    Balance.lot_id,
    Balance.serial_id,
)
ITEM_KEYS: tuple[Any, ...] = (Item.sku_key, Position.site_id, Position.owner_id)
LOCATION_KEYS: tuple[Any, ...] = (Position.site_id, Location.id)

_NOT_EMPTY = or_(Balance.on_hand != 0, Balance.reserved != 0)
PHYSICAL = Position.kind.in_(PHYSICAL_KINDS)
AVAILABLE = Balance.on_hand - Balance.reserved


def balances_page(
    session: Session,
    sites: Sites,
    filters: dict[str, Any],
    after: Sequence[Any],
    limit: int,
    *,
    hidden: Iterable[int] = (),
) -> list[Record]:
    """Balances that are not zero, in the order of sku and place; `hidden`: location ids to leave
    out. Values are on_hand × the pool's average."""
    asked = narrowed(balances_select(), sites, filters, hidden)
    asked = _within(session, asked, sites, filters, hidden, after, limit)
    asked = _behind(asked, BALANCE_KEYS, after).order_by(*BALANCE_KEYS).limit(limit)
    return [with_value(dict(row._mapping)) for row in session.execute(asked)]


def items_page(
    session: Session, sites: Sites, filters: dict[str, Any], after: Sequence[Any], limit: int
) -> list[Record]:
    """Sums for each item, site and owner; in_transit and in_production are beside on_hand.

    value: the whole pool's, or on_hand × its average where the filters show a part of it.
    """
    asked = _within(
        session, narrowed(items_select(), sites, filters), sites, filters, (), after, limit
    )
    asked = _behind(asked, ITEM_KEYS, after)
    rows = session.execute(asked.order_by(*ITEM_KEYS).limit(limit))
    whole = filters.keys() <= POOL_FILTERS
    return [with_value(dict(row._mapping), whole=whole) for row in rows]


def locations_page(
    session: Session,
    sites: Sites,
    filters: dict[str, Any],
    after: Sequence[Any],
    limit: int,
    *,
    hidden: Iterable[int] = (),
) -> list[Record]:
    """How much stands where: different items and balances of each place that is not empty."""
    asked = narrowed(locations_select(), sites, filters, hidden)
    asked = _within_places(session, asked, sites, filters, hidden, after, limit)
    asked = _behind(asked, LOCATION_KEYS, after)
    rows = session.execute(asked.order_by(*LOCATION_KEYS).limit(limit))
    return [dict(row._mapping) for row in rows]


def stock_value(session: Session, sites: Sites, filters: dict[str, Any]) -> Decimal | None:
    """The value of all pools these filters show; None where they show parts of pools."""
    if not filters.keys() <= POOL_FILTERS:
        return None
    asked = (
        select(func.sum(CostPool.value))
        .join(Item, Item.id == CostPool.item_id)
        .join(Site, Site.id == CostPool.site_id)
        .join(Owner, Owner.id == CostPool.owner_id)
        .outerjoin(Category, Category.id == Item.category_id)
        .where(*_conditions(filters))
    )
    if sites is not None:
        asked = asked.where(CostPool.site_id.in_(sites))
    return session.scalar(asked) or ZERO


def counting_at(session: Session, user_id: int | None) -> list[int]:
    """The locations this person is counting just now: there they may not see what the books say."""
    if user_id is None:
        return []
    return list(
        session.scalars(
            select(Count.location_id)
            .distinct()
            .outerjoin(CountParticipant, CountParticipant.count_id == Count.id)
            .where(
                Count.state == "counting",
                or_(Count.started_by == user_id, CountParticipant.user_id == user_id),
            )
        )
    )


def joined_balances(*columns: Any) -> Select[*tuple[Any, ...]]:
    """These columns of balances with everything they are called, their pool and category."""
    asked = select(*columns).select_from(Balance).join(Item, Item.id == Balance.item_id)
    return (
        _placed(asked)
        .outerjoin(Category, Category.id == Item.category_id)
        .outerjoin(
            CostPool,
            and_(
                CostPool.item_id == Balance.item_id,
                CostPool.site_id == Position.site_id,
                CostPool.owner_id == Position.owner_id,
            ),
        )
    )


def _sorted(asked: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """With its item and category as well."""
    asked = _placed(asked).join(Item, Item.id == Balance.item_id)
    return asked.outerjoin(Category, Category.id == Item.category_id)


def _placed(asked: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return (
        asked.join(Position, Position.id == Balance.position_id)
        .join(Location, Location.id == Position.location_id)
        .join(Site, Site.id == Position.site_id)
        .join(StockStatus, StockStatus.id == Position.status_id)
        .join(Owner, Owner.id == Position.owner_id)
        .join(HandlingUnit, HandlingUnit.id == Position.handling_unit_id)
        .join(Lot, Lot.id == Balance.lot_id)
        .join(Serial, Serial.id == Balance.serial_id)
    )


def _within(
    session: Session,
    asked: Select[*tuple[Any, ...]],
    sites: Sites,
    filters: dict[str, Any],
    hidden: Iterable[int],
    after: Sequence[Any],
    limit: int,
) -> Select[*tuple[Any, ...]]:
    """The same, told which items can be on the page, so that nobody sorts all balances for it.

    Each of these items has a row of its own, save perhaps the one the last page stopped in. Where
    a filter leaves few balances anyway, they are better found from that end.
    """
    if filters.keys() & _FEW_BALANCES:
        return asked
    of_item = {name: value for name, value in filters.items() if name in _OF_ITEM}
    others = {name: value for name, value in filters.items() if name not in _OF_ITEM}
    balances = narrowed(_placed(select(Balance.item_id)), sites, others, hidden)
    if others or sites is not None:
        few = list(session.scalars(balances.limit(_FEW + 1)))
        if len(few) <= _FEW:
            return asked.where(Item.id.in_(set(few)))
    wanted = (
        _items_where(of_item)
        .where(exists(balances.where(Balance.item_id == Item.id).correlate(Item)))
        .order_by(Item.sku_key)
        .limit(limit + 1)
    )
    if after:
        wanted = wanted.where(Item.sku_key >= after[0])
    return asked.where(Item.id.in_(list(session.scalars(wanted))))


def _within_places(
    session: Session,
    asked: Select[*tuple[Any, ...]],
    sites: Sites,
    filters: dict[str, Any],
    hidden: Iterable[int],
    after: Sequence[Any],
    limit: int,
) -> Select[*tuple[Any, ...]]:
    """The same for pages of places: told the items where these are few, else the places."""
    of_item = {name: value for name, value in filters.items() if name in _OF_ITEM}
    if of_item:
        few = list(session.scalars(_items_where(of_item).limit(_FEW + 1)))
        if len(few) <= _FEW:
            return asked.where(Balance.item_id.in_(few))
    if filters.keys() & _FEW_BALANCES:
        return asked
    if filters.keys() - {"site"}:
        balances = narrowed(_sorted(select(Balance.item_id)), sites, filters, hidden)
        few = list(session.scalars(balances.limit(_FEW + 1)))
        return asked.where(Balance.item_id.in_(set(few))) if len(few) <= _FEW else asked
    held = (
        select(Balance.item_id)
        .join(Position, Position.id == Balance.position_id)
        .where(Position.location_id == Location.id, _NOT_EMPTY)
        .correlate(Location)
    )
    wanted = (
        select(Location.id)
        .join(Site, Site.id == Location.site_id)
        .where(exists(held), *_conditions(filters))
        .order_by(Location.site_id, Location.id)
        .limit(limit + len(list(hidden)))
    )
    if sites is not None:
        wanted = wanted.where(Location.site_id.in_(sites))
    if after:
        wanted = wanted.where(tuple_(Location.site_id, Location.id) > tuple_(*after))
    return asked.where(Position.location_id.in_(list(session.scalars(wanted))))


def _items_where(filters: dict[str, Any]) -> Select[*tuple[Any, ...]]:
    return (
        select(Item.id)
        .outerjoin(Category, Category.id == Item.category_id)
        .where(*_conditions(filters))
    )


def balances_select() -> Select[*tuple[Any, ...]]:
    """Each balance."""
    promisable = and_(StockStatus.available, PHYSICAL)
    return joined_balances(
        Site.code.label("site"),
        Location.code.label("location"),
        Position.kind.label("location_kind"),
        Item.sku.label("item"),
        Item.name_zh,
        Item.name_en,
        Item.specification,
        Item.base_unit,
        Item.second_unit,
        Lot.code.label("lot"),
        Lot.expires_on,
        Serial.code.label("serial"),
        HandlingUnit.code.label("unit"),
        StockStatus.code.label("status"),
        Owner.code.label("owner"),
        Balance.on_hand,
        Balance.second_on_hand,
        Balance.reserved,
        _sized(case((promisable, AVAILABLE), else_=ZERO)).label("available"),
        *_POOL,
        *_labelled(BALANCE_KEYS),
    )


def items_select() -> Select[*tuple[Any, ...]]:
    """Sums for each item, site and owner."""
    promisable = and_(StockStatus.available, PHYSICAL)
    grouped = (Item.id, Position.site_id, Position.owner_id)
    return joined_balances(
        Site.code.label("site"),
        Owner.code.label("owner"),
        Item.sku.label("item"),
        Item.name_zh,
        Item.name_en,
        Item.specification,
        Item.base_unit,
        Item.second_unit,
        total_where(Balance.on_hand, PHYSICAL).label("on_hand"),
        total_where(Balance.second_on_hand, PHYSICAL).label("second_on_hand"),
        total_where(Balance.reserved, PHYSICAL).label("reserved"),
        total_where(AVAILABLE, promisable).label("available"),
        total_where(Balance.on_hand, Position.kind == "transit").label("in_transit"),
        total_where(Balance.on_hand, Position.kind == "production").label("in_production"),
        *_POOL,
        *_labelled(ITEM_KEYS),
    ).group_by(*grouped, Site.id, Owner.id, CostPool.id)


def locations_select() -> Select[*tuple[Any, ...]]:
    """How much stands in each location."""
    return joined_balances(
        Site.code.label("site"),
        Location.code.label("location"),
        Location.name,
        Location.kind.label("location_kind"),
        func.count(distinct(Balance.item_id)).label("item_count"),
        func.count().label("balance_count"),
        func.count(distinct(func.nullif(Position.handling_unit_id, 0))).label("unit_count"),
        *_labelled(LOCATION_KEYS),
    ).group_by(Position.site_id, Location.id, Site.id)


_POOL: tuple[Any, ...] = (
    CostPool.quantity.label("pool_quantity"),
    CostPool.value.label("pool_value"),
    Position.owner_id.label("owner_id"),
)


def narrowed(
    asked: Select[*tuple[Any, ...]],
    sites: Sites,
    filters: dict[str, Any],
    hidden: Iterable[int] = (),
) -> Select[*tuple[Any, ...]]:
    """Only balances that are not zero, of these sites and filters."""
    asked = asked.where(_NOT_EMPTY, *_conditions(filters))
    if sites is not None:
        asked = asked.where(Position.site_id.in_(sites))
    left_out = list(hidden)
    return asked.where(Position.location_id.not_in(left_out)) if left_out else asked


def _conditions(filters: dict[str, Any]) -> list[ColumnElement[bool]]:
    return [FILTERS[name](value) for name, value in filters.items()]


def _behind(
    asked: Select[*tuple[Any, ...]], keys: tuple[Any, ...], after: Sequence[Any]
) -> Select[*tuple[Any, ...]]:
    if not after:
        return asked
    # The first condition follows from the second, but only it can be looked up in an index.
    return asked.where(keys[0] >= after[0], tuple_(*keys) > tuple_(*after))


def _labelled(keys: tuple[Any, ...]) -> list[Any]:
    return [key.label(f"key_{place}") for place, key in enumerate(keys)]


def total_where(what: Any, condition: Any) -> Any:
    """The sum of it over the rows where the condition holds."""
    return func.sum(case((condition, what), else_=ZERO), type_=Balance.on_hand.type)


def _sized(expression: Any) -> Any:
    return func.coalesce(expression, ZERO, type_=Balance.on_hand.type)


def with_value(row: Record, *, whole: bool = False) -> Record:
    """The row with unit_cost and value in place of its pool."""
    quantity, value = row.pop("pool_quantity"), row.pop("pool_value")
    if row.pop("owner_id") != OWN_OWNER_ID:
        return row | {"unit_cost": None, "value": None}
    if not quantity:
        return row | {"unit_cost": None, "value": (value or ZERO) if whole else ZERO}
    average = EXACT.divide(value, quantity)
    shown = value if whole else round_money(EXACT.multiply(row["on_hand"], average))
    return row | {"unit_cost": round_money(average), "value": shown}
