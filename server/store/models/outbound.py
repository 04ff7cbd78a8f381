"""What leaves the house: webhooks and their deliveries, channels, messages, boards on a wall."""

from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from server.store.db import Model
from server.store.types import BigId, Instant


class Webhook(Model):
    """A subscription to the change feed. cursor: the last feed row that was looked at for it.

    types: ["*"] | ["count.*", "movement.posted"]. role: whose rights bound what it tells (of who
    last changed it); include_cost: granted by an administrator. secret, old_secret: sealed; both
    sign until old_secret_until. failing_since: no delivery got through since then, and until
    waits_until none is tried. lease: who is delivering, until leased_until.
    """

    __tablename__ = "webhook"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str]
    name_key: Mapped[str] = mapped_column(unique=True)
    url: Mapped[str]
    types: Mapped[list[str]] = mapped_column(JSON)
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    role: Mapped[str]
    include_cost: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(default="active")
    secret: Mapped[str]
    old_secret: Mapped[str] = mapped_column(default="")
    old_secret_until: Mapped[int] = mapped_column(Instant, default=0)
    cursor: Mapped[int] = mapped_column(BigId)
    failures: Mapped[int] = mapped_column(default=0)
    failing_since: Mapped[int | None] = mapped_column(Instant)
    waits_until: Mapped[int] = mapped_column(Instant, default=0)
    lease: Mapped[str] = mapped_column(default="")
    leased_until: Mapped[int] = mapped_column(Instant, default=0)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[int] = mapped_column(Instant)
    retired_at: Mapped[int | None] = mapped_column(Instant)
    __table_args__ = (CheckConstraint("state in ('active','paused','disabled')", name="state"),)


class _Attempts:
    """What is remembered of trying to send something; due_at: when it may be tried (again).

    status: the receiver's answer to the last attempt, 0 for none; code: why it was not taken;
    excerpt: what the receiver said.
    """

    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[int] = mapped_column(Instant)
    created_at: Mapped[int] = mapped_column(Instant)
    tried_at: Mapped[int | None] = mapped_column(Instant)
    ended_at: Mapped[int | None] = mapped_column(Instant)
    status: Mapped[int] = mapped_column(default=0)
    code: Mapped[str] = mapped_column(default="")
    excerpt: Mapped[str] = mapped_column(Text, default="")
    took_ms: Mapped[int] = mapped_column(default=0)


class WebhookDelivery(_Attempts, Model):
    """One event for one webhook: pending → delivered | failed | cancelled; the last attempt.

    replayed: asked for by a person.
    """

    __tablename__ = "webhook_delivery"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhook.id"))
    seq: Mapped[int] = mapped_column(ForeignKey("feed.seq"))
    topic: Mapped[str]
    state: Mapped[str] = mapped_column(default="pending")
    replayed: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (
        Index(
            "ix_webhook_delivery_pending",
            "webhook_id",
            "seq",
            "id",
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
        Index("ix_webhook_delivery_log", "webhook_id", "id"),
        Index("ix_webhook_delivery_ended", "ended_at"),
        CheckConstraint("state in ('pending','delivered','failed','cancelled')", name="state"),
    )


class Channel(Model):
    """Where messages go: a bot's group chat, or mail to some people.

    kind: wecom | dingtalk | feishu | email. address: what people may see of it (host, end of the
    key; the mail server). options: {"host", "port", "security", "login", "sender", "recipients"}
    of mail. sealed: {"url", "secret"} or {"password"} as JSON, sealed. spent_until: its bucket
    (domain/pacing.py); silent_until: until when it asked to be left alone.
    """

    __tablename__ = "channel"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str]
    name_key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    language: Mapped[str] = mapped_column(default="zh")
    state: Mapped[str] = mapped_column(default="active")
    address: Mapped[str] = mapped_column(default="")
    options: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    sealed: Mapped[str] = mapped_column(Text)
    spent_until: Mapped[int] = mapped_column(Instant, default=0)
    silent_until: Mapped[int] = mapped_column(Instant, default=0)
    failing_since: Mapped[int | None] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[int] = mapped_column(Instant)
    retired_at: Mapped[int | None] = mapped_column(Instant)
    __table_args__ = (
        CheckConstraint("kind in ('wecom','dingtalk','feishu','email')", name="kind"),
        CheckConstraint("state in ('active','paused')", name="state"),
    )


