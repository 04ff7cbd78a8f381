"""Signing in and out."""

from marshmallow import Schema, fields, validate

from server.api.schemas.fields import Id, InstantField

SECRET = validate.Length(1, 200)


class CredentialsSchema(Schema):
    login = fields.String(required=True, validate=SECRET)
    password = fields.String(required=True, validate=SECRET, load_only=True)


class PasswordSchema(Schema):
    password = fields.String(required=True, validate=SECRET, load_only=True)


class MeSchema(Schema):
    """Who is asking, and what they may do."""

    id = Id()
    name = fields.String(required=True)
    role = fields.String(required=True)
    language = fields.String(required=True)
    site_ids = fields.List(Id(), allow_none=True, metadata={"description": "null: every site"})
    permissions = fields.List(fields.String())
    source = fields.String(required=True)
    device_id = Id(allow_none=True)
    stepped_up_until = InstantField(allow_none=True)


class SignedInSchema(Schema):
    user = fields.Nested(MeSchema, required=True)
    expires_at = InstantField(required=True)


class SessionSchema(Schema):
    """A desk session. own: it is the one that asks."""

    id = Id(required=True)
    user_id = Id(required=True)
    user = fields.String(required=True)
    role = fields.String(required=True)
    created_at = InstantField(required=True)
    last_seen_at = InstantField(required=True)
    expires_at = InstantField(required=True)
    own = fields.Boolean(required=True)
