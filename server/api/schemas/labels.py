"""Designs, number ranges, previews and scans of labels as JSON."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from server.api.pagination import PageQuery
from server.api.schemas.fields import Id, InstantField
from server.api.schemas.texts import code as a_code
from server.api.schemas.texts import text as a_text
from server.services.plan_labels import KINDS, ROWS_MOST

NUMBER_KINDS = ("sscc", "lpn", "serial")
FORMATS = ("png", "pdf", "svg", "zpl", "tspl")
LANGUAGES = ("zh", "en")
SCANS_MOST = 1_000
FIELDS_MOST = 60


def _fields_of_label(value: Any) -> None:
    if len(value) > FIELDS_MOST:
        raise ValidationError(f"At most {FIELDS_MOST} fields.")


def label_data(**options: Any) -> fields.Dict:
    """{field of the design: text}."""
    return fields.Dict(
        keys=a_text(60, 1), values=a_text(2_000), validate=_fields_of_label, **options
    )


class DesignSchema(Schema):
    """A design in force. shipped: as it came; numbered: it prints SSCC, LPN or serial."""

    name = fields.String(required=True)
    version = fields.Integer(required=True)
    shipped = fields.Boolean(required=True)
    numbered = fields.Boolean(required=True)
    document = fields.Dict(required=True)


class DesignsSchema(Schema):
    rows = fields.List(fields.Nested(DesignSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class DesignVersionSchema(DesignSchema):
    """at, by: when and by whom it was kept, null and "" as shipped. retired: taken back since."""

    class Meta:
        exclude = ("numbered",)

    at = InstantField(required=True, allow_none=True)
    by = fields.String(required=True)
    retired = fields.Boolean(required=True)
    in_force = fields.Boolean(required=True)


class DesignVersionsSchema(Schema):
    rows = fields.List(fields.Nested(DesignVersionSchema), required=True)


class NewDesignSchema(Schema):
    """document: the design's JSON (docs/labels.md); name and version are set by the house."""

    document = fields.Dict(required=True)


class MatchSchema(Schema):
    """What items (q, category, site: in stock there, unlabelled) or locations (zone, kind, prefix)
    must be like."""

    q = a_text(load_default=None, allow_none=True)
    category = a_text(load_default=None, allow_none=True)
    site = a_text(load_default=None, allow_none=True)
    unlabelled = fields.Boolean(load_default=None, allow_none=True)
    zone = a_text(load_default=None, allow_none=True)
    kind = a_text(load_default=None, allow_none=True)
    prefix = a_text(load_default=None, allow_none=True)


class WantedSchema(Schema):
    """What labels are wanted of. kind data: rows as given; items, locations, units: by codes, or
    items and locations that match; lots: of an item; numbers: `count` new ones of kind `numbers`
    (of an owner; serial: of an item). extra: put on every label. separators: before each aisle."""

    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    site = a_text(load_default="")
    codes = fields.List(a_code(), load_default=list, validate=validate.Length(max=ROWS_MOST))
    data = fields.List(label_data(), load_default=list, validate=validate.Length(max=ROWS_MOST))
    match = fields.Nested(MatchSchema, load_default=dict)
    item = a_text(load_default="")
    owner = a_text(load_default="")
    numbers = fields.String(load_default="lpn", validate=validate.OneOf(NUMBER_KINDS))
    count = fields.Integer(load_default=0, validate=validate.Range(0, ROWS_MOST))
    separators = fields.Boolean(load_default=False)
    extra = label_data(load_default=dict)


class PlanSchema(Schema):
    design = a_code(required=True)
    language = fields.String(load_default="zh", validate=validate.OneOf(LANGUAGES))
    wanted = fields.Nested(WantedSchema, required=True)


class LabelRowSchema(Schema):
    """One label: its fields; design where it is not the one asked for (a separator)."""

    design = fields.String()
    data = fields.Dict(required=True)


class LabelRowsSchema(Schema):
    rows = fields.List(fields.Nested(LabelRowSchema), required=True)


class PreviewSchema(Schema):
    """A design by name, or a document that is being edited. data: one label each; without: the
    design's own sample. png, svg: one page. sheet: a4-24 or a4-65, as PDF."""

    design = a_code(load_default=None, allow_none=True)
    document = fields.Dict(load_default=None, allow_none=True)
    data = fields.List(label_data(), load_default=list, validate=validate.Length(max=500))
    format = fields.String(load_default="png", validate=validate.OneOf(FORMATS))
    language = fields.String(load_default="zh", validate=validate.OneOf(LANGUAGES))
    dpi = fields.Integer(load_default=203, validate=validate.OneOf((203, 300, 600)))
    sheet = a_text(load_default="")
    first_cell = fields.Integer(load_default=1, validate=validate.Range(1, 100))
    copies = fields.Integer(load_default=1, validate=validate.Range(1, 100))


