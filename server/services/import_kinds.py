"""The kinds of imports: how each is planned, written and rolled back."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from server.services.import_items import ORDER, plan_items
from server.services.import_places import (
    ITEM_SITE_ORDER,
    LOCATION_ORDER,
    plan_item_sites,
    plan_locations,
)
from server.services.import_suppliers import (
    SUPPLIER_ITEM_ORDER,
    SUPPLIER_ORDER,
    plan_supplier_items,
    plan_suppliers,
)
from server.services.keep_records import RecordKind
from server.services.open_stock import plan_opening_stock, post_opening_stock, reverse_opening_stock
from server.services.plan_import import Ground, PlannedRow, write_changes
from server.services.roll_back_import import mark_planning, restore_records
from server.store.models import ImportBatch


@dataclass(frozen=True)
class Importer:
    """How one kind of rows is imported, inside an open unit of work."""

    plan: Callable[[Ground, list[PlannedRow]], None]
    write: Callable[[Ground, list[PlannedRow], ImportBatch], None]
    roll_back: Callable[[Ground, ImportBatch], None]


def _write_records(
    order: tuple[RecordKind, ...], ground: Ground, rows: list[PlannedRow], batch: ImportBatch
) -> None:
    changes = [change for row in rows if row.wrong is None for change in row.changes]
    write_changes(ground, changes, batch.id, order)
    mark_planning(ground, changes)


def _of_records(
    plan: Callable[[Ground, list[PlannedRow]], None], order: tuple[RecordKind, ...]
) -> Importer:
    return Importer(plan, partial(_write_records, order), partial(restore_records, order))


IMPORTERS = {
    "items": _of_records(plan_items, ORDER),
    "locations": _of_records(plan_locations, LOCATION_ORDER),
    "suppliers": _of_records(plan_suppliers, SUPPLIER_ORDER),
    "supplier_items": _of_records(plan_supplier_items, SUPPLIER_ITEM_ORDER),
    "item_sites": _of_records(plan_item_sites, ITEM_SITE_ORDER),
    "opening_stock": Importer(plan_opening_stock, post_opening_stock, reverse_opening_stock),
}
