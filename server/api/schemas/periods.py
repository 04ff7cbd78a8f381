"""Closing and reopening books as JSON."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from server.api.schemas.fields import Id, InstantField
from server.api.schemas.texts import text as a_text

ACTIONS = ("close", "reopen")


class PeriodActionSchema(Schema):
    """close: every day through closed_through; reopen: the days after it (null: all), with a
    reason."""

    action = fields.String(required=True, validate=validate.OneOf(ACTIONS))
    closed_through = fields.Date(load_default=None, allow_none=True)
    reason = a_text(load_default="")

    @validates_schema
    def _names_a_day(self, body: dict[str, Any], **_options: object) -> None:
        if body.get("action") == "close" and body.get("closed_through") is None:
            raise ValidationError("Missing data for required field.", "closed_through")


class PeriodSchema(Schema):
    """One closing or reopening; closed_through: the last closed day since then."""

    id = Id(required=True)
    action = fields.String(required=True)
    closed_through = fields.Date(required=True, allow_none=True)
    reason = fields.String(required=True)
    user = fields.String(required=True, allow_none=True)
    at = InstantField(required=True)
