"""Suppliers and their terms: what each asks for an item, and how long it takes."""

from sqlalchemy import select

from server.domain.fields import coded, cost, level, positive, texts, whole
from server.services.find_references import item_named, supplier_named
from server.services.keep_records import Columns, Edit, RecordKind, Values, alter_record
from server.store.models import Supplier, SupplierItem

LEAD_TIME_MOST_DAYS = 3_650


def supplier_fields(values: Values) -> Columns:
    """The columns of a supplier's fields, checked; raises InvalidInput naming the field."""
    return coded(values, "supplier") | texts(values, "name", "contact")


def _supplier_columns(_edit: Edit, values: Values, _row: Supplier | None) -> Columns:
    return supplier_fields(values)


SUPPLIERS = RecordKind("supplier", Supplier, ("id",), _supplier_columns)


def terms_fields(values: Values) -> Columns:
    """The columns of a supplier's terms, checked; raises InvalidInput naming the field."""
    columns = texts(values, "supplier_sku")
    if "price" in values:
        columns["price"] = cost(values["price"], "price")
    if "lead_time_days" in values:
        days = whole(values["lead_time_days"], "lead_time_days", 0, LEAD_TIME_MOST_DAYS)
        columns["lead_time_days"] = days
    if "minimum_order_quantity" in values:
        least = level(values["minimum_order_quantity"], "minimum_order_quantity")
        columns["minimum_order_quantity"] = least
    if "pack_multiple" in values:
        multiple = values["pack_multiple"]
        columns["pack_multiple"] = None if multiple is None else positive(multiple, "pack_multiple")
    if "preferred" in values:
        columns["preferred"] = values["preferred"]
    return columns


def _terms_columns(edit: Edit, values: Values, row: SupplierItem | None) -> Columns:
    columns = terms_fields(values)
    if "price" in values:
        edit.actor.require("cost.write")
    if row is None:
        columns["supplier_id"] = supplier_named(edit.session, values["supplier"]).id
        columns["item_id"] = item_named(edit.session, values["item"]).id
    return columns


def _terms_settled(edit: Edit, row: SupplierItem, changed: frozenset[str]) -> None:
    if "preferred" not in changed or not row.preferred:
        return
    others = select(SupplierItem).where(
        SupplierItem.item_id == row.item_id,
        SupplierItem.supplier_id != row.supplier_id,
        SupplierItem.preferred,
    )
    for other in edit.session.scalars(others.with_for_update()).all():
        alter_record(edit, SUPPLIER_ITEMS, other, {"preferred": False})


SUPPLIER_ITEMS = RecordKind(
    "supplier_item",
    SupplierItem,
    ("supplier_id", "item_id"),
    _terms_columns,
    facts=(),
    settled=_terms_settled,
)
