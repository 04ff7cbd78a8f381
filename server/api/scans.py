"""What a scan means, and why."""

from typing import Any

from flask.views import MethodView

from server.api.access import current_actor, requires
from server.api.openapi import Blueprint
from server.api.schemas.scans import ResolvedSchema, ScanSchema
from server.domain.scans import ScanKind, as_json
from server.services.resolve_scan import Asked, resolve_scan

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
        body.pop("document")
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
