"""What must be recalculated: one row per (item, site, day), never deleted.

A change does wanted + 1 in its own transaction; whoever recomputes the key from the ledger sets
done = the wanted it had read. Due is what has done < wanted.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import BigInteger, Insert, bindparam, case, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from server.store.db import table_of
from server.store.models import Recalculation
from server.store.prepared import Writing

_recalculation = table_of(Recalculation).c

CHUNK = 2_000
WORKERS_SHARING = 4


class Due(NamedTuple):
    """One key with the `wanted` read for it."""

    item_id: int
    site_id: int
    day: date
    wanted: int
    request_id: str = ""


class Backlog(NamedTuple):
    """How many keys are due, and since when (ms) the oldest is; None when nothing is due."""

    keys: int
    oldest_at: int | None


def mark(
    session: Session,
    keys: Iterable[tuple[int, int, date]],
    at_ms: int,
    request_id: str = "",
) -> None:
    """Ask for (item_id, site_id, day) to be recomputed; part of the change's own transaction.

    The request id reappears in the log lines of the job that recomputes them. Rows are written in
    key order, so two transactions never wait for each other in a circle.
    """
    rows = [
        {
            "item_id": item_id,
            "site_id": site_id,
            "day": day,
            "wanted_at": at_ms,
            "request_id": request_id,
        }
        for item_id, site_id, day in sorted(set(keys))
    ]
    _MARK.write(session, rows)


def is_anything_due(session: Session) -> bool:
    """Whether any key is due; one look into a small index."""
    table = Recalculation
    first = select(table.item_id).where(table.done < table.wanted).limit(1)
    return session.execute(first).first() is not None


def due(session: Session, limit: int) -> list[Due]:
    """The keys that have waited longest, with the `wanted` they had when read.

    Of those that have waited equally long, the days of one item come together: its figures are
    computed once for all of them.
    """
    table = Recalculation
    rows = session.execute(
        select(table.item_id, table.site_id, table.day, table.wanted, table.request_id)
        .where(table.done < table.wanted)
        .order_by(table.wanted_at, table.item_id, table.site_id, table.day)
        .limit(limit)
    )
    return [Due(*row) for row in rows]


def all_due(session: Session) -> set[tuple[int, int, date]]:
    """Every (item_id, site_id, day) that is due."""
    table = Recalculation
    rows = session.execute(
        select(table.item_id, table.site_id, table.day).where(table.done < table.wanted)
    )
    return {(row.item_id, row.site_id, row.day) for row in rows}


def claim(session: Session, limit: int) -> list[Due]:
    """Up to `limit` due keys whose (item, site) nobody else works on until this transaction ends.

    SQLite needs no lock: only one transaction writes. On PostgreSQL what another worker has is
    passed over, so workers share the backlog instead of waiting for each other.
    """
    if session.get_bind().dialect.name == "sqlite":
        return due(session, limit)
    candidates = due(session, limit * WORKERS_SHARING)
    for start in range(0, len(candidates), limit):
        chunk = candidates[start : start + limit]
        ours = _lock_pairs(session, {(key.item_id, key.site_id) for key in chunk})
        if ours:
            return [key for key in chunk if (key.item_id, key.site_id) in ours]
    return []


def finish(session: Session, recomputed: Sequence[Due]) -> None:
    """Note that each key was recomputed from a ledger at least as new as its `wanted`."""
    if not recomputed:
        return
    table = Recalculation.__table__
    session.connection().execute(
        update(Recalculation)
        .where(
            table.c.item_id == bindparam("b_item"),
            table.c.site_id == bindparam("b_site"),
            table.c.day == bindparam("b_day"),
            table.c.done < bindparam("b_wanted"),
        )
        .values(done=bindparam("b_wanted")),
        [
            {"b_item": key.item_id, "b_site": key.site_id, "b_day": key.day, "b_wanted": key.wanted}
            for key in sorted(recomputed)
        ],
    )


def backlog(session: Session) -> Backlog:
    """How much is due and how long the oldest has waited."""
    table = Recalculation
    row = session.execute(
        select(func.count(), func.min(table.wanted_at)).where(table.done < table.wanted)
    ).one()
    return Backlog(*row)


def _lock_pairs(session: Session, pairs: set[tuple[int, int]]) -> set[tuple[int, int]]:
    by_lock = {_lock_of(*pair): pair for pair in pairs}
    asked = func.unnest(list(by_lock), type_=BigInteger).column_valued("lock")
    rows = session.execute(select(asked, func.pg_try_advisory_xact_lock(asked)))
    return {by_lock[lock] for lock, ours in rows if ours}


def _lock_of(item_id: int, site_id: int) -> int:
    """One 63-bit number for the pair; two pairs with the same one merely wait for each other."""
    return (item_id * 0x9E3779B97F4A7C15 + site_id * 0xC2B2AE3D27D4EB4F) % 2**63


def _upsert_of(dialect: str) -> Insert:
    statement: postgresql.Insert | sqlite.Insert
    if dialect == "postgresql":
        statement = postgresql.insert(table_of(Recalculation))
    else:
        statement = sqlite.insert(table_of(Recalculation))
    return statement.on_conflict_do_update(
        index_elements=["item_id", "site_id", "day"],
        set_={
            "wanted": _recalculation.wanted + 1,
            "request_id": statement.excluded.request_id,
            # The age of what is due counts from the first change not yet recomputed.
            "wanted_at": case(
                (_recalculation.done < _recalculation.wanted, _recalculation.wanted_at),
                else_=statement.excluded.wanted_at,
            ),
        },
    )


_MARK = Writing(_upsert_of, "item_id", "site_id", "day", "wanted_at", "request_id")
