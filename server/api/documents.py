"""Documents: purchase and sales orders, receipts, issues, returns and transfers."""

from contextlib import closing
from typing import Any
from uuid import UUID

from flask import Response, request
from flask.views import MethodView

from server.api.access import current_actor, requires
from server.api.errors import reader_language
from server.api.etags import expected_version, version_tag
from server.api.idempotency import idempotent
from server.api.imports import UPLOAD
from server.api.openapi import Blueprint
from server.api.pagination import cursor_key, page, page_of
from server.api.schemas import documents as shapes
from server.domain.documents import Progress
from server.domain.errors import InvalidInput, NotFound
from server.domain.people import Actor
from server.services.attach_files import attach_file, attached_file, detach_file
from server.services.decide_documents import approve_document, close_document, reopen_document
from server.services.document_rules import document_rules_of, numbers_in_force, set_numbers
from server.services.match_documents import Match, match_movements
from server.services.post_documents import LinePosting, post_document, reverse_document
from server.services.print_documents import print_document
from server.services.reserve_documents import PickOf, suggest_picks
from server.services.write_documents import change_document, make_document
from server.store.db import reading
from server.store.queries.documents import document_page, document_view, movements_of_document
from server.store.queries.records import Record

blueprint = Blueprint("documents", __name__, description="What is to come, to go or to move")

Answer = tuple[Record, int, dict[str, str]]


