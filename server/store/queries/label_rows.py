"""What stands on labels: items, locations, lots and units as the fields of designs. Never cost."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select, true
from sqlalchemy.orm import Session

from server.domain.codes import code_key
from server.domain.gs1.keys import gtin_14
from server.domain.places import PHYSICAL_KINDS
from server.store.models import (
    Balance,
    Barcode,
    Category,
    HandlingUnit,
    Item,
    Location,
    Lot,
    Packaging,
    Position,
    Site,
    Zone,
)
from server.store.queries.records import contains

Data = dict[str, str]
LANGUAGES = ("zh", "en")


def item_labels(
    session: Session, where: Sequence[ColumnElement[bool]], language: str, most: int
) -> list[Data]:
    """code (a barcode of one base unit, else the sku), sku, name, spec, unit, gtin; by sku."""
    rows = session.execute(
        select(Item.id, Item.sku, Item.name_zh, Item.name_en, Item.specification, Item.base_unit)
        .where(*where)
        .order_by(Item.sku_key)
        .limit(most)
    ).all()
    codes = _barcodes(session, [row.id for row in rows])
    return [
        _filled(
            code=codes.get(row.id, row.sku),
            sku=row.sku,
            name=_named(row, language) or row.sku,
            spec=row.specification,
            unit=row.base_unit,
            gtin=gtin_14(codes.get(row.id, "")) or "",
        )
        for row in rows
    ]


def items_with_codes(skus: Sequence[str]) -> list[ColumnElement[bool]]:
    """Those of these skus."""
    return [Item.sku_key.in_([code_key(sku) for sku in skus])]


def skus_by_barcode(session: Session, codes: Sequence[str]) -> dict[str, str]:
    """Key of a barcode → sku, of those that mean one item; a sku of that name goes before."""
    keys = [code_key(code) for code in codes]
    skus = set(session.scalars(select(Item.sku_key).where(Item.sku_key.in_(keys))))
    rows = session.execute(
        select(Barcode.code_key, Item.sku)
        .join(Item, and_(Barcode.kind == "item", Item.id == Barcode.target_id))
        .where(Barcode.code_key.in_(set(keys) - skus), Barcode.retired_at.is_(None))
    )
    found: dict[str, set[str]] = {}
    for key, sku in rows:
        found.setdefault(key, set()).add(sku)
    return {key: next(iter(items)) for key, items in found.items() if len(items) == 1}


def items_matching(
    *, q: str = "", category: str = "", site_id: int | None = None, unlabelled: bool = False
) -> list[ColumnElement[bool]]:
    """Items in use: found by text, of a category, in stock at a site, without any barcode."""
    where: list[ColumnElement[bool]] = [Item.retired_at.is_(None)]
    if q:
        where.append(contains(Item.search, code_key(q)))
    if category:
        own = select(Category.id).where(Category.code_key == code_key(category))
        where.append(Item.category_id.in_(own))
    if site_id is not None:
        here = select(Balance.item_id).join(Position, Position.id == Balance.position_id)
        here = here.where(Position.site_id == site_id, Balance.on_hand > 0)
        where.append(Item.id.in_(here))
    if unlabelled:
        where.append(~_has_barcode())
    return where


def item_ids_without_barcode(session: Session, item_ids: Sequence[int]) -> dict[int, str]:
    """Those of these items that no barcode names: id → sku."""
    asked = select(Item.id, Item.sku).where(Item.id.in_(item_ids), ~_has_barcode())
    return {row.id: row.sku for row in session.execute(asked)}


def location_labels(
    session: Session, site_id: int, where: Sequence[ColumnElement[bool]], language: str, most: int
) -> list[Data]:
    """location, zone; in walking order."""
    rows = session.execute(
        select(Location.code, Zone.code.label("zone"), Zone.name_zh, Zone.name_en)
        .outerjoin(Zone, Zone.id == Location.zone_id)
        .where(
            Location.site_id == site_id,
            Location.kind.in_(PHYSICAL_KINDS),
            Location.retired_at.is_(None),
            *where,
        )
        .order_by(Location.walking_order, Location.code_key)
        .limit(most)
    )
    return [
        _filled(location=row.code, zone=_named(row, language) or row.zone or "") for row in rows
    ]


def locations_with_codes(codes: Sequence[str]) -> list[ColumnElement[bool]]:
    """Those of these codes."""
    return [Location.code_key.in_([code_key(code) for code in codes])]


def locations_matching(
    *, zone: str = "", kind: str = "", prefix: str = ""
) -> list[ColumnElement[bool]]:
    """Locations of a zone, of a kind, whose codes begin so."""
    where: list[ColumnElement[bool]] = [true()]
    if zone:
        where.append(Zone.code_key == code_key(zone))
    if kind:
        where.append(Location.kind == kind)
    if prefix:
        where.append(Location.code_key.startswith(code_key(prefix), autoescape=True))
    return where


def lot_labels(
    session: Session, sku: str, codes: Sequence[str], language: str, most: int
) -> list[Data]:
    """sku, name, lot, expiry, gtin; by lot code. No codes: every lot of the item."""
    wanted = [Lot.code_key.in_([code_key(code) for code in codes])] if codes else []
    rows = session.execute(
        select(Item.id, Item.sku, Item.name_zh, Item.name_en, Lot.code, Lot.expires_on)
        .join(Lot, Lot.item_id == Item.id)
        .where(Item.sku_key == code_key(sku), *wanted)
        .order_by(Lot.code_key)
        .limit(most)
    ).all()
    known = _barcodes(session, [row.id for row in rows[:1]])
    return [
        _filled(
            sku=row.sku,
            name=_named(row, language),
            lot=row.code,
            expiry=row.expires_on.isoformat() if row.expires_on else "",
            gtin=gtin_14(known.get(row.id, "")) or "",
        )
        for row in rows
    ]


def unit_codes(session: Session, codes: Sequence[str], sites: frozenset[int] | None) -> list[str]:
    """The handling units of these codes, where somebody of these sites may see them; by code."""
    asked = (
        select(HandlingUnit.code)
        .outerjoin(Location, Location.id == HandlingUnit.location_id)
        .where(HandlingUnit.code_key.in_([code_key(code) for code in codes]))
        .where(HandlingUnit.code_key != "")
        .order_by(HandlingUnit.code_key)
    )
    if sites is not None:
        asked = asked.where(or_(Location.site_id.is_(None), Location.site_id.in_(sites)))
    return list(session.scalars(asked))


def site_of_code(session: Session, code: str) -> int | None:
    """The site's id."""
    return session.scalar(select(Site.id).where(Site.code_key == code_key(code)))


def _barcodes(session: Session, item_ids: Sequence[int]) -> dict[int, str]:
    """One barcode of one base unit for each item that has one: a GTIN if there is one."""
    rows = session.execute(
        select(Barcode.target_id, Barcode.code)
        .outerjoin(Packaging, Packaging.id == Barcode.packaging_id)
        .where(
            Barcode.kind == "item",
            Barcode.target_id.in_(item_ids),
            Barcode.retired_at.is_(None),
            or_(Barcode.packaging_id.is_(None), and_(Packaging.quantity == 1)),
        )
        .order_by(Barcode.id.desc())
    )
    found: dict[int, str] = {}
    for item_id, code in rows:
        if item_id not in found or gtin_14(code):
            found[item_id] = code
    return found


def _has_barcode() -> ColumnElement[bool]:
    return exists().where(
        Barcode.kind == "item", Barcode.target_id == Item.id, Barcode.retired_at.is_(None)
    )


def _named(row: Any, language: str) -> str:
    """The name in this language, else in the other."""
    names = {"zh": row.name_zh or "", "en": row.name_en or ""}
    other = LANGUAGES[LANGUAGES[0] == language]
    return names[language] or names[other]


def _filled(**values: str) -> Data:
    return {name: value for name, value in values.items() if value}