class NewRangeSchema(Schema):
    """sscc: prefix is the owner's GS1 company prefix, extension a digit; lpn, serial: prefix is
    text, digits how many follow it. first, last: of the number itself."""

    kind = fields.String(required=True, validate=validate.OneOf(NUMBER_KINDS))
    prefix = a_text(20, 1, required=True)
    extension = a_text(1, load_default="")
    digits = fields.Integer(load_default=6, validate=validate.Range(1, 15))
    first = fields.Integer(load_default=0, validate=validate.Range(0, 10**15))
    last = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(0, 10**15))
    owner = a_text(load_default="")
    item = a_text(load_default="")


class RangeChangesSchema(Schema):
    last = fields.Integer(validate=validate.Range(0, 10**15))
    retired = fields.Boolean()


class RangeSchema(Schema):
    id = Id(required=True)
    kind = fields.String(required=True)
    owner = fields.String(required=True)
    item = fields.String(required=True, allow_none=True)
    prefix = fields.String(required=True)
    extension = fields.String(required=True)
    digits = fields.Integer(required=True)
    next = fields.String(required=True)
    last = fields.String(required=True)
    left = fields.String(required=True)
    retired = fields.Boolean(required=True)
    version = fields.Integer(required=True)


class RangeQuery(PageQuery):
    kind = fields.String(validate=validate.OneOf(NUMBER_KINDS))
    retired = fields.Boolean()


class GivenBackSchema(Schema):
    """LPNs whose units were closed."""

    codes = fields.List(a_code(), required=True, validate=validate.Length(1, 1_000))


class ScannedSchema(Schema):
    """Codes read off printed labels, as the scanner sent them."""

    codes = fields.List(a_text(2_000, 1), required=True, validate=validate.Length(1, SCANS_MOST))


class FailedRowSchema(Schema):
    row = fields.Integer(required=True)
    codes = fields.List(fields.String(), required=True)


class VerdictSchema(Schema):
    """Which labels of a job do not scan: rows are numbers of its rows, from 1."""

    rows = fields.Integer(required=True)
    read = fields.List(fields.Integer(), required=True)
    failed = fields.List(fields.Nested(FailedRowSchema), required=True)
    strange = fields.List(fields.String(), required=True)


class LabelScanSchema(Schema):
    code = a_text(2_000, 1, required=True)
    attempts = fields.Integer(load_default=1, validate=validate.Range(1, 100))
    grade = fields.String(load_default="", validate=validate.OneOf(("", "A", "B", "C", "D", "F")))


class LabelScansSchema(Schema):
    """How labels scanned at a site; grade: of a verifier."""

    site = a_code(required=True)
    scans = fields.List(
        fields.Nested(LabelScanSchema), required=True, validate=validate.Length(1, SCANS_MOST)
    )


class WantedNumbersSchema(Schema):
    """kind: sscc or lpn (of an owner; "": our own), serial (of an item)."""

    kind = fields.String(required=True, validate=validate.OneOf(NUMBER_KINDS))
    count = fields.Integer(required=True, validate=validate.Range(1, ROWS_MOST))
    owner = a_text(load_default="")
    item = a_text(load_default="")


class NumbersSchema(Schema):
    codes = fields.List(fields.String(), required=True)


class HowManySchema(Schema):
    count = fields.Integer(required=True)


class QualityQuery(Schema):
    least_scans = fields.Integer(load_default=3, validate=validate.Range(1, 1_000_000))
    limit = fields.Integer(load_default=100, validate=validate.Range(1, 500))


class QualitySchema(Schema):
    """A code's scans; attempts_per_100: 100 is perfect."""

    site = fields.String(required=True)
    code = fields.String(required=True)
    scans = fields.Integer(required=True)
    attempts = fields.Integer(required=True)
    attempts_per_100 = fields.Integer(required=True)
    worst_grade = fields.String(required=True)
    last_at = InstantField(required=True)


class QualityListSchema(Schema):
    rows = fields.List(fields.Nested(QualitySchema), required=True)


class SampleDocumentQuery(Schema):
    """paper: a4, 241x279, 241x140, 241x93."""

    paper = a_text(load_default="a4")
    language = fields.String(load_default="zh", validate=validate.OneOf(LANGUAGES))


class AutomaticSchema(Schema):
    """Where labels go that nobody asks for, and how many of each."""

    printer = Id(required=True)
    design = a_code(required=True)
    copies = fields.Integer(load_default=1, validate=validate.Range(1, 20))
    language = fields.String(load_default="zh", validate=validate.OneOf(LANGUAGES))


class AutomaticLabelsSchema(Schema):
    """receipt: items without a barcode; location_created; unit_closed. null: nothing."""

    receipt = fields.Nested(AutomaticSchema, load_default=None, allow_none=True)
    location_created = fields.Nested(AutomaticSchema, load_default=None, allow_none=True)
    unit_closed = fields.Nested(AutomaticSchema, load_default=None, allow_none=True)


class LabelSiteQuery(Schema):
    site = a_code(required=True)


class ClosedUnitSchema(Schema):
    unit = a_code(required=True)
