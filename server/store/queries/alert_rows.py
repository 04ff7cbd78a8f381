"""Reorder alerts as people read them."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session, aliased

from server.domain.codes import code_key
from server.store.models import AlertEvent, Item, ItemSite, ReorderAlert, Site, Turnover, User
from server.store.queries.records import Record, Sites

_Owner = aliased(User)


def _state(state: str) -> ColumnElement[bool]:
    if state == "open":
        return ReorderAlert.state != "resolved"
    return ReorderAlert.state == state


def _owner(owner_id: int | None) -> ColumnElement[bool]:
    return ReorderAlert.owner_id == owner_id if owner_id else ReorderAlert.owner_id.is_(None)


FILTERS: dict[str, Any] = {
    "state": _state,
    "kind": lambda kind: ReorderAlert.kind == kind,
    "level": lambda level: ReorderAlert.level == level,
    "owner": _owner,
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


def alert_counts(session: Session, sites: Sites) -> list[Record]:
    """How many alerts that are not resolved there are, by site, kind, level, state and owner."""
    keys = (
        Site.code.label("site"),
        ReorderAlert.kind,
        ReorderAlert.level,
        ReorderAlert.state,
        ReorderAlert.owner_id,
        _Owner.name.label("owner"),
    )
    asked = (
        select(*keys, func.count().label("count"))
        .join(Site, Site.id == ReorderAlert.site_id)
        .outerjoin(_Owner, _Owner.id == ReorderAlert.owner_id)
        .where(ReorderAlert.state != "resolved")
        .group_by(*keys)
        .order_by(*keys)
    )
    if sites is not None:
        asked = asked.where(ReorderAlert.site_id.in_(sites))
    return [dict(row._mapping) for row in session.execute(asked)]


def alert_events(session: Session, alert_id: int) -> list[Record]:
    """What happened to an alert, oldest first."""
    rows = session.execute(
        select(
            AlertEvent.event,
            AlertEvent.at,
            User.name.label("user"),
            _Owner.name.label("owner"),
            AlertEvent.until,
            AlertEvent.quantity,
        )
        .outerjoin(User, User.id == AlertEvent.user_id)
        .outerjoin(_Owner, _Owner.id == AlertEvent.owner_id)
        .where(AlertEvent.alert_id == alert_id)
        .order_by(AlertEvent.id)
    )
    return [dict(row._mapping) for row in rows]


def _alerts(sites: Sites) -> Select[*tuple[Any, ...]]:
    asked = (
        select(
            ReorderAlert.id,
            Item.sku.label("item"),
            Item.name_zh,
            Item.name_en,
            Item.base_unit,
            Site.code.label("site"),
            ReorderAlert.kind,
            ReorderAlert.level,
            ReorderAlert.state,
            ReorderAlert.owner_id,
            _Owner.name.label("owner"),
            ReorderAlert.inventory_position,
            ReorderAlert.reorder_point,
            ItemSite.safety_stock,
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
        .outerjoin(_Owner, _Owner.id == ReorderAlert.owner_id)
        .outerjoin(ItemSite, _same_pair(ItemSite))
        .outerjoin(Turnover, _same_pair(Turnover))
    )
    return asked if sites is None else asked.where(ReorderAlert.site_id.in_(sites))


def _same_pair(table: Any) -> ColumnElement[bool]:
    return and_(
        table.item_id == ReorderAlert.item_id,
        table.site_id == ReorderAlert.site_id,
    )
