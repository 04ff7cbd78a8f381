"""Fields every resource shares: ids and quantities are strings in JSON, instants are RFC 3339."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError, fields

from server.domain.errors import InvalidInput
from server.domain.numbers import money, plain, quantity

ID_MOST = 2**63 - 1


class Id(fields.Field[int]):
    """A 64-bit id: a string of digits in JSON, an int in Python."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else str(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        text = value if isinstance(value, str) else ""
        if not (text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= ID_MOST):
            raise ValidationError("Not a valid id.")
        return int(text)


class InstantField(fields.Field[int]):
    """UTC milliseconds in Python, "2026-11-22T08:30:00.000Z" in JSON."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else instant_text(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        try:
            when = datetime.fromisoformat(value)
            if when.tzinfo is None:
                raise ValueError
            return round(when.timestamp() * 1000)
        except (ValueError, TypeError, OverflowError):
            raise ValidationError("Not a valid instant.") from None


class QuantityField(fields.Field[Decimal]):
    """Base units, 6 decimals: a string in JSON."""

    parse = staticmethod(quantity)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else plain(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Decimal:
        if not isinstance(value, str):
            raise ValidationError("Must be a string.")
        try:
            return self.parse(value)
        except InvalidInput as refusal:
            raise ValidationError(refusal.code) from None


class MoneyField(QuantityField):
    """A value or a unit cost, 4 decimals: a string in JSON."""

    parse = staticmethod(money)


def instant_text(ms: int) -> str:
    """RFC 3339 with Z and milliseconds."""
    when = datetime.fromtimestamp(ms // 1000, UTC)
    return f"{when:%Y-%m-%dT%H:%M:%S}.{ms % 1000:03d}Z"


def register_fields(api: Any) -> None:
    """Tell the OpenAPI document what these are."""
    api.register_field(Id, "string", "int64")
    api.register_field(InstantField, "string", "date-time")
    api.register_field(QuantityField, "string", "decimal")
    api.register_field(MoneyField, "string", "decimal")
