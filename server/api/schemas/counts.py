"""Counts as a supervisor sees them before and after deciding, and the tasks for counters."""

from marshmallow import Schema, fields, validate

from server.api.pagination import PageQuery
from server.api.schemas.fields import Id, InstantField, MoneyField, QuantityField

STATES = ("counting", "finished", "approved", "refused")
CODE = validate.Length(1, 200)


class CountQuery(PageQuery):
    """state may be given more than once."""

    state = fields.List(fields.String(validate=validate.OneOf(STATES)), load_default=list)
    site = fields.String(validate=CODE)
    location = fields.String(validate=CODE)


class CountSchema(Schema):
    """One count of one location. whole: what was not seen counts as zero."""

    id = Id(required=True)
    uid = fields.UUID(required=True)
    site_id = Id(required=True)
    site = fields.String(required=True)
    location_id = Id(required=True)
    location = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    whole = fields.Boolean(required=True)
    first_at = InstantField(required=True)
    counted_at = InstantField(required=True, allow_none=True)
    finished_at = InstantField(required=True, allow_none=True)
    started_by = fields.String(required=True, allow_none=True)
    decided_by = fields.String(required=True, allow_none=True)
    decided_at = InstantField(required=True, allow_none=True)
    decision = fields.String(required=True)
    version = fields.Integer(required=True)
    line_count = fields.Integer(required=True)


class CountLineSchema(Schema):
    """What was seen of one key, beside the books at its last observation.

    seen: somebody counted it (else it counts as zero because the place was closed whole).
    moved_since: net change of the books after the observation. The books' side is null where it
    may not be seen (blind) or is not known; value only for those who may read cost.
    """

    item_id = Id(required=True)
    item = fields.String(required=True)
    name_zh = fields.String(required=True, allow_none=True)
    name_en = fields.String(required=True, allow_none=True)
    base_unit = fields.String(required=True)
    lot = fields.String(required=True, allow_none=True)
    serial = fields.String(required=True, allow_none=True)
    unit = fields.String(required=True, allow_none=True)
    seen = fields.Boolean(required=True)
    attempt = fields.Integer(required=True, allow_none=True)
    counted = QuantityField(required=True)
    first_at = InstantField(required=True)
    last_at = InstantField(required=True)
    counted_by = fields.String(required=True, allow_none=True)
    expected = QuantityField(required=True, allow_none=True)
    variance = QuantityField(required=True, allow_none=True)
    value = MoneyField(allow_none=True)
    moved_since = QuantityField(required=True, allow_none=True)
    moved_while_counting = fields.Boolean(required=True, allow_none=True)


class SilentDeviceSchema(Schema):
    """A handheld of the site that may still hold movements from before the count."""

    id = Id(required=True)
    name = fields.String(required=True)
    last_seen_at = InstantField(required=True, allow_none=True)
    unsent = fields.Integer(required=True)


class CountDetailSchema(CountSchema):
    """blind: the books' side is not for this reader (yet). value: of all variances, at cost."""

    blind = fields.Boolean(required=True)
    lines = fields.List(fields.Nested(CountLineSchema), required=True)
    value = MoneyField(allow_none=True)
    silent_devices = fields.List(fields.Nested(SilentDeviceSchema), required=True)


class WaitingCountSchema(CountSchema):
    """A finished count in short, for who decides. item and names: of the only line that differs.

    variance_count: lines that differ. variance: of the only one. value: of all, at cost. The books'
    side is null where it may not be seen (blind).
    """

    blind = fields.Boolean(required=True)
    variance_count = fields.Integer(required=True, allow_none=True)
    item = fields.String(required=True, allow_none=True)
    name_zh = fields.String(required=True, allow_none=True)
    name_en = fields.String(required=True, allow_none=True)
    base_unit = fields.String(required=True, allow_none=True)
    variance = QuantityField(required=True, allow_none=True)
    value = MoneyField(allow_none=True)
    silent_device_count = fields.Integer(required=True, allow_none=True)


class WaitingQuery(PageQuery):
    """The longest waiting first."""

    site = fields.String(validate=CODE)


class LinkSchema(Schema):
    """url: opens the count on any device; whoever opens it signs in."""

    url = fields.String(required=True)
    expires_at = InstantField(required=True)


class LinkCheckQuery(Schema):
    signature = fields.String(required=True, validate=validate.Length(1, 500))


class LinkCheckSchema(Schema):
    expires_at = InstantField(required=True)


class ApprovalSchema(Schema):
    """version: of the count as it was read. acknowledged_devices: silent ones it is approved
    without. accept_movement: also where something moved while it was counted (policy `ask`)."""

    version = fields.Integer(strict=True, required=True, validate=validate.Range(1, 2**31))
    acknowledged_devices = fields.List(
        Id(), load_default=list, validate=validate.Length(max=10_000)
    )
    accept_movement = fields.Boolean(load_default=False, truthy={True}, falsy={False})


class RefusalSchema(Schema):
    """reason: for whoever counts the place again."""

    version = fields.Integer(strict=True, required=True, validate=validate.Range(1, 2**31))
    reason = fields.String(required=True, validate=validate.Length(1, 200))


class CountTaskQuery(PageQuery):
    """Open tasks unless said otherwise."""

    state = fields.String(load_default="open", validate=validate.OneOf(["open", "done", "cleared"]))
    kind = fields.String(validate=validate.OneOf(["look", "recount", "count"]))
    site = fields.String(validate=CODE)
    location = fields.String(validate=CODE)


class CountTaskSchema(Schema):
    """Somebody is to go and look. kind: look | recount | count; state: open | done | cleared.

    reason: the code of what ordered it. item: null means everything there.
    """

    id = Id(required=True)
    kind = fields.String(required=True)
    site = fields.String(required=True)
    location_id = Id(required=True)
    location = fields.String(required=True)
    item = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True)
    state = fields.String(required=True)
    ordered_at = InstantField(required=True)
    ended_at = InstantField(required=True, allow_none=True)
