"""Whose code it is: rows of the barcode table and the own codes of things, and what they are."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from server.domain.codes import code_key
from server.domain.documents import ACTIVE_STATES
from server.domain.places import PHYSICAL_KINDS
from server.domain.scans import BarcodeEntry, ScanKind
from server.domain.scans.words import ONE
from server.store.models import (
    NONE_ID,
    Balance,
    Barcode,
    Document,
    HandlingUnit,
    Item,
    Location,
    Lot,
    Packaging,
    Position,
    Serial,
    Site,
    StockStatus,
    User,
)
from server.store.queries.records import Record, Sites

KILOGRAMS = frozenset(code_key(name) for name in ("kg", "千克", "公斤"))
ROWS_SHOWN = 200


def entries_of(session: Session, keys: Sequence[str], sites: Sites) -> list[BarcodeEntry]:
    """What these keys stand for: bound barcodes and own codes, of these sites (None: of all)."""
    found = [
        *_bound(session, keys, sites),
        *_own_items(session, keys),
        *_own_locations(session, keys, sites),
        *_own_units(session, keys, sites),
        *_own_documents(session, keys, sites),
        *_badges(session, keys),
    ]
    return found or [*_lots(session, keys), *_serials(session, keys)]


def items_at(session: Session, location_id: int) -> frozenset[int]:
    """The items with stock at a location."""
    rows = (
        select(Balance.item_id)
        .join(Position, Position.id == Balance.position_id)
        .where(Position.location_id == location_id, Balance.on_hand != 0)
    )
    return frozenset(session.scalars(rows))


def named_targets(session: Session, kind: ScanKind, ids: Iterable[int]) -> list[Record]:
    """What people call these things; users by id and name only."""
    asked = _NAMED.get(kind)
    wanted = list(ids)
    if asked is None or not wanted:
        return []
    rows = session.execute(asked[0].where(asked[1].in_(wanted)).order_by(asked[1]))
    return [{**row._mapping, "id": str(row.id)} for row in rows]


def stock_of(
    session: Session, kind: ScanKind, target_id: int, sites: Sites, hidden: Sequence[int]
) -> list[Record]:
    """The balances of an item, at a location or in a unit; `hidden`: locations left out."""
    column = {
        ScanKind.ITEM: Balance.item_id,
        ScanKind.LOCATION: Position.location_id,
        ScanKind.HANDLING_UNIT: Position.handling_unit_id,
    }[kind]
    asked = (
        select(
            Site.code.label("site"),
            Location.code.label("location"),
            Item.sku.label("item"),
            Item.name_zh,
            Item.name_en,
            Item.base_unit,
            Lot.code.label("lot"),
            Lot.expires_on,
            Serial.code.label("serial"),
            HandlingUnit.code.label("unit"),
            StockStatus.code.label("status"),
            StockStatus.available.label("promisable"),
            Balance.on_hand,
            Balance.reserved,
        )
        .join(Position, Position.id == Balance.position_id)
        .join(Site, Site.id == Position.site_id)
        .join(Location, Location.id == Position.location_id)
        .join(Item, Item.id == Balance.item_id)
        .join(Lot, Lot.id == Balance.lot_id)
        .join(Serial, Serial.id == Balance.serial_id)
        .join(HandlingUnit, HandlingUnit.id == Position.handling_unit_id)
        .join(StockStatus, StockStatus.id == Position.status_id)
        .where(column == target_id, Balance.on_hand != 0, Position.kind.in_(PHYSICAL_KINDS))
        .order_by(Location.walking_order, Location.code_key, Item.sku_key, Lot.id, Serial.id)
        .limit(ROWS_SHOWN)
    )
    if sites is not None:
        asked = asked.where(Position.site_id.in_(sites))
    if hidden:
        asked = asked.where(Position.location_id.not_in(hidden))
    return [_with_available(dict(row._mapping)) for row in session.execute(asked)]


_NAMED: dict[ScanKind, tuple[Select[*tuple[Any, ...]], Any]] = {
    ScanKind.ITEM: (
        select(
            Item.id,
            Item.sku.label("code"),
            Item.name_zh,
            Item.name_en,
            Item.specification,
            Item.base_unit,
            Item.tracking,
            Item.retired_at.is_not(None).label("retired"),
        ),
        Item.id,
    ),
    ScanKind.LOCATION: (
        select(
            Location.id,
            Location.code,
            Location.name,
            Location.kind,
            Site.code.label("site"),
            Location.retired_at.is_not(None).label("retired"),
        ).join(Site, Site.id == Location.site_id),
        Location.id,
    ),
    ScanKind.HANDLING_UNIT: (
        select(
            HandlingUnit.id,
            HandlingUnit.code,
            Location.code.label("location"),
            HandlingUnit.retired_at.is_not(None).label("retired"),
        ).outerjoin(Location, Location.id == HandlingUnit.location_id),
        HandlingUnit.id,
    ),
    ScanKind.DOCUMENT: (
        select(
            Document.id,
            Document.number.label("code"),
            Document.kind,
            Document.external_number,
            Document.state,
            Site.code.label("site"),
        ).join(Site, Site.id == Document.site_id),
        Document.id,
    ),
    ScanKind.USER: (select(User.id, User.name), User.id),
}


def _bound(session: Session, keys: Sequence[str], sites: Sites) -> list[BarcodeEntry]:
    asked = (
        select(
            Barcode.code_key,
            Barcode.kind,
            Barcode.target_id,
            Barcode.packaging_id,
            Packaging.quantity,
            Item.base_unit,
            Location.site_id,
        )
        .outerjoin(Packaging, Packaging.id == Barcode.packaging_id)
        .outerjoin(Item, and_(Barcode.kind == "item", Item.id == Barcode.target_id))
        .outerjoin(Location, and_(Barcode.kind == "location", Location.id == Barcode.target_id))
        .where(Barcode.code_key.in_(keys), Barcode.retired_at.is_(None))
    )
    if sites is not None:
        asked = asked.where(or_(Location.site_id.is_(None), Location.site_id.in_(sites)))
    return [
        BarcodeEntry(
            key=row.code_key,
            kind=ScanKind(row.kind),
            target_id=row.target_id,
            packaging_id=row.packaging_id,
            packaging_quantity=row.quantity if row.packaging_id else ONE,
            by_weight=code_key(row.base_unit or "") in KILOGRAMS,
            site_id=row.site_id,
        )
        for row in session.execute(asked.order_by(Barcode.id))
    ]


def _own_items(session: Session, keys: Sequence[str]) -> list[BarcodeEntry]:
    rows = session.execute(
        select(Item.sku_key, Item.id, Item.base_unit)
        .where(Item.sku_key.in_(keys), Item.retired_at.is_(None))
        .order_by(Item.id)
    )
    return [
        BarcodeEntry(key, ScanKind.ITEM, item_id, by_weight=code_key(unit) in KILOGRAMS)
        for key, item_id, unit in rows
    ]


def _own_locations(session: Session, keys: Sequence[str], sites: Sites) -> list[BarcodeEntry]:
    asked = select(Location.code_key, Location.id, Location.site_id).where(
        Location.code_key.in_(keys),
        Location.retired_at.is_(None),
        Location.kind.in_(PHYSICAL_KINDS),
    )
    if sites is not None:
        asked = asked.where(Location.site_id.in_(sites))
    return [
        BarcodeEntry(key, ScanKind.LOCATION, location_id, site_id=site_id)
        for key, location_id, site_id in session.execute(asked.order_by(Location.id))
    ]


def _own_units(session: Session, keys: Sequence[str], sites: Sites) -> list[BarcodeEntry]:
    asked = (
        select(HandlingUnit.code_key, HandlingUnit.id, Location.site_id)
        .outerjoin(Location, Location.id == HandlingUnit.location_id)
        .where(
            HandlingUnit.code_key.in_(keys),
            HandlingUnit.id != NONE_ID,
            HandlingUnit.retired_at.is_(None),
        )
    )
    if sites is not None:
        asked = asked.where(or_(Location.site_id.is_(None), Location.site_id.in_(sites)))
    return [
        BarcodeEntry(key, ScanKind.HANDLING_UNIT, unit_id, site_id=site_id)
        for key, unit_id, site_id in session.execute(asked)
    ]


def _own_documents(session: Session, keys: Sequence[str], sites: Sites) -> list[BarcodeEntry]:
    """By their own numbers, and by a partner's number as long as they are active."""
    theirs = and_(Document.external_key.in_(keys), Document.state.in_(ACTIVE_STATES))
    asked = select(Document.number_key, Document.external_key, Document.id, Document.site_id).where(
        or_(Document.number_key.in_(keys), theirs)
    )
    if sites is not None:
        asked = asked.where(or_(Document.site_id.in_(sites), Document.to_site_id.in_(sites)))
    return [
        BarcodeEntry(own if own in keys else external, ScanKind.DOCUMENT, target, site_id=site_id)
        for own, external, target, site_id in session.execute(asked)
    ]


