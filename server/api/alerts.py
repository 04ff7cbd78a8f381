"""Alerts: what must be bought or put right, how urgent it is, and who looks after it."""

from typing import Any

from flask.views import MethodView

from server.api.access import current_actor, requires
from server.api.etags import expected_version, version_tag
from server.api.openapi import Blueprint
from server.api.pagination import cursor_key, page, page_of
from server.api.schemas.alerts import (
    AlertCountsSchema,
    AlertHistorySchema,
    AlertQuery,
    AlertSchema,
    AssignSchema,
    SnoozeSchema,
)
from server.domain.errors import NotFound
from server.services.manage_alerts import acknowledge, assign, snooze
from server.store.db import reading
from server.store.queries.alert_rows import alert_counts, alert_events, alerts_page, one_alert
from server.store.queries.records import Record

blueprint = Blueprint("alerts", __name__, description="What must be bought or put right")
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
        if "owner" in query:
            query["owner"] = _owner_id(query["owner"])
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


@blueprint.route("/alerts/counts")
class AlertCounts(MethodView):
    @requires("alerts.read")
    @blueprint.response(200, AlertCountsSchema)
    def get(self) -> dict[str, Any]:
        """How many alerts that are not resolved there are, by site, kind, level, state, owner."""
        with reading() as session:
            return {"rows": alert_counts(session, current_actor().site_ids)}


@blueprint.route("/alerts/<int:alert_id>/history")
class AlertHistory(MethodView):
    @requires("alerts.read")
    @blueprint.response(200, AlertHistorySchema)
    def get(self, alert_id: int) -> dict[str, Any]:
        """What happened to it, oldest first. Errors: unknown_alert."""
        _answer(alert_id)
        with reading() as session:
            return {"rows": alert_events(session, alert_id)}


@blueprint.route("/alerts/<int:alert_id>/assign")
class AssignAlert(MethodView):
    @requires("alerts.write")
    @blueprint.arguments(AssignSchema)
    @blueprint.response(200, AlertSchema)
    def post(self, body: dict[str, Any], alert_id: int) -> Answer:
        """Who looks after it from now on; If-Match names the version seen.

        Errors: unknown_alert, alert_not_open, unfit_owner, if_match_required, stale_version.
        """
        assign(alert_id, expected_version(), body["owner_id"], actor=current_actor())
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


def _owner_id(owner: str) -> int | None:
    if owner == "me":
        return current_actor().user_id
    return None if owner == "none" else int(owner)
