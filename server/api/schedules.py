"""Scheduled reports and their runs; export profiles and their batches."""

from typing import Any

from flask import Response
from flask.views import MethodView

from server.api.access import current_actor, requires
from server.api.errors import reader_language
from server.api.files import saved_table
from server.api.idempotency import idempotent
from server.api.openapi import Blueprint
from server.api.pagination import PageQuery, cursor_key, page, page_of
from server.api.records import Resource, add_resource
from server.api.schemas import schedules as shapes
from server.services.export_batches import (
    PROFILES,
    batch_file,
    batches_of,
    make_batch,
    waiting_rows,
)
from server.services.schedule_reports import SCHEDULES, run_file, run_now, runs_of
from server.services.write_table import XLSX_TYPE
from server.store.queries.records import Record
from server.store.queries.schedule_lists import PROFILE_LIST, SCHEDULE_LIST
from server.text import EXPORT_MAPS

blueprint = Blueprint("schedules", __name__, description="Reports by the clock, export batches")

add_resource(
    blueprint,
    Resource(
        "report-schedules",
        SCHEDULES,
        SCHEDULE_LIST,
        row=shapes.ScheduleSchema,
        new=shapes.NewScheduleSchema,
        changes=shapes.ScheduleChangesSchema,
        query=shapes.ScheduleQuery,
        read="reports.read",
        write="reports.write",
    ),
)
add_resource(
    blueprint,
    Resource(
        "export-profiles",
        PROFILES,
        PROFILE_LIST,
        row=shapes.ProfileSchema,
        new=shapes.NewProfileSchema,
        changes=shapes.ProfileChangesSchema,
        query=shapes.ScheduleQuery,
        read="reports.read",
        write="reports.write",
    ),
)


@blueprint.route("/report-schedules/<int:schedule_id>/run")
class RunNow(MethodView):
    @requires("reports.write")
    @idempotent
    @blueprint.response(204)
    def post(self, schedule_id: int) -> str:
        """Have it run at once, besides its times.

        Errors: unknown_report_schedule.
        """
        run_now(schedule_id, actor=current_actor())
        return ""


@blueprint.route("/report-runs")
class Runs(MethodView):
    @requires("reports.read")
    @blueprint.arguments(shapes.RunQuery, location="query")
    @blueprint.response(200, page_of(shapes.RunSchema))
    def get(self, query: dict[str, Any]) -> Record:
        """What has run, newest first."""
        before = cursor_key(query["cursor"], int)
        rows = runs_of(
            query.get("schedule_id"),
            before[0] if before else None,
            query["limit"] + 1,
            current_actor(),
        )
        return page(rows, query["limit"], lambda row: [row["id"]])


@blueprint.route("/report-runs/<int:run_id>/file")
class RunFile(MethodView):
    @requires("reports.read")
    @blueprint.response(200, content_type=XLSX_TYPE)
    def get(self, run_id: int) -> Response:
        """The file of a run.

        Errors: unknown_report_run.
        """
        return saved_table(*run_file(run_id, current_actor()))


@blueprint.route("/export-maps")
class ExportMaps(MethodView):
    @requires("reports.read")
    @blueprint.response(200, page_of(shapes.ExportMapSchema))
    def get(self) -> Record:
        """The column maps that are shipped: 金蝶 and 用友. A profile takes a copy to change."""
        language = reader_language()
        rows = [
            {"name": name, **shipped, "title": shipped["title"][language]}
            for name, shipped in EXPORT_MAPS.items()
        ]
        return {"rows": rows, "next_cursor": None}


@blueprint.route("/export-profiles/<int:profile_id>/waiting")
class Waiting(MethodView):
    @requires("reports.read")
    @blueprint.response(200, shapes.WaitingSchema)
    def get(self, profile_id: int) -> Record:
        """How much is new since the last batch.

        Errors: unknown_export_profile.
        """
        return {"rows": waiting_rows(profile_id, actor=current_actor())}


@blueprint.route("/export-profiles/<int:profile_id>/batches")
class Batches(MethodView):
    @requires("reports.read")
    @blueprint.arguments(PageQuery, location="query")
    @blueprint.response(200, page_of(shapes.BatchSchema))
    def get(self, query: dict[str, Any], profile_id: int) -> Record:
        """Its batches, newest first.

        Errors: unknown_export_profile.
        """
        before = cursor_key(query["cursor"], int)
        rows = batches_of(
            profile_id, before[0] if before else None, query["limit"] + 1, current_actor()
        )
        return page(rows, query["limit"], lambda row: [row["id"]])

    @requires("reports.write")
    @idempotent
    @blueprint.response(201, shapes.BatchSchema)
    def post(self, profile_id: int) -> Record:
        """Everything new since the last batch, as the next one.

        Errors: unknown_export_profile, nothing_to_export.
        """
        actor = current_actor()
        batch_id = make_batch(profile_id, actor=actor)
        return batches_of(profile_id, batch_id + 1, 1, actor)[0]


@blueprint.route("/export-batches/<int:batch_id>/file")
class BatchFile(MethodView):
    @requires("reports.read")
    @blueprint.response(200, content_type=XLSX_TYPE)
    def get(self, batch_id: int) -> Response:
        """The very file that left, byte by byte.

        Errors: unknown_export_batch, unknown_export_profile.
        """
        return saved_table(*batch_file(batch_id, current_actor()))