class ChannelSubscription(Model):
    """What a channel is told, and of which site.

    about: domain/message_templates.KINDS. times: of digests, "HH:MM" at the site. looked_at: up to
    when it has been composed; due_at: when it must be looked at next.
    """

    __tablename__ = "channel_subscription"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id"))
    about: Mapped[str]
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    times: Mapped[list[str]] = mapped_column(JSON, default=list)
    include_cost: Mapped[bool] = mapped_column(default=False)
    looked_at: Mapped[int] = mapped_column(Instant)
    due_at: Mapped[int | None] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[int] = mapped_column(Instant)
    retired_at: Mapped[int | None] = mapped_column(Instant)
    __table_args__ = (
        Index(
            "uq_channel_subscription_about",
            "channel_id",
            "about",
            "site_id",
            unique=True,
            sqlite_where=text("retired_at IS NULL"),
            postgresql_where=text("retired_at IS NULL"),
        ),
        Index("ix_channel_subscription_due", "due_at"),
        CheckConstraint(
            "about in ('digest','red_line','approval_overdue','report','trouble')", name="about"
        ),
    )


class MessageTemplate(Model):
    """A template that was edited here; the shipped ones are in server/text/messages.json.

    Retired: the shipped one is in force again.
    """

    __tablename__ = "message_template"
    kind: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    body: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[int] = mapped_column(Instant)
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    retired_at: Mapped[int | None] = mapped_column(Instant)


class Message(_Attempts, Model):
    """One message for one channel: pending → sent | failed | cancelled.

    key: what makes it the only one of its kind ("digest:7:2026-11-28T08:30"). parts: its text as
    the channel can take it; sent_parts of them are known to have left.
    """

    __tablename__ = "message"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id"))
    about: Mapped[str]
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    title: Mapped[str]
    parts: Mapped[list[str]] = mapped_column(JSON)
    sent_parts: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(default="pending")
    lease: Mapped[str] = mapped_column(default="")
    leased_until: Mapped[int] = mapped_column(Instant, default=0)
    __table_args__ = (
        Index(
            "ix_message_pending",
            "due_at",
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
        Index("ix_message_channel", "channel_id", "id"),
        Index("ix_message_ended", "ended_at"),
        CheckConstraint("state in ('pending','sent','failed','cancelled')", name="state"),
    )


class MessageFile(Model):
    """A file that goes with a message by mail; gone when the message is forgotten."""

    __tablename__ = "message_file"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"))
    name: Mapped[str]
    media_type: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    __table_args__ = (Index("ix_message_file_message", "message_id"),)


class Mention(Model):
    """Something a subscription has been told of at once ("alert:12", "count:7"): never twice."""

    __tablename__ = "mention"
    subscription_id: Mapped[int] = mapped_column(
        ForeignKey("channel_subscription.id"), primary_key=True
    )
    thing: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[int] = mapped_column(Instant)


class Board(Model):
    """A screen on a wall: who has its token sees the figures of one site, and nothing else."""

    __tablename__ = "board"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str]
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    token_hash: Mapped[str] = mapped_column(unique=True)
    include_cost: Mapped[bool] = mapped_column(default=False)
    language: Mapped[str] = mapped_column(default="zh")
    created_at: Mapped[int] = mapped_column(Instant)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    expires_at: Mapped[int | None] = mapped_column(Instant)
    seen_at: Mapped[int | None] = mapped_column(Instant)
    revoked_at: Mapped[int | None] = mapped_column(Instant)
