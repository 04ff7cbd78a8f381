"""Exports: every kind of record as CSV or XLSX."""

from flask import Response
from flask.views import MethodView

from server.api.access import current_actor, requires
from server.api.files import saved_table
from server.api.openapi import Blueprint
from server.services.export_rows import export_rows

blueprint = Blueprint("exports", __name__, description="Files out")


@blueprint.route("/exports/<string:name>")
class Export(MethodView):
    @requires("exports.read")
    @blueprint.response(200, content_type="text/csv")
    def get(self, name: str) -> Response:
        """All records of one kind that the caller may see, as a file.

        name: items.csv, or items.xlsx; the others are categories, packagings, barcodes, lots,
        item_sites, sites, zones, locations, statuses, owners, suppliers, supplier_items, stock
        and movements.
        Text that a spreadsheet would take for a formula begins with an apostrophe.

        Errors: unknown_export.
        """
        kind, _, file_format = name.rpartition(".")
        pieces = export_rows(kind, file_format, actor=current_actor())
        return saved_table(f"{kind}.{file_format}", pieces)
