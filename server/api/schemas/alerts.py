"""Reorder alerts as JSON."""

from marshmallow import Schema, fields, validate

from server.api.pagination import PageQuery
from server.api.schemas.fields import Id, InstantField, QuantityField
from server.api.schemas.texts import code as a_code

STATES = ("triggered", "acknowledged", "snoozed", "resolved")


class AlertQuery(PageQuery):
    """state open: all but resolved."""

    state = fields.String(load_default="open", validate=validate.OneOf(("open", "all", *STATES)))
    item = a_code()
    site = a_code()


class AlertSchema(Schema):
    """inventory_position: when it last changed; position_now: as last computed."""

    id = Id(required=True)
    item = fields.String(required=True)
    name_zh = fields.String(required=True)
    name_en = fields.String(required=True)
    base_unit = fields.String(required=True)
    site = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    inventory_position = QuantityField(required=True)
    reorder_point = QuantityField(required=True)
    position_now = QuantityField(required=True, allow_none=True)
    available_now = QuantityField(required=True, allow_none=True)
    target_level = QuantityField(required=True, allow_none=True)
    on_order = QuantityField(required=True, allow_none=True)
    triggered_at = InstantField(required=True)
    acknowledged_by = fields.String(required=True, allow_none=True)
    acknowledged_at = InstantField(required=True, allow_none=True)
    snoozed_until = InstantField(required=True, allow_none=True)
    resolved_at = InstantField(required=True, allow_none=True)
    version = fields.Integer(required=True)


class SnoozeSchema(Schema):
    """Until when it is silent."""

    until = InstantField(required=True)
