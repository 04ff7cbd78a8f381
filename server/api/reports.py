"""Reports: 收发存, item ledger, valuation, ageing, turnover, below minimum, expiry."""

from typing import Any

from flask import Response
from flask.views import MethodView

from server.api.access import current_actor, requires
from server.api.errors import reader_language
from server.api.files import saved_table
from server.api.openapi import Blueprint
from server.api.pagination import free_cursor_key, page, page_of
from server.api.schemas.reports import (
    LanguageQuery,
    ReportFileQuery,
    ReportKindSchema,
    ReportQuery,
    ReportSchema,
)
from server.services.make_reports import report_file, report_page, reports_for
from server.store.queries.records import Record
from server.text import report_words

blueprint = Blueprint("reports", __name__, description="Reports and what they are made of")


@blueprint.route("/reports")
class Reports(MethodView):
    @requires("reports.read")
    @blueprint.arguments(LanguageQuery, location="query")
    @blueprint.response(200, page_of(ReportKindSchema))
    def get(self, query: dict[str, Any]) -> Record:
        """The reports the caller may read, with the filters and groups of each."""
        language = query.get("language") or reader_language()
        rows = [
            {
                "name": report.name,
                "title": report_words("reports", report.name, language),
                "filters": sorted(report.filters),
                "groups": list(report.groups),
                "has_chart": report.is_chart,
            }
            for report in reports_for(current_actor())
        ]
        return {"rows": rows, "next_cursor": None}


@blueprint.route("/reports/<string:name>")
class OneReport(MethodView):
    @requires("reports.read")
    @blueprint.arguments(ReportQuery, location="query")
    @blueprint.response(200, ReportSchema)
    def get(self, query: dict[str, Any], name: str) -> Record:
        """One report, a page at a time: columns, rows, totals, and how it was computed.

        name: stock_summary (收发存汇总表), item_ledger (库存明细账, of one item), valuation,
        ageing, turnover, below_minimum, expiry.

        Errors: unknown_report, unknown_report_filter, unknown_report_group, unknown_site,
        unknown_item, bad_period, bad_buckets, field_required, bad_cursor.
        """
        limit, cursor = query.pop("limit"), query.pop("cursor")
        language = query.pop("language", None) or reader_language()
        made = report_page(
            name,
            query,
            actor=current_actor(),
            language=language,
            after=free_cursor_key(cursor),
            limit=limit,
        )
        shown = page(made["rows"], limit, lambda keyed: keyed[0])
        return {**made, **shown, "rows": [row for _, row in shown["rows"]]}


@blueprint.route("/report-files/<string:name>")
class ReportFile(MethodView):
    @requires("reports.read")
    @blueprint.arguments(ReportFileQuery, location="query")
    @blueprint.response(200, content_type="text/csv")
    def get(self, query: dict[str, Any], name: str) -> Response:
        """A whole report as a file: stock_summary.csv, valuation.xlsx …, totals in the last row.

        Text that a spreadsheet would take for a formula begins with an apostrophe.

        Errors: as the report, and unknown_export.
        """
        report, _, file_format = name.rpartition(".")
        language = query.pop("language", None) or reader_language()
        pieces = report_file(report, query, file_format, actor=current_actor(), language=language)
        return saved_table(f"{report}.{file_format}", pieces)
