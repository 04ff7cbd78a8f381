"""Scheduled reports and export batches as JSON."""

from marshmallow import Schema, fields, validate

from server.api.pagination import PageQuery
from server.api.schemas.fields import Id, InstantField
from server.api.schemas.reports import ReportFilters
from server.api.schemas.texts import code as a_code
from server.api.schemas.texts import text as a_text
from server.services.export_batches import FIELDS

FORMATS = ("csv", "xlsx")


class ScheduleChangesSchema(Schema):
    """days: daily, mon … sun, or 1 … 31; at: HH:MM in time_zone. channel_ids: who gets it; none:
    whoever subscribed to reports."""

    name = a_text(least=1)
    report = a_code()
    filters = fields.Nested(ReportFilters)
    format = fields.String(validate=validate.OneOf(FORMATS))
    language = fields.String(validate=validate.OneOf(("zh", "en")))
    days = a_code()
    at = a_code()
    time_zone = a_code()
    channel_ids = fields.List(Id())
    retired = fields.Boolean()


class NewScheduleSchema(ScheduleChangesSchema):
    name = a_text(least=1, required=True)
    report = a_code(required=True)
    filters = fields.Nested(ReportFilters, load_default=dict)
    format = fields.String(load_default="xlsx", validate=validate.OneOf(FORMATS))
    language = fields.String(load_default="zh", validate=validate.OneOf(("zh", "en")))
    days = a_code(load_default="daily")
    at = a_code(load_default="08:30")
    time_zone = a_code(load_default="Asia/Shanghai")
    channel_ids = fields.List(Id(), load_default=list)


class ScheduleSchema(Schema):
    """One schedule, and when it is due next."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    report = fields.String(required=True)
    filters = fields.Dict(required=True)
    format = fields.String(required=True)
    language = fields.String(required=True)
    days = fields.String(required=True)
    at = fields.String(required=True)
    time_zone = fields.String(required=True)
    channel_ids = fields.List(Id(), required=True)
    user = fields.String(required=True)
    next_due_at = InstantField(required=True, allow_none=True)
    retired = fields.Boolean(required=True)
    version = fields.Integer(required=True)


class ScheduleQuery(PageQuery):
    retired = fields.Boolean()


class RunSchema(Schema):
    """One run: running, done or failed with the code of what went wrong."""

    id = Id(required=True)
    schedule_id = Id(required=True)
    name = fields.String(required=True)
    report = fields.String(required=True)
    due_at = InstantField(required=True)
    state = fields.String(required=True)
    ended_at = InstantField(required=True, allow_none=True)
    file_name = fields.String(required=True)
    error = fields.String(required=True)


class RunQuery(PageQuery):
    schedule_id = Id()


class ExportColumnSchema(Schema):
    """One column of a file: a header, and a field of ours or a text that is always the same."""

    header = a_text(least=1, required=True)
    field = a_code(metadata={"enum": list(FIELDS)})
    text = a_text()


class ProfileChangesSchema(Schema):
    name = a_code()
    format = fields.String(validate=validate.OneOf(FORMATS))
    columns = fields.List(fields.Nested(ExportColumnSchema))
    retired = fields.Boolean()


class NewProfileSchema(ProfileChangesSchema):
    """map: a shipped column map, where no columns are given. start: now (what is there already
    leaves never) or beginning."""

    name = a_code(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(("movements", "count_differences")))
    site = a_code()
    format = fields.String(load_default="xlsx", validate=validate.OneOf(FORMATS))
    map = a_code()
    start = fields.String(load_default="now", validate=validate.OneOf(("now", "beginning")))


class ProfileSchema(Schema):
    """One profile."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True)
    site = fields.String(required=True, allow_none=True)
    format = fields.String(required=True)
    columns = fields.List(fields.Nested(ExportColumnSchema), required=True)
    last_number = fields.Integer(required=True)
    retired = fields.Boolean(required=True)
    version = fields.Integer(required=True)


class BatchSchema(Schema):
    """One batch: from which movement to which, how many rows, and the SHA-256 of its file."""

    id = Id(required=True)
    profile_id = Id(required=True)
    number = fields.Integer(required=True)
    first_movement_id = Id(required=True)
    last_movement_id = Id(required=True)
    rows = fields.Integer(required=True)
    file_name = fields.String(required=True)
    content_hash = fields.String(required=True)
    at = InstantField(required=True)
    user = fields.String(required=True, allow_none=True)


class WaitingSchema(Schema):
    """How many rows the next batch would have (at most 20,000 go into one)."""

    rows = fields.Integer(required=True)


class ExportMapSchema(Schema):
    """A shipped column map, with the columns of each kind of batch."""

    name = fields.String(required=True)
    title = fields.String(required=True)
    movements = fields.List(fields.Nested(ExportColumnSchema), required=True)
    count_differences = fields.List(fields.Nested(ExportColumnSchema), required=True)
