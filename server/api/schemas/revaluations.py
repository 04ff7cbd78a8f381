"""Later prices and landed cost of receipts."""

from decimal import Decimal

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from server.api.schemas.fields import Id, MoneyField


def _not_negative(cost: Decimal) -> None:
    if cost < 0:
        raise ValidationError("Must not be below 0.")


class RevaluationSchema(Schema):
    """Either unit_cost (the price per base unit) or amount (landed cost of the whole receipt)."""

    movement_id = Id(required=True)
    unit_cost = MoneyField(validate=_not_negative)
    amount = MoneyField()
    reason = fields.String(load_default="", validate=validate.Length(0, 200))

    @validates_schema
    def _one_of_them(self, values: dict[str, object], **_: object) -> None:
        if ("unit_cost" in values) == ("amount" in values):
            raise ValidationError("Give either unit_cost or amount.", "unit_cost")


class RevaluedSchema(Schema):
    """value: what the stock on hand gained; cogs: what goods already consumed cost more.

    command_id is null when nothing had to change.
    """

    command_id = fields.UUID(required=True, allow_none=True)
    movement_id = Id(required=True)
    value = MoneyField(required=True)
    cogs = MoneyField(required=True)
    receipt_value = MoneyField(required=True)
