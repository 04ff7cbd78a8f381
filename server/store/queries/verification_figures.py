"""What is derived from the ledger, and the feed, against what they are derived from."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Table, and_, except_, func, select, text
from sqlalchemy.orm import Session

from server.store.db import Model
from server.store.feed_numbering import broken_feed_rows
from server.store.models import Command, Feed, PendingFeed, Recalculation, ReorderAlert
from server.store.queries.verification import FINDINGS_MOST, Finding, first_rows, is_sqlite, shown
from server.store.recalculations import all_due
from server.store.rollups import DayKey, differing_rollups
from server.store.stock_flows import differing_flows, pools_unlike_flows


def feed_is_unbroken(session: Session) -> Iterable[Finding]:
    """The feed has every number once, and each row's hash is made of the row before it."""
    for row in islice(broken_feed_rows(session), FINDINGS_MOST):
        yield Finding("feed_is_unbroken", "feed", {"seq": row.seq}, row.problem.replace("_", " "))


def commands_are_in_the_feed(session: Session) -> Iterable[Finding]:
    """What a command changed was announced in its own transaction."""
    announced = [
        select(table.command_id).where(table.command_id.is_not(None))
        for table in (Feed, PendingFeed)
    ]
    missing = except_(select(Command.id), *announced).subquery("missing")
    for row in first_rows(session, select(missing.c.id)):
        yield Finding(
            "commands_are_in_the_feed",
            "command",
            {"id": str(row[0])},
            "the feed has no row of this command",
        )


def rollups_are_rebuilt_the_same(session: Session) -> Iterable[Finding]:
    """A day's roll-up is what the whole ledger says of that day, unless it is due anyway."""
    wrong = differing_rollups(session)
    waiting = all_due(session) if wrong else set()
    for key in islice((key for key in wrong if tuple(key) not in waiting), FINDINGS_MOST):
        yield Finding(
            "rollups_are_rebuilt_the_same",
            "day_rollup",
            _named(key),
            "is not what the ledger gives, and not due to be computed",
        )


def stock_flows_are_rebuilt_the_same(session: Session) -> Iterable[Finding]:
    """What came in and went out on a book day is what the whole ledger says, and a month is the sum
    of its days; what is due is left out."""
    for key in islice(differing_flows(session), FINDINGS_MOST):
        yield Finding(
            "stock_flows_are_rebuilt_the_same",
            "stock_flow_day",
            {"item_id": key.item_id, "site_id": key.site_id, "day": key.day.isoformat()},
            "is not what the ledger gives, and not due to be computed",
        )


def valuation_is_the_pools(session: Session) -> Iterable[Finding]:
    """What reports say our stock is, in quantity and to the last digit of money, is what the cost
    pools hold."""
    for key, reported, held in islice(pools_unlike_flows(session), FINDINGS_MOST):
        yield Finding(
            "valuation_is_the_pools",
            "cost_pool",
            dict(zip(("item_id", "site_id", "owner_id"), key, strict=True)),
            "the valuation report differs from the pool",
            f"{shown(held[0])} worth {shown(held[1])}",
            f"{shown(reported[0])} worth {shown(reported[1])}",
        )


def one_alert_at_a_time(session: Session) -> Iterable[Finding]:
    """An item has at most one alert of a kind at a site that is not resolved."""
    alerts = func.count()
    asked = (
        select(ReorderAlert.item_id, ReorderAlert.site_id, alerts)
        .where(ReorderAlert.state != "resolved")
        .group_by(ReorderAlert.kind, ReorderAlert.item_id, ReorderAlert.site_id)
        .having(alerts > 1)
    )
    for row in first_rows(session, asked):
        yield Finding(
            "one_alert_at_a_time",
            "reorder_alert",
            {"item_id": row[0], "site_id": row[1]},
            "more than one alert is open",
            "1",
            shown(row[2]),
        )


def references_exist(session: Session) -> Iterable[Finding]:
    """Whatever a row refers to is there."""
    found = _broken_on_sqlite(session) if is_sqlite(session) else _broken_on_postgresql(session)
    yield from islice(found, FINDINGS_MOST)


def recalculation_due(session: Session) -> Iterable[Finding]:
    """Figures that are about to be recomputed."""
    table = Recalculation
    asked = select(table.item_id, table.site_id, table.day, table.wanted, table.done).where(
        table.done < table.wanted
    )
    for row in first_rows(session, asked):
        key = DayKey(*row[:3])
        yield Finding(
            "recalculation_due",
            "recalculation",
            _named(key),
            "waits to be recomputed",
            str(row[3]),
            str(row[4]),
        )


def _named(key: DayKey) -> dict[str, Any]:
    return {"item_id": key.item_id, "site_id": key.site_id, "day": key.day.isoformat()}


def _broken_on_sqlite(session: Session) -> Iterator[Finding]:
    for table, row_id, parent, _ in session.execute(text("PRAGMA foreign_key_check")):
        yield _dangling(table, {"rowid": row_id}, parent)


def _broken_on_postgresql(session: Session) -> Iterator[Finding]:
    """The server keeps them itself, unless somebody told it not to (a restore, say)."""
    for table in Model.metadata.sorted_tables:
        for reference in sorted(table.foreign_key_constraints, key=lambda r: str(r.name)):
            yield from _dangling_rows(session, table, reference)


def _dangling_rows(
    session: Session, table: Table, reference: ForeignKeyConstraint
) -> Iterator[Finding]:
    parent = reference.referred_table.alias("parent")
    pairs = [(table.c[e.parent.name], parent.c[e.column.name]) for e in reference.elements]
    key = list(table.primary_key.columns)
    asked = (
        select(*key)
        .outerjoin(parent, and_(*(child == there for child, there in pairs)))
        .where(pairs[0][1].is_(None), *(child.is_not(None) for child, _ in pairs))
    )
    for row in first_rows(session, asked):
        row_key = {column.name: str(value) for column, value in zip(key, row, strict=True)}
        yield _dangling(table.name, row_key, reference.referred_table.name)


def _dangling(table: str, row: dict[str, Any], parent: str) -> Finding:
    return Finding("references_exist", table, row, f"refers to a row of {parent} that is not there")
