"""Printers, print jobs and what stations say, as JSON."""

from marshmallow import Schema, fields, validate

from server.api.pagination import PageQuery
from server.api.schemas.fields import Id, InstantField
from server.api.schemas.labels import LANGUAGES as TEXT_LANGUAGES
from server.api.schemas.labels import LabelRowSchema, WantedSchema
from server.api.schemas.texts import code as a_code
from server.api.schemas.texts import text as a_text
from server.domain.printing import (
    HOURS_MOST,
    HOURS_USUAL,
    LANGUAGES,
    PRINTER_STATES,
    PRIORITY_USUAL,
    REASONS,
    REPORTED,
    REPRINT_REASONS,
    STATES,
)

LABELS_MOST = 10_000


class MediaSchema(Schema):
    """What is in a printer, and how it prints on it (docs/labels.md)."""

    name = a_code(required=True)
    width_mm = fields.Float(required=True, validate=validate.Range(5, 500))
    height_mm = fields.Float(required=True, validate=validate.Range(5, 500))
    across = fields.Integer(load_default=1)
    across_gap_mm = fields.Float(load_default=2.0)
    gap_mm = fields.Float(load_default=2.0)
    tracking = fields.String(load_default="gap")
    darkness = fields.Integer(load_default=None, allow_none=True)
    speed = fields.Integer(load_default=None, allow_none=True)
    offset_x_mm = fields.Float(load_default=0.0)
    offset_y_mm = fields.Float(load_default=0.0)
    direction = fields.Integer(load_default=0)


class PrinterSchema(Schema):
    """A printer; reason: why it does not print. seen_at: when its station was last heard."""

    id = Id(required=True)
    site = fields.String(required=True)
    station = fields.String(required=True)
    name = fields.String(required=True)
    language = fields.String(required=True)
    dpi = fields.Integer(required=True)
    media = fields.Nested(MediaSchema, required=True, allow_none=True)
    state = fields.String(required=True)
    reason = fields.String(required=True)
    online = fields.Boolean(required=True)
    agent_version = fields.String(required=True)
    seen_at = InstantField(required=True)
    open_jobs = fields.Integer(required=True)
    retired = fields.Boolean(required=True)
    version = fields.Integer(required=True)


class PrinterQuery(PageQuery):
    site = a_code()
    retired = fields.Boolean()


class PrinterChangesSchema(Schema):
    media = fields.Nested(MediaSchema)
    retired = fields.Boolean()


class TestPrintSchema(Schema):
    id = fields.UUID(required=True)
    language = fields.String(load_default="zh", validate=validate.OneOf(TEXT_LANGUAGES))


class NewPrintJobSchema(Schema):
    """id: made by the client; the same order again changes nothing. media, dpi: what the printer
    must have. sheet: a4-24 or a4-65 on a PDF printer. hours: after these nobody wants it."""

    id = fields.UUID(required=True)
    printer = Id(required=True)
    design = a_code(required=True)
    wanted = fields.Nested(WantedSchema, required=True)
    language = fields.String(load_default="zh", validate=validate.OneOf(TEXT_LANGUAGES))
    copies = fields.Integer(load_default=1, validate=validate.Range(1, 999))
    priority = fields.Integer(load_default=PRIORITY_USUAL, validate=validate.Range(0, 9))
    hours = fields.Integer(load_default=HOURS_USUAL, validate=validate.Range(1, HOURS_MOST))
    media = a_text(load_default="")
    dpi = fields.Integer(load_default=None, allow_none=True)
    sheet = a_text(load_default="")
    first_cell = fields.Integer(load_default=1, validate=validate.Range(1, 100))


class PrintJobSchema(Schema):
    """labels: formats the printer gets, numbered from 1; checked: read back so far; confirmed:
    certainly printed; doubtful: perhaps printed twice. problem: why a label was refused."""

    id = fields.UUID(required=True)
    site = fields.String(required=True)
    printer = Id(required=True)
    printer_name = fields.String(required=True)
    station = fields.String(required=True)
    design = fields.String(required=True)
    design_version = fields.Integer(required=True)
    copies = fields.Integer(required=True)
    labels = fields.Integer(required=True)
    checked = fields.Integer(required=True)
    priority = fields.Integer(required=True)
    media = fields.Dict(required=True)
    numbered = fields.Boolean(required=True)
    state = fields.String(required=True)
    reason = fields.String(required=True)
    problem = fields.Dict(required=True, allow_none=True)
    sent = fields.Integer(required=True)
    confirmed = fields.Integer(required=True)
    doubtful = fields.List(fields.Integer(), required=True)
    expires_at = InstantField(required=True)
    leased_until = InstantField(required=True, allow_none=True)
    reprint_of = fields.UUID(required=True, allow_none=True)
    reprint_reason = fields.String(required=True)
    mark = fields.String(required=True)
    source = fields.String(required=True)
    user = fields.String(required=True, allow_none=True)
    created_at = InstantField(required=True)
    ended_at = InstantField(required=True, allow_none=True)
    request_id = fields.String(required=True)


