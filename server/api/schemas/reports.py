"""Reports as JSON."""

from marshmallow import Schema, fields, validate

from server.api.pagination import PageQuery
from server.api.schemas.texts import code as a_code
from server.api.schemas.turnover import METHODS
from server.domain.report_periods import PERIODS
from server.domain.reports import GROUP_COLUMNS


class ReportFilters(Schema):
    """What a report may be narrowed by; each report says which of these it knows.

    Days are book days: period names them relative to today, else from and to (usual: this month).
    as_of: the end of which day (usual: today). group: by what rows are added up. category: with all
    below it. days: of expiry, from today. by: ageing receipt | lot, below_minimum available |
    position. buckets: upper ends of ageing, "30,60,90". kind: of movement. q: words of the item.
    """

    period = fields.String(validate=validate.OneOf(tuple(PERIODS)))
    from_ = fields.Date(data_key="from", attribute="from")
    to = fields.Date()
    as_of = fields.Date()
    site = a_code()
    category = a_code()
    item = a_code()
    owner = a_code()
    q = a_code()
    kind = a_code()
    group = fields.String(validate=validate.OneOf(tuple(GROUP_COLUMNS)))
    method = fields.String(validate=validate.OneOf(METHODS))
    by = fields.String(validate=validate.OneOf(("receipt", "lot", "available", "position")))
    buckets = a_code()
    days = fields.Integer(validate=validate.Range(0, 3_660))


class ReportQuery(ReportFilters, PageQuery):
    """The filters and the page."""

    language = fields.String(validate=validate.OneOf(("zh", "en")))


class ReportFileQuery(ReportFilters):
    """The filters and the language of the titles."""

    language = fields.String(validate=validate.OneOf(("zh", "en")))


class ColumnSchema(Schema):
    """One column: kind says how its cells are to be read (text, quantity, money, number, integer,
    date, instant); movement_kind: of which kind of movement alone it tells, "" for all."""

    name = fields.String(required=True)
    kind = fields.String(required=True)
    title = fields.String(required=True)
    movement_kind = fields.String(required=True)


class ReportSchema(Schema):
    """columns: those the caller may see; no money without the right to read cost. rows: by column
    name, `drill` is the report and filters (or the path) that show what a row is made of, `how` (of
    turnover) its inputs. totals and how: of the first page; how says how it was computed, with the
    very figures."""

    report = fields.String(required=True)
    columns = fields.List(fields.Nested(ColumnSchema), required=True)
    rows = fields.List(fields.Dict(), required=True)
    totals = fields.Dict(required=True, allow_none=True)
    how = fields.Dict(required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class ReportKindSchema(Schema):
    """One report: which filters and groups it knows; has_chart: whether a picture helps."""

    name = fields.String(required=True)
    title = fields.String(required=True)
    filters = fields.List(fields.String(), required=True)
    groups = fields.List(fields.String(), required=True)
    has_chart = fields.Boolean(required=True)


class LanguageQuery(Schema):
    """In which language titles are told; else that of the reader."""

    language = fields.String(validate=validate.OneOf(("zh", "en")))
