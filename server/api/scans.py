"""What a scan means, and why."""

from typing import Any

from flask import Response
from flask.views import MethodView

from server.api.access import current_actor, requires
from server.api.openapi import Blueprint
from server.api.schemas.scans import (
    ResolvedSchema,
    RulesInForceSchema,
    ScanRulesQuery,
    ScanRulesSchema,
    ScanSchema,
)
from server.domain.scans import ScanKind, as_json
from server.services.resolve_scan import Asked, resolve_scan
from server.services.scan_rules import rules_in_force, set_scan_rules

blueprint = Blueprint("scans", __name__, description="What a scan means")


@blueprint.route("/scans/resolve")
class ResolveScan(MethodView):
    @requires("scan.resolve")
    @blueprint.arguments(ScanSchema)
    @blueprint.response(200, ResolvedSchema)
    def post(self, body: dict[str, Any]) -> dict[str, Any]:
        """The one meaning of a scan here. Look-ups on handhelds are written to the feed.

        Errors: the GS1 codes of a broken code, unknown_site, unknown_location.
        """
        expected = frozenset(map(ScanKind, body.pop("expected")))
        found = resolve_scan(Asked(**body, expected=expected), current_actor())
        return {
            "reading": as_json(found.reading),
            "meaning": as_json(found.meaning),
            "keys": found.keys,
            "why": found.meaning.why,
            "targets": found.targets,
            "stock": found.stock,
            "withheld": found.withheld,
        }


@blueprint.route("/scans/rules")
class ScanRules(MethodView):
    @requires("places.read")
    @blueprint.arguments(ScanRulesQuery, location="query")
    @blueprint.response(200, RulesInForceSchema)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """How a site reads codes; without a site: those that have no rules of their own.

        Errors: unknown_site.
        """
        return rules_in_force(query["site"], current_actor())

    @requires("settings.write")
    @blueprint.arguments(ScanRulesQuery, location="query")
    @blueprint.arguments(ScanRulesSchema)
    @blueprint.response(200, RulesInForceSchema)
    def put(self, query: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
        """Keep these rules whole, in place of what was; handhelds have them with their next sync.

        Errors: unknown_site, bad_setting.
        """
        actor = current_actor()
        set_scan_rules(query["site"], body, actor=actor)
        return rules_in_force(query["site"], actor)

    @requires("settings.write")
    @blueprint.arguments(ScanRulesQuery, location="query")
    @blueprint.response(204)
    def delete(self, query: dict[str, Any]) -> Response:
        """Forget them: a site then reads by the rules for all, these by the usual ones.

        Errors: unknown_site.
        """
        set_scan_rules(query["site"], None, actor=current_actor())
        return Response(status=204)
