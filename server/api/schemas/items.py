"""Items, categories, packagings, barcodes, lots and planning as JSON."""

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from server.api.pagination import PageQuery
from server.api.schemas.fields import Id, InstantField, MoneyField, QuantityField
from server.api.schemas.texts import code as a_code
from server.api.schemas.texts import text as a_text
from server.domain.items import (
    ATTRIBUTE_LENGTH_MOST,
    ATTRIBUTES_MOST,
    BARCODES_MOST,
    COSTINGS,
    PACKAGINGS_MOST,
    SHELF_LIFE_MOST,
    SHELF_LIFE_UNITS,
    TRACKINGS,
)


class PackagingPartSchema(Schema):
    id = Id(dump_only=True)
    name = a_code(required=True)
    quantity = QuantityField(required=True)


class BarcodePartSchema(Schema):
    code = a_code(required=True)
    packaging = a_text(allow_none=True)


class ItemChangesSchema(Schema):
    sku = a_code()
    name_zh = a_text()
    name_en = a_text()
    specification = a_text(metadata={"description": "规格型号"})
    base_unit = a_code(metadata={"description": "frozen after the first movement"})
    second_unit = a_text(metadata={"description": "catch weight: the unit of second quantities"})
    tracking = fields.String(validate=validate.OneOf(TRACKINGS))
    shelf_life = fields.Integer(
        strict=True, allow_none=True, validate=validate.Range(1, SHELF_LIFE_MOST)
    )
    shelf_life_unit = fields.String(validate=validate.OneOf(SHELF_LIFE_UNITS))
    standard_cost = MoneyField(allow_none=True)
    costing = fields.String(validate=validate.OneOf(COSTINGS))
    category = a_text(allow_none=True)
    attributes = fields.Dict(
        keys=a_code(),
        values=a_text(ATTRIBUTE_LENGTH_MOST),
        validate=validate.Length(max=ATTRIBUTES_MOST),
    )
    retired = fields.Boolean()


class NewItemSchema(ItemChangesSchema):
    sku = a_code(required=True)
    base_unit = a_code(required=True)
    packagings = fields.List(
        fields.Nested(PackagingPartSchema), validate=validate.Length(max=PACKAGINGS_MOST)
    )
    barcodes = fields.List(
        fields.Nested(BarcodePartSchema), validate=validate.Length(max=BARCODES_MOST)
    )


class ItemSchema(ItemChangesSchema):
    id = fields.String(required=True)
    packagings = fields.List(fields.Nested(PackagingPartSchema))
    has_picture = fields.Boolean()
    moved = fields.Boolean()
    version = fields.Integer()
    changed_at = InstantField()


class ItemQuery(PageQuery):
    q = a_text(metadata={"description": "words of sku, names, 规格, or pinyin initials"})
    sku = a_code()
    category = a_code()
    tracking = fields.String(validate=validate.OneOf(TRACKINGS))
    retired = fields.Boolean()


class CategoryChangesSchema(Schema):
    code = a_code()
    name_zh = a_text()
    name_en = a_text()
    parent = a_text(allow_none=True)
    retired = fields.Boolean()


class NewCategorySchema(CategoryChangesSchema):
    code = a_code(required=True)


class CategorySchema(CategoryChangesSchema):
    id = fields.String(required=True)
    version = fields.Integer()


class CategoryQuery(PageQuery):
    retired = fields.Boolean()


class PackagingChangesSchema(Schema):
    name = a_code()
    quantity = QuantityField()
    retired = fields.Boolean()


class NewPackagingSchema(Schema):
    item = a_code(required=True)
    name = a_code(required=True)
    quantity = QuantityField(required=True)


class PackagingSchema(PackagingChangesSchema):
    id = fields.String(required=True)
    item = a_code()
    version = fields.Integer()


class PackagingQuery(PageQuery):
    item = a_code()
    retired = fields.Boolean()


class BarcodeChangesSchema(Schema):
    packaging = a_text(allow_none=True)
    retired = fields.Boolean()


class NewBarcodeSchema(Schema):
    """Either an item (and its packaging), or a location and its site."""

    code = a_code(required=True)
    item = a_code()
    packaging = a_text(allow_none=True)
    site = a_code()
    location = a_code()

    @validates_schema
    def _names_one_thing(self, data: dict[str, object], **_options: object) -> None:
        item, place = "item" in data, {"site", "location"} & data.keys()
        if item == bool(place) or len(place) == 1 or ("packaging" in data and not item):
            raise ValidationError("Name either an item, or a site and a location.")


class BarcodeSchema(BarcodeChangesSchema):
    id = fields.String(required=True)
    code = a_code()
    kind = fields.String()
    target_id = Id()
    item = fields.String(allow_none=True)
    site = fields.String(allow_none=True)
    location = fields.String(allow_none=True)
    version = fields.Integer()
    changed_at = InstantField()


class BarcodeQuery(PageQuery):
    code = a_code()
    item = a_code()
    kind = fields.String(
        validate=validate.OneOf(("item", "location", "handling_unit", "document", "user"))
    )
    retired = fields.Boolean()


class LotChangesSchema(Schema):
    code = a_code()
    production_date = fields.Date(allow_none=True)
    expires_on = fields.Date(allow_none=True)


class NewLotSchema(LotChangesSchema):
    item = a_code(required=True)
    code = a_code(required=True)


class LotSchema(LotChangesSchema):
    id = fields.String(required=True)
    item = a_code()
    version = fields.Integer()
    changed_at = InstantField()


class LotQuery(PageQuery):
    item = a_code()
    code = a_code()
    expires_before = fields.Date()


class ItemSiteChangesSchema(Schema):
    reorder_point = QuantityField(allow_none=True)
    reorder_hysteresis = QuantityField()
    safety_stock = QuantityField()
    target_level = QuantityField(allow_none=True)
    on_order = QuantityField()
    backorder = QuantityField()


class NewItemSiteSchema(ItemSiteChangesSchema):
    item = a_code(required=True)
    site = a_code(required=True)


class ItemSiteSchema(NewItemSiteSchema):
    id = fields.String(required=True)
    version = fields.Integer()
    changed_at = InstantField()


class ItemSiteQuery(PageQuery):
    item = a_code()
    site = a_code()
