"""Strings in bodies and queries: bounded, and without what no database can keep."""

from typing import Any

from marshmallow import ValidationError, fields, validate

from server.domain.errors import InvalidInput
from server.domain.texts import TEXT_LENGTH_MOST, checked_text


def text(most: int = TEXT_LENGTH_MOST, least: int = 0, **options: Any) -> fields.String:
    """A text of `least` to `most` characters."""
    return fields.String(validate=[validate.Length(least, most), _fit], **options)


def code(**options: Any) -> fields.String:
    """A code: a text that is not empty."""
    return text(least=1, **options)


def _fit(value: str) -> None:
    try:
        checked_text(value, "text", len(value))
    except InvalidInput as refusal:
        raise ValidationError(refusal.code) from None
