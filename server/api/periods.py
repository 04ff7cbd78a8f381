"""Closing and reopening a site's books."""

from typing import Any

from flask.views import MethodView

from server.api.access import current_actor, requires
from server.api.errors import reader_language
from server.api.idempotency import idempotent
from server.api.openapi import Blueprint
from server.api.pagination import PageQuery, cursor_key, page, page_of
from server.api.schemas.periods import PeriodActionSchema, PeriodSchema
from server.services.manage_periods import close_period, reopen_period
from server.store.db import reading
from server.store.queries.period_list import periods_page
from server.store.queries.records import Record

blueprint = Blueprint("periods", __name__, description="Closing and reopening books")


@blueprint.route("/sites/<int:site_id>/periods")
class Periods(MethodView):
    @requires("places.read")
    @blueprint.arguments(PageQuery, location="query")
    @blueprint.response(200, page_of(PeriodSchema))
    def get(self, query: dict[str, Any], site_id: int) -> dict[str, Any]:
        """What was closed and reopened, newest first."""
        current_actor().require_site(site_id)
        before = cursor_key(query["cursor"], int)
        with reading() as session:
            rows = periods_page(session, site_id, before[0] if before else None, query["limit"] + 1)
        return page(rows, query["limit"], lambda row: [row["id"]])

    @requires("periods.write", step_up=True)
    @idempotent
    @blueprint.arguments(PeriodActionSchema)
    @blueprint.response(201, PeriodSchema)
    def post(self, body: dict[str, Any], site_id: int) -> Record:
        """Close days that are over, or reopen closed ones; the password is asked again.

        Closing is refused while a blocking check of the month is open, and has the month-end pack
        made.

        Errors: unknown_site, period_not_over, period_closed_already, period_not_closed,
        reason_required, month_end_blocked, step_up_required.
        """
        through, reason, actor = body["closed_through"], body["reason"], current_actor()
        if body["action"] == "close":
            close_period(site_id, through, reason, actor=actor, language=reader_language())
        else:
            reopen_period(site_id, through, reason, actor=actor)
        with reading() as session:
            return periods_page(session, site_id, None, 1)[0]
