"""Planning the import of suppliers and of their terms."""

from server.domain.codes import code_key
from server.domain.errors import InvalidInput
from server.services.import_places import item_of, named_items
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
)
from server.store.bulk import rows_where
from server.store.models import Supplier, SupplierItem
from server.store.queries.catalogue import suppliers_by_key

SUPPLIER_ORDER = (SUPPLIERS,)
SUPPLIER_ITEM_ORDER = (SUPPLIER_ITEMS,)


def plan_suppliers(ground: Ground, rows: list[PlannedRow]) -> None:
    """Plan every row that is not wrong yet."""
    keys = [code_key(row.values["code"]) for row in rows if row.wrong is None]
    existing = by_key(rows_where(ground.session, Supplier.code_key, keys), "code_key")
    seen: set[str] = set()

    def plan(row: PlannedRow) -> list[Change]:
        columns = supplier_fields(row.values)
        key = columns["code_key"]
        if key in seen:
            raise InvalidInput("duplicate_row", value=columns["code"])
        seen.add(key)
        if "retired" in row.values:
            columns["retired_at"] = ground.at if row.values["retired"] else None
        if key not in existing:
            return [Change(SUPPLIERS, columns)]
        was = existing[key]
        if columns.get("retired_at") and was.retired_at:
            columns["retired_at"] = was.retired_at
        change = difference(SUPPLIERS, was, columns | {"code": was.code})
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
        if "retired" in row.values:
            columns["retired_at"] = ground.at if row.values["retired"] else None
        if key not in existing:
            return [Change(SUPPLIER_ITEMS, columns | {"supplier_id": key[0], "item_id": key[1]})]
        change = difference(SUPPLIER_ITEMS, existing[key], columns)
        return [] if change is None else [change]

    plan_each(rows, plan)
