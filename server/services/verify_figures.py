"""Derive what is derived once more and name what differs: roll-ups, and the feed's chain."""

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from sqlalchemy.orm import Session

from server.services.clock import now_ms
from server.store.db import reading, unit_of_work
from server.store.feed_numbering import broken_feed_rows
from server.store.recalculations import all_due, mark
from server.store.rollups import DayKey, differing_rollups

FINDINGS_MOST = 1_000


class Finding(NamedTuple):
    """One difference: kind `feed` or `roll_up`, and which row."""

    kind: str
    what: str


def verify_figures() -> list[Finding]:
    """What differs now, at most 1,000 of each kind; empty when all is well.

    Roll-ups that are due anyway are left out: they differ rightly until they are recalculated.
    """
    with reading() as session:
        return [*islice(_broken_feed(session), FINDINGS_MOST), *_wrong_rollups(session)]


def rebuild_rollups() -> int:
    """Compute all roll-ups from the whole ledger, compare, and ask anew for those that differ.

    How many differed; the drain job (or `stockturn rebuild` itself) then recalculates them.
    """
    with reading() as session:
        wrong = differing_rollups(session)
    with unit_of_work() as session:
        mark(session, wrong, now_ms())
    return len(wrong)


def _broken_feed(session: Session) -> Iterator[Finding]:
    for row in broken_feed_rows(session):
        yield Finding("feed", f"seq {row.seq}: {row.problem}")


def _wrong_rollups(session: Session) -> list[Finding]:
    wrong = differing_rollups(session)
    waiting = all_due(session) if wrong else set()
    return [
        Finding("roll_up", _named(key))
        for key in islice((key for key in wrong if tuple(key) not in waiting), FINDINGS_MOST)
    ]


def _named(key: DayKey) -> str:
    return f"item {key.item_id}, site {key.site_id}, {key.day.isoformat()}"