def _badges(session: Session, keys: Sequence[str]) -> list[BarcodeEntry]:
    rows = session.execute(
        select(User.badge_key, User.id).where(User.badge_key.in_(keys), User.retired_at.is_(None))
    )
    return [BarcodeEntry(key, ScanKind.USER, user_id) for key, user_id in rows if key]


def _lots(session: Session, keys: Sequence[str]) -> list[BarcodeEntry]:
    asked = select(Lot.code_key, Lot.item_id, Lot.code).where(
        Lot.code_key.in_(keys), Lot.id != NONE_ID
    )
    rows = session.execute(asked.order_by(Lot.id).limit(ROWS_SHOWN))
    return [BarcodeEntry(key, ScanKind.ITEM, item, lot=code) for key, item, code in rows if item]


def _serials(session: Session, keys: Sequence[str]) -> list[BarcodeEntry]:
    asked = (
        select(Serial.code_key, Serial.item_id, Serial.code, Lot.code.label("lot"))
        .join(Lot, Lot.id == Serial.lot_id)
        .where(Serial.code_key.in_(keys), Serial.id != NONE_ID)
    )
    rows = session.execute(asked.order_by(Serial.id).limit(ROWS_SHOWN))
    return [
        BarcodeEntry(row.code_key, ScanKind.ITEM, row.item_id, serial=row.code, lot=row.lot or None)
        for row in rows
        if row.item_id
    ]


def _with_available(row: Record) -> Record:
    promisable = row.pop("promisable")
    return row | {
        "available": row["on_hand"] - row["reserved"] if promisable else row["on_hand"] * 0
    }
