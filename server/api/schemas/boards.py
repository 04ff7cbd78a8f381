"""Boards on a wall as JSON."""

from marshmallow import Schema, fields, validate

from server.api.pagination import PageQuery
from server.api.schemas.fields import Id, InstantField, QuantityField
from server.api.schemas.texts import code as a_code
from server.domain.message_templates import LANGUAGES

DAYS_MOST = 3_650


class NewBoardSchema(Schema):
    """days: for how long its address works; none: until it is revoked."""

    name = a_code(required=True)
    site = a_code(required=True)
    language = fields.String(load_default="zh", validate=validate.OneOf(LANGUAGES))
    include_cost = fields.Boolean(load_default=False)
    days = fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=validate.Range(1, DAYS_MOST)
    )


class BoardMadeSchema(Schema):
    """The only answer that shows the address."""

    id = Id(required=True)
    token = fields.String(required=True)
    url = fields.String(required=True)


class BoardSchema(Schema):
    id = fields.String(required=True)
    name = fields.String(required=True)
    site = fields.String(required=True)
    include_cost = fields.Boolean(required=True)
    language = fields.String(required=True)
    created_at = InstantField(required=True)
    created_by = fields.String(required=True, allow_none=True)
    expires_at = InstantField(required=True, allow_none=True)
    seen_at = InstantField(required=True, allow_none=True)
    revoked_at = InstantField(required=True, allow_none=True)


class BoardsQuery(PageQuery):
    pass


class BoardQuery(Schema):
    """site: for people; a board's token knows its own."""

    site = a_code()


class BoardSiteSchema(Schema):
    code = fields.String(required=True)
    name_zh = fields.String(required=True)
    name_en = fields.String(required=True)
    time_zone = fields.String(required=True)


class BoardDocumentsSchema(Schema):
    """Documents done today, of those that were open today."""

    done = fields.Integer(required=True)
    all = fields.Integer(required=True)


class BoardWorkSchema(Schema):
    """Lines today, and in the last hour of today."""

    lines = fields.Integer(required=True)
    last_hour = fields.Integer(required=True)
    documents = fields.Nested(BoardDocumentsSchema, required=True)


class BoardCountsSchema(Schema):
    """Locations being counted, waiting for a decision, finished today, ordered and not begun."""

    counting = fields.Integer(required=True)
    waiting = fields.Integer(required=True)
    done = fields.Integer(required=True)
    open_tasks = fields.Integer(required=True)
    waiting_since = InstantField(required=True, allow_none=True)


class BoardTurnoverSchema(Schema):
    """ratio: of a year. stock_value: only for boards that were granted cost."""

    ratio = fields.String(required=True, allow_none=True)
    days_of_stock = fields.String(required=True, allow_none=True)
    stock_value = fields.String(required=True, allow_none=True)


class BoardTrendSchema(Schema):
    days = fields.List(fields.String(), required=True)
    days_of_stock = fields.List(fields.String(allow_none=True), required=True)
    value = fields.List(fields.String(), required=True, allow_none=True)


class BoardAlertSchema(Schema):
    sku = fields.String(required=True)
    name_zh = fields.String(required=True)
    name_en = fields.String(required=True)
    unit = fields.String(required=True)
    position = QuantityField(required=True)
    point = QuantityField(required=True)
    state = fields.String(required=True)


class BoardAlertsSchema(Schema):
    count = fields.Integer(required=True)
    rows = fields.List(fields.Nested(BoardAlertSchema), required=True)


class BoardMovementSchema(Schema):
    id = Id(required=True)
    kind = fields.String(required=True)
    sku = fields.String(required=True)
    name_zh = fields.String(required=True)
    name_en = fields.String(required=True)
    quantity = QuantityField(required=True)
    unit = fields.String(required=True)
    from_code = fields.String(required=True)
    from_kind = fields.String(required=True)
    to_code = fields.String(required=True)
    to_kind = fields.String(required=True)
    person = fields.String(required=True, allow_none=True)
    recorded_at = InstantField(required=True)


class BoardDeviceSchema(Schema):
    name = fields.String(required=True)
    last_seen_at = InstantField(required=True, allow_none=True)
    unsent = fields.Integer(required=True)


class BoardDevicesSchema(Schema):
    """heard: within ten minutes. late: with commands unsent, or silent for a day."""

    total = fields.Integer(required=True)
    heard = fields.Integer(required=True)
    late = fields.List(fields.Nested(BoardDeviceSchema), required=True)


class BoardPrinterSchema(Schema):
    """well: ready or printing, and its station was heard within two minutes."""

    name = fields.String(required=True)
    state = fields.String(required=True)
    reason = fields.String(required=True)
    well = fields.Boolean(required=True)
    waiting = fields.Integer(required=True)


class BoardFiguresSchema(Schema):
    language = fields.String(required=True)
    site = fields.Nested(BoardSiteSchema, required=True)
    day = fields.Date(required=True)
    receipts = fields.Nested(BoardWorkSchema, required=True)
    picks = fields.Nested(BoardWorkSchema, required=True)
    counts = fields.Nested(BoardCountsSchema, required=True)
    turnover = fields.Nested(BoardTurnoverSchema, required=True)
    trend = fields.Nested(BoardTrendSchema, required=True)
    alerts = fields.Nested(BoardAlertsSchema, required=True)
    movements = fields.List(fields.Nested(BoardMovementSchema), required=True)
    devices = fields.Nested(BoardDevicesSchema, required=True)
    printers = fields.List(fields.Nested(BoardPrinterSchema), required=True)
