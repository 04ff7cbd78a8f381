"""Codes into rows, many at once: what the hot path needs to know of the things a command names.

Every key is a `domain.codes.code_key`; a key that is not in the answer does not exist. Each
function asks one query per thousand keys. Retired rows are answered too: a fact about a retired
item is still a fact, so the caller decides.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from server.store.db import table_of
from server.store.models import (
    HandlingUnit,
    Item,
    Location,
    Lot,
    Owner,
    Serial,
    Site,
    StockStatus,
    Supplier,
)

_handling_unit = table_of(HandlingUnit).c
_item = table_of(Item).c
_location = table_of(Location).c
_lot = table_of(Lot).c
_owner = table_of(Owner).c
_serial = table_of(Serial).c
_site = table_of(Site).c
_stock_status = table_of(StockStatus).c
_supplier = table_of(Supplier).c

KEYS_PER_QUERY = 1000
Row = TypeVar("Row")
Key = TypeVar("Key", int, str, tuple[int, str])
ItemCode = tuple[int, str]
"""(item id, code key): how a lot or a serial is named."""


@dataclass(frozen=True, slots=True)
class ItemRow:
    id: int
    sku: str
    tracking: str
    base_unit: str
    second_unit: str
    costing: str
    standard_cost: Decimal | None
    shelf_life: int | None
    shelf_life_unit: str
    retired: bool


@dataclass(frozen=True, slots=True)
class LocationRow:
    id: int
    site_id: int
    kind: str
    code: str
    retired: bool


@dataclass(frozen=True, slots=True)
class SiteRow:
    id: int
    code: str
    time_zone: str
    location_mode: str
    window_policy: str
    live_at: int | None
    closed_through: date | None
    retired: bool


@dataclass(frozen=True, slots=True)
class StatusRow:
    id: int
    code: str
    available: bool
    retired: bool


@dataclass(frozen=True, slots=True)
class OwnerRow:
    id: int
    code: str
    kind: str
    supplier_id: int | None
    retired: bool


@dataclass(frozen=True, slots=True)
class SupplierRow:
    id: int
    code: str
    retired: bool


@dataclass(frozen=True, slots=True)
class UnitRow:
    id: int
    code: str
    location_id: int | None
    retired: bool


@dataclass(frozen=True, slots=True)
class LotRow:
    id: int
    item_id: int | None
    code: str
    production_date: date | None
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class SerialRow:
    id: int
    item_id: int | None
    code: str
    lot_id: int


_ITEM = select(
    _item.sku_key,
    _item.id,
    _item.sku,
    _item.tracking,
    _item.base_unit,
    _item.second_unit,
    _item.costing,
    _item.standard_cost,
    _item.shelf_life,
    _item.shelf_life_unit,
    _item.retired_at.is_not(None),
)
_LOCATION = select(
    _location.code_key,
    _location.id,
    _location.site_id,
    _location.kind,
    _location.code,
    _location.retired_at.is_not(None),
)
_SITE = select(
    _site.code_key,
    _site.id,
    _site.code,
    _site.time_zone,
    _site.location_mode,
    _site.window_policy,
    _site.live_at,
    _site.closed_through,
    _site.retired_at.is_not(None),
)
_STATUS = select(
    _stock_status.code_key,
    _stock_status.id,
    _stock_status.code,
    _stock_status.available,
    _stock_status.retired_at.is_not(None),
)
_OWNER = select(
    _owner.code_key,
    _owner.id,
    _owner.code,
    _owner.kind,
    _owner.supplier_id,
    _owner.retired_at.is_not(None),
)
_SUPPLIER = select(
    _supplier.code_key, _supplier.id, _supplier.code, _supplier.retired_at.is_not(None)
)
_UNIT = select(
    _handling_unit.code_key,
    _handling_unit.id,
    _handling_unit.code,
    _handling_unit.location_id,
    _handling_unit.retired_at.is_not(None),
)
_LOT = select(
    _lot.code_key, _lot.id, _lot.item_id, _lot.code, _lot.production_date, _lot.expires_on
)
_SERIAL = select(_serial.code_key, _serial.id, _serial.item_id, _serial.code, _serial.lot_id)


def items_by_key(session: Session, keys: Iterable[str]) -> dict[str, ItemRow]:
    """Items by their sku keys."""
    return _by_key(session, _ITEM, _item.sku_key, keys, ItemRow)


def items_by_id(session: Session, ids: Iterable[int]) -> dict[int, ItemRow]:
    """The same rows by id."""
    found = _rows(session, _ITEM, _item.id, ids)
    return {row[1]: ItemRow(*row[1:]) for row in found}


def locations_by_key(session: Session, site_id: int, keys: Iterable[str]) -> dict[str, LocationRow]:
    """Locations of one site by their code keys, the virtual ones ("@supplier" …) included."""
    statement = _LOCATION.where(_location.site_id == site_id)
    return _by_key(session, statement, _location.code_key, keys, LocationRow)


def locations_by_id(session: Session, ids: Iterable[int]) -> dict[int, LocationRow]:
    """Locations of any site by id."""
    found = _rows(session, _LOCATION, _location.id, ids)
    return {row[1]: LocationRow(*row[1:]) for row in found}


def sites_by_key(session: Session, keys: Iterable[str]) -> dict[str, SiteRow]:
    """Sites by their code keys."""
    return _by_key(session, _SITE, _site.code_key, keys, SiteRow)


def sites_by_id(session: Session, ids: Iterable[int]) -> dict[int, SiteRow]:
    """Sites by id."""
    found = _rows(session, _SITE, _site.id, ids)
    return {row[1]: SiteRow(*row[1:]) for row in found}


def statuses_by_key(session: Session, keys: Iterable[str]) -> dict[str, StatusRow]:
    """Stock statuses by their code keys."""
    return _by_key(session, _STATUS, _stock_status.code_key, keys, StatusRow)


def owners_by_key(session: Session, keys: Iterable[str]) -> dict[str, OwnerRow]:
    """Owners by their code keys."""
    return _by_key(session, _OWNER, _owner.code_key, keys, OwnerRow)


def suppliers_by_key(session: Session, keys: Iterable[str]) -> dict[str, SupplierRow]:
    """Suppliers by their code keys."""
    return _by_key(session, _SUPPLIER, _supplier.code_key, keys, SupplierRow)


def units_by_key(session: Session, keys: Iterable[str]) -> dict[str, UnitRow]:
    """Handling units by their code keys."""
    return _by_key(session, _UNIT, _handling_unit.code_key, keys, UnitRow)


def lots_by_key(session: Session, codes: Iterable[ItemCode]) -> dict[ItemCode, LotRow]:
    """Lots by (item id, code key)."""
    return _by_item(session, _LOT, _lot.item_id, _lot.code_key, set(codes), LotRow)


def serials_by_key(session: Session, codes: Iterable[ItemCode]) -> dict[ItemCode, SerialRow]:
    """Serials by (item id, code key)."""
    return _by_item(session, _SERIAL, _serial.item_id, _serial.code_key, set(codes), SerialRow)


def _by_item(
    session: Session,
    statement: Select[Any],
    item: ColumnElement[Any],
    key: ColumnElement[Any],
    codes: Set[ItemCode],
    make: Callable[..., Row],
) -> dict[ItemCode, Row]:
    found: dict[ItemCode, Row] = {}
    for chunk in _chunks(codes):
        # Asked as a rectangle, items by keys: both databases use the unique index for it.
        asked = statement.where(item.in_({i for i, _ in chunk}), key.in_({k for _, k in chunk}))
        for row in session.execute(asked):
            found[row[2], row[0]] = make(*row[1:])
    return {code: found[code] for code in found.keys() & codes}


def _by_key(
    session: Session,
    statement: Select[Any],
    column: ColumnElement[Any],
    keys: Iterable[str],
    make: Callable[..., Row],
) -> dict[str, Row]:
    return {row[0]: make(*row[1:]) for row in _rows(session, statement, column, keys)}


def _rows(
    session: Session,
    statement: Select[Any],
    column: ColumnElement[Any],
    keys: Iterable[Any],
) -> Iterator[Any]:
    """Every row of the statement whose column is one of the keys, in queries of bounded size."""
    for chunk in _chunks(keys):
        yield from session.execute(statement.where(column.in_(chunk)))


def _chunks(keys: Iterable[Key]) -> Iterator[Sequence[Key]]:
    wanted = sorted(set(keys))
    for start in range(0, len(wanted), KEYS_PER_QUERY):
        yield wanted[start : start + KEYS_PER_QUERY]
