"""Messages leave: each part at least once, at most twenty a minute per bot, one after the other.

The bot's allowance is taken in the transaction that takes the message, before anything is sent: a
worker that dies has spent it, so that no number of workers and restarts sends faster.
"""

import secrets
import time
from dataclasses import dataclass
from random import SystemRandom
from typing import Any

from sqlalchemy.orm import Session

from server.domain.bots import bot_request, read_answer
from server.domain.days import DAY_MS
from server.domain.errors import NotFound, RuleViolated, TooManyAttempts
from server.domain.mail import Enclosed, make_mail
from server.domain.pacing import Bucket
from server.domain.people import SYSTEM, Actor
from server.domain.webhooks import Outcome, wait_ms
from server.services.call_outside import NoAnswer, Pool, post_outside
from server.services.clock import now_ms
from server.services.manage_channels import secrets_of
from server.services.queue_messages import Draft, parts_for, queue_message
from server.services.say_phrases import phrase, phrases
from server.services.send_mail import send_mail
from server.store.db import reading, unit_of_work
from server.store.feed import announce
from server.store.installation import settings
from server.store.models import Channel, Message
from server.store.outbox import due_messages, files_of, is_channel_busy, locked_message

LEASE_MS = 60_000
CHANNELS_MOST = 50
REFUSALS_MOST = 6
"""After so many refusals of one message it is given up; what comes after it went on meanwhile."""

_luck = SystemRandom()


@dataclass(frozen=True, slots=True)
class Errand:
    """One part of a message in this worker's hands. of: how many parts there are."""

    message_id: int
    lease: str
    kind: str
    options: dict[str, Any]
    secrets: dict[str, str]
    title: str
    text: str
    part: int
    of: int
    created_at: int
    files: tuple[Enclosed, ...] = ()


def send_messages(seconds: float) -> int:
    """Send what is due for about so long; how many parts left."""
    end = time.monotonic() + seconds
    sent = 0
    while time.monotonic() < end:
        with reading() as session:
            due = due_messages(session, now_ms(), CHANNELS_MOST)
        done = 0
        for message_id in due:
            errand = take_errand(message_id)
            if errand is None:
                continue
            settle_errand(errand, run_errand(errand))
            done += 1
            if time.monotonic() >= end:
                break
        sent += done
        if not done:
            break
    return sent


def take_errand(message_id: int) -> Errand | None:
    """Take the message's next part and the bot's allowance for it; None if it may not leave."""
    now = now_ms()
    with unit_of_work() as session:
        found = locked_message(session, message_id)
        if found is None:
            return None
        message, channel = found
        if not _may_leave(session, message, channel, now):
            return None
        if channel.kind != "email":
            bucket = Bucket(channel.spent_until)
            ready = bucket.ready_at(now)
            if ready > now:
                channel.silent_until = ready
                return None
            channel.spent_until = bucket.take(now).spent_until
        try:
            opened = secrets_of(channel)
        except RuleViolated as refusal:
            _give_up(session, message, channel, Outcome("refused", code=refusal.code), now)
            return None
        message.lease, message.leased_until = secrets.token_hex(8), now + LEASE_MS
        return _errand(session, message, channel, opened)


def run_errand(errand: Errand) -> Outcome:
    """One attempt at one part."""
    title = errand.title if errand.of == 1 else f"{errand.title} ({errand.part + 1}/{errand.of})"
    if errand.kind == "email":
        mail = make_mail(
            errand.options["sender"],
            errand.options["recipients"],
            title,
            errand.text,
            message_id=f"stockturn-{errand.message_id}-{errand.created_at}",
            at=errand.created_at,
            files=errand.files,
        )
        return send_mail(errand.options, errand.secrets.get("password", ""), mail)
    return post_to_bot(errand.kind, errand.secrets, title, errand.text)


def post_to_bot(kind: str, opened: dict[str, str], title: str, text: str) -> Outcome:
    """One message to one bot."""
    request = bot_request(kind, opened["url"], opened.get("secret", ""), title, text, now_ms())
    headers = {"content-type": "application/json; charset=utf-8", "user-agent": "Stockturn/1"}
    try:
        with Pool() as pool:
            answer = post_outside(request.url, request.body, headers, pool)
    except NoAnswer as nobody:
        return Outcome("down", 0, nobody.code, nobody.said, nobody.took_ms)
    return read_answer(answer.status, answer.headers, answer.body, answer.took_ms)


def settle_errand(errand: Errand, outcome: Outcome) -> None:
    """Write down what came of it. What left has left, whoever holds the lease by now."""
    now = now_ms()
    with unit_of_work() as session:
        found = locked_message(session, errand.message_id)
        if found is None or found[0].state != "pending":
            return
        message, channel = found
        ours = message.lease == errand.lease
        if outcome.verdict == "delivered" and message.sent_parts == errand.part:
            _sent(message, channel, outcome, now)
        elif ours:
            _not_sent(session, message, channel, outcome, now)
        if ours:
            message.lease, message.leased_until = "", 0