@blueprint.route("/documents")
class Documents(MethodView):
    @requires("documents.read")
    @blueprint.arguments(shapes.DocumentQuery, location="query")
    @blueprint.response(200, page_of(shapes.DocumentSchema))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Documents of the sites one sees, newest first."""
        before, limit = cursor_key(query.pop("cursor"), int), query.pop("limit")
        with reading() as session:
            rows = document_page(
                session, current_actor().site_ids, query, before[0] if before else None, limit + 1
            )
        return page(rows, limit, lambda row: [row["id"]])

    @requires("documents.write")
    @idempotent
    @blueprint.arguments(shapes.NewDocumentSchema)
    @blueprint.response(201, shapes.DocumentDetailSchema)
    def post(self, body: dict[str, Any]) -> Answer:
        """Make a draft; its number is handed out.

        Errors: unknown_site, unknown_supplier, unknown_customer, unknown_item, unknown_location,
        unknown_document, unknown_line, wrong_unit, wrong_origin, external_number_taken,
        field_required, not_on_this_kind, same_site, due_before_document, too_many_lines, retired,
        not_permitted (prices).
        """
        actor = current_actor()
        return answer_document(make_document(body, actor=actor), actor, 201)


@blueprint.route("/documents/<int:document_id>")
class OneDocument(MethodView):
    @requires("documents.read")
    @blueprint.response(200, shapes.DocumentDetailSchema)
    def get(self, document_id: int) -> Answer:
        """One document with its lines and how far they have come. Errors: unknown_document."""
        return answer_document(document_id, current_actor())

    @requires("documents.write")
    @blueprint.arguments(shapes.DocumentChangesSchema)
    @blueprint.response(200, shapes.DocumentDetailSchema)
    def patch(self, body: dict[str, Any], document_id: int) -> Answer:
        """Change a draft; If-Match names the version seen.

        Errors: if_match_required, stale_version, document_state, and those of making one.
        """
        actor = current_actor()
        change_document(document_id, body, version=expected_version(), actor=actor)
        return answer_document(document_id, actor)


@blueprint.route("/documents/<int:document_id>/approve")
class ApproveDocument(MethodView):
    @requires("documents.approve")
    @blueprint.arguments(shapes.DocumentApprovalSchema)
    @blueprint.response(200, shapes.DocumentDetailSchema)
    def post(self, body: dict[str, Any], document_id: int) -> Answer:
        """From now on the floor may work on it, and what it asks for is promised to it.

        Errors: unknown_document, stale_version, document_state, document_empty, own_document.
        """
        actor = current_actor()
        approve_document(document_id, body["version"], actor, reserve=body["reserve"])
        return answer_document(document_id, actor)


@blueprint.route("/documents/<int:document_id>/close")
class CloseDocument(MethodView):
    @requires("documents.approve")
    @blueprint.arguments(shapes.ReasonedSchema)
    @blueprint.response(200, shapes.DocumentDetailSchema)
    def post(self, body: dict[str, Any], document_id: int) -> Answer:
        """Nothing more is to come; what was promised to it is free again.

        Errors: unknown_document, stale_version, document_state.
        """
        actor = current_actor()
        close_document(document_id, body["version"], body["reason"], actor)
        return answer_document(document_id, actor)


@blueprint.route("/documents/<int:document_id>/reopen")
class ReopenDocument(MethodView):
    @requires("documents.approve")
    @blueprint.arguments(shapes.VersionSchema)
    @blueprint.response(200, shapes.DocumentDetailSchema)
    def post(self, body: dict[str, Any], document_id: int) -> Answer:
        """A closed document is again as far as its lines say.

        Errors: unknown_document, stale_version, document_state, external_number_taken.
        """
        actor = current_actor()
        reopen_document(document_id, body["version"], actor)
        return answer_document(document_id, actor)


@blueprint.route("/documents/<int:document_id>/post")
class PostDocument(MethodView):
    @requires("commands.request")
    @idempotent
    @blueprint.arguments(shapes.PostingSchema)
    @blueprint.response(200, shapes.DocumentDetailSchema)
    def post(self, body: dict[str, Any], document_id: int) -> Answer:
        """Post lines at the desk, all of them or none; without `lines`: all that is open.

        Errors: unknown_document, stale_version, document_state, nothing_open, unknown_line,
        location_required, not_enough_available, over_tolerance, expired_lot, lot_required,
        not_stepwise (nothing arrives by itself), …
        """
        actor = current_actor()
        postings = [LinePosting(**line) for line in body["lines"]]
        post_document(document_id, body["version"], postings, actor, body["step"])
        return answer_document(document_id, actor)


@blueprint.route("/documents/<int:document_id>/reverse")
class ReverseDocument(MethodView):
    @requires("documents.reverse", step_up=True)
    @blueprint.arguments(shapes.ReasonedSchema)
    @blueprint.response(200, shapes.DocumentDetailSchema)
    def post(self, body: dict[str, Any], document_id: int) -> Answer:
        """Un-approve: what was posted at the desk is reversed today, and it is a draft again.

        Errors: unknown_document, stale_version, document_state, document_has_facts,
        document_has_followers, not_enough_available.
        """
        actor = current_actor()
        reverse_document(document_id, body["version"], body["reason"], actor)
        return answer_document(document_id, actor)


@blueprint.route("/documents/<int:document_id>/match")
class MatchDocument(MethodView):
    @requires("documents.approve")
    @idempotent
    @blueprint.arguments(shapes.MovementMatchesSchema)
    @blueprint.response(200, shapes.DocumentDetailSchema)
    def post(self, body: dict[str, Any], document_id: int) -> Answer:
        """Movements that came blind count for its lines from now on.

        Errors: unknown_document, stale_version, document_state, unknown_movement,
        already_matched, not_on_document, wrong_document.
        """
        actor = current_actor()
        matches = [Match(**match) for match in body["matches"]]
        match_movements(document_id, body["version"], matches, actor)
        return answer_document(document_id, actor)


@blueprint.route("/documents/<int:document_id>/movements")
class MovementsOfDocument(MethodView):
    @requires("documents.read")
    @blueprint.response(200, shapes.DocumentMovementsSchema)
    def get(self, document_id: int) -> dict[str, Any]:
        """The movements that count for its lines. Errors: unknown_document."""
        with reading() as session:
            _view(document_id, current_actor())
            return {"rows": movements_of_document(session, document_id)}


@blueprint.route("/documents/<int:document_id>/picks")
class PicksOfDocument(MethodView):
    @requires("documents.read")
    @blueprint.response(200, shapes.PicksSchema)
    def get(self, document_id: int) -> dict[str, Any]:
        """Where to pick what is open: first to expire, then first in, first; what is promised to a
        line before what could be. Errors: unknown_document, wrong_document (nothing is picked).
        """
        picks = suggest_picks(document_id, current_actor())
        return {"rows": [{**pick.place._asdict(), **_pick(pick)} for pick in picks]}


@blueprint.route("/documents/<int:document_id>/print")
class PrintDocument(MethodView):
    @requires("documents.read")
    @blueprint.arguments(shapes.PrintQuery, location="query")
    @blueprint.response(200, content_type="application/pdf")
    def get(self, query: dict[str, Any], document_id: int) -> Response:
        """The document as PDF with its barcode, on A4 or a 241 mm form.

        Errors: unknown_document, paper_unknown, bad_copies, text_does_not_fit, not_permitted
        (prices).
        """
        language = query.pop("language") or reader_language()
        content = print_document(document_id, current_actor(), language=language, **query)
        name = {"Content-Disposition": f'inline; filename="document-{document_id}.pdf"'}
        return Response(content, mimetype="application/pdf", headers=name)


@blueprint.route("/documents/<int:document_id>/attachments")
class Attachments(MethodView):
    @requires("documents.write")
    @blueprint.doc(**UPLOAD)
    @blueprint.response(201, shapes.DocumentDetailSchema)
    def post(self, document_id: int) -> Answer:
        """Keep the form's `file` with it: a picture, a PDF or an XLSX file of at most 2 MiB.

        Errors: unknown_document, file_missing, file_too_large, no_picture, picture_too_large,
        too_many_files.
        """
        file = request.files.get("file")
        if file is None:
            raise InvalidInput("file_missing")
        with closing(file):
            content = file.read()
        actor = current_actor()
        attach_file(document_id, file.filename or "", content, actor)
        return answer_document(document_id, actor, 201)


@blueprint.route("/documents/<int:document_id>/attachments/<uuid:uid>")
class OneAttachment(MethodView):
    @requires("documents.read")
    @blueprint.response(200, content_type="application/octet-stream")
    def get(self, document_id: int, uid: UUID) -> Response:
        """The file, to be saved rather than shown. Errors: unknown_document, unknown_attachment."""
        file = attached_file(document_id, uid, current_actor())
        answer = Response(file.content, mimetype=file.media_type)
        answer.headers.set("Content-Disposition", "attachment", filename=file.file_name)
        return answer

    @requires("documents.write")
    @blueprint.response(204)
    def delete(self, document_id: int, uid: UUID) -> Response:
        """Put the file away. Errors: unknown_document, unknown_attachment."""
        detach_file(document_id, uid, current_actor())
        return Response(status=204)


@blueprint.route("/document-numbers")
class DocumentNumbers(MethodView):
    @requires("documents.read")
    @blueprint.arguments(shapes.DocumentNumbersQuery, location="query")
    @blueprint.response(200, shapes.NumbersInForceSchema)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """How a site numbers its documents; without a site: those without patterns of their own.

        Errors: unknown_site.
        """
        return numbers_in_force(query["site"], current_actor())

    @requires("settings.write")
    @blueprint.arguments(shapes.DocumentNumbersQuery, location="query")
    @blueprint.arguments(shapes.DocumentNumbersSchema)
    @blueprint.response(200, shapes.NumbersInForceSchema)
    def put(self, query: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
        """Keep these patterns, in place of what was; kinds not named are numbered as usual.

        Errors: unknown_site, bad_number_pattern.
        """
        actor = current_actor()
        set_numbers(query["site"], body["numbers"], actor=actor)
        return numbers_in_force(query["site"], actor)

    @requires("settings.write")
    @blueprint.arguments(shapes.DocumentNumbersQuery, location="query")
    @blueprint.response(204)
    def delete(self, query: dict[str, Any]) -> Response:
        """Forget them: as for all sites, or as usual. Errors: unknown_site."""
        set_numbers(query["site"], None, actor=current_actor())
        return Response(status=204)


def answer_document(document_id: int, actor: Actor, status: int = 200) -> Answer:
    """One document as its GET answers it. Raises NotFound `unknown_document`."""
    document = _view(document_id, actor)
    return document, status, version_tag(document["version"])


def _pick(pick: PickOf) -> Record:
    return {
        "line": pick.line,
        "item": pick.item,
        "quantity": pick.quantity,
        "reserved": pick.reserved,
    }


def _view(document_id: int, actor: Actor) -> Record:
    with reading() as session:
        found = document_view(session, document_id, actor.site_ids)
        if found is None:
            raise NotFound("unknown_document", document=str(document_id))
        rules = document_rules_of(session, found["site_id"])
    for line in found["lines"]:
        progress = Progress(line["quantity"], line["done"], line["arrived"])
        tolerances = rules.tolerances(line["over_percent"], line["under_percent"])
        moves = found["to_site_id"] is not None
        line["open"] = progress.open
        line["complete"] = progress.is_complete(tolerances, must_arrive=moves)
        if not actor.may("cost.read"):
            line.pop("price")
    return found
