"""Channels and what they are told: chats and mail."""

from typing import Any

from flask.views import MethodView

from server.api.access import current_actor, requires
from server.api.etags import expected_version, version_tag
from server.api.idempotency import idempotent
from server.api.openapi import Blueprint
from server.api.pagination import cursor_key, page, page_of
from server.api.schemas.messages import (
    ChannelChangesSchema,
    ChannelSchema,
    NewChannelSchema,
    NewSubscriptionSchema,
    SubscriptionChangesSchema,
    SubscriptionQuery,
    SubscriptionSchema,
)
from server.api.schemas.webhooks import AttemptSchema, RetiredQuery
from server.domain.errors import NotFound
from server.domain.webhooks import Outcome
from server.services.manage_channels import (
    change_channel,
    change_subscription,
    make_channel,
    subscribe,
)
from server.services.send_messages import try_channel
from server.store.db import reading
from server.store.queries.outbound_lists import CHANNEL_LIST, SUBSCRIPTION_LIST
from server.store.queries.records import Listing, Record, identity_of, one
from server.store.queries.records import page as page_of_records

blueprint = Blueprint("channels", __name__, description="Chats and mail, and what they are told")
Answer = tuple[Record, int, dict[str, str]]


@blueprint.route("/channels")
class Channels(MethodView):
    @requires("messages.read")
    @blueprint.arguments(RetiredQuery, location="query")
    @blueprint.response(200, page_of(ChannelSchema))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Channels by id."""
        return _listed(CHANNEL_LIST, query)

    @requires("messages.write", step_up=True)
    @idempotent
    @blueprint.arguments(NewChannelSchema)
    @blueprint.response(201, ChannelSchema)
    def post(self, body: dict[str, Any]) -> Answer:
        """A new channel.

        Errors: missing_field, field_of_other_kind, bad_mail_address, bad_url, host_not_found,
        host_forbidden, port_forbidden, tls_required, site_required, already_exists.
        """
        (channel_id,) = make_channel(body, actor=current_actor())
        return _answer(CHANNEL_LIST, "channel", channel_id, 201)


@blueprint.route("/channels/<int:channel_id>")
class OneChannel(MethodView):
    @requires("messages.read")
    @blueprint.response(200, ChannelSchema)
    def get(self, channel_id: int) -> Answer:
        """One channel, with its ETag."""
        return _answer(CHANNEL_LIST, "channel", channel_id, 200)

    @requires("messages.write", step_up=True)
    @blueprint.arguments(ChannelChangesSchema)
    @blueprint.response(200, ChannelSchema)
    def patch(self, body: dict[str, Any], channel_id: int) -> Answer:
        """Change, pause or retire it; If-Match names the version seen.

        Errors: as its making, and unknown_channel, if_match_required, stale_version.
        """
        change_channel(channel_id, body, version=expected_version(), actor=current_actor())
        return _answer(CHANNEL_LIST, "channel", channel_id, 200)


@blueprint.route("/channels/<int:channel_id>/test")
class TestChannel(MethodView):
    @requires("messages.write")
    @blueprint.response(200, AttemptSchema)
    def post(self, channel_id: int) -> Outcome:
        """Send a test message now and say what came back.

        Errors: unknown_channel, channel_too_fast, secret_unreadable.
        """
        return try_channel(channel_id, current_actor())


@blueprint.route("/channel-subscriptions")
class Subscriptions(MethodView):
    @requires("messages.read")
    @blueprint.arguments(SubscriptionQuery, location="query")
    @blueprint.response(200, page_of(SubscriptionSchema))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """What channels are told, of which sites."""
        return _listed(SUBSCRIPTION_LIST, query)

    @requires("messages.write")
    @idempotent
    @blueprint.arguments(NewSubscriptionSchema)
    @blueprint.response(201, SubscriptionSchema)
    def post(self, body: dict[str, Any]) -> Answer:
        """Let a channel be told digests, red lines, late approvals, reports or trouble of a site.

        Errors: unknown_channel, unknown_site, bad_time_of_day, needs_administrator,
        already_exists.
        """
        (subscription_id,) = subscribe(body, actor=current_actor())
        return _answer(SUBSCRIPTION_LIST, "channel_subscription", subscription_id, 201)


@blueprint.route("/channel-subscriptions/<int:subscription_id>")
class OneSubscription(MethodView):
    @requires("messages.read")
    @blueprint.response(200, SubscriptionSchema)
    def get(self, subscription_id: int) -> Answer:
        """One subscription, with its ETag."""
        return _answer(SUBSCRIPTION_LIST, "channel_subscription", subscription_id, 200)

    @requires("messages.write")
    @blueprint.arguments(SubscriptionChangesSchema)
    @blueprint.response(200, SubscriptionSchema)
    def patch(self, body: dict[str, Any], subscription_id: int) -> Answer:
        """Change its times or grant, or retire it; If-Match names the version seen.

        Errors: as its making, and unknown_channel_subscription, if_match_required, stale_version.
        """
        version = expected_version()
        change_subscription(subscription_id, body, version=version, actor=current_actor())
        return _answer(SUBSCRIPTION_LIST, "channel_subscription", subscription_id, 200)


def _listed(listing: Listing, query: dict[str, Any]) -> dict[str, Any]:
    after, limit = cursor_key(query.pop("cursor"), int), query.pop("limit")
    with reading() as session:
        rows = page_of_records(
            session,
            listing,
            sites=current_actor().site_ids,
            after=after,
            limit=limit + 1,
            filters=query,
        )
    shown = [_shown(row) for row in rows]
    return page(shown, limit, lambda row: list(identity_of(listing, row)))


def _answer(listing: Listing, what: str, record_id: int, status: int) -> Answer:
    with reading() as session:
        record = one(session, listing, (record_id,), sites=current_actor().site_ids)
    if record is None:
        facts: dict[str, Any] = {what: str(record_id)}
        raise NotFound(f"unknown_{what}", **facts)
    return _shown(record), status, version_tag(record["version"])


def _shown(record: Record) -> Record:
    return record | {"id": str(record["key_0"])}
