"""Webhooks: other systems are told what happens here, signed, at least once, in order."""

from typing import Any

from flask import Response
from flask.views import MethodView

from server.api.access import current_actor, requires
from server.api.etags import expected_version, version_tag
from server.api.idempotency import idempotent
from server.api.openapi import Blueprint
from server.api.pagination import cursor_key, page, page_of
from server.api.schemas.webhooks import (
    AttemptSchema,
    DeliveryQuery,
    DeliverySchema,
    EventTypesSchema,
    NewWebhookSchema,
    ReplayedSchema,
    RetiredQuery,
    WebhookChangesSchema,
    WebhookMadeSchema,
    WebhookReplaySchema,
    WebhookSchema,
    WebhookSecretSchema,
)
from server.domain.errors import NotFound
from server.domain.feed import PERMISSION_OF
from server.domain.webhooks import Outcome
from server.services.manage_webhooks import change_webhook, make_webhook, rotate_secret
from server.services.replay_webhooks import Range, replay_delivery, replay_range, try_webhook
from server.store.db import reading
from server.store.queries.outbound_lists import WEBHOOK_LIST, delivery_page
from server.store.queries.records import Record, identity_of, one
from server.store.queries.records import page as page_of_records
from server.text import EVENTS

blueprint = Blueprint("webhooks", __name__, description="Other systems are told what happens")
Answer = tuple[Record, int, dict[str, str]]


@blueprint.route("/webhooks")
class Webhooks(MethodView):
    @requires("messages.read")
    @blueprint.arguments(RetiredQuery, location="query")
    @blueprint.response(200, page_of(WebhookSchema))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Webhooks by id."""
        after = cursor_key(query["cursor"], int)
        with reading() as session:
            rows = page_of_records(
                session,
                WEBHOOK_LIST,
                sites=current_actor().site_ids,
                after=after,
                limit=query["limit"] + 1,
                filters={"retired": query["retired"]},
            )
        shown = [_shown(row) for row in rows]
        return page(shown, query["limit"], lambda row: list(identity_of(WEBHOOK_LIST, row)))

    @requires("messages.write", step_up=True)
    @idempotent
    @blueprint.arguments(NewWebhookSchema)
    @blueprint.response(201, WebhookMadeSchema)
    def post(self, body: dict[str, Any]) -> Answer:
        """A webhook for what happens from now on; the secret is in this answer only.

        Errors: bad_url, host_not_found, host_forbidden, port_forbidden, tls_required,
        unknown_event_type, unknown_site, site_required, needs_administrator, already_exists.
        """
        made = make_webhook(body, actor=current_actor())
        record, _, tag = _answer(made.identity[0])
        return record | {"secret": made.secret}, 201, tag


@blueprint.route("/webhooks/event-types")
class EventTypes(MethodView):
    @requires("messages.read")
    @blueprint.response(200, EventTypesSchema)
    def get(self) -> dict[str, Any]:
        """Every event type, in words, and the permission a webhook's maker needs for it."""
        rows = [
            {
                "type": name,
                "name_zh": words["zh"],
                "name_en": words["en"],
                "permission": PERMISSION_OF.get(name.partition(".")[0], "verify"),
            }
            for name, words in EVENTS.items()
        ]
        return {"rows": rows}


@blueprint.route("/webhooks/<int:webhook_id>")
class OneWebhook(MethodView):
    @requires("messages.read")
    @blueprint.response(200, WebhookSchema)
    def get(self, webhook_id: int) -> Answer:
        """One webhook, with its ETag."""
        return _answer(webhook_id)

    @requires("messages.write", step_up=True)
    @blueprint.arguments(WebhookChangesSchema)
    @blueprint.response(200, WebhookSchema)
    def patch(self, body: dict[str, Any], webhook_id: int) -> Answer:
        """Change, pause, enable again or retire it; If-Match names the version seen.

        Errors: as its making, and unknown_webhook, if_match_required, stale_version.
        """
        change_webhook(webhook_id, body, version=expected_version(), actor=current_actor())
        return _answer(webhook_id)


@blueprint.route("/webhooks/<int:webhook_id>/secret")
class WebhookSecret(MethodView):
    @requires("messages.write", step_up=True)
    @blueprint.response(200, WebhookSecretSchema)
    def post(self, webhook_id: int) -> dict[str, Any]:
        """A new secret, in this answer only; both sign for a day. If-Match: the version seen.

        Errors: unknown_webhook, needs_administrator, if_match_required, stale_version.
        """
        secret = rotate_secret(webhook_id, version=expected_version(), actor=current_actor())
        record, _, _ = _answer(webhook_id)
        return {"secret": secret, "old_secret_until": record["old_secret_until"]}


@blueprint.route("/webhooks/<int:webhook_id>/test")
class TestWebhook(MethodView):
    @requires("messages.write")
    @blueprint.response(200, AttemptSchema)
    def post(self, webhook_id: int) -> Outcome:
        """Post a webhook.test event now and say what came back.

        Errors: unknown_webhook, secret_unreadable.
        """
        return try_webhook(webhook_id, current_actor())


@blueprint.route("/webhooks/<int:webhook_id>/replay")
class ReplayWebhook(MethodView):
    @requires("messages.write")
    @blueprint.arguments(WebhookReplaySchema)
    @blueprint.response(202, ReplayedSchema)
    def post(self, body: dict[str, Any], webhook_id: int) -> dict[str, int]:
        """Send a range of the feed again, at most 10,000 events.

        Errors: unknown_webhook, webhook_not_active, bad_range_of_feed, replay_too_large.
        """
        return {"queued": replay_range(webhook_id, Range(**body), actor=current_actor())}


@blueprint.route("/webhooks/<int:webhook_id>/deliveries")
class Deliveries(MethodView):
    @requires("messages.read")
    @blueprint.arguments(DeliveryQuery, location="query")
    @blueprint.response(200, page_of(DeliverySchema))
    def get(self, query: dict[str, Any], webhook_id: int) -> dict[str, Any]:
        """The delivery log, newest first; kept 90 days. Errors: unknown_webhook."""
        _answer(webhook_id)
        before = cursor_key(query["cursor"], int)
        with reading() as session:
            rows = delivery_page(
                session,
                webhook_id,
                query.get("state"),
                before[0] if before else None,
                query["limit"] + 1,
            )
        return page(rows, query["limit"], lambda row: [row["id"]])


@blueprint.route("/webhooks/<int:webhook_id>/deliveries/<int:delivery_id>/replay")
class ReplayDelivery(MethodView):
    @requires("messages.write")
    @blueprint.response(204)
    def post(self, webhook_id: int, delivery_id: int) -> Response:
        """Send one delivery again. Errors: unknown_webhook, unknown_delivery,
        webhook_not_active."""
        replay_delivery(webhook_id, delivery_id, actor=current_actor())
        return Response(status=204)


def _answer(webhook_id: int) -> Answer:
    with reading() as session:
        record = one(session, WEBHOOK_LIST, (webhook_id,), sites=current_actor().site_ids)
    if record is None:
        raise NotFound("unknown_webhook", webhook=str(webhook_id))
    return _shown(record), 200, version_tag(record["version"])


def _shown(record: Record) -> Record:
    return record | {"id": str(record["key_0"])}
