"""Codes into rows, many at once: what the hot path needs to know of the things a command names.

Every key is a `domain.codes.code_key`; a key that is not in the answer does not exist. Retired
rows are answered too: a fact about a retired item is still a fact, so the caller decides.
"""

from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Generic, TypeVar

from sqlalchemy import bindparam, select
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
from server.store.prepared import Asked, Question, ask

_handling_unit = table_of(HandlingUnit).c
_item = table_of(Item).c
_location = table_of(Location).c
_lot = table_of(Lot).c
_owner = table_of(Owner).c
_serial = table_of(Serial).c
_site = table_of(Site).c
_stock_status = table_of(StockStatus).c
_supplier = table_of(Supplier).c

Row = TypeVar("Row")
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


@dataclass(frozen=True, slots=True)
class Lookup(Generic[Row]):
    """One kind of thing by its code key; `about` may be asked together with others."""

    question: Question
    make: Callable[..., Row]

    def about(self, keys: Iterable[str], **values: Any) -> Asked:
        """The question for these keys."""
        return self.question.about(sorted(set(keys)), **values)

    def rows(self, found: Iterable[Sequence[Any]]) -> dict[str, Row]:
        """What was answered, by key."""
        return {row[0]: self.make(*row[1:]) for row in found}

    def by_key(self, session: Session, keys: Iterable[str], **values: Any) -> dict[str, Row]:
        """Both in one."""
        return self.rows(ask(session, self.about(keys, **values))[0])


_AT_SITE = _LOCATION.where(_location.site_id == bindparam("site"))
ITEMS = Lookup(Question(_ITEM, _item.sku_key), ItemRow)
LOCATIONS = Lookup(Question(_AT_SITE, _location.code_key), LocationRow)
SITES = Lookup(Question(_SITE, _site.code_key), SiteRow)
STATUSES = Lookup(Question(_STATUS, _stock_status.code_key), StatusRow)
OWNERS = Lookup(Question(_OWNER, _owner.code_key), OwnerRow)
SUPPLIERS = Lookup(Question(_SUPPLIER, _supplier.code_key), SupplierRow)
UNITS = Lookup(Question(_UNIT, _handling_unit.code_key), UnitRow)
_ITEMS_BY_ID = Question(_ITEM, _item.id)
_LOCATIONS_BY_ID = Question(_LOCATION, _location.id)
_SITES_BY_ID = Question(_SITE, _site.id)
_LOTS = Question(_LOT, _lot.item_id, _lot.code_key)
_SERIALS = Question(_SERIAL, _serial.item_id, _serial.code_key)


def items_by_key(session: Session, keys: Iterable[str]) -> dict[str, ItemRow]:
    """Items by their sku keys."""
    return ITEMS.by_key(session, keys)


def items_by_id(session: Session, ids: Iterable[int]) -> dict[int, ItemRow]:
    """The same rows by id."""
    return _by_id(session, _ITEMS_BY_ID, ids, ItemRow)


def locations_by_key(session: Session, site_id: int, keys: Iterable[str]) -> dict[str, LocationRow]:
    """Locations of one site by their code keys, the virtual ones ("@supplier" …) included."""
    return LOCATIONS.by_key(session, keys, site=site_id)


def locations_by_id(session: Session, ids: Iterable[int]) -> dict[int, LocationRow]:
    """Locations of any site by id."""
    return _by_id(session, _LOCATIONS_BY_ID, ids, LocationRow)


def sites_by_key(session: Session, keys: Iterable[str]) -> dict[str, SiteRow]:
    """Sites by their code keys."""
    return SITES.by_key(session, keys)


def sites_by_id(
    session: Session, ids: Iterable[int], first: Sequence[Asked] = ()
) -> dict[int, SiteRow]:
    """Sites by id; `first` is asked on the same way."""
    *_, found = ask(session, *first, _SITES_BY_ID.about(sorted(set(ids))))
    return {row[1]: SiteRow(*row[1:]) for row in found}


def statuses_by_key(session: Session, keys: Iterable[str]) -> dict[str, StatusRow]:
    """Stock statuses by their code keys."""
    return STATUSES.by_key(session, keys)


def owners_by_key(session: Session, keys: Iterable[str]) -> dict[str, OwnerRow]:
    """Owners by their code keys."""
    return OWNERS.by_key(session, keys)


def suppliers_by_key(session: Session, keys: Iterable[str]) -> dict[str, SupplierRow]:
    """Suppliers by their code keys."""
    return SUPPLIERS.by_key(session, keys)


def units_by_key(session: Session, keys: Iterable[str]) -> dict[str, UnitRow]:
    """Handling units by their code keys."""
    return UNITS.by_key(session, keys)


def lots_by_key(session: Session, codes: Iterable[ItemCode]) -> dict[ItemCode, LotRow]:
    """Lots by (item id, code key)."""
    return _by_item(session, _LOTS, set(codes), LotRow)


def serials_by_key(session: Session, codes: Iterable[ItemCode]) -> dict[ItemCode, SerialRow]:
    """Serials by (item id, code key)."""
    return _by_item(session, _SERIALS, set(codes), SerialRow)


def _by_item(
    session: Session, question: Question, codes: Set[ItemCode], make: Callable[..., Row]
) -> dict[ItemCode, Row]:
    [found] = ask(session, question.about(sorted(codes)))
    return {(row[2], row[0]): make(*row[1:]) for row in found}


def _by_id(
    session: Session, question: Question, ids: Iterable[int], make: Callable[..., Row]
) -> dict[int, Row]:
    [found] = ask(session, question.about(sorted(set(ids))))
    return {row[1]: make(*row[1:]) for row in found}
