"""What is told of trying to send something."""

from marshmallow import Schema, fields

from server.api.schemas.fields import InstantField


class AttemptsSchema(Schema):
    """status: the HTTP status of the last attempt, 0 for no answer; code: why it was not taken;
    excerpt: what the receiver said."""

    attempts = fields.Integer(required=True)
    due_at = InstantField(required=True)
    created_at = InstantField(required=True)
    tried_at = InstantField(required=True, allow_none=True)
    ended_at = InstantField(required=True, allow_none=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True)
    excerpt = fields.String(required=True)
    took_ms = fields.Integer(required=True)
