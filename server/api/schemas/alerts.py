"""Reorder alerts as JSON."""

from marshmallow import Schema, fields, validate

from server.api.pagination import PageQuery
from server.api.schemas.fields import Id, InstantField, QuantityField
from server.api.schemas.texts import code as a_code

STATES = ("triggered", "acknowledged", "snoozed", "resolved")


KINDS = ("reorder", "expired", "negative")
LEVELS = ("usual", "red")
EVENTS = (
    "triggered",
    "assigned",
    "acknowledged",
    "snoozed",
    "snooze_ended",
    "reddened",
    "eased",
    "resolved",
)


class AlertQuery(PageQuery):
    """state open: all but resolved. owner: an id, "me" or "none"."""

    state = fields.String(load_default="open", validate=validate.OneOf(("open", "all", *STATES)))
    item = a_code()
    site = a_code()
    kind = fields.String(validate=validate.OneOf(KINDS))
    level = fields.String(validate=validate.OneOf(LEVELS))
    owner = fields.String(validate=validate.Regexp(r"(me|none|\d{1,18})\Z"))


class AlertSchema(Schema):
    """inventory_position: when it last changed; position_now: as last computed. Of other kinds than
    reorder, inventory_position is minus the quantity it is about. level red: a red line is crossed
    (docs/business-settings.md). owner: who looks after it."""

    id = Id(required=True)
    item = fields.String(required=True)
    name_zh = fields.String(required=True)
    name_en = fields.String(required=True)
    base_unit = fields.String(required=True)
    site = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    level = fields.String(required=True, validate=validate.OneOf(LEVELS))
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    owner_id = Id(required=True, allow_none=True)
    owner = fields.String(required=True, allow_none=True)
    safety_stock = QuantityField(required=True, allow_none=True)
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


class AssignSchema(Schema):
    """Who looks after it; null: nobody."""

    owner_id = Id(required=True, allow_none=True)


class AlertCountSchema(Schema):
    """How many alerts that are not resolved are alike in these."""

    site = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    level = fields.String(required=True, validate=validate.OneOf(LEVELS))
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    owner_id = Id(required=True, allow_none=True)
    owner = fields.String(required=True, allow_none=True)
    count = fields.Integer(required=True)


class AlertCountsSchema(Schema):
    rows = fields.List(fields.Nested(AlertCountSchema), required=True)


class AlertEventSchema(Schema):
    """What happened; user null: the system. owner and until: what was decided."""

    event = fields.String(required=True, validate=validate.OneOf(EVENTS))
    at = InstantField(required=True)
    user = fields.String(required=True, allow_none=True)
    owner = fields.String(required=True, allow_none=True)
    until = InstantField(required=True, allow_none=True)
    quantity = QuantityField(required=True, allow_none=True)


class AlertHistorySchema(Schema):
    rows = fields.List(fields.Nested(AlertEventSchema), required=True)
