"""Whose turn it is: feed rows become deliveries, and one worker at a time delivers for a webhook.

cursor   the last feed row looked at for a webhook; what it wants of the rows behind becomes
         pending deliveries in the same transaction
lease    a worker takes a webhook until an instant; whoever dies leaves it to be taken again
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, and_, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from server.store.models import Feed, Webhook, WebhookDelivery

WINDOW = 200
"""So many untried deliveries wait for a webhook; the feed itself keeps the rest."""
PLANNED_MOST = 500


def is_any_webhook_due(session: Session, now: int) -> bool:
    """Whether some webhook has rows to look at, or a delivery that may be tried."""
    head = select(func.max(Feed.seq)).scalar_subquery()
    free = and_(Webhook.leased_until <= now, Webhook.waits_until <= now)
    work = or_(and_(Webhook.cursor < head, _untried() < WINDOW), _pending(now))
    return bool(session.scalar(select(exists().where(_is_active(), free, work))))


def webhooks_behind(session: Session) -> list[int]:
    """Ids of active webhooks that have not looked at the whole feed, and may."""
    head = select(func.max(Feed.seq)).scalar_subquery()
    asked = select(Webhook.id).where(_is_active(), Webhook.cursor < head, _untried() < WINDOW)
    return list(session.scalars(asked.order_by(Webhook.id)))


def due_webhooks(session: Session, now: int) -> list[int]:
    """Ids of webhooks somebody may deliver for now, longest waiting first."""
    free = and_(Webhook.leased_until <= now, Webhook.waits_until <= now)
    asked = select(Webhook.id).where(_is_active(), free, _pending(now))
    return list(session.scalars(asked.order_by(Webhook.leased_until, Webhook.id)))


def locked_webhook(session: Session, webhook_id: int, *, skip: bool = False) -> Webhook | None:
    """The webhook, locked; None if there is none, or (skip) somebody else has it locked."""
    asked = select(Webhook).where(Webhook.id == webhook_id).with_for_update(skip_locked=skip)
    return session.scalars(asked).one_or_none()


def take_lease(session: Session, webhook_id: int, lease: str, now: int, until: int) -> bool:
    """Take the webhook if nobody has it."""
    taken = session.execute(
        update(Webhook)
        .where(
            Webhook.id == webhook_id,
            _is_active(),
            Webhook.leased_until <= now,
            Webhook.waits_until <= now,
        )
        .values(lease=lease, leased_until=until)
    )
    assert isinstance(taken, CursorResult)
    return bool(taken.rowcount)


def rows_wanted(
    session: Session, types: Sequence[str], after: int, head: int, site_id: int | None
) -> list[Any]:
    """Feed rows (seq, topic) behind `after`, not beyond `head`, that these types may name."""
    asked = select(Feed.seq, Feed.topic).where(Feed.seq > after, Feed.seq <= head)
    if "*" not in types:
        asked = asked.where(or_(*map(_is_of_type, types)))
    if site_id is not None:
        asked = asked.where(or_(Feed.site_id.is_(None), Feed.site_id == site_id))
    return list(session.execute(asked.order_by(Feed.seq).limit(PLANNED_MOST)))


def next_deliveries(
    session: Session, webhook_id: int, now: int, limit: int
) -> list[WebhookDelivery]:
    """The deliveries to try now, in the order of the feed."""
    asked = select(WebhookDelivery).where(
        WebhookDelivery.webhook_id == webhook_id,
        WebhookDelivery.state == "pending",
        WebhookDelivery.due_at <= now,
    )
    return list(
        session.scalars(asked.order_by(WebhookDelivery.seq, WebhookDelivery.id).limit(limit))
    )


def pending_ones(session: Session, ids: Iterable[int]) -> dict[int, WebhookDelivery]:
    """Those of these deliveries that nobody has settled yet, locked."""
    asked = select(WebhookDelivery).where(
        WebhookDelivery.id.in_(ids), WebhookDelivery.state == "pending"
    )
    rows = session.scalars(asked.order_by(WebhookDelivery.id).with_for_update())
    return {row.id: row for row in rows}


def cancel_pending(session: Session, webhook_id: int, now: int) -> None:
    """Nobody wants what is still waiting for this webhook."""
    session.execute(
        update(WebhookDelivery)
        .where(WebhookDelivery.webhook_id == webhook_id, WebhookDelivery.state == "pending")
        .values(state="cancelled", ended_at=now)
    )


def forget_deliveries(session: Session, before: int) -> int:
    """Delete deliveries that ended before then; how many."""
    gone = session.execute(delete(WebhookDelivery).where(WebhookDelivery.ended_at < before))
    assert isinstance(gone, CursorResult)
    return gone.rowcount


def _is_active() -> ColumnElement[bool]:
    return and_(Webhook.state == "active", Webhook.retired_at.is_(None))


def _untried() -> Any:
    """How many deliveries of the webhook were never tried."""
    return (
        select(func.count())
        .where(
            WebhookDelivery.webhook_id == Webhook.id,
            WebhookDelivery.state == "pending",
            WebhookDelivery.attempts == 0,
        )
        .correlate(Webhook)
        .scalar_subquery()
    )


def _pending(now: int) -> ColumnElement[bool]:
    return (
        exists()
        .where(
            WebhookDelivery.webhook_id == Webhook.id,
            WebhookDelivery.state == "pending",
            WebhookDelivery.due_at <= now,
        )
        .correlate(Webhook)
    )


def _is_of_type(pattern: str) -> ColumnElement[bool]:
    if pattern.endswith(".*"):
        return Feed.topic.startswith(pattern[:-1], autoescape=True)
    return Feed.topic == pattern
