"""Stock and movements as JSON. Costs and values are null for whoever may not read them."""

from marshmallow import Schema, fields, validate

from server.api.pagination import PageQuery
from server.api.schemas.fields import Id, InstantField, MoneyField, QuantityField
from server.api.schemas.texts import code as a_code
from server.api.schemas.texts import text as a_text
from server.store.queries.stock_table import GROUPS

TABLE_ROWS_MOST = 50_000


class StockQuery(PageQuery):
    """group: balance (each line of the books), item (per site and owner) or location."""

    group = fields.String(
        load_default="balance", validate=validate.OneOf(("balance", "item", "location"))
    )
    site = a_code()
    item = a_code(metadata={"description": "sku"})
    category = a_code()
    q = a_text(metadata={"description": "words of sku, names, 规格, or pinyin initials"})
    location = a_code()
    lot = a_code()
    serial = a_code()
    unit = a_code()
    owner = a_code()
    status = a_code()


class StockSchema(Schema):
    """available: on_hand − reserved where the status may be promised, else 0."""

    site = fields.String(required=True)
    location = fields.String()
    location_kind = fields.String()
    name = fields.String()
    item = fields.String()
    name_zh = fields.String()
    name_en = fields.String()
    specification = fields.String()
    base_unit = fields.String()
    second_unit = fields.String()
    lot = fields.String()
    expires_on = fields.Date(allow_none=True)
    serial = fields.String()
    unit = fields.String()
    status = fields.String()
    owner = fields.String()
    on_hand = QuantityField()
    second_on_hand = QuantityField()
    reserved = QuantityField()
    available = QuantityField()
    in_transit = QuantityField()
    in_production = QuantityField()
    unit_cost = MoneyField(allow_none=True)
    value = MoneyField(allow_none=True)
    item_count = fields.Integer()
    balance_count = fields.Integer()
    unit_count = fields.Integer()


class StockPageSchema(Schema):
    """value: of all pools the filters show, to the cent; null where they show parts of pools, on
    later pages, and without cost.read. withheld: locations the asker is counting."""

    rows = fields.List(fields.Nested(StockSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
    value = MoneyField(required=True, allow_none=True)
    withheld = fields.List(Id(), required=True)


class StockTableQuery(Schema):
    """group: what a row stands for at a site. Narrowed by what changes the figures; names are
    searched by whoever has the table. `q` is for tables of more than `limit` rows."""

    group = fields.String(load_default="item", validate=validate.OneOf(tuple(GROUPS)))
    limit = fields.Integer(
        load_default=TABLE_ROWS_MOST, validate=validate.Range(1, TABLE_ROWS_MOST)
    )
    site = a_code()
    item = a_code(metadata={"description": "sku"})
    category = a_code()
    q = a_text(metadata={"description": "words of sku, names, 规格, or pinyin initials"})
    owner = a_code()
    status = a_code()


class StockTableSchema(Schema):
    """columns: the names of what each row has, in order; costs only for those who may read them.
    more: there are more rows than these."""

    columns = fields.List(fields.String(), required=True)
    rows = fields.Raw(
        required=True, metadata={"type": "array", "items": {"type": "array", "items": {}}}
    )
    more = fields.Boolean(required=True)
    value = MoneyField(required=True, allow_none=True)
    withheld = fields.List(Id(), required=True)


class MovementQuery(PageQuery):
    """from and to: instants of occurred_at, the end excluded. user and device: by id."""

    site = a_code()
    item = a_code()
    location = a_code()
    lot = a_code()
    serial = a_code()
    unit = a_code()
    kind = a_code()
    document = a_code()
    reason = a_code()
    command = fields.UUID()
    user = Id()
    device = Id()
    since = InstantField(data_key="from")
    until = InstantField(data_key="to")


class SideSchema(Schema):
    """One end of a movement; a site out of scope shows only what kind of place it is."""

    site = fields.String(required=True, allow_none=True)
    location = fields.String(required=True, allow_none=True)
    kind = fields.String(required=True)
    unit = fields.String(required=True, allow_none=True)
    owner = fields.String(required=True, allow_none=True)
    status = fields.String(required=True, allow_none=True)


class MovementSchema(Schema):
    """One row of the ledger; reversed_by: the command that took it back."""

    id = Id(required=True)
    command_id = fields.UUID(required=True)
    kind = fields.String(required=True)
    item = fields.String(required=True)
    name_zh = fields.String(required=True)
    name_en = fields.String(required=True)
    base_unit = fields.String(required=True)
    lot = fields.String(required=True)
    serial = fields.String(required=True)
    quantity = QuantityField(required=True)
    second_quantity = QuantityField(required=True, allow_none=True)
    from_ = fields.Nested(SideSchema, attribute="from", data_key="from", required=True)
    to = fields.Nested(SideSchema, required=True)
    unit_cost = MoneyField(allow_none=True)
    value = MoneyField(allow_none=True)
    cogs = MoneyField(allow_none=True)
    estimated = fields.Boolean()
    occurred_at = InstantField(required=True)
    uncertainty_ms = fields.Integer(required=True)
    recorded_at = InstantField(required=True)
    value_date = fields.Date(required=True)
    device = fields.String(required=True, allow_none=True)
    device_id = Id(required=True, allow_none=True)
    user = fields.String(required=True, allow_none=True)
    user_id = Id(required=True, allow_none=True)
    document = fields.String(required=True)
    reason = fields.String(required=True)
    reverses_id = Id(required=True, allow_none=True)
    reversed_by = fields.UUID(required=True, allow_none=True)