def try_channel(channel_id: int, actor: Actor) -> Outcome:
    """A test message, at once.

    Raises NotFound `unknown_channel`, TooManyAttempts `channel_too_fast`, RuleViolated
    `secret_unreadable`.
    """
    now = now_ms()
    with unit_of_work() as session:
        channel = session.get(Channel, channel_id, with_for_update=True)
        seen = channel is not None and channel.retired_at is None
        if channel is None or not seen or not _in_scope(channel, actor):
            raise NotFound("unknown_channel", channel=str(channel_id))
        if channel.kind != "email":
            bucket = Bucket(channel.spent_until)
            ready = max(bucket.ready_at(now), channel.silent_until)
            if ready > now:
                raise TooManyAttempts("channel_too_fast", retry_after_s=(ready - now) // 1000 + 1)
            channel.spent_until = bucket.take(now).spent_until
        words = channel.language
        body = phrase("test_body", words, name=channel.name)
        errand = Errand(
            0,
            "",
            channel.kind,
            dict(channel.options),
            secrets_of(channel),
            phrase("test_title", words),
            parts_for(channel.kind, f"{body}\n\n[{settings().base_url}]({settings().base_url})")[0],
            0,
            1,
            now,
        )
    return run_errand(errand)


def retry_message(message_id: int, actor: Actor) -> None:
    """Send a message that was given up once more, from the part that did not leave.

    Raises NotFound `unknown_message`, RuleViolated `message_not_failed`.
    """
    with unit_of_work() as session:
        found = locked_message(session, message_id)
        if found is None or not _in_scope(found[1], actor):
            raise NotFound("unknown_message", message=str(message_id))
        message = found[0]
        if message.state != "failed":
            raise RuleViolated("message_not_failed", state=message.state)
        message.state, message.ended_at, message.attempts = "pending", None, 0
        message.due_at = message.created_at = now_ms()


def _in_scope(channel: Channel, actor: Actor) -> bool:
    return channel.site_id is None or actor.sees_site(channel.site_id)


def _may_leave(session: Session, message: Message, channel: Channel, now: int) -> bool:
    waiting = message.state == "pending" and message.due_at <= now
    free = channel.state == "active" and channel.silent_until <= now
    return waiting and free and not is_channel_busy(session, channel.id, now)


def _errand(session: Session, message: Message, channel: Channel, opened: dict[str, str]) -> Errand:
    files = files_of(session, message.id) if channel.kind == "email" else []
    return Errand(
        message.id,
        message.lease,
        channel.kind,
        dict(channel.options),
        opened,
        message.title,
        message.parts[message.sent_parts],
        message.sent_parts,
        len(message.parts),
        message.created_at,
        tuple(Enclosed(file.name, file.media_type, file.content) for file in files),
    )


def _sent(message: Message, channel: Channel, outcome: Outcome, now: int) -> None:
    _note(message, outcome, now)
    channel.failing_since = None
    message.sent_parts += 1
    message.attempts = 0
    if message.sent_parts == len(message.parts):
        message.state, message.ended_at = "sent", now


def _not_sent(
    session: Session, message: Message, channel: Channel, outcome: Outcome, now: int
) -> None:
    _note(message, outcome, now)
    message.attempts += 1
    channel.failing_since = channel.failing_since or now
    wait = wait_ms(message.attempts, _luck.random(), outcome.retry_after_ms)
    if outcome.verdict == "down":
        channel.silent_until = max(channel.silent_until, now + wait)
    else:
        message.due_at = now + wait
    days = settings().outbound_give_up_days
    too_old = now - message.created_at >= days * DAY_MS
    if too_old or (outcome.verdict == "refused" and message.attempts >= REFUSALS_MOST):
        _give_up(session, message, channel, outcome, now)


def _note(message: Message, outcome: Outcome, now: int) -> None:
    message.tried_at, message.status, message.code = now, outcome.status, outcome.code
    message.excerpt = outcome.excerpt.replace("\0", "")
    message.took_ms = outcome.took_ms


def _give_up(
    session: Session, message: Message, channel: Channel, outcome: Outcome, now: int
) -> None:
    """Nobody will have it: said on the feed, and to those who asked for trouble elsewhere."""
    message.state, message.ended_at, message.code = "failed", now, outcome.code
    facts = {"id": message.id, "channel": channel.name, "code": outcome.code}
    announce(session, "message.failed", facts, actor=SYSTEM, at=now, site_id=message.site_id)
    if message.about != "trouble":
        summary = phrases("message_failed", name=channel.name, code=outcome.code)
        draft = Draft(
            f"message:{message.id}",
            "trouble",
            message.site_id,
            {"title": channel.name, "summary": summary},
            link=f"/messages/log?message={message.id}",
        )
        queue_message(session, draft, now)
