"""API tokens."""

from marshmallow import Schema, fields, validate

from server.api.schemas.fields import Id, InstantField

NAME = validate.Length(1, 200)


class TokenSchema(Schema):
    """A token without the token itself."""

    id = Id(required=True)
    name = fields.String(required=True)
    user_id = Id(required=True)
    user_name = fields.String(required=True)
    site_id = Id(required=True, allow_none=True)
    created_at = InstantField(required=True)
    expires_at = InstantField(required=True, allow_none=True)
    revoked_at = InstantField(required=True, allow_none=True)


class NewTokenSchema(Schema):
    """Whom it acts as, what it is for, the only site it sees, how many days it lives."""

    user_id = Id(required=True)
    name = fields.String(required=True, validate=NAME)
    site = fields.String(load_default=None, allow_none=True, validate=NAME)
    days = fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=validate.Range(1, 36_500)
    )


class TokenMadeSchema(Schema):
    """The only answer that shows the token."""

    id = Id(required=True)
    token = fields.String(required=True)
