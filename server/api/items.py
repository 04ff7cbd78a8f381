"""Items, categories, packagings, barcodes, lots, and planning per site."""

from server.api.openapi import Blueprint
from server.api.records import Resource, add_resource
from server.api.schemas import items as shapes
from server.services.bind_barcodes import BARCODES, create_barcode
from server.services.manage_items import (
    CATEGORIES,
    ITEM_SITES,
    ITEMS,
    LOTS,
    PACKAGINGS,
    create_item,
)
from server.store.queries import items as lists

blueprint = Blueprint("items", __name__, description="What is kept, and how it is planned")

add_resource(
    blueprint,
    Resource(
        "items",
        ITEMS,
        lists.ITEM_LIST,
        row=shapes.ItemSchema,
        new=shapes.NewItemSchema,
        changes=shapes.ItemChangesSchema,
        query=shapes.ItemQuery,
        read="items.read",
        write="items.write",
        create=create_item,
    ),
)
add_resource(
    blueprint,
    Resource(
        "categories",
        CATEGORIES,
        lists.CATEGORY_LIST,
        row=shapes.CategorySchema,
        new=shapes.NewCategorySchema,
        changes=shapes.CategoryChangesSchema,
        query=shapes.CategoryQuery,
        read="items.read",
        write="items.write",
    ),
)
add_resource(
    blueprint,
    Resource(
        "packagings",
        PACKAGINGS,
        lists.PACKAGING_LIST,
        row=shapes.PackagingSchema,
        new=shapes.NewPackagingSchema,
        changes=shapes.PackagingChangesSchema,
        query=shapes.PackagingQuery,
        read="items.read",
        write="items.write",
    ),
)
add_resource(
    blueprint,
    Resource(
        "barcodes",
        BARCODES,
        lists.BARCODE_LIST,
        row=shapes.BarcodeSchema,
        new=shapes.NewBarcodeSchema,
        changes=shapes.BarcodeChangesSchema,
        query=shapes.BarcodeQuery,
        read="items.read",
        write="items.write",
        create=create_barcode,
    ),
)
add_resource(
    blueprint,
    Resource(
        "lots",
        LOTS,
        lists.LOT_LIST,
        row=shapes.LotSchema,
        new=shapes.NewLotSchema,
        changes=shapes.LotChangesSchema,
        query=shapes.LotQuery,
        read="items.read",
        write="items.write",
    ),
)
add_resource(
    blueprint,
    Resource(
        "item-sites",
        ITEM_SITES,
        lists.ITEM_SITE_LIST,
        row=shapes.ItemSiteSchema,
        new=shapes.NewItemSiteSchema,
        changes=shapes.ItemSiteChangesSchema,
        query=shapes.ItemSiteQuery,
        read="items.read",
        write="planning.write",
    ),
)
