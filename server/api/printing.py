"""The print queue: printers, print jobs, and the stations that print them."""

import base64
from typing import Any
from uuid import UUID

from flask.views import MethodView

from server.api.access import current_actor, requires
from server.api.etags import expected_version, version_tag
from server.api.labels import wanted_of
from server.api.openapi import Blueprint
from server.api.pagination import cursor_key, page, page_of
from server.api.schemas import printing as shapes
from server.domain.errors import NotFound
from server.domain.printing import LEASE_S, Report
from server.services.clock import now_ms
from server.services.decide_printing import (
    cancel_printing,
    redirect_printing,
    reprint_labels,
    resume_printing,
)
from server.services.lease_labels import Call, PrinterSeen, lease_labels
from server.services.queue_labels import Order, queue_labels
from server.services.report_printing import fetch_labels, report_printing
from server.services.set_up_printers import print_test, set_up_printer
from server.store.db import reading
from server.store.models import Printer, PrintJob
from server.store.queries import records
from server.store.queries.print_lists import PRINTER_LIST, one_print_job, print_jobs_page
from server.store.queries.records import Record

blueprint = Blueprint("printing", __name__, description="Printers, print jobs and label stations")

ONLINE_MS = (LEASE_S + 30) * 1000


@blueprint.route("/printers")
class Printers(MethodView):
    @requires("labels.read")
    @blueprint.arguments(shapes.PrinterQuery, location="query")
    @blueprint.response(200, page_of(shapes.PrinterSchema))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Printers with their state and fault; a station's agent makes them known."""
        after = cursor_key(query.pop("cursor"), int)
        limit = query.pop("limit")
        sites = current_actor().site_ids
        with reading() as session:
            rows = records.page(
                session, PRINTER_LIST, sites=sites, after=after, limit=limit + 1, filters=query
            )
        return page([_online(row) for row in rows], limit, lambda row: [row["id"]])


@blueprint.route("/printers/<int:printer_id>")
class OnePrinter(MethodView):
    @requires("labels.read")
    @blueprint.response(200, shapes.PrinterSchema)
    def get(self, printer_id: int) -> tuple[Record, int, dict[str, str]]:
        """One printer. Errors: unknown_printer."""
        return _printer(printer_id)

    @requires("labels.write")
    @blueprint.arguments(shapes.PrinterChangesSchema)
    @blueprint.response(200, shapes.PrinterSchema)
    def patch(self, body: dict[str, Any], printer_id: int) -> tuple[Record, int, dict[str, str]]:
        """Say what media is in it. What waits for it and does not fit any more is paused.

        Errors: unknown_printer, stale_version, bad_media.
        """
        set_up_printer(printer_id, current_actor(), version=expected_version(), **body)
        return _printer(printer_id)


@blueprint.route("/printers/<int:printer_id>/test-print")
class TestPrint(MethodView):
    @requires("labels.order")
    @blueprint.arguments(shapes.TestPrintSchema)
    @blueprint.response(201, shapes.WholePrintJobSchema)
    def post(self, body: dict[str, Any], printer_id: int) -> Record:
        """Queue one label with rulers, fine lines and a code.

        Errors: unknown_printer, printer_without_media, design_outside, print_job_uid_reused.
        """
        return _job(print_test(printer_id, body["id"], body["language"], current_actor()))


