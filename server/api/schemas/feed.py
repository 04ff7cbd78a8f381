"""The change feed as JSON."""

from marshmallow import Schema, fields, validate

from server.api.pagination import ROWS_MOST, ROWS_USUAL
from server.api.schemas.fields import Id, InstantField


class FeedQuery(Schema):
    """cursor: the last number seen; without one: from the beginning; "head": from now on."""

    cursor = fields.String(load_default="0", validate=validate.Regexp(r"\A(head|[0-9]{1,18})?\Z"))
    limit = fields.Integer(load_default=ROWS_USUAL, validate=validate.Range(1, ROWS_MOST))


class FeedRowSchema(Schema):
    """One change. Numbers have no gaps; rows the caller may not see are left out."""

    seq = Id(required=True)
    topic = fields.String(required=True)
    site = fields.String(required=True, allow_none=True)
    command_id = fields.UUID(required=True, allow_none=True)
    user_id = Id(required=True, allow_none=True)
    device_id = Id(required=True, allow_none=True)
    request_id = fields.String(required=True)
    at = InstantField(required=True)
    payload = fields.Dict(required=True)


class FeedSchema(Schema):
    """cursor: where to go on; more: at once; head: the last number there is."""

    rows = fields.List(fields.Nested(FeedRowSchema), required=True)
    cursor = Id(required=True)
    head = Id(required=True)
    more = fields.Boolean(required=True)
