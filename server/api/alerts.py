"""Reorder alerts: what must be bought, and who looks after it."""

from typing import Any

from flask.views import MethodView

from server.api.access import current_actor, requires
from server.api.etags import expected_version, version_tag
from server.api.openapi import Blueprint
from server.api.pagination import cursor_key, page, page_of
from server.api.schemas.alerts import AlertQuery, AlertSchema, SnoozeSchema
from server.domain.errors import NotFound
from server.services.manage_alerts import acknowledge, snooze
from server.store.db import reading
from server.store.queries.alert_rows import alerts_page, one_alert
from server.store.queries.records import Record

blueprint = Blueprint("alerts", __name__, description="What must be bought")
Answer = tuple[Record, int, dict[str, str]]


@blueprint.route("/alerts")
class Alerts(MethodView):
    @requires("alerts.read")
    @blueprint.arguments(AlertQuery, location="query")
    @blueprint.response(200, page_of(AlertSchema))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Alerts, newest first; the open ones unless asked otherwise."""
        before = cursor_key(query.pop("cursor"), int)
        limit = query.pop("limit")
        if query["state"] == "all":
            del query["state"]
        with reading() as session:
            rows = alerts_page(
                session, current_actor().site_ids, query, before[0] if before else None, limit + 1
            )
        return page(rows, limit, lambda row: [row["id"]])


@blueprint.route("/alerts/<int:alert_id>")
class OneAlert(MethodView):
    @requires("alerts.read")
    @blueprint.response(200, AlertSchema)
    def get(self, alert_id: int) -> Answer:
        """One alert, with its ETag."""
        return _answer(alert_id)


@blueprint.route("/alerts/<int:alert_id>/acknowledge")
class AcknowledgeAlert(MethodView):
    @requires("alerts.write")
    @blueprint.response(200, AlertSchema)
    def post(self, alert_id: int) -> Answer:
        """Somebody has seen it and acts; If-Match names the version seen.

        Errors: unknown_alert, alert_not_open, if_match_required, stale_version.
        """
        acknowledge(alert_id, expected_version(), actor=current_actor())
        return _answer(alert_id)


@blueprint.route("/alerts/<int:alert_id>/snooze")
class SnoozeAlert(MethodView):
    @requires("alerts.write")
    @blueprint.arguments(SnoozeSchema)
    @blueprint.response(200, AlertSchema)
    def post(self, body: dict[str, Any], alert_id: int) -> Answer:
        """Silent until then; If-Match names the version seen.

        Errors: as acknowledge, and snooze_ends_past.
        """
        snooze(alert_id, expected_version(), body["until"], actor=current_actor())
        return _answer(alert_id)


def _answer(alert_id: int) -> Answer:
    with reading() as session:
        row = one_alert(session, current_actor().site_ids, alert_id)
    if row is None:
        raise NotFound("unknown_alert", alert=str(alert_id))
    return row, 200, version_tag(row["version"])