@blueprint.route("/print-jobs")
class PrintJobs(MethodView):
    @requires("labels.read")
    @blueprint.arguments(shapes.PrintJobQuery, location="query")
    @blueprint.response(200, page_of(shapes.PrintJobSchema))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Print jobs, newest first."""
        before = cursor_key(query.pop("cursor"), int)
        limit = query.pop("limit")
        sites = current_actor().site_ids
        with reading() as session:
            rows = print_jobs_page(session, sites, query, before[0] if before else None, limit + 1)
        return page(rows, limit, lambda row: [row["key"]])

    @requires("labels.order")
    @blueprint.arguments(shapes.NewPrintJobSchema)
    @blueprint.response(201, shapes.WholePrintJobSchema)
    def post(self, body: dict[str, Any]) -> Record:
        """Queue labels. Each is read back before a station gets it: a few before this answers, the
        rest of a large job soon after.

        Errors: unknown_printer, printer_without_media, wrong_media, wrong_resolution,
        print_job_uid_reused, numbers_used_up, not_readable, the errors of /labels/plan and the
        field_… codes with the number of the row.
        """
        body["wanted"] = wanted_of(body["wanted"])
        order = Order(
            uid=body.pop("id"),
            printer_id=body.pop("printer"),
            text_language=body.pop("language"),
            **body,
        )
        return _job(queue_labels(order, current_actor()))


@blueprint.route("/print-jobs/<uuid:uid>")
class OnePrintJob(MethodView):
    @requires("labels.read")
    @blueprint.response(200, shapes.WholePrintJobSchema)
    def get(self, uid: UUID) -> Record:
        """One job with its rows. Errors: unknown_print_job."""
        return _job(uid)


@blueprint.route("/print-jobs/<uuid:uid>/cancel")
class CancelPrintJob(MethodView):
    @requires("labels.order")
    @blueprint.response(200, shapes.WholePrintJobSchema)
    def post(self, uid: UUID) -> Record:
        """Nobody wants it any more. Errors: unknown_print_job, print_job_ended."""
        cancel_printing(uid, current_actor())
        return _job(uid)


@blueprint.route("/print-jobs/<uuid:uid>/redirect")
class RedirectPrintJob(MethodView):
    @requires("labels.order")
    @blueprint.arguments(shapes.RedirectSchema)
    @blueprint.response(200, shapes.WholePrintJobSchema)
    def post(self, body: dict[str, Any], uid: UUID) -> Record:
        """Print the rest on another printer of the site with the same media.

        Errors: unknown_print_job, unknown_printer, wrong_media, print_job_ended,
        say_what_was_printed, bad_print_numbers.
        """
        redirect_printing(uid, body["printer"], body["confirmed"], current_actor())
        return _job(uid)


@blueprint.route("/print-jobs/<uuid:uid>/resume")
class ResumePrintJob(MethodView):
    @requires("labels.order")
    @blueprint.arguments(shapes.ResumeSchema)
    @blueprint.response(200, shapes.WholePrintJobSchema)
    def post(self, body: dict[str, Any], uid: UUID) -> Record:
        """Go on after a pause; `confirmed`: the last label that came out well.

        Errors: unknown_print_job, print_job_not_paused, station_has_it, say_what_was_printed,
        bad_print_numbers, wrong_media, wrong_resolution.
        """
        resume_printing(uid, body["confirmed"], current_actor())
        return _job(uid)


@blueprint.route("/print-jobs/<uuid:uid>/reprint")
class ReprintLabels(MethodView):
    @requires("labels.order")
    @blueprint.arguments(shapes.ReprintSchema)
    @blueprint.response(201, shapes.WholePrintJobSchema)
    def post(self, body: dict[str, Any], uid: UUID) -> Record:
        """The same labels once more, marked R1, R2 …; never a new number.

        Errors: unknown_print_job, nothing_printed_yet, unknown_printer, wrong_media,
        bad_print_numbers, print_job_uid_reused.
        """
        made = reprint_labels(
            uid,
            body["id"],
            body["reason"],
            current_actor(),
            rows=body["rows"],
            printer_id=body["printer"],
        )
        return _job(made)


@blueprint.route("/print-jobs/<uuid:uid>/labels")
class LabelsOfJob(MethodView):
    @requires("labels.print")
    @blueprint.arguments(shapes.LabelsQuery, location="query")
    @blueprint.response(200, shapes.LabelsSchema)
    def get(self, query: dict[str, Any], uid: UUID) -> dict[str, Any]:
        """What the printer gets, label by label; fewer than asked for when they are large.

        Errors: unknown_print_job, lease_lost.
        """
        pieces = fetch_labels(uid, query["lease"], query["from_"], query["limit"], current_actor())
        return {
            "labels": [
                {
                    "number": piece.number,
                    "sha256": piece.sha256,
                    "bytes": base64.b64encode(piece.content).decode("ascii"),
                }
                for piece in pieces
            ]
        }


@blueprint.route("/print-jobs/<uuid:uid>/progress")
class Progress(MethodView):
    @requires("labels.print")
    @blueprint.arguments(shapes.ProgressSchema)
    @blueprint.response(200, shapes.PrintStateSchema)
    def post(self, body: dict[str, Any], uid: UUID) -> dict[str, str]:
        """How the printing goes; the same again changes nothing, and numbers never go back.

        Errors: unknown_print_job, lease_lost, bad_print_numbers.
        """
        lease = body.pop("lease")
        body["doubtful"] = tuple(body["doubtful"])
        return {"state": report_printing(uid, lease, Report(**body), current_actor())}


@blueprint.route("/stations/current/lease")
class Lease(MethodView):
    @requires("labels.print")
    @blueprint.arguments(shapes.LeaseSchema)
    @blueprint.response(200, shapes.LeasedSchema)
    def post(self, body: dict[str, Any]) -> dict[str, Any]:
        """An agent's heartbeat: its printers' states in, the next jobs out; waits for work.

        Errors: station_needs_one_site.
        """
        body["printers"] = [PrinterSeen(**seen) for seen in body["printers"]]
        leased = lease_labels(Call(**body), current_actor())
        names = {printer.id: printer for printer in leased.printers}
        jobs = [job for job in (*leased.jobs, *leased.unbegun) if job.printer_id in names]
        return {
            "printers": leased.printers,
            "jobs": [_leased(job, names[job.printer_id]) for job in jobs],
            "retry_after_ms": leased.retry_after_ms,
        }


def _leased(job: PrintJob, printer: Printer) -> dict[str, Any]:
    return {
        "id": job.uid,
        "lease": job.lease,
        "printer": printer.name,
        "language": printer.language,
        "dpi": printer.dpi,
        "labels": job.labels,
        "confirmed": job.confirmed,
        "numbered": job.numbered,
        "doubtful": job.sent > job.confirmed,
        "expires_at": job.expires_at,
        "lease_s": LEASE_S,
    }


def _online(row: Record) -> Record:
    return row | {"online": row["seen_at"] > now_ms() - ONLINE_MS}


def _printer(printer_id: int) -> tuple[Record, int, dict[str, str]]:
    with reading() as session:
        row = records.one(session, PRINTER_LIST, (printer_id,), sites=current_actor().site_ids)
    if row is None:
        raise NotFound("unknown_printer", printer=str(printer_id))
    return _online(row), 200, version_tag(row["version"])


def _job(uid: UUID) -> Record:
    with reading() as session:
        row = one_print_job(session, current_actor().site_ids, uid)
    if row is None:
        raise NotFound("unknown_print_job", print_job=str(uid))
    return row
