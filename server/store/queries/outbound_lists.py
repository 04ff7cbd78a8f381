"""Webhooks, channels, subscriptions and what was sent, as people read them; never a secret."""

from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from server.domain.codes import code_key
from server.store.models import (
    Board,
    Channel,
    ChannelSubscription,
    Message,
    Site,
    User,
    Webhook,
    WebhookDelivery,
)
from server.store.queries.records import Listing, Record, Sites


def _deliveries(state: str) -> Any:
    return (
        select(func.count(WebhookDelivery.id))
        .where(WebhookDelivery.webhook_id == Webhook.id, WebhookDelivery.state == state)
        .correlate(Webhook)
        .scalar_subquery()
    )


_last_delivered = (
    select(func.max(WebhookDelivery.ended_at))
    .where(WebhookDelivery.webhook_id == Webhook.id, WebhookDelivery.state == "delivered")
    .correlate(Webhook)
    .scalar_subquery()
)

WEBHOOK_LIST = Listing(
    select(
        Webhook.name,
        Webhook.url,
        Webhook.types,
        Site.code.label("site"),
        Webhook.include_cost,
        Webhook.role,
        Webhook.state,
        Webhook.cursor,
        Webhook.failures,
        Webhook.failing_since,
        Webhook.waits_until,
        Webhook.old_secret_until,
        _deliveries("pending").label("pending"),
        _deliveries("failed").label("failed"),
        _last_delivered.label("delivered_at"),
        Webhook.version,
        Webhook.changed_at,
        Webhook.retired_at.is_not(None).label("retired"),
    ).outerjoin(Site, Site.id == Webhook.site_id),
    (Webhook.id,),
    site=Webhook.site_id,
    filters={"retired": lambda gone: Webhook.retired_at.is_not(None) == gone},
)

_waiting = (
    select(func.count(Message.id))
    .where(Message.channel_id == Channel.id, Message.state == "pending")
    .correlate(Channel)
    .scalar_subquery()
)
_last_sent = (
    select(func.max(Message.ended_at))
    .where(Message.channel_id == Channel.id, Message.state == "sent")
    .correlate(Channel)
    .scalar_subquery()
)

CHANNEL_LIST = Listing(
    select(
        Channel.name,
        Channel.kind,
        Site.code.label("site"),
        Channel.language,
        Channel.state,
        Channel.address,
        Channel.options,
        Channel.silent_until,
        Channel.failing_since,
        _waiting.label("pending"),
        _last_sent.label("sent_at"),
        Channel.version,
        Channel.changed_at,
        Channel.retired_at.is_not(None).label("retired"),
    ).outerjoin(Site, Site.id == Channel.site_id),
    (Channel.id,),
    site=Channel.site_id,
    filters={"retired": lambda gone: Channel.retired_at.is_not(None) == gone},
)

SUBSCRIPTION_LIST = Listing(
    select(
        ChannelSubscription.channel_id,
        Channel.name.label("channel"),
        ChannelSubscription.about,
        Site.code.label("site"),
        ChannelSubscription.times,
        ChannelSubscription.include_cost,
        ChannelSubscription.due_at,
        ChannelSubscription.version,
        ChannelSubscription.changed_at,
        ChannelSubscription.retired_at.is_not(None).label("retired"),
    )
    .join(Channel, Channel.id == ChannelSubscription.channel_id)
    .join(Site, Site.id == ChannelSubscription.site_id),
    (ChannelSubscription.id,),
    site=ChannelSubscription.site_id,
    filters={
        "retired": lambda gone: ChannelSubscription.retired_at.is_not(None) == gone,
        "channel_id": lambda channel: ChannelSubscription.channel_id == channel,
    },
)


def delivery_page(
    session: Session, webhook_id: int, state: str | None, before: int | None, limit: int
) -> list[Record]:
    """Deliveries of a webhook, newest first."""
    asked = select(
        WebhookDelivery.id,
        WebhookDelivery.seq,
        WebhookDelivery.topic.label("type"),
        WebhookDelivery.state,
        WebhookDelivery.replayed,
        WebhookDelivery.attempts,
        WebhookDelivery.due_at,
        WebhookDelivery.created_at,
        WebhookDelivery.tried_at,
        WebhookDelivery.ended_at,
        WebhookDelivery.status,
        WebhookDelivery.code,
        WebhookDelivery.excerpt,
        WebhookDelivery.took_ms,
    ).where(WebhookDelivery.webhook_id == webhook_id)
    if state is not None:
        asked = asked.where(WebhookDelivery.state == state)
    if before is not None:
        asked = asked.where(WebhookDelivery.id < before)
    rows = session.execute(asked.order_by(WebhookDelivery.id.desc()).limit(limit))
    return [dict(row._mapping) for row in rows]


def message_page(
    session: Session, sites: Sites, filters: dict[str, Any], before: int | None, limit: int
) -> list[Record]:
    """Messages, newest first. filters: state, about, channel_id, site."""
    asked: Select[*tuple[Any, ...]] = (
        select(
            Message.id,
            Message.channel_id,
            Channel.name.label("channel"),
            Channel.kind,
            Message.about,
            Site.code.label("site"),
            Message.title,
            Message.parts,
            Message.sent_parts,
            Message.state,
            Message.attempts,
            Message.due_at,
            Message.created_at,
            Message.tried_at,
            Message.ended_at,
            Message.status,
            Message.code,
            Message.excerpt,
            Message.took_ms,
        )
        .join(Channel, Channel.id == Message.channel_id)
        .outerjoin(Site, Site.id == Message.site_id)
    )
    if sites is not None:
        asked = asked.where(or_(Message.site_id.in_(sites), Channel.site_id.in_(sites)))
    for name in ("state", "about", "channel_id"):
        if name in filters:
            asked = asked.where(getattr(Message, name) == filters[name])
    if "site" in filters:
        asked = asked.where(Site.code_key == code_key(filters["site"]))
    if before is not None:
        asked = asked.where(Message.id < before)
    rows = session.execute(asked.order_by(Message.id.desc()).limit(limit))
    return [dict(row._mapping) for row in rows]


BOARD_LIST = Listing(
    select(
        Board.name,
        Site.code.label("site"),
        Board.include_cost,
        Board.language,
        Board.created_at,
        User.name.label("created_by"),
        Board.expires_at,
        Board.seen_at,
        Board.revoked_at,
    )
    .join(Site, Site.id == Board.site_id)
    .outerjoin(User, User.id == Board.created_by),
    (Board.id,),
    site=Board.site_id,
)
