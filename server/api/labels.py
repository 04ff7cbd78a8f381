"""Labels: designs, what they would look like, numbers for them, and whether they scan."""

from typing import Any
from uuid import UUID

from flask import Response
from flask.views import MethodView

from server.api.access import current_actor, requires
from server.api.etags import expected_version, version_tag
from server.api.idempotency import idempotent
from server.api.openapi import Blueprint
from server.api.pagination import cursor_key, page, page_of
from server.api.schemas import labels as shapes
from server.domain.errors import InvalidInput, NotFound
from server.services.hand_out_numbers import (
    RangeDraft,
    change_range,
    give_back,
    hand_out_numbers,
    make_range,
)
from server.services.keep_designs import (
    KeptDesign,
    design_versions,
    designs_in_force,
    one_design,
    retire_design,
    save_design,
)
from server.services.plan_labels import Wanted, plan_labels
from server.services.preview_labels import Look, preview_labels, sample_of_paper
from server.services.print_automatically import (
    automatic_labels,
    close_unit,
    set_automatic_labels,
)
from server.services.verify_labels import note_scans, verify_labels
from server.store.db import reading
from server.store.queries import records
from server.store.queries.print_lists import RANGE_LIST, label_quality

blueprint = Blueprint("labels", __name__, description="Labels: designs, numbers, previews, scans")


@blueprint.route("/label-designs")
class Designs(MethodView):
    @requires("labels.read")
    @blueprint.response(200, shapes.DesignsSchema)
    def get(self) -> dict[str, Any]:
        """Every design in force, shipped or edited here, by name."""
        return {"rows": designs_in_force(), "next_cursor": None}


@blueprint.route("/label-designs/<name>")
class OneDesign(MethodView):
    @requires("labels.read")
    @blueprint.response(200, shapes.DesignSchema)
    def get(self, name: str) -> tuple[KeptDesign, int, dict[str, str]]:
        """One design; its ETag is its version. Errors: design_unknown."""
        return _design(name)

    @requires("labels.write")
    @blueprint.arguments(shapes.NewDesignSchema)
    @blueprint.response(200, shapes.DesignSchema)
    def put(self, body: dict[str, Any], name: str) -> tuple[KeptDesign, int, dict[str, str]]:
        """Keep a new version. If-Match names the version it was made from; "0" for a new design.

        Errors: if_match_required, stale_version, already_exists, and the design_… codes.
        """
        save_design(name, body["document"], expected_version() or None, current_actor())
        return _design(name)


@blueprint.route("/label-designs/<name>/versions")
class DesignVersions(MethodView):
    @requires("labels.read")
    @blueprint.response(200, shapes.DesignVersionsSchema)
    def get(self, name: str) -> dict[str, Any]:
        """Every version there was, the newest first; PUT one to bring it back as a new version.

        Errors: design_unknown.
        """
        return {"rows": design_versions(name)}


@blueprint.route("/label-designs/<name>/retire")
class RetireDesign(MethodView):
    @requires("labels.write")
    @blueprint.response(204)
    def post(self, name: str) -> Response:
        """Forget what was edited here: a shipped design is as shipped again.

        Errors: design_unknown.
        """
        retire_design(name, current_actor())
        return Response(status=204)


@blueprint.route("/labels/preview")
class Preview(MethodView):
    @requires("labels.read")
    @blueprint.arguments(shapes.PreviewSchema)
    @blueprint.response(200, content_type="image/png")
    def post(self, body: dict[str, Any]) -> Response:
        """How labels will look, or a PDF of exact size to print from a browser; read back first.

        Errors: design_unknown, the design_… and field_… codes, not_readable.
        """
        shown = preview_labels(Look(**body))
        return Response(shown.content, mimetype=shown.media_type)


