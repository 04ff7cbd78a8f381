"""The ledger as people read it: newest first, with the names of everything it speaks of."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from server.domain.codes import code_key
from server.store.models import (
    Device,
    HandlingUnit,
    Item,
    Location,
    Lot,
    Movement,
    Owner,
    Position,
    Reversal,
    Serial,
    Site,
    StockStatus,
    User,
)
from server.store.queries.records import Record, Sites


class _Side:
    """One end of a movement: its position and what that is made of."""

    def __init__(self, name: str, position_id: InstrumentedAttribute[int]) -> None:
        self.name = name
        self.position_id = position_id
        self.position = aliased(Position, name=f"{name}_position")
        self.location = aliased(Location, name=f"{name}_location")
        self.site = aliased(Site, name=f"{name}_site")
        self.unit = aliased(HandlingUnit, name=f"{name}_unit")
        self.owner = aliased(Owner, name=f"{name}_owner")
        self.status = aliased(StockStatus, name=f"{name}_status")

    @property
    def columns(self) -> list[Any]:
        return [
            self.position.site_id.label(f"{self.name}_site_id"),
            self.site.code.label(f"{self.name}_site"),
            self.location.code.label(f"{self.name}_location"),
            self.position.kind.label(f"{self.name}_kind"),
            self.unit.code.label(f"{self.name}_unit"),
            self.owner.code.label(f"{self.name}_owner"),
            self.status.code.label(f"{self.name}_status"),
        ]

    def join(self, asked: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
        return (
            asked.join(self.position, self.position.id == self.position_id)
            .join(self.location, self.location.id == self.position.location_id)
            .join(self.site, self.site.id == self.position.site_id)
            .join(self.unit, self.unit.id == self.position.handling_unit_id)
            .join(self.owner, self.owner.id == self.position.owner_id)
            .join(self.status, self.status.id == self.position.status_id)
        )


_FROM = _Side("from", Movement.from_position_id)
_TO = _Side("to", Movement.to_position_id)
_SIDES = (_FROM, _TO)
_SIDE_FACTS = ("site", "location", "kind", "unit", "owner", "status")

_LIST = _TO.join(
    _FROM.join(
        select(
            Movement.id,
            Movement.command_id,
            Movement.kind,
            Item.sku.label("item"),
            Item.name_zh,
            Item.name_en,
            Item.base_unit,
            Lot.code.label("lot"),
            Serial.code.label("serial"),
            Movement.quantity,
            Movement.second_quantity,
            Movement.unit_cost,
            Movement.value,
            Movement.cogs,
            Movement.estimated,
            Movement.occurred_at,
            Movement.uncertainty_ms,
            Movement.recorded_at,
            Movement.value_date,
            Device.name.label("device"),
            Movement.device_id,
            User.name.label("user"),
            Movement.user_id,
            Movement.document,
            Movement.reason,
            Movement.reverses_id,
            Reversal.command_id.label("reversed_by"),
            *_FROM.columns,
            *_TO.columns,
        )
        .join(Item, Item.id == Movement.item_id)
        .join(Lot, Lot.id == Movement.lot_id)
        .join(Serial, Serial.id == Movement.serial_id)
        .outerjoin(Device, Device.id == Movement.device_id)
        .outerjoin(User, User.id == Movement.user_id)
        .outerjoin(Reversal, Reversal.movement_id == Movement.id)
    )
)


def movements_page(
    session: Session,
    sites: Sites,
    filters: dict[str, Any],
    before: int | None,
    limit: int,
    *,
    movement_id: int | None = None,
) -> list[Record]:
    """Movements with ids below `before`, newest first. One that only half concerns these sites
    shows the other site's side by its kind alone."""
    asked = _LIST
    if sites is not None:
        asked = asked.where(or_(*(side.position.site_id.in_(sites) for side in _SIDES)))
    for name, value in filters.items():
        if name not in ("site", "location", "item"):
            asked = asked.where(_CONDITIONS[name](value))
    if "item" in filters:
        item_id = session.scalar(select(Item.id).where(Item.sku_key == code_key(filters["item"])))
        asked = asked.where(Movement.item_id == (item_id or 0))
    if before is not None:
        asked = asked.where(Movement.id < before)
    if movement_id is not None:
        asked = asked.where(Movement.id == movement_id)
    places: dict[str, str] = {n: filters[n] for n in ("site", "location") if n in filters}
    if places:
        asked = asked.where(_at(session, places, before))
    rows = session.execute(asked.order_by(Movement.id.desc()).limit(limit))
    return [_shown(dict(row._mapping), sites) for row in rows]


def _at(session: Session, places: dict[str, str], before: int | None) -> ColumnElement[bool]:
    """In or out of these places; a location's movements are found by two indexes."""
    if "location" not in places:
        key = code_key(places["site"])
        return or_(*(side.site.code_key == key for side in _SIDES))
    positions = (
        select(Position.id)
        .join(Location, Location.id == Position.location_id)
        .join(Site, Site.id == Position.site_id)
        .where(Location.code_key == code_key(places["location"]))
    )
    if "site" in places:
        positions = positions.where(Site.code_key == code_key(places["site"]))
    # Known ids, not a subquery: only then does the planner see how few movements these are.
    found = list(session.scalars(positions))
    ways = [select(Movement.id).where(side.position_id.in_(found)) for side in _SIDES]
    if before is not None:
        ways = [way.where(Movement.id < before) for way in ways]
    return Movement.id.in_(union_all(*ways))


def _command(uid: UUID) -> ColumnElement[bool]:
    return Movement.command_id == uid


_CONDITIONS: dict[str, Any] = {
    "command": _command,
    "lot": lambda code: Lot.code_key == code_key(code),
    "serial": lambda code: Serial.code_key == code_key(code),
    "unit": lambda code: or_(*(side.unit.code_key == code_key(code) for side in _SIDES)),
    "kind": lambda kind: Movement.kind == kind,
    "document": lambda document: Movement.document == document,
    "user": lambda user_id: Movement.user_id == user_id,
    "device": lambda device_id: Movement.device_id == device_id,
    "reason": lambda reason: Movement.reason == reason,
    "from": lambda instant: Movement.occurred_at >= instant,
    "to": lambda instant: Movement.occurred_at < instant,
}
"""What a list may be narrowed by, besides site, location and item; from and to: instants of
occurred_at, the end excluded."""


def _shown(row: Record, sites: Sites) -> Record:
    for side in _SIDES:
        site_id = row.pop(f"{side.name}_site_id")
        facts = {fact: row.pop(f"{side.name}_{fact}") for fact in _SIDE_FACTS}
        if sites is not None and site_id not in sites:
            facts = {**dict.fromkeys(_SIDE_FACTS), "kind": facts["kind"]}
        row[side.name] = facts
    return row