class WholePrintJobSchema(PrintJobSchema):
    rows = fields.List(fields.Nested(LabelRowSchema), required=True)


class PrintJobQuery(PageQuery):
    site = a_code()
    printer = Id()
    state = fields.String(validate=validate.OneOf(STATES))
    open = fields.Boolean()


class RedirectSchema(Schema):
    """confirmed: the last label that came out well, where only a look can tell."""

    printer = Id(required=True)
    confirmed = fields.Integer(load_default=None, allow_none=True)


class ResumeSchema(Schema):
    confirmed = fields.Integer(load_default=None, allow_none=True)


class ReprintSchema(Schema):
    """rows: numbers of the rows to print again, from 1; none: all."""

    id = fields.UUID(required=True)
    reason = fields.String(required=True, validate=validate.OneOf(REPRINT_REASONS))
    rows = fields.List(
        fields.Integer(), load_default=list, validate=validate.Length(max=LABELS_MOST)
    )
    printer = Id(load_default=None, allow_none=True)


class SeenPrinterSchema(Schema):
    name = a_code(required=True)
    language = fields.String(required=True, validate=validate.OneOf(LANGUAGES))
    dpi = fields.Integer(required=True, validate=validate.OneOf((203, 300, 600)))
    state = fields.String(required=True, validate=validate.OneOf(PRINTER_STATES))
    reason = fields.String(load_default="", validate=validate.OneOf(("", *REASONS)))


class LeaseSchema(Schema):
    """agent: made once per agent and kept; wait_s: how long to wait for work."""

    agent = fields.UUID(required=True)
    version = a_text(60, load_default="")
    printers = fields.List(
        fields.Nested(SeenPrinterSchema), required=True, validate=validate.Length(1, 20)
    )
    wait_s = fields.Float(load_default=0, validate=validate.Range(0, 25))
    most = fields.Integer(load_default=1, validate=validate.Range(1, 5))


class LeasedPrinterSchema(Schema):
    name = fields.String(required=True)
    media = fields.Nested(MediaSchema, required=True, allow_none=True)


class LeasedJobSchema(Schema):
    """doubtful: some of it may be on paper though nobody confirmed it."""

    id = fields.UUID(required=True)
    lease = fields.UUID(required=True)
    printer = fields.String(required=True)
    language = fields.String(required=True)
    dpi = fields.Integer(required=True)
    labels = fields.Integer(required=True)
    confirmed = fields.Integer(required=True)
    numbered = fields.Boolean(required=True)
    doubtful = fields.Boolean(required=True)
    expires_at = InstantField(required=True)
    lease_s = fields.Integer(required=True)


class LeasedSchema(Schema):
    """jobs: new, and those the agent has but never began. retry_after_ms > 0: call again then."""

    printers = fields.List(fields.Nested(LeasedPrinterSchema), required=True)
    jobs = fields.List(fields.Nested(LeasedJobSchema), required=True)
    retry_after_ms = fields.Integer(required=True)


class LabelsQuery(Schema):
    lease = fields.UUID(required=True)
    from_ = fields.Integer(data_key="from", load_default=1, validate=validate.Range(1, LABELS_MOST))
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 50))


class LabelSchema(Schema):
    """One complete printer format; bytes in base64."""

    number = fields.Integer(required=True)
    sha256 = fields.String(required=True)
    bytes = fields.String(required=True)


class LabelsSchema(Schema):
    labels = fields.List(fields.Nested(LabelSchema), required=True)


class ProgressSchema(Schema):
    """sent: handed to the printer; confirmed: certainly printed; doubtful: perhaps twice."""

    lease = fields.UUID(required=True)
    state = fields.String(required=True, validate=validate.OneOf(REPORTED))
    sent = fields.Integer(required=True, validate=validate.Range(0, LABELS_MOST))
    confirmed = fields.Integer(required=True, validate=validate.Range(0, LABELS_MOST))
    reason = fields.String(load_default="", validate=validate.OneOf(("", *REASONS)))
    doubtful = fields.List(
        fields.Integer(), load_default=list, validate=validate.Length(max=LABELS_MOST)
    )


class PrintStateSchema(Schema):
    state = fields.String(required=True)
