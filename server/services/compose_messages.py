"""Digests at their times, and at once what cannot wait: red lines, approvals older than two hours.

Each subscription knows when it must be looked at next. Whoever looks moves that instant on in the
transaction that queues the message, so that any number of workers tell a thing once; a time that
passed while nobody worked is told once, as the last one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from server.domain.days import DAY_MS
from server.domain.due_times import last_due, next_due
from server.services.clock import now_ms
from server.services.queue_messages import Draft, queue_message
from server.services.tell_day import ROWS_SHOWN, Span, alert_line, bullets, count_line, digest_draft
from server.store.db import reading, unit_of_work, upsert
from server.store.models import ChannelSubscription, Mention, Site
from server.store.outbox import due_subscriptions
from server.store.queries.site_day import red_lines, waiting_counts

LOOK_AGAIN_MS = 60_000
OVERDUE_MS = 2 * 3_600_000


@dataclass(frozen=True, slots=True)
class _Thing:
    """Something that cannot wait. name: what it is told by only once."""

    name: str
    row: object


@dataclass(frozen=True, slots=True)
class _Look:
    """What a look found, before anything is written."""

    due_at: int
    next_at: int
    looked_at: int
    draft: Draft | None
    things: Sequence[_Thing] = ()


def compose_messages() -> int:
    """Look at every subscription that is due; how many messages were queued."""
    with reading() as session:
        due = due_subscriptions(session, now_ms())
    return sum(_compose(subscription_id) for subscription_id in due)


def _compose(subscription_id: int) -> int:
    now = now_ms()
    with reading() as session:
        subscription = session.get(ChannelSubscription, subscription_id)
        if subscription is None or subscription.due_at is None:
            return 0
        site = session.get(Site, subscription.site_id)
        assert site is not None
        look = _look(session, subscription, site, now)
    return _tell(subscription_id, look, now)


def _look(session: Session, subscription: ChannelSubscription, site: Site, now: int) -> _Look:
    assert subscription.due_at is not None
    due_at = subscription.due_at
    if subscription.about == "digest":
        told_at = last_due(now, subscription.times, site.time_zone)
        since = max(min(subscription.looked_at, told_at), told_at - 4 * DAY_MS)
        draft = digest_draft(session, site, Span(since, told_at), f"digest:{told_at}")
        next_at = next_due(now, subscription.times, site.time_zone)
        return _Look(due_at, next_at, told_at, draft)
    things = (
        _red_lines(session, site)
        if subscription.about == "red_line"
        else _overdue(session, site, now)
    )
    return _Look(due_at, now + LOOK_AGAIN_MS, now, None, things)


def _tell(subscription_id: int, look: _Look, now: int) -> int:
    with unit_of_work() as session:
        subscription = session.get(ChannelSubscription, subscription_id, with_for_update=True)
        assert subscription is not None
        if subscription.due_at != look.due_at or subscription.retired_at is not None:
            return 0
        subscription.due_at, subscription.looked_at = look.next_at, look.looked_at
        session.flush()
        draft = look.draft or _at_once(session, subscription, look.things, now)
        return queue_message(session, draft, now, subscription_id) if draft else 0


def _at_once(
    session: Session, subscription: ChannelSubscription, things: Sequence[_Thing], now: int
) -> Draft | None:
    new = [thing for thing in things if _is_new(session, subscription.id, thing.name, now)]
    if not new:
        return None
    rows = [thing.row for thing in new]
    red = subscription.about == "red_line"

    def line(row: object, language: str) -> str:
        if red:
            return alert_line(row, language)  # type: ignore[arg-type]
        return count_line(row, language, now)  # type: ignore[arg-type]

    return Draft(
        key=f"{subscription.about}:{new[0].name}:{now}",
        about=subscription.about,
        site_id=subscription.site_id,
        facts={
            "number": str(len(new)),
            "lines": bullets(rows[:ROWS_SHOWN], line, len(rows)),
        },
        link="/stock" if red else "/counts",
    )


def _is_new(session: Session, subscription_id: int, thing: str, now: int) -> bool:
    values = {"subscription_id": subscription_id, "thing": thing, "at": now}
    statement = upsert(session, Mention).values(values).on_conflict_do_nothing()
    return session.scalar(statement.returning(Mention.thing)) is not None


def _red_lines(session: Session, site: Site) -> list[_Thing]:
    return [_Thing(f"alert:{row.id}", row) for row in red_lines(session, site.id)]


def _overdue(session: Session, site: Site, now: int) -> list[_Thing]:
    rows = waiting_counts(session, site.id, None, finished_before=now - OVERDUE_MS)
    return [_Thing(f"count:{row.id}", row) for row in rows]
