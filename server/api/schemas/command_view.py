"""One command as people read it."""

from marshmallow import Schema, fields

from server.api.schemas.fields import Id, InstantField


class CommandViewSchema(Schema):
    """What was reported or asked, with its raw scans, and what was answered.

    body: without costs for whoever may not read them. codes: why it was flagged; code and fields:
    why it was rejected. undone_by, replaced_by: the commands that did.
    """

    id = fields.UUID(required=True)
    type = fields.String(required=True)
    intent = fields.String(required=True)
    status = fields.String(required=True)
    seq = fields.Integer(required=True, allow_none=True)
    device_id = Id(required=True, allow_none=True)
    device = fields.String(required=True, allow_none=True)
    user_id = Id(required=True, allow_none=True)
    user = fields.String(required=True, allow_none=True)
    site = fields.String(required=True, allow_none=True)
    occurred_at = InstantField(required=True)
    uncertainty_ms = fields.Integer(required=True)
    received_at = InstantField(required=True)
    request_id = fields.String(required=True)
    replaces = fields.UUID(required=True, allow_none=True)
    replaced_by = fields.UUID(required=True, allow_none=True)
    undone_by = fields.UUID(required=True, allow_none=True)
    body = fields.Dict(required=True)
    scans = fields.List(fields.Raw(), required=True)
    codes = fields.List(fields.String(), required=True)
    code = fields.String(required=True, allow_none=True)
    fields_ = fields.Dict(required=True, attribute="fields", data_key="fields")
    movement_count = fields.Integer(required=True)
