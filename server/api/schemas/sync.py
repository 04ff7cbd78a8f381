"""What a handheld keeps, as JSON; written here for the document, answered as it was read."""

from marshmallow import Schema, fields, validate

from server.api.pagination import CURSOR_LENGTH_MOST
from server.api.schemas.fields import Id, InstantField, QuantityField

ROWS_MOST = 5_000
ROWS_USUAL = 2_000


class SyncQuery(Schema):
    """Without a cursor: everything, from the beginning."""

    cursor = fields.String(load_default="", validate=validate.Length(max=CURSOR_LENGTH_MOST))
    limit = fields.Integer(load_default=ROWS_USUAL, validate=validate.Range(1, ROWS_MOST))


class SyncPackagingSchema(Schema):
    id = Id(required=True)
    name = fields.String(required=True)
    quantity = QuantityField(required=True)


class SyncItemSchema(Schema):
    id = Id(required=True)
    sku = fields.String(required=True)
    sku_key = fields.String(required=True)
    name_zh = fields.String(required=True)
    name_en = fields.String(required=True)
    specification = fields.String(required=True)
    search = fields.String(required=True)
    base_unit = fields.String(required=True)
    second_unit = fields.String(required=True)
    tracking = fields.String(required=True)
    shelf_life = fields.Integer(required=True, allow_none=True)
    shelf_life_unit = fields.String(required=True)
    category = fields.String(required=True, allow_none=True)
    has_picture = fields.Boolean(required=True)
    packagings = fields.List(fields.Nested(SyncPackagingSchema), required=True)
    retired = fields.Boolean(required=True)


class SyncBarcodeSchema(Schema):
    """packaging_quantity: base units in one scan of it."""

    id = Id(required=True)
    code = fields.String(required=True)
    code_key = fields.String(required=True)
    kind = fields.String(required=True)
    target_id = Id(required=True)
    packaging_id = Id(required=True, allow_none=True)
    packaging_name = fields.String(required=True)
    packaging_quantity = QuantityField(required=True)
    retired = fields.Boolean(required=True)


class SyncLocationSchema(Schema):
    id = Id(required=True)
    site_id = Id(required=True)
    code = fields.String(required=True)
    code_key = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True)
    zone = fields.String(required=True, allow_none=True)
    walking_order = fields.Integer(required=True)
    retired = fields.Boolean(required=True)


class SyncLotSchema(Schema):
    id = Id(required=True)
    item_id = Id(required=True)
    code = fields.String(required=True)
    code_key = fields.String(required=True)
    production_date = fields.Date(required=True, allow_none=True)
    expires_on = fields.Date(required=True, allow_none=True)


class SyncUnitSchema(Schema):
    """A unit that left the site is retired here."""

    id = Id(required=True)
    code = fields.String(required=True)
    code_key = fields.String(required=True)
    location_id = Id(required=True, allow_none=True)
    retired = fields.Boolean(required=True)


class SyncKeptSchema(Schema):
    """Whether any stock of the item is at the location; never how much."""

    location_id = Id(required=True)
    item_id = Id(required=True)
    kept = fields.Boolean(required=True)


class SyncPickSchema(Schema):
    """Take so much there; lot is "" where there is none."""

    location_id = Id(required=True)
    location = fields.String(required=True)
    lot = fields.String(required=True)
    quantity = QuantityField(required=True)


class SyncDocumentLineSchema(Schema):
    line = fields.Integer(required=True)
    item_id = Id(required=True)
    quantity = QuantityField(required=True)
    done = QuantityField(required=True)
    arrived = QuantityField(required=True)
    open = QuantityField(required=True)
    packaging_id = Id(required=True, allow_none=True)
    lot = fields.String(required=True)
    expires_on = fields.Date(required=True, allow_none=True)
    location = fields.String(required=True, allow_none=True)
    reservation = fields.UUID(required=True, allow_none=True)
    picks = fields.List(fields.Nested(SyncPickSchema), required=True)


class SyncDocumentSchema(Schema):
    """Retired: not open any more, forget it. picks: where what is promised is taken from."""

    id = Id(required=True)
    kind = fields.String(required=True)
    number = fields.String(required=True)
    number_key = fields.String(required=True)
    external_number = fields.String(required=True)
    external_key = fields.String(required=True)
    state = fields.String(required=True)
    site_id = Id(required=True)
    to_site_id = Id(required=True, allow_none=True)
    partner = fields.String(required=True)
    due_date = fields.Date(required=True, allow_none=True)
    lines = fields.List(fields.Nested(SyncDocumentLineSchema), required=True)
    retired = fields.Boolean(required=True)


class SyncTaskSchema(Schema):
    id = Id(required=True)
    kind = fields.String(required=True)
    location_id = Id(required=True)
    location = fields.String(required=True)
    item_id = Id(required=True, allow_none=True)
    reason = fields.String(required=True)
    ordered_at = InstantField(required=True)


class SyncStatusSchema(Schema):
    id = Id(required=True)
    code = fields.String(required=True)
    name_zh = fields.String(required=True)
    name_en = fields.String(required=True)
    available = fields.Boolean(required=True)


class SyncSiteSchema(Schema):
    """scan_rules: how this site's scanners and in-store codes are read."""

    id = Id(required=True)
    code = fields.String(required=True)
    name_zh = fields.String(required=True)
    name_en = fields.String(required=True)
    time_zone = fields.String(required=True)
    location_mode = fields.String(required=True)
    scan_rules = fields.Dict(required=True)


class SyncSchema(Schema):
    """One page. `more`: ask again at once with `cursor`; else later. site, statuses and tasks come
    whole when one of them changed, else null. ring: somebody looks for this handheld: make a
    noise."""

    cursor = fields.String(required=True)
    more = fields.Boolean(required=True)
    ring = fields.Boolean(required=True)
    items = fields.List(fields.Nested(SyncItemSchema), required=True)
    barcodes = fields.List(fields.Nested(SyncBarcodeSchema), required=True)
    locations = fields.List(fields.Nested(SyncLocationSchema), required=True)
    lots = fields.List(fields.Nested(SyncLotSchema), required=True)
    units = fields.List(fields.Nested(SyncUnitSchema), required=True)
    kept = fields.List(fields.Nested(SyncKeptSchema), required=True)
    documents = fields.List(fields.Nested(SyncDocumentSchema), required=True)
    site = fields.Nested(SyncSiteSchema, required=True, allow_none=True)
    statuses = fields.List(fields.Nested(SyncStatusSchema), required=True, allow_none=True)
    tasks = fields.List(fields.Nested(SyncTaskSchema), required=True, allow_none=True)
