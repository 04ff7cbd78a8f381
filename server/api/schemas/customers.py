"""Customers as JSON."""

from marshmallow import Schema, fields, validate

from server.api.pagination import PageQuery
from server.api.schemas.fields import InstantField
from server.api.schemas.texts import code as a_code
from server.api.schemas.texts import text as a_text
from server.services.manage_customers import DAYS_LEFT_MOST


class CustomerChangesSchema(Schema):
    code = a_code()
    name = a_text()
    contact = a_text()
    minimum_days_left = fields.Integer(
        strict=True,
        allow_none=True,
        validate=validate.Range(0, DAYS_LEFT_MOST),
        metadata={"description": "what they get must keep at least so long"},
    )
    retired = fields.Boolean()


class NewCustomerSchema(CustomerChangesSchema):
    code = a_code(required=True)


class CustomerSchema(CustomerChangesSchema):
    id = fields.String(required=True)
    version = fields.Integer()
    changed_at = InstantField()


class CustomerQuery(PageQuery):
    code = a_code()
    retired = fields.Boolean()