@blueprint.route("/labels/sample-document")
class SampleDocument(MethodView):
    @requires("labels.read")
    @blueprint.arguments(shapes.SampleDocumentQuery, location="query")
    @blueprint.response(200, content_type="application/pdf")
    def get(self, query: dict[str, Any]) -> Response:
        """An invented goods receipt on this paper, to set up a printer for documents with.

        Errors: paper_unknown.
        """
        shown = sample_of_paper(query["paper"], query["language"])
        return Response(shown.content, mimetype=shown.media_type)


@blueprint.route("/labels/plan")
class Plan(MethodView):
    @requires("labels.read")
    @blueprint.arguments(shapes.PlanSchema)
    @blueprint.response(200, shapes.LabelRowsSchema)
    def post(self, body: dict[str, Any]) -> dict[str, Any]:
        """The rows that would be printed; no number is handed out.

        Errors: unknown_item, unknown_location, unknown_lot, unknown_unit (several: all of them in
        `codes`), unknown_site, design_unknown, nothing_to_print, too_many_labels, no_separator.
        """
        wanted = wanted_of(body["wanted"])
        return {"rows": plan_labels(wanted, body["design"], body["language"], current_actor())}


@blueprint.route("/number-ranges")
class Ranges(MethodView):
    @requires("labels.read")
    @blueprint.arguments(shapes.RangeQuery, location="query")
    @blueprint.response(200, page_of(shapes.RangeSchema))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Number ranges, and how many numbers each has left."""
        after = cursor_key(query.pop("cursor"), int)
        limit = query.pop("limit")
        with reading() as session:
            rows = records.page(
                session, RANGE_LIST, sites=None, after=after, limit=limit + 1, filters=query
            )
        return page(rows, limit, lambda row: [row["id"]])

    @requires("labels.write")
    @idempotent
    @blueprint.arguments(shapes.NewRangeSchema)
    @blueprint.response(201, shapes.RangeSchema)
    def post(self, body: dict[str, Any]) -> tuple[Any, int, dict[str, str]]:
        """A new range. Errors: bad_number_range, already_exists, unknown_owner, unknown_item."""
        return _range(make_range(RangeDraft(**body), current_actor()), 201)


@blueprint.route("/number-ranges/<int:range_id>")
class OneRange(MethodView):
    @requires("labels.read")
    @blueprint.response(200, shapes.RangeSchema)
    def get(self, range_id: int) -> tuple[Any, int, dict[str, str]]:
        """One range. Errors: unknown_number_range."""
        return _range(range_id)

    @requires("labels.write")
    @blueprint.arguments(shapes.RangeChangesSchema)
    @blueprint.response(200, shapes.RangeSchema)
    def patch(self, body: dict[str, Any], range_id: int) -> tuple[Any, int, dict[str, str]]:
        """Make it longer or shorter, or retire it. Errors: bad_number_range, stale_version."""
        change_range(
            range_id, body.get("last"), body.get("retired"), expected_version(), current_actor()
        )
        return _range(range_id)


@blueprint.route("/number-ranges/handed-out")
class HandedOut(MethodView):
    @requires("labels.order")
    @idempotent
    @blueprint.arguments(shapes.WantedNumbersSchema)
    @blueprint.response(201, shapes.NumbersSchema)
    def post(self, body: dict[str, Any]) -> dict[str, list[str]]:
        """New numbers for labels somebody else prints (a PDF): nobody will get them again.

        The same Idempotency-Key brings the same numbers. Errors: numbers_used_up, unknown_owner,
        unknown_item.
        """
        return {"codes": hand_out_numbers(**body, actor=current_actor())}


@blueprint.route("/number-ranges/given-back")
class GivenBack(MethodView):
    @requires("labels.write")
    @blueprint.arguments(shapes.GivenBackSchema)
    @blueprint.response(200, shapes.HowManySchema)
    def post(self, body: dict[str, Any]) -> dict[str, int]:
        """LPNs whose units were closed may be handed out anew; an SSCC never.

        Errors: unknown_number, sscc_not_reusable, unit_not_empty.
        """
        give_back(body["codes"], current_actor())
        return {"count": len(body["codes"])}


@blueprint.route("/print-jobs/<uuid:uid>/verification")
class Verification(MethodView):
    @requires("labels.order")
    @blueprint.arguments(shapes.ScannedSchema)
    @blueprint.response(200, shapes.VerdictSchema)
    def post(self, body: dict[str, Any], uid: UUID) -> Any:
        """Scan printed labels back: which of these do not scan? Later scans add to earlier ones.

        Errors: unknown_print_job.
        """
        return verify_labels(uid, body["codes"], current_actor())

    @requires("labels.read")
    @blueprint.response(200, shapes.VerdictSchema)
    def get(self, uid: UUID) -> Any:
        """The verification so far. Errors: unknown_print_job."""
        return verify_labels(uid, (), current_actor())


@blueprint.route("/label-scans")
class LabelScans(MethodView):
    @requires("scan.resolve")
    @idempotent
    @blueprint.arguments(shapes.LabelScansSchema)
    @blueprint.response(201, shapes.HowManySchema)
    def post(self, body: dict[str, Any]) -> dict[str, int]:
        """How labels scanned: tries needed, a verifier's grade. Errors: unknown_site."""
        return {"count": note_scans(body["site"], body["scans"], current_actor())}


