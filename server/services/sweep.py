"""What time alone makes due: finds work nobody rang for, and lets go of what has had its day."""

from collections.abc import Iterable

from sqlalchemy import CursorResult, delete
from sqlalchemy.orm import Session

from server.domain.days import day_of
from server.services.check_labels import is_anything_unchecked
from server.services.clock import now_ms
from server.services.pack_month import is_any_pack_wanted
from server.services.print_automatically import is_anything_to_print
from server.services.recalculate import TurnoverPolicy
from server.services.schedule_reports import is_any_report_due
from server.services.send_what_is_due import is_anything_to_send
from server.services.watch_exceptions import is_anything_unwatched
from server.store.db import reading, unit_of_work
from server.store.models import IdempotencyKey
from server.store.outbox import forget_messages
from server.store.planning import Pair, ended_snoozes, stale_pairs
from server.store.recalculations import is_anything_due, mark
from server.store.rollups import time_zones
from server.store.webhook_turns import forget_deliveries

IDEMPOTENCY_DAYS = 30
SENT_DAYS = 90
DAY_MS = 86_400_000


def due_queues() -> frozenset[str]:
    """The queues whose work is due according to the database, whatever Redis says."""
    with reading() as session:
        due = {"movements"} if is_anything_due(session) else set()
    if is_anything_unchecked() or is_anything_to_print():
        due.add("labels")
    if is_anything_to_send():
        due.add("outbound")
    return frozenset(due)


def due_by_clock() -> frozenset[str]:
    """The queues where time alone, or a request, has made reports or packs due, or where commands
    were answered that the exceptions inbox has not seen: nobody waits for it within a second."""
    with reading() as session:
        due = is_any_report_due(session) or is_any_pack_wanted(session)
    return frozenset({"planning"} if due or is_anything_unwatched() else ())


def wake_snoozed_alerts() -> int:
    """Ask for a new look at every alert whose silence is over; how many."""
    now = now_ms()
    with reading() as session:
        if not ended_snoozes(session, now):
            return 0
    with unit_of_work() as session:
        return _mark_today(session, ended_snoozes(session, now), now)


def refresh_turnover(policy: TurnoverPolicy) -> int:
    """Ask for new figures where the period has moved on or the settings changed; how many."""
    now = now_ms()
    with unit_of_work() as session:
        today = {site: day_of(now, zone) for site, zone in time_zones(session).items()}
        return _mark_today(session, stale_pairs(session, today, policy.method, policy.days), now)


def forget_old_answers() -> int:
    """Delete the answers kept for Idempotency-Keys over 30 days old; how many."""
    with unit_of_work() as session:
        oldest = now_ms() - IDEMPOTENCY_DAYS * DAY_MS
        gone = session.execute(delete(IdempotencyKey).where(IdempotencyKey.at < oldest))
        assert isinstance(gone, CursorResult)
        return gone.rowcount


def forget_sent() -> int:
    """Delete deliveries and messages that ended over 90 days ago; how many."""
    before = now_ms() - SENT_DAYS * DAY_MS
    with unit_of_work() as session:
        return forget_deliveries(session, before) + forget_messages(session, before)


def _mark_today(session: Session, pairs: Iterable[Pair], now: int) -> int:
    zones = time_zones(session)
    keys = [(*pair, day_of(now, zones[pair.site_id])) for pair in pairs]
    mark(session, keys, now)
    return len(keys)
