"""The kinds of imports: how each is planned, written and rolled back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from server.services.import_documents import (
    check_documents,
    close_documents,
    plan_documents,
    write_documents,
)
from server.services.import_items import ORDER, plan_items
from server.services.import_places import (
    ITEM_SITE_ORDER,
    LOCATION_ORDER,
    plan_item_sites,
    plan_locations,
)
from server.services.import_suppliers import (
    CUSTOMER_ORDER,
    SUPPLIER_ITEM_ORDER,
    SUPPLIER_ORDER,
    plan_customers,
    plan_supplier_items,
    plan_suppliers,
)
from server.services.keep_records import RecordKind
from server.services.open_stock import plan_opening_stock, post_opening_stock, reverse_opening_stock
from server.services.plan_import import Ground, PlannedRow, with_what_they_need, write_changes
from server.services.roll_back_import import check_records, mark_planning, restore_records
from server.store.models import ImportBatch, ImportChange


@dataclass(frozen=True)
class InParts:
    """Records are written and restored part by part."""

    check: Callable[[Ground, Sequence[ImportChange]], None]
    restore: Callable[[Ground, Sequence[ImportChange]], None]


@dataclass(frozen=True)
class AtOnce:
    """What is one command is posted and reversed as a whole."""

    roll_back: Callable[[Ground, ImportBatch], None]


@dataclass(frozen=True)
class Importer:
    """How one kind of rows is imported, inside an open unit of work."""

    plan: Callable[[Ground, list[PlannedRow]], None]
    write: Callable[[Ground, list[PlannedRow], ImportBatch], None]
    back: InParts | AtOnce


def _write_records(
    order: tuple[RecordKind, ...], ground: Ground, rows: list[PlannedRow], batch: ImportBatch
) -> None:
    changes = with_what_they_need(
        change for row in rows if row.wrong is None for change in row.changes
    )
    write_changes(ground, changes, batch.id, order)
    mark_planning(ground, changes)


def _of_records(
    plan: Callable[[Ground, list[PlannedRow]], None], order: tuple[RecordKind, ...]
) -> Importer:
    back = InParts(partial(check_records, order), partial(restore_records, order))
    return Importer(plan, partial(_write_records, order), back)


IMPORTERS = {
    "items": _of_records(plan_items, ORDER),
    "locations": _of_records(plan_locations, LOCATION_ORDER),
    "suppliers": _of_records(plan_suppliers, SUPPLIER_ORDER),
    "supplier_items": _of_records(plan_supplier_items, SUPPLIER_ITEM_ORDER),
    "customers": _of_records(plan_customers, CUSTOMER_ORDER),
    "item_sites": _of_records(plan_item_sites, ITEM_SITE_ORDER),
    "opening_stock": Importer(
        plan_opening_stock, post_opening_stock, AtOnce(reverse_opening_stock)
    ),
    "documents": Importer(
        plan_documents, write_documents, InParts(check_documents, close_documents)
    ),
}