@blueprint.route("/label-quality")
class LabelQuality(MethodView):
    @requires("labels.read")
    @blueprint.arguments(shapes.QualityQuery, location="query")
    @blueprint.response(200, shapes.QualityListSchema)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Codes that scan worst first: labels worth printing again."""
        with reading() as session:
            return {"rows": label_quality(session, current_actor().site_ids, **query)}


@blueprint.route("/labels/automatic")
class Automatic(MethodView):
    @requires("labels.read")
    @blueprint.arguments(shapes.LabelSiteQuery, location="query")
    @blueprint.response(200, shapes.AutomaticLabelsSchema)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Which labels a site prints without being asked. Errors: unknown_site."""
        return automatic_labels(query["site"], current_actor())

    @requires("labels.write")
    @blueprint.arguments(shapes.LabelSiteQuery, location="query")
    @blueprint.arguments(shapes.AutomaticLabelsSchema)
    @blueprint.response(200, shapes.AutomaticLabelsSchema)
    def put(self, query: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
        """Keep this in place of what was. Errors: unknown_site, unknown_printer, design_unknown."""
        set_automatic_labels(query["site"], body, current_actor())
        return automatic_labels(query["site"], current_actor())


@blueprint.route("/labels/closed-units")
class ClosedUnits(MethodView):
    @requires("labels.order")
    @idempotent
    @blueprint.arguments(shapes.ClosedUnitSchema)
    @blueprint.response(200, shapes.ClosedUnitSchema)
    def post(self, body: dict[str, Any]) -> dict[str, str]:
        """A unit is packed and closed: its label is printed, where the site wants that.

        Errors: unknown_unit, unit_nowhere.
        """
        close_unit(body["unit"], current_actor())
        return {"unit": body["unit"]}


def wanted_of(body: dict[str, Any]) -> Wanted:
    """What is wanted, as the service takes it. Raises InvalidInput `unknown_field`."""
    match = {name: value for name, value in body.pop("match").items() if value is not None}
    allowed = MATCHES.get(body["kind"], frozenset())
    strange = sorted(set(match) - allowed)
    if strange:
        raise InvalidInput("unknown_field", **{f"match.{name}": "" for name in strange})
    return Wanted(**body, match=match)


MATCHES = {
    "items": frozenset({"q", "category", "site", "unlabelled"}),
    "locations": frozenset({"zone", "kind", "prefix"}),
}


def _design(name: str) -> tuple[KeptDesign, int, dict[str, str]]:
    design = one_design(name)
    return design, 200, version_tag(design.version)


def _range(range_id: int, status: int = 200) -> tuple[Any, int, dict[str, str]]:
    with reading() as session:
        row = records.one(session, RANGE_LIST, (range_id,), sites=None)
    if row is None:
        raise NotFound("unknown_number_range", number_range=str(range_id))
    return row, status, version_tag(row["version"])
