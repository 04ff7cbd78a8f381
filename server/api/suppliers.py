"""Suppliers and their terms."""

from server.api.openapi import Blueprint
from server.api.records import Resource, add_resource
from server.api.schemas import suppliers as shapes
from server.services.manage_suppliers import SUPPLIER_ITEMS, SUPPLIERS
from server.store.queries import places as lists

blueprint = Blueprint("suppliers", __name__, description="Who delivers, and on what terms")

add_resource(
    blueprint,
    Resource(
        "suppliers",
        SUPPLIERS,
        lists.SUPPLIER_LIST,
        row=shapes.SupplierSchema,
        new=shapes.NewSupplierSchema,
        changes=shapes.SupplierChangesSchema,
        query=shapes.SupplierQuery,
        read="items.read",
        write="items.write",
    ),
)
add_resource(
    blueprint,
    Resource(
        "supplier-items",
        SUPPLIER_ITEMS,
        lists.SUPPLIER_ITEM_LIST,
        row=shapes.SupplierItemSchema,
        new=shapes.NewSupplierItemSchema,
        changes=shapes.SupplierItemChangesSchema,
        query=shapes.SupplierItemQuery,
        read="items.read",
        write="items.write",
    ),
)
