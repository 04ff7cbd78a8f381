"""People as administrators see and change them."""

from typing import Any

from marshmallow import Schema, fields, post_dump, validate

from server.api.schemas.fields import Id, InstantField
from server.domain.people import ROLES

NAME = validate.Length(1, 200)
LANGUAGE = validate.OneOf(["zh", "en"])


class UserSchema(Schema):
    """A user; `site_ids` null: every site. Secrets are never shown, only whether there are any."""

    id = Id(required=True)
    name = fields.String(required=True)
    login = fields.String(required=True, allow_none=True)
    badge = fields.String(required=True, allow_none=True)
    role = fields.String(required=True, validate=validate.OneOf(ROLES))
    language = fields.String(required=True)
    site_ids = fields.List(Id(), required=True, allow_none=True)
    has_password = fields.Boolean(required=True)
    has_pin = fields.Boolean(required=True)
    version = fields.Integer(required=True)
    changed_at = InstantField(required=True)
    retired_at = InstantField(required=True, allow_none=True)

    @post_dump
    def sort_sites(self, content: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        """Answers are the same every time."""
        if content.get("site_ids"):
            content["site_ids"].sort(key=int)
        return content


class UserChangeSchema(Schema):
    """What may be changed; a password needs a login, a PIN (6 digits) needs a badge."""

    name = fields.String(validate=NAME)
    login = fields.String(allow_none=True, validate=NAME)
    badge = fields.String(allow_none=True, validate=NAME)
    role = fields.String(validate=validate.OneOf(ROLES))
    language = fields.String(validate=LANGUAGE)
    sites = fields.List(
        fields.String(validate=NAME),
        allow_none=True,
        validate=validate.Length(max=1_000),
        metadata={"description": "Codes of sites; null: every site"},
    )
    password = fields.String(load_only=True, allow_none=True, validate=validate.Length(1, 200))
    pin = fields.String(load_only=True, allow_none=True, validate=validate.Length(1, 20))
    retired = fields.Boolean()


class NewUserSchema(UserChangeSchema):
    """A new user."""

    name = fields.String(required=True, validate=NAME)
    role = fields.String(required=True, validate=validate.OneOf(ROLES))
