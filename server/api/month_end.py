"""Month end: what is not settled, and the pack of a month."""

from typing import Any

from flask import Response
from flask.views import MethodView

from server.api.access import current_actor, requires
from server.api.files import saved_table
from server.api.idempotency import idempotent
from server.api.openapi import Blueprint
from server.api.pagination import page_of
from server.api.schemas.month_end import MonthQuery, MonthSchema, NewPackSchema, PackSchema
from server.services.check_month import month_to_close
from server.services.pack_month import ask_for_pack, pack_file, packs_of
from server.services.write_table import XLSX_TYPE
from server.store.queries.records import Record

blueprint = Blueprint("month_end", __name__, description="Closing a month: checks and pack")


@blueprint.route("/sites/<int:site_id>/month-end")
class MonthEnd(MethodView):
    @requires("reports.read")
    @blueprint.arguments(MonthQuery, location="query")
    @blueprint.response(200, MonthSchema)
    def get(self, query: dict[str, Any], site_id: int) -> Record:
        """The checklist of the month to close, computed from the data now.

        Errors: unknown_site.
        """
        return month_to_close(site_id, query.get("last_day"), current_actor())


@blueprint.route("/sites/<int:site_id>/month-end-packs")
class Packs(MethodView):
    @requires("reports.read")
    @blueprint.response(200, page_of(PackSchema))
    def get(self, site_id: int) -> Record:
        """The site's packs, newest first."""
        return {"rows": packs_of(site_id, current_actor()), "next_cursor": None}

    @requires("periods.write")
    @idempotent
    @blueprint.arguments(NewPackSchema)
    @blueprint.response(201, PackSchema)
    def post(self, body: dict[str, Any], site_id: int) -> Record:
        """Have a pack made without closing anything; it is ready within moments.

        Errors: unknown_site.
        """
        actor = current_actor()
        pack_id = ask_for_pack(site_id, body["last_day"], body["language"], actor=actor)
        return next(row for row in packs_of(site_id, actor) if row["id"] == pack_id)


@blueprint.route("/sites/<int:site_id>/month-end-packs/<int:pack_id>/file")
class PackFile(MethodView):
    @requires("cost.read")
    @blueprint.response(200, content_type=XLSX_TYPE)
    def get(self, site_id: int, pack_id: int) -> Response:
        """The workbook: checklist, 收发存, valuation, ageing, count differences, estimates.

        Errors: unknown_pack, unknown_site.
        """
        _, content = pack_file(site_id, pack_id, current_actor())
        return saved_table(f"pack-{pack_id}.xlsx", content)
