"""Webhooks go out: at least once, in the order of the feed, and they wait while nobody answers.

A receiver that is down makes all its deliveries wait, so that order is kept; one that refuses an
event gets the next ones meanwhile. A worker that dies leaves a lease that runs out, and what it had
sent but not written down is sent again with the same webhook-id.
"""

import json
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import SystemRandom
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.domain.days import DAY_MS, rfc3339
from server.domain.feed import PERMISSION_OF, may_read_topic, without_cost
from server.domain.people import SYSTEM, Actor
from server.domain.webhooks import (
    ATTEMPTS_MOST,
    Outcome,
    judge,
    retry_after_ms,
    signatures,
    wait_ms,
    wants,
)
from server.services.call_outside import NoAnswer, Pool, post_outside
from server.services.clock import now_ms
from server.services.manage_webhooks import SECRET
from server.services.queue_messages import Draft, queue_message
from server.services.say_phrases import phrases
from server.services.seal_secrets import unseal
from server.store.db import reading, unit_of_work
from server.store.feed import announce
from server.store.installation import settings
from server.store.models import Feed, Site, Webhook, WebhookDelivery
from server.store.webhook_turns import (
    due_webhooks,
    locked_webhook,
    next_deliveries,
    pending_ones,
    rows_wanted,
    take_lease,
    webhooks_behind,
)

LEASE_MS = 90_000
TURN_S = 30.0
DELIVERIES_MOST = 20
EXCERPT_LENGTH = 500

_luck = SystemRandom()


@dataclass(frozen=True, slots=True)
class Parcel:
    """One event as it leaves. body None: this webhook may not be told of it any more."""

    delivery_id: int
    message_id: str
    body: bytes | None


@dataclass(frozen=True, slots=True)
class Turn:
    """A webhook in this worker's hands."""

    webhook_id: int
    lease: str
    url: str
    secrets: tuple[str, ...]
    parcels: tuple[Parcel, ...]


def plan_deliveries() -> int:
    """Turn new feed rows into deliveries, for every webhook that wants them; how many."""
    with reading() as session:
        behind = webhooks_behind(session)
    planned = 0
    for webhook_id in behind:
        with unit_of_work() as session:
            webhook = locked_webhook(session, webhook_id, skip=True)
            if webhook is not None and webhook.state == "active":
                planned += _plan(session, webhook, now_ms())
    return planned


def deliver_webhooks(seconds: float) -> int:
    """Deliver what is due, webhook by webhook, for about so long; how many were taken."""
    end = time.monotonic() + seconds
    with reading() as session:
        due = due_webhooks(session, now_ms())
    taken = 0
    for webhook_id in due:
        if time.monotonic() >= end:
            break
        turn = take_turn(webhook_id)
        if turn is not None:
            taken += settle_turn(turn, send_all(turn))
    return taken


def take_turn(webhook_id: int) -> Turn | None:
    """Lease the webhook with its next deliveries; None if somebody has it or nothing is due."""
    now, lease = now_ms(), secrets.token_hex(8)
    with unit_of_work() as session:
        if not take_lease(session, webhook_id, lease, now, now + LEASE_MS):
            return None
        webhook = session.get(Webhook, webhook_id)
        assert webhook is not None
        waiting = next_deliveries(session, webhook_id, now, DELIVERIES_MOST)
        if not waiting:
            webhook.leased_until = 0
            return None
        return Turn(
            webhook_id,
            lease,
            webhook.url,
            keys_of(webhook, now),
            _parcels(session, webhook, waiting),
        )


def send_all(turn: Turn) -> list[tuple[int, Outcome]]:
    """Post one after the other, until one finds nobody or the time is up."""
    end = time.monotonic() + TURN_S
    outcomes: list[tuple[int, Outcome]] = []
    with Pool() as pool:
        for parcel in turn.parcels:
            if parcel.body is None:
                outcomes.append((parcel.delivery_id, Outcome("gone", code="not_permitted")))
                continue
            outcome = post_event(turn.url, turn.secrets, parcel.message_id, parcel.body, pool)
            outcomes.append((parcel.delivery_id, outcome))
            if outcome.verdict in ("down", "gone") or time.monotonic() >= end:
                break
    return outcomes


def post_event(url: str, keys: Sequence[str], message_id: str, body: bytes, pool: Pool) -> Outcome:
    """One attempt, signed now."""
    at = now_ms() // 1000
    headers = {
        "content-type": "application/json",
        "user-agent": "Stockturn-Webhooks/1",
        "webhook-id": message_id,
        "webhook-timestamp": str(at),
        "webhook-signature": signatures(keys, message_id, at, body),
    }
    try:
        answer = post_outside(url, body, headers, pool)
    except NoAnswer as nobody:
        return Outcome("down", 0, nobody.code, nobody.said, nobody.took_ms)
    verdict = judge(answer.status)
    return Outcome(
        verdict,
        answer.status,
        "" if verdict == "delivered" else f"http_{answer.status}",
        answer.body.decode("utf-8", "replace").replace("\0", "")[:EXCERPT_LENGTH],
        answer.took_ms,
        retry_after_ms(answer.headers.get("retry-after")),
    )


def settle_turn(turn: Turn, outcomes: Sequence[tuple[int, Outcome]]) -> int:
    """Write down what came of it and give the webhook back; how many were taken.

    A delivery that was taken is taken, whoever holds the lease by now; what else would change the
    webhook is left to its holder.
    """
    now = now_ms()
    with unit_of_work() as session:
        webhook = locked_webhook(session, turn.webhook_id)
        assert webhook is not None
        waiting = pending_ones(session, [delivery for delivery, _ in outcomes])
        for delivery_id, outcome in outcomes:
            if delivery_id in waiting:
                _write_down(waiting[delivery_id], outcome, now)
        if webhook.lease == turn.lease:
            webhook.lease, webhook.leased_until = "", 0
            _judge_webhook(session, webhook, [outcome for _, outcome in outcomes], now)
    return sum(outcome.verdict == "delivered" for _, outcome in outcomes)


