"""Turnover as JSON."""

from marshmallow import Schema, fields, validate

from server.api.pagination import PageQuery
from server.api.schemas.fields import InstantField, MoneyField, QuantityField
from server.api.schemas.texts import code as a_code

METHODS = ("end_points", "n_points", "time_weighted")


class TurnoverQuery(PageQuery):
    """Without method, from and to: the figures the jobs keep. With any of them: computed now from
    the day roll-ups. group: item (at a site), category, site, all."""

    item = a_code()
    site = a_code()
    category = a_code()
    method = fields.String(validate=validate.OneOf(METHODS))
    first_day = fields.Date(data_key="from")
    last_day = fields.Date(data_key="to")
    group = fields.String(
        load_default="item", validate=validate.OneOf(("item", "category", "site", "all"))
    )


class TurnoverSchema(Schema):
    """ratio null: nothing was in stock; days_of_stock null: that, or nothing was sold.
    inputs: what the figure was made of. members: how many items at sites a group holds."""

    item = fields.String()
    name_zh = fields.String()
    name_en = fields.String()
    base_unit = fields.String()
    site = fields.String()
    category = fields.String(allow_none=True)
    method = fields.String(required=True)
    first_day = fields.Date(required=True)
    last_day = fields.Date(required=True)
    cogs = MoneyField(required=True)
    average_inventory = MoneyField(required=True)
    ratio = fields.String(required=True, allow_none=True)
    annualised_ratio = fields.String(allow_none=True)
    days_of_stock = fields.String(required=True, allow_none=True)
    period_days = fields.Integer()
    year_days = fields.Integer()
    flags = fields.List(fields.String(), required=True)
    on_hand = QuantityField()
    available = QuantityField()
    inventory_position = QuantityField()
    stock_value = MoneyField()
    computed_at = InstantField()
    members = fields.Integer()
    inputs = fields.Dict(required=True)
