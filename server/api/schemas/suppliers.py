"""Suppliers and their terms as JSON."""

from marshmallow import Schema, fields, validate

from server.api.pagination import PageQuery
from server.api.schemas.fields import InstantField, MoneyField, QuantityField
from server.api.schemas.texts import code as a_code
from server.api.schemas.texts import text as a_text
from server.services.manage_suppliers import LEAD_TIME_MOST_DAYS


class SupplierChangesSchema(Schema):
    code = a_code()
    name = a_text()
    contact = a_text()
    retired = fields.Boolean()


class NewSupplierSchema(SupplierChangesSchema):
    code = a_code(required=True)


class SupplierSchema(SupplierChangesSchema):
    id = fields.String(required=True)
    version = fields.Integer()
    changed_at = InstantField()


class SupplierQuery(PageQuery):
    code = a_code()
    retired = fields.Boolean()


class SupplierItemChangesSchema(Schema):
    supplier_sku = a_text()
    price = MoneyField(allow_none=True)
    lead_time_days = fields.Integer(
        strict=True, allow_none=True, validate=validate.Range(0, LEAD_TIME_MOST_DAYS)
    )
    minimum_order_quantity = QuantityField(allow_none=True)
    pack_multiple = QuantityField(allow_none=True)
    preferred = fields.Boolean(metadata={"description": "at most one supplier of an item is"})
    retired = fields.Boolean()


class NewSupplierItemSchema(SupplierItemChangesSchema):
    supplier = a_code(required=True)
    item = a_code(required=True)


class SupplierItemSchema(NewSupplierItemSchema):
    id = fields.String(required=True)
    version = fields.Integer()
    changed_at = InstantField()


class SupplierItemQuery(PageQuery):
    supplier = a_code()
    item = a_code()
    retired = fields.Boolean()
