"""The outbox: which message is next, whose turn it is, and what became of it.

Messages of one channel leave one after the other; a channel that asked for silence gets it.
"""

from typing import Any

from sqlalchemy import ColumnElement, CursorResult, and_, delete, exists, func, select, update
from sqlalchemy.orm import Session, aliased

from server.store.models import Channel, ChannelSubscription, Mention, Message, MessageFile


def is_any_message_due(session: Session, now: int) -> bool:
    """Whether some message may be sent now."""
    return session.scalar(_due(now).limit(1)) is not None


def due_messages(session: Session, now: int, limit: int) -> list[int]:
    """Ids of messages that may be tried now: at most one per channel, oldest first."""
    first = _due(now).with_only_columns(func.min(Message.id)).group_by(Message.channel_id)
    return list(session.scalars(first.order_by(func.min(Message.id)).limit(limit)))


def locked_message(session: Session, message_id: int) -> tuple[Message, Channel] | None:
    """The message and its channel, both locked, channel first."""
    channel_id = session.scalar(select(Message.channel_id).where(Message.id == message_id))
    if channel_id is None:
        return None
    channel = session.get(Channel, channel_id, with_for_update=True)
    message = session.get(Message, message_id, with_for_update=True)
    assert channel is not None
    return None if message is None else (message, channel)


def is_channel_busy(session: Session, channel_id: int, now: int) -> bool:
    """Whether somebody is sending through this channel."""
    leased = and_(Message.channel_id == channel_id, Message.leased_until > now)
    return bool(session.scalar(select(exists().where(leased, Message.state == "pending"))))


def files_of(session: Session, message_id: int) -> list[MessageFile]:
    """What goes with a message."""
    asked = select(MessageFile).where(MessageFile.message_id == message_id)
    return list(session.scalars(asked.order_by(MessageFile.id)))


def is_any_subscription_due(session: Session, now: int) -> bool:
    """Whether some subscription must be looked at."""
    return session.scalar(_looked_for(now).limit(1)) is not None


def due_subscriptions(session: Session, now: int) -> list[int]:
    """Ids of subscriptions that must be looked at now."""
    return list(session.scalars(_looked_for(now).order_by(ChannelSubscription.id)))


def cancel_messages(session: Session, channel_id: int, now: int) -> None:
    """Nobody wants what still waits for this channel."""
    session.execute(
        update(Message)
        .where(Message.channel_id == channel_id, Message.state == "pending")
        .values(state="cancelled", ended_at=now)
    )


def retire_subscriptions(session: Session, channel_id: int, now: int) -> None:
    """The channel is told nothing any more."""
    session.execute(
        update(ChannelSubscription)
        .where(
            ChannelSubscription.channel_id == channel_id, ChannelSubscription.retired_at.is_(None)
        )
        .values(retired_at=now, due_at=None)
    )


def forget_messages(session: Session, before: int) -> int:
    """Delete messages that ended before then, with their files; how many."""
    old = select(Message.id).where(Message.ended_at < before)
    session.execute(delete(MessageFile).where(MessageFile.message_id.in_(old)))
    gone = session.execute(delete(Message).where(Message.ended_at < before))
    session.execute(delete(Mention).where(Mention.at < before))
    assert isinstance(gone, CursorResult)
    return gone.rowcount


def _due(now: int) -> Any:
    other = aliased(Message)
    busy: ColumnElement[bool] = (
        exists()
        .where(
            other.channel_id == Message.channel_id,
            other.state == "pending",
            other.leased_until > now,
        )
        .correlate(Message)
    )
    return (
        select(Message.id)
        .join(Channel, Channel.id == Message.channel_id)
        .where(
            Message.state == "pending",
            Message.due_at <= now,
            Channel.state == "active",
            Channel.silent_until <= now,
            ~busy,
        )
    )


def _looked_for(now: int) -> Any:
    return (
        select(ChannelSubscription.id)
        .join(Channel, Channel.id == ChannelSubscription.channel_id)
        .where(
            ChannelSubscription.due_at <= now,
            ChannelSubscription.retired_at.is_(None),
            Channel.state == "active",
        )
    )
