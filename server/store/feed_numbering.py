"""Numbering the change feed: without gaps, each row's hash made of the row before it.

    hash = SHA-256(hash of the previous row ‖ canonical JSON of the row)     first row: ‖ of ""

Whoever numbers holds one lock until commit, so any number of relays may run and one numbers.
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from sqlalchemy import RowMapping, delete, exists, func, insert, select
from sqlalchemy.orm import Session

from server.store.feed import canonical_json
from server.store.models import Feed, PendingFeed

NUMBERING_LOCK = 7_316_001
FIRST_HASH = ""
COLUMNS = (
    "topic",
    "site_id",
    "command_id",
    "user_id",
    "device_id",
    "request_id",
    "at",
    "payload",
)
BATCH = 5_000


class Numbered(NamedTuple):
    """What one round of numbering did; `rows` is 0 when nothing waited."""

    rows: int
    last_seq: int
    oldest_at: int | None
    topics: frozenset[str]
    request_ids: tuple[str, ...]


class BrokenRow(NamedTuple):
    """A row of the feed that is not what the relay wrote: `missing` or `hash_differs`."""

    seq: int
    problem: str


def is_anything_pending(session: Session) -> bool:
    """Whether committed rows wait for a number."""
    return bool(session.scalar(select(exists().where(PendingFeed.id.is_not(None)))))


def number_pending(session: Session, limit: int) -> Numbered | None:
    """Move up to `limit` committed rows into the feed; None when another relay is numbering.

    The rows deleted are exactly those read: on PostgreSQL a row with a lower id may become
    visible at any time, and must be found by the next round.
    """
    if not _lock(session):
        return None
    seq, previous = _last(session)
    rows = _take_pending(session, limit)
    numbered = []
    for row in rows:
        seq += 1
        numbered.append({"seq": seq, **row})
        previous = numbered[-1]["hash"] = row_hash(previous, numbered[-1])
    if numbered:
        session.execute(insert(Feed), numbered)
    return Numbered(
        rows=len(rows),
        last_seq=seq,
        oldest_at=min((row["at"] for row in rows), default=None),
        topics=frozenset(row["topic"] for row in rows),
        request_ids=tuple(dict.fromkeys(row["request_id"] for row in rows if row["request_id"])),
    )


def row_hash(previous: str, row: Mapping[str, Any] | RowMapping) -> str:
    """The hash of one numbered row, given the hash of the row before it."""
    content = canonical_json([row["seq"], *(row[column] for column in COLUMNS)])
    return hashlib.sha256((previous + content).encode()).hexdigest()


def broken_feed_rows(session: Session) -> Iterator[BrokenRow]:
    """Every row whose number or hash is wrong, from the first on; none in a sound feed.

    A row that was changed breaks at its own seq: the chain goes on from the hash it carries.
    """
    expected, previous = 1, FIRST_HASH
    for row in _numbered_rows(session):
        for seq in range(expected, row["seq"]):
            yield BrokenRow(seq, "missing")
        if row["hash"] != row_hash(previous, row):
            yield BrokenRow(row["seq"], "hash_differs")
        expected, previous = row["seq"] + 1, row["hash"]


def pending_since(session: Session) -> int | None:
    """When the oldest row that waits for a number was written (ms); None when none waits."""
    return session.scalar(select(func.min(PendingFeed.at)))


def _lock(session: Session) -> bool:
    if session.get_bind().dialect.name == "sqlite":
        return True  # BEGIN IMMEDIATE already let nobody else write
    return bool(session.scalar(select(func.pg_try_advisory_xact_lock(NUMBERING_LOCK))))


def _last(session: Session) -> tuple[int, str]:
    row = session.execute(select(Feed.seq, Feed.hash).order_by(Feed.seq.desc()).limit(1)).first()
    return (row.seq, row.hash) if row else (0, FIRST_HASH)


def _take_pending(session: Session, limit: int) -> list[dict[str, Any]]:
    oldest = select(PendingFeed.id).order_by(PendingFeed.id).limit(limit)
    columns = [getattr(PendingFeed, column) for column in COLUMNS]
    statement = delete(PendingFeed).where(PendingFeed.id.in_(oldest))
    taken = session.execute(
        statement.returning(PendingFeed.id, *columns),
        execution_options={"synchronize_session": False},
    )
    return [dict(zip(COLUMNS, row[1:], strict=True)) for row in sorted(taken, key=lambda r: r.id)]


def _numbered_rows(session: Session) -> Iterator[RowMapping]:
    table = Feed.__table__
    after = 0
    while rows := (
        session.execute(select(table).where(table.c.seq > after).order_by(table.c.seq).limit(BATCH))
        .mappings()
        .all()
    ):
        yield from rows
        after = rows[-1]["seq"]
