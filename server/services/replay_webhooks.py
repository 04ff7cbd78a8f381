"""Webhooks once more: a range of the feed, or one delivery; and a test that is not of the feed."""

import secrets as random_tokens
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.domain.errors import InvalidInput, NotFound, RuleViolated
from server.domain.people import Actor
from server.domain.webhooks import Outcome
from server.services.call_outside import Pool
from server.services.clock import now_ms
from server.services.deliver_webhooks import event_body, keys_of, may_tell, post_event
from server.store.db import reading, unit_of_work
from server.store.models import Feed, Webhook, WebhookDelivery
from server.store.webhook_turns import locked_webhook, rows_wanted

REPLAYED_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Range:
    """Feed rows first … last, or those written from `since` to `until` (ms)."""

    first: int | None = None
    last: int | None = None
    since: int | None = None
    until: int | None = None


def replay_range(webhook_id: int, wanted: Range, *, actor: Actor) -> int:
    """Queue the events of a range again, for this webhook; how many.

    They keep their webhook-id, so a receiver that took one before knows it. Raises NotFound
    `unknown_webhook`, InvalidInput `bad_range_of_feed`, RuleViolated `replay_too_large`,
    `webhook_not_active`.
    """
    now = now_ms()
    with unit_of_work() as session:
        webhook = _visible(locked_webhook(session, webhook_id), webhook_id, actor)
        if webhook.state != "active":
            raise RuleViolated("webhook_not_active", state=webhook.state)
        first, last = _bounds(session, wanted)
        told = _told(session, webhook, first, last)
        session.add_all(
            WebhookDelivery(
                webhook_id=webhook.id,
                seq=seq,
                topic=topic,
                replayed=True,
                due_at=now,
                created_at=now,
            )
            for seq, topic in told
        )
        webhook.waits_until = 0
    return len(told)


def replay_delivery(webhook_id: int, delivery_id: int, *, actor: Actor) -> None:
    """Try one delivery again now, whatever became of it.

    Raises NotFound `unknown_webhook`, `unknown_delivery`, RuleViolated `webhook_not_active`.
    """
    now = now_ms()
    with unit_of_work() as session:
        webhook = _visible(locked_webhook(session, webhook_id), webhook_id, actor)
        if webhook.state != "active":
            raise RuleViolated("webhook_not_active", state=webhook.state)
        row = session.get(WebhookDelivery, delivery_id, with_for_update=True)
        if row is None or row.webhook_id != webhook_id:
            raise NotFound("unknown_delivery", delivery=str(delivery_id))
        row.state, row.ended_at, row.attempts = "pending", None, 0
        row.due_at, row.replayed = now, True
        webhook.waits_until = 0


def try_webhook(webhook_id: int, actor: Actor) -> Outcome:
    """Post a `webhook.test` event at once; nothing is kept of it.

    Raises NotFound `unknown_webhook`, RuleViolated `secret_unreadable`.
    """
    now = now_ms()
    with reading() as session:
        webhook = _visible(session.get(Webhook, webhook_id), webhook_id, actor)
        url, keys, name = webhook.url, keys_of(webhook, now), webhook.name
    with Pool() as pool:
        body = event_body("webhook.test", now, {"webhook": name})
        return post_event(url, keys, f"test_{random_tokens.token_hex(12)}", body, pool)


def _visible(webhook: Webhook | None, webhook_id: int, actor: Actor) -> Webhook:
    if webhook is None or webhook.retired_at is not None or not _in_scope(webhook, actor):
        raise NotFound("unknown_webhook", webhook=str(webhook_id))
    return webhook


def _in_scope(webhook: Webhook, actor: Actor) -> bool:
    if webhook.site_id is None:
        return actor.site_ids is None
    return actor.sees_site(webhook.site_id)


def _bounds(session: Session, wanted: Range) -> tuple[int, int]:
    head = session.scalar(select(func.max(Feed.seq))) or 0
    if wanted.since is not None:
        until = wanted.until if wanted.until is not None else now_ms()
        asked = select(func.min(Feed.seq), func.max(Feed.seq))
        first, last = session.execute(asked.where(Feed.at >= wanted.since, Feed.at <= until)).one()
        first, last = first or 1, last or 0
    else:
        first, last = wanted.first or 0, min(wanted.last or head, head)
    if first < 1 or last < first:
        raise InvalidInput("bad_range_of_feed", first=first, last=last)
    return first, last


def _told(session: Session, webhook: Webhook, first: int, last: int) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    after = first - 1
    while rows := rows_wanted(session, webhook.types, after, last, webhook.site_id):
        found += [(row.seq, row.topic) for row in rows if may_tell(webhook, row.topic)]
        if len(found) > REPLAYED_MOST:
            raise RuleViolated("replay_too_large", most=REPLAYED_MOST)
        after = rows[-1].seq
    return found
