"""Planning the import of items with their categories, packagings and barcodes."""

from typing import Any

from server.domain.cells import PackagingCell
from server.domain.codes import checked_code, code_key
from server.domain.errors import InvalidInput
from server.domain.fields import coded, positive
from server.domain.items import FROZEN_ONCE_MOVED, SEARCHED, check_changes, search_text
from server.services.bind_barcodes import BARCODES
from server.services.keep_records import Columns
from server.services.manage_items import CATEGORIES, ITEMS, PACKAGINGS, item_fields
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
from server.store.models import Barcode, Category, Item, Packaging
from server.store.queries.items import moved_items

ORDER = (CATEGORIES, ITEMS, PACKAGINGS, BARCODES)
NEW_ITEM: Columns = {
    "name_zh": "",
    "name_en": "",
    "specification": "",
    "second_unit": "",
    "attributes": {},
}


def plan_items(ground: Ground, rows: list[PlannedRow]) -> None:
    """Plan every row that is not wrong yet."""
    plan_each(rows, _ItemPlanner(ground, rows).plan)


class _ItemPlanner:
    def __init__(self, ground: Ground, rows: list[PlannedRow]) -> None:
        self.ground = ground
        session = ground.session
        values = [row.values for row in rows if row.wrong is None]
        skus = [code_key(v["sku"]) for v in values]
        self.items: dict[str, Any] = by_key(rows_where(session, Item.sku_key, skus), "sku_key")
        ids = [item.id for item in self.items.values()]
        codes = [code_key(v["category"]) for v in values if "category" in v]
        categories = rows_where(session, Category.code_key, codes)
        self.categories: dict[str, Any] = by_key(categories, "code_key")
        packagings = rows_where(session, Packaging.item_id, ids)
        self.packagings: dict[Any, Any] = by_key(packagings, "item_id", "name")
        barcodes = (
            row for row in rows_where(session, Barcode.target_id, ids) if row.kind == "item"
        )
        self.barcodes: dict[Any, Any] = by_key(barcodes, "target_id", "code_key")
        self.seen: set[str] = set()

    def plan(self, row: PlannedRow) -> list[Change]:
        """What this row makes or changes."""
        key = code_key(checked_code(row.values["sku"], "sku"))
        if key in self.seen:
            raise InvalidInput("duplicate_row", value=row.values["sku"])
        self.seen.add(key)
        existing = self.items.get(key)
        columns, extra = self._columns(row.values, existing)
        item = self._new(columns) if existing is None else self._changed(existing, columns)
        parts = self._parts(existing, item, row.values)
        return [change for change in (item, *extra, *parts) if change is not None]

    def _columns(self, values: Columns, existing: Any) -> tuple[Columns, list[Change]]:
        columns = item_fields(values) | retirement(self.ground, values, existing)
        made: list[Change] = []
        if "category" in values:
            columns["category_id"], made = self._category(values["category"])
        return columns, made

    def _category(self, code: str) -> tuple[Any, list[Change]]:
        """An unknown category is made with the first item in it."""
        found = self.categories.get(code_key(code))
        if isinstance(found, Change):
            return found, []
        if found is not None:
            return found.id, []
        made = Change(CATEGORIES, coded({"code": code}, "category"))
        self.categories[code_key(code)] = made
        return made, [made]

    def _new(self, columns: Columns) -> Change:
        if "base_unit" not in columns:
            raise InvalidInput("base_unit_required")
        whole = NEW_ITEM | columns
        return Change(ITEMS, whole | {"search": search_text(*(whole[name] for name in SEARCHED))})

    def _changed(self, item: Any, columns: Columns) -> Change | None:
        if "attributes" in columns:
            columns["attributes"] = {**item.attributes, **columns["attributes"]}
        change = difference(ITEMS, item, columns | {"sku": item.sku})
        if change is None:
            return None
        if set(FROZEN_ONCE_MOVED) & change.columns.keys():
            moved = moved_items(self.ground.session, [item.id])
            check_changes(change.columns, moved=bool(moved))
        if set(SEARCHED) & change.columns.keys():
            words = (change.columns.get(name, getattr(item, name)) for name in SEARCHED)
            change.columns["search"] = search_text(*words)
        return change

    def _parts(self, existing: Any, item: Change | None, values: Columns) -> list[Change | None]:
        owner = item if existing is None else existing.id
        packagings: dict[str, Any] = {}
        parts: list[Change | None] = []
        for cell in values.get("packagings", ()):
            change, packagings[cell.name] = self._packaging(owner, cell)
            parts.append(change)
        for text in values.get("barcodes", ()):
            parts.append(self._barcode(owner, text, packagings))
        return parts

    def _packaging(self, owner: Any, cell: PackagingCell) -> tuple[Change | None, Any]:
        columns = {"quantity": positive(cell.quantity, "packagings"), "retired_at": None}
        row = self.packagings.get((owner, cell.name))
        if isinstance(row, Change):
            raise InvalidInput("bad_packagings", value=cell.name[:40])
        if row is not None:
            return difference(PACKAGINGS, row, columns), row.id
        name = checked_code(cell.name, "packaging")
        made = Change(PACKAGINGS, columns | {"item_id": owner, "name": name})
        self.packagings[owner, cell.name] = made
        return made, made

    def _barcode(self, owner: Any, text: str, packagings: dict[str, Any]) -> Change | None:
        code, packaging = self._split(owner, text, packagings)
        columns: Columns = {"packaging_id": packaging, "retired_at": None}
        key = code_key(checked_code(code, "barcode"))
        row = self.barcodes.get((owner, key))
        if isinstance(row, Change):
            return None
        if row is not None:
            return difference(BARCODES, row, columns)
        made = Change(
            BARCODES,
            columns | {"code": code, "code_key": key, "kind": "item", "target_id": owner},
        )
        self.barcodes[owner, key] = made
        return made

    def _split(self, owner: Any, text: str, packagings: dict[str, Any]) -> tuple[str, Any]:
        """6901234567892@箱: @ belongs to the code unless a packaging of the item follows it."""
        code, _, name = text.rpartition("@")
        known = self.packagings.get((owner, name.strip()))
        if not code or (known is None and name.strip() not in packagings):
            return text, None
        return code.strip(), packagings.get(name.strip()) or getattr(known, "id", known)
