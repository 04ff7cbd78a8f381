"""Turnover as people read it: the stored figures, and what is needed to compute any period."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Select, select, tuple_
from sqlalchemy.orm import Session

from server.domain.codes import code_key
from server.store.models import Category, DayRollup, Item, Site, Turnover
from server.store.planning import Pair
from server.store.queries.records import Record, Sites

KEYS: tuple[Any, ...] = (Item.sku_key, Turnover.site_id)
FILTERS: dict[str, Any] = {
    "item": lambda sku: Item.sku_key == code_key(sku),
    "site": lambda code: Site.code_key == code_key(code),
    "category": lambda code: Category.code_key == code_key(code),
}


class Measured(NamedTuple):
    """An item at a site that has a history, with what people call it and group it by."""

    pair: Pair
    item: str
    name_zh: str
    name_en: str
    site: str
    time_zone: str
    category: str | None
    sku_key: str


def stored_page(
    session: Session, sites: Sites, filters: dict[str, Any], after: Sequence[Any], limit: int
) -> list[Record]:
    """The figures as the jobs last computed them, by sku and site."""
    asked = _scoped(
        select(
            Item.sku.label("item"),
            Item.name_zh,
            Item.name_en,
            Item.base_unit,
            Site.code.label("site"),
            Category.code.label("category"),
            *(column for column in Turnover.__table__.c if column.name.endswith("_id") is False),
            Item.sku_key.label("key_0"),
            Turnover.site_id.label("key_1"),
        )
        .select_from(Turnover)
        .join(Item, Item.id == Turnover.item_id)
        .join(Site, Site.id == Turnover.site_id)
        .outerjoin(Category, Category.id == Item.category_id),
        sites,
        filters,
    )
    if after:
        asked = asked.where(Item.sku_key >= after[0], tuple_(*KEYS) > tuple_(*after))
    rows = session.execute(asked.order_by(*KEYS).limit(limit))
    return [dict(row._mapping) for row in rows]


def measured_page(
    session: Session,
    sites: Sites,
    filters: dict[str, Any],
    after: Sequence[Any] = (),
    limit: int | None = None,
) -> list[Measured]:
    """Items at sites that have any day on record, by sku and site."""
    keys: tuple[Any, ...] = (Item.sku_key, Site.id)
    pairs = select(DayRollup.item_id, DayRollup.site_id).distinct().subquery()
    asked = _scoped(
        select(
            Item.id,
            Site.id,
            Item.sku,
            Item.name_zh,
            Item.name_en,
            Site.code,
            Site.time_zone,
            Category.code,
            Item.sku_key,
        )
        .select_from(pairs)
        .join(Item, Item.id == pairs.c.item_id)
        .join(Site, Site.id == pairs.c.site_id)
        .outerjoin(Category, Category.id == Item.category_id),
        sites,
        filters,
    )
    if after:
        asked = asked.where(tuple_(*keys) > tuple_(*after))
    rows = session.execute(asked.order_by(*keys).limit(limit))
    return [Measured(Pair(row[0], row[1]), *row[2:]) for row in rows]


def _scoped(
    asked: Select[*tuple[Any, ...]], sites: Sites, filters: dict[str, Any]
) -> Select[*tuple[Any, ...]]:
    asked = asked.where(*(FILTERS[name](value) for name, value in filters.items()))
    return asked if sites is None else asked.where(Site.id.in_(sites))
