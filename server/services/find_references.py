"""What a record's fields refer to by code. Each raises InvalidInput `unknown_<what>`."""

from collections.abc import Mapping
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.codes import code_key
from server.domain.errors import InvalidInput
from server.store.models import Category, Packaging, Zone
from server.store.queries.catalogue import (
    ItemRow,
    LocationRow,
    SiteRow,
    SupplierRow,
    items_by_key,
    locations_by_key,
    sites_by_key,
    suppliers_by_key,
)

Row = TypeVar("Row")


def item_named(session: Session, sku: str) -> ItemRow:
    """The item with this sku."""
    return _one(items_by_key(session, [code_key(sku)]), "item", sku)


def site_named(session: Session, code: str) -> SiteRow:
    """The site with this code."""
    return _one(sites_by_key(session, [code_key(code)]), "site", code)


def supplier_named(session: Session, code: str) -> SupplierRow:
    """The supplier with this code."""
    return _one(suppliers_by_key(session, [code_key(code)]), "supplier", code)


def location_named(session: Session, site_id: int, code: str) -> LocationRow:
    """The location with this code at the site."""
    return _one(locations_by_key(session, site_id, [code_key(code)]), "location", code)


def category_id(session: Session, code: str | None) -> int | None:
    """The category with this code; None for no code."""
    rows = select(Category.id).where(Category.code_key == code_key(code or ""))
    return None if not code else _found(session.scalar(rows), "category", code)


def zone_id(session: Session, site_id: int, code: str | None) -> int | None:
    """The zone with this code at the site; None for no code."""
    rows = select(Zone.id).where(Zone.site_id == site_id, Zone.code_key == code_key(code or ""))
    return None if not code else _found(session.scalar(rows), "zone", code)


def packaging_id(session: Session, item_id: int, name: str | None) -> int | None:
    """The item's packaging of this name; None for no name (one base unit)."""
    rows = select(Packaging.id).where(Packaging.item_id == item_id, Packaging.name == (name or ""))
    return None if not name else _found(session.scalar(rows), "packaging", name)


def _one(rows: Mapping[str, Row], what: str, code: str) -> Row:
    return _found(next(iter(rows.values()), None), what, code)


def _found(row: Row | None, what: str, code: str) -> Row:
    if row is None:
        facts: dict[str, Any] = {what: code[:40]}
        raise InvalidInput(f"unknown_{what}", **facts)
    return row
