"""Reorder alerts as people read them."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import Session

from server.domain.codes import code_key
from server.store.models import Item, ItemSite, ReorderAlert, Site, Turnover, User
from server.store.queries.records import Record, Sites


def _state(state: str) -> ColumnElement[bool]:
    if state == "open":
        return ReorderAlert.state != "resolved"
    return ReorderAlert.state == state


FILTERS: dict[str, Any] = {
    "state": _state,
    "item": lambda sku: Item.sku_key == code_key(sku),
    "site": lambda code: Site.code_key == code_key(code),
}


def alerts_page(
    session: Session, sites: Sites, filters: dict[str, Any], before: int | None, limit: int
) -> list[Record]:
    """Alerts with ids below `before`, newest first; state "open" is all but resolved."""
    asked = _alerts(sites).where(*(FILTERS[name](value) for name, value in filters.items()))
    if before is not None:
        asked = asked.where(ReorderAlert.id < before)
    rows = session.execute(asked.order_by(ReorderAlert.id.desc()).limit(limit))
    return [dict(row._mapping) for row in rows]


def one_alert(session: Session, sites: Sites, alert_id: int) -> Record | None:
    """One alert; None if there is none or it is of another site."""
    row = session.execute(_alerts(sites).where(ReorderAlert.id == alert_id)).one_or_none()
    return None if row is None else dict(row._mapping)


def _alerts(sites: Sites) -> Select[*tuple[Any, ...]]:
    asked = (
        select(
            ReorderAlert.id,
            Item.sku.label("item"),
            Item.name_zh,
            Item.name_en,
            Item.base_unit,
            Site.code.label("site"),
            ReorderAlert.state,
            ReorderAlert.inventory_position,
            ReorderAlert.reorder_point,
            Turnover.inventory_position.label("position_now"),
            Turnover.available.label("available_now"),
            ItemSite.target_level,
            ItemSite.on_order,
            ReorderAlert.triggered_at,
            User.name.label("acknowledged_by"),
            ReorderAlert.acknowledged_at,
            ReorderAlert.snoozed_until,
            ReorderAlert.resolved_at,
            ReorderAlert.version,
        )
        .join(Item, Item.id == ReorderAlert.item_id)
        .join(Site, Site.id == ReorderAlert.site_id)
        .outerjoin(User, User.id == ReorderAlert.acknowledged_by)
        .outerjoin(ItemSite, _same_pair(ItemSite))
        .outerjoin(Turnover, _same_pair(Turnover))
    )
    return asked if sites is None else asked.where(ReorderAlert.site_id.in_(sites))


def _same_pair(table: Any) -> ColumnElement[bool]:
    return and_(
        table.item_id == ReorderAlert.item_id,
        table.site_id == ReorderAlert.site_id,
    )