def keys_of(webhook: Webhook, now: int) -> tuple[str, ...]:
    """The secrets that sign now, the newest first."""
    keys = [unseal(webhook.secret, SECRET)]
    if webhook.old_secret and webhook.old_secret_until > now:
        keys.append(unseal(webhook.old_secret, SECRET))
    return tuple(keys)


def may_tell(webhook: Webhook, topic: str) -> bool:
    """Whether this webhook wants the topic, and its role and grants let it have that."""
    reader = Actor(None, webhook.role, None, source="system")
    costly = PERMISSION_OF.get(topic.partition(".")[0]) == "cost.read"
    return (
        wants(webhook.types, topic)
        and may_read_topic(reader, topic)
        and (webhook.include_cost or not costly)
    )


def event_body(topic: str, at: int, facts: Mapping[str, Any]) -> bytes:
    """The JSON that is signed and sent."""
    event = {"type": topic, "timestamp": rfc3339(at), "data": facts}
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()


def _plan(session: Session, webhook: Webhook, now: int) -> int:
    head = session.scalar(select(func.max(Feed.seq))) or 0
    rows = rows_wanted(session, webhook.types, webhook.cursor, head, webhook.site_id)
    told = [row for row in rows if may_tell(webhook, row.topic)]
    session.add_all(
        WebhookDelivery(
            webhook_id=webhook.id, seq=row.seq, topic=row.topic, due_at=now, created_at=now
        )
        for row in told
    )
    webhook.cursor = rows[-1].seq if rows else head
    return len(told)


def _parcels(
    session: Session, webhook: Webhook, waiting: Sequence[WebhookDelivery]
) -> tuple[Parcel, ...]:
    asked = (
        select(Feed, Site.code)
        .outerjoin(Site, Site.id == Feed.site_id)
        .where(Feed.seq.in_({delivery.seq for delivery in waiting}))
    )
    rows = {row.Feed.seq: row for row in session.execute(asked)}
    return tuple(
        _parcel(webhook, delivery, rows[delivery.seq].Feed, rows[delivery.seq].code)
        for delivery in waiting
    )


def _parcel(webhook: Webhook, delivery: WebhookDelivery, row: Feed, site: str | None) -> Parcel:
    message_id = f"evt_{row.seq}_{row.hash[:12]}"
    if not may_tell(webhook, row.topic):
        return Parcel(delivery.id, message_id, None)
    payload = json.loads(row.payload)
    facts = {
        "seq": str(row.seq),
        "site": site,
        "command_id": None if row.command_id is None else str(row.command_id),
        "user_id": None if row.user_id is None else str(row.user_id),
        "device_id": None if row.device_id is None else str(row.device_id),
        "request_id": row.request_id,
        "payload": payload if webhook.include_cost else without_cost(payload),
    }
    return Parcel(delivery.id, message_id, event_body(row.topic, row.at, facts))


def _write_down(delivery: WebhookDelivery, outcome: Outcome, now: int) -> None:
    delivery.tried_at, delivery.status, delivery.code = now, outcome.status, outcome.code
    delivery.excerpt, delivery.took_ms = outcome.excerpt, outcome.took_ms
    if outcome.code == "not_permitted":
        delivery.state, delivery.ended_at = "cancelled", now
        return
    delivery.attempts += 1
    if outcome.verdict == "delivered":
        delivery.state, delivery.ended_at = "delivered", now
    elif outcome.verdict == "refused":
        delivery.due_at = now + wait_ms(delivery.attempts, _luck.random(), outcome.retry_after_ms)
        if delivery.attempts >= ATTEMPTS_MOST:
            delivery.state, delivery.ended_at = "failed", now


def _judge_webhook(
    session: Session, webhook: Webhook, outcomes: Sequence[Outcome], now: int
) -> None:
    last = outcomes[-1] if outcomes else None
    if any(outcome.verdict == "delivered" for outcome in outcomes):
        webhook.failures, webhook.failing_since = 0, None
    tried = [outcome for outcome in outcomes if outcome.code != "not_permitted"]
    if last is None or not tried or tried[-1].verdict == "delivered":
        return
    last = tried[-1]
    webhook.failing_since = webhook.failing_since or now
    if last.verdict == "down":
        webhook.failures += 1
        webhook.waits_until = now + wait_ms(webhook.failures, _luck.random(), last.retry_after_ms)
    days = settings().outbound_give_up_days
    if last.verdict == "gone" or now - webhook.failing_since >= days * DAY_MS:
        _disable(session, webhook, last, now)


def _disable(session: Session, webhook: Webhook, last: Outcome, now: int) -> None:
    """Nobody answered for days, or said that nobody ever will: people must look at it."""
    webhook.state = "disabled"
    webhook.version += 1
    webhook.changed_at = now
    facts = {"id": webhook.id, "name": webhook.name, "code": last.code, "status": last.status}
    announce(session, "webhook.disabled", facts, actor=SYSTEM, at=now, site_id=webhook.site_id)
    draft = Draft(
        key=f"webhook:{webhook.id}:{webhook.version}",
        about="trouble",
        site_id=webhook.site_id,
        facts={
            "title": webhook.name,
            "summary": phrases("webhook_disabled", name=webhook.name, code=last.code),
        },
        link=f"/messages/webhooks?webhook={webhook.id}",
    )
    queue_message(session, draft, now)
