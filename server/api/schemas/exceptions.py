"""The exceptions inbox as JSON."""

from typing import get_args

from marshmallow import Schema, fields, validate

from server.api.pagination import PageQuery
from server.api.schemas.fields import Id, InstantField
from server.api.schemas.texts import code as a_code
from server.api.schemas.texts import text
from server.domain.exceptions import REASON_LENGTH_MOST, Action, Source, Weight

SOURCES, WEIGHTS, ACTIONS = get_args(Source), get_args(Weight), get_args(Action)
STATES = ("open", "resolved")


class ExceptionQuery(PageQuery):
    """The open ones unless asked otherwise (all: whatever the state)."""

    state = fields.String(load_default="open", validate=validate.OneOf((*STATES, "all")))
    source = fields.String(validate=validate.OneOf(SOURCES))
    weight = fields.String(validate=validate.OneOf(WEIGHTS))
    code = a_code()
    site = a_code()
    item = a_code()
    location = a_code()
    device = Id()
    user = Id()


class ExceptionWordsSchema(Schema):
    """says: what happened; do: what would mend it."""

    says = fields.String(required=True)
    do = fields.String(required=True)


class ExceptionSchema(Schema):
    """weight: act (wrong until somebody acts) | look (probably fine) | note (nothing to do).

    action: what the desk offers: look (order one), correct (replace the command), bind (a barcode),
    decide (in quarantine), price, release (a reservation), hold (change the status), call (the
    handheld), judge (only a reason) or nothing. standing: whether the cause is still there.
    resolved_by null on a resolved one: it cleared itself. facts: codes and figures by name.
    """

    id = Id(required=True)
    source = fields.String(required=True, validate=validate.OneOf(SOURCES))
    key = fields.String(required=True)
    code = fields.String(required=True)
    weight = fields.String(required=True, validate=validate.OneOf(WEIGHTS))
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    standing = fields.Boolean(required=True)
    site = fields.String(required=True, allow_none=True)
    item = fields.String(required=True, allow_none=True)
    name_zh = fields.String(required=True, allow_none=True)
    name_en = fields.String(required=True, allow_none=True)
    item_id = Id(required=True, allow_none=True)
    location_id = Id(required=True, allow_none=True)
    location = fields.String(required=True, allow_none=True)
    device_id = Id(required=True, allow_none=True)
    device = fields.String(required=True, allow_none=True)
    user = fields.String(required=True, allow_none=True)
    command_id = fields.UUID(required=True, allow_none=True)
    occurred_at = InstantField(required=True)
    opened_at = InstantField(required=True)
    facts = fields.Dict(required=True)
    action = fields.String(required=True, validate=validate.OneOf(ACTIONS))
    zh = fields.Nested(ExceptionWordsSchema, required=True)
    en = fields.Nested(ExceptionWordsSchema, required=True)
    resolved_at = InstantField(required=True, allow_none=True)
    resolved_by = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True)
    version = fields.Integer(required=True)


class EvidenceScanSchema(Schema):
    text = fields.String(required=True)
    aim = fields.String(required=True)
    source = fields.String(required=True)


class EvidenceSchema(Schema):
    """A command behind the case, with the scans it was made of."""

    id = fields.UUID(required=True)
    type = fields.String(required=True)
    status = fields.String(required=True)
    body = fields.Dict(required=True)
    occurred_at = InstantField(required=True)
    received_at = InstantField(required=True)
    user = fields.String(required=True, allow_none=True)
    device = fields.String(required=True, allow_none=True)
    scans = fields.List(fields.Nested(EvidenceScanSchema), required=True)


class CaseTaskSchema(Schema):
    """A look or recount that is ordered at the place and not done."""

    id = Id(required=True)
    kind = fields.String(required=True)
    reason = fields.String(required=True)
    ordered_at = InstantField(required=True)


class ExceptionDetailSchema(ExceptionSchema):
    """With what stands behind it."""

    commands = fields.List(fields.Nested(EvidenceSchema), required=True)
    tasks = fields.List(fields.Nested(CaseTaskSchema), required=True)


class ResolveSchema(Schema):
    """What was done about it."""

    reason = text(REASON_LENGTH_MOST, 1, required=True)


class ExceptionCountSchema(Schema):
    """How many open cases are alike in these; oldest: when the oldest happened."""

    site = fields.String(required=True, allow_none=True)
    source = fields.String(required=True, validate=validate.OneOf(SOURCES))
    code = fields.String(required=True)
    weight = fields.String(required=True, validate=validate.OneOf(WEIGHTS))
    count = fields.Integer(required=True)
    oldest = InstantField(required=True)


class ExceptionCountsSchema(Schema):
    rows = fields.List(fields.Nested(ExceptionCountSchema), required=True)
