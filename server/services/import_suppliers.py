"""Planning the import of suppliers, of their terms, and of customers."""

from collections.abc import Callable
from typing import Any

from server.domain.codes import code_key
from server.domain.errors import InvalidInput
from server.services.import_places import item_of, named_items
from server.services.keep_records import Columns, RecordKind, Values
from server.services.manage_customers import CUSTOMERS, customer_fields
from server.services.manage_suppliers import (
    SUPPLIER_ITEMS,
    SUPPLIERS,
    supplier_fields,
    terms_fields,
)
from server.services.plan_import import (
    Change,
    Ground,
    PlannedRow,
    by_key,
    difference,
    plan_each,
    retirement,
)
from server.store.bulk import rows_where
from server.store.models import Customer, Supplier, SupplierItem
from server.store.queries.catalogue import suppliers_by_key

SUPPLIER_ORDER = (SUPPLIERS,)
CUSTOMER_ORDER = (CUSTOMERS,)
SUPPLIER_ITEM_ORDER = (SUPPLIER_ITEMS,)


def plan_suppliers(ground: Ground, rows: list[PlannedRow]) -> None:
    """Plan every row that is not wrong yet."""
    _plan_partners(ground, rows, SUPPLIERS, Supplier, supplier_fields)


def plan_customers(ground: Ground, rows: list[PlannedRow]) -> None:
    """Plan every row that is not wrong yet."""
    _plan_partners(ground, rows, CUSTOMERS, Customer, customer_fields)


def _plan_partners(
    ground: Ground,
    rows: list[PlannedRow],
    kind: RecordKind,
    model: type[Supplier] | type[Customer],
    fields: Callable[[Values], Columns],
) -> None:
    keys = [code_key(row.values["code"]) for row in rows if row.wrong is None]
    existing = by_key(rows_where(ground.session, model.code_key, keys), "code_key")
    seen: set[str] = set()

    def plan(row: PlannedRow) -> list[Change]:
        columns = fields(row.values)
        key = columns["code_key"]
        if key in seen:
            raise InvalidInput("duplicate_row", value=columns["code"])
        seen.add(key)
        columns |= retirement(ground, row.values, existing.get(key))
        if key not in existing:
            return [Change(kind, columns)]
        change = difference(kind, existing[key], columns | {"code": existing[key].code})
        return [] if change is None else [change]

    plan_each(rows, plan)


def plan_supplier_items(ground: Ground, rows: list[PlannedRow]) -> None:
    """Plan every row that is not wrong yet."""
    items = named_items(ground, rows)
    codes = [code_key(row.values["supplier"]) for row in rows if row.wrong is None]
    suppliers = suppliers_by_key(ground.session, codes)
    ids = [item.id for item in items.values()]
    found = rows_where(ground.session, SupplierItem.item_id, ids)
    existing = by_key(found, "supplier_id", "item_id")
    preferred = _Preferred(existing)
    seen: set[tuple[int, int]] = set()

    def plan(row: PlannedRow) -> list[Change]:
        supplier = suppliers.get(code_key(row.values["supplier"]))
        if supplier is None:
            raise InvalidInput("unknown_supplier", supplier=row.values["supplier"][:40])
        key = (supplier.id, item_of(items, row.values).id)
        if key in seen:
            raise InvalidInput("duplicate_row", value=row.values["item"])
        seen.add(key)
        columns = terms_fields(row.values)
        columns |= retirement(ground, row.values, existing.get(key))
        others = preferred.give(key) if columns.get("preferred") else []
        if key not in existing:
            new = Change(SUPPLIER_ITEMS, columns | {"supplier_id": key[0], "item_id": key[1]})
            return [new, *others]
        change = difference(SUPPLIER_ITEMS, existing[key], columns)
        return [] if change is None else [change, *others]

    plan_each(rows, plan)


class _Preferred:
    """At most one supplier of an item is preferred; a new one takes the place of the former."""

    def __init__(self, existing: dict[tuple[int, int], Any]) -> None:
        self.former = {row.item_id: row for row in existing.values() if row.preferred}
        self.given: set[int] = set()

    def give(self, key: tuple[int, int]) -> list[Change]:
        """Raises InvalidInput `preferred_twice` when the file names two for one item."""
        supplier_id, item_id = key
        if item_id in self.given:
            raise InvalidInput("preferred_twice")
        self.given.add(item_id)
        former = self.former.get(item_id)
        if former is None or former.supplier_id == supplier_id:
            return []
        change = difference(SUPPLIER_ITEMS, former, {"preferred": False})
        return [] if change is None else [change]
