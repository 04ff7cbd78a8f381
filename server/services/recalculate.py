"""Turn what is due into roll-ups, turnover and reorder alerts: one chunk, one transaction.

Safe to run twice, in any order and in many workers at once: figures come from the ledger alone,
an (item, site) is worked on by one transaction at a time, and `done` becomes the `wanted` that was
read before the ledger was.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, cast

from sqlalchemy.orm import Session

from server.domain.days import day_of
from server.domain.numbers import plain
from server.domain.people import SYSTEM
from server.domain.replenishment import Level, inventory_position, reorder_level
from server.domain.settings import RED_BELOW_SAFETY, RED_STOCK_OUT
from server.domain.turnover import AverageMethod, Turnover, period_turnover
from server.services.clock import now_ms
from server.services.raise_alerts import Finding, decide_alert
from server.store.db import reading, unit_of_work
from server.store.feed import announce
from server.store.planning import (
    Days,
    Pair,
    Period,
    Policy,
    Stock,
    read_days,
    read_open_alerts,
    read_policies,
    read_stock,
    read_turnovers,
    write_turnovers,
)
from server.store.recalculations import Due, claim, finish, is_anything_due
from server.store.rollups import DayKey, derive_days, time_zones, write_days
from server.store.settings import setting_of

KEYS_MOST = 200


@dataclass(frozen=True, slots=True)
class TurnoverPolicy:
    """Over how many days turnover is measured, and how the average is made."""

    days: int = 90
    method: AverageMethod = "time_weighted"
    year_days: int = 365

    @classmethod
    def of(cls, days: int, method: str, year_days: int) -> "TurnoverPolicy":
        """From settings."""
        return cls(days, cast(AverageMethod, method), year_days)

    def period(self, today: date) -> Period:
        """The days that end today."""
        return Period(today - timedelta(days=self.days - 1), today)


@dataclass(frozen=True, slots=True)
class Recalculated:
    """What one chunk did: keys brought up to date, alerts changed, who had asked."""

    keys: int
    alerts: int
    request_ids: tuple[str, ...]


NOTHING = Recalculated(0, 0, ())


def recalculate_due(policy: TurnoverPolicy, limit: int = KEYS_MOST) -> Recalculated:
    """Bring the `limit` keys that have waited longest up to date; 0 keys when nothing is due.

    Looks before it opens a write transaction: a lingering job must not hold SQLite's write lock.
    """
    with reading() as session:
        if not is_anything_due(session):
            return NOTHING
    with unit_of_work() as session:
        keys = claim(session, limit)
        if not keys:
            return NOTHING
        alerts = _recalculate(session, keys, policy, now_ms())
        finish(session, keys)
    requests = dict.fromkeys(key.request_id for key in keys if key.request_id)
    return Recalculated(len(keys), alerts, tuple(requests))


def _recalculate(session: Session, keys: Sequence[Due], policy: TurnoverPolicy, now: int) -> int:
    zones = time_zones(session)
    days = (DayKey(key.item_id, key.site_id, key.day) for key in keys)
    write_days(session, derive_days(session, days, zones))
    pairs = sorted({Pair(key.item_id, key.site_id) for key in keys})
    today = {site_id: day_of(now, zone) for site_id, zone in zones.items()}
    periods = {pair: policy.period(today[pair.site_id]) for pair in pairs}
    stocks = read_stock(session, pairs)
    policies = read_policies(session, pairs, now)
    positions = {pair: position_of(stocks[pair], policies[pair]) for pair in pairs}
    figures = read_days(session, periods)
    rows = [
        pair_figures(pair, figures[pair], periods[pair], policy, stocks[pair], positions[pair])
        for pair in pairs
    ]
    _store_figures(session, pairs, rows, now)
    available = {pair: stocks[pair].promisable - stocks[pair].reserved for pair in pairs}
    return _decide_alerts(session, policies, positions, available, now)


def position_of(stock: Stock, policy: Policy) -> Decimal:
    """The inventory position of an item at a site, in base units."""
    return inventory_position(
        stock.promisable, policy.on_order, stock.in_transit, stock.reserved, policy.backorder
    )


def pair_figures(
    pair: Pair,
    days: Days,
    period: Period,
    policy: TurnoverPolicy,
    stock: Stock,
    position: Decimal,
) -> dict[str, Any]:
    """The row of `turnover` these days and this stock make, but for when it was computed."""
    turned = period_turnover(
        policy.method, days.opening, days.rows, *period, year_days=policy.year_days
    )
    return {
        **pair._asdict(),
        **period._asdict(),
        **_turnover_columns(turned),
        "on_hand": stock.on_hand,
        "available": stock.promisable - stock.reserved,
        "inventory_position": position,
        "stock_value": days.closing,
    }


def _turnover_columns(turned: Turnover) -> dict[str, Any]:
    return {
        "method": turned.method,
        "cogs": turned.cogs,
        "average_inventory": turned.average_inventory,
        "ratio": None if turned.ratio is None else plain(turned.ratio),
        "days_of_stock": None if turned.days_of_stock is None else plain(turned.days_of_stock),
        "flags": ",".join(sorted(turned.flags)),
    }


def _store_figures(
    session: Session, pairs: Sequence[Pair], rows: Sequence[Mapping[str, Any]], now: int
) -> None:
    """Write what changed, and tell each site's readers of the feed which items it was."""
    stored = read_turnovers(session, pairs)
    changed = [
        {**row, "computed_at": now}
        for pair, row in zip(pairs, rows, strict=True)
        if row.items() - stored.get(pair, {}).items()
    ]
    write_turnovers(session, changed)
    for site_id in sorted({row["site_id"] for row in changed}):
        items = [row["item_id"] for row in changed if row["site_id"] == site_id]
        announce(
            session,
            "turnover.changed",
            {"site_id": site_id, "item_ids": items},
            actor=SYSTEM,
            at=now,
            site_id=site_id,
        )


def _decide_alerts(
    session: Session,
    policies: Mapping[Pair, Policy],
    positions: Mapping[Pair, Decimal],
    available: Mapping[Pair, Decimal],
    now: int,
) -> int:
    opened = read_open_alerts(session, policies)
    changed = 0
    for pair in sorted(policies):
        policy, point = policies[pair], policies[pair].reorder_point
        finding = Finding(
            "reorder",
            pair,
            positions[pair],
            point,
            policy.hysteresis,
            _level(session, pair, policy, available[pair]),
            quiet=policy.quiet or point is None,
        )
        changed += decide_alert(session, finding, opened.get(pair), now)
    return changed


def _level(session: Session, pair: Pair, policy: Policy, available: Decimal) -> Level:
    return reorder_level(
        available,
        policy.safety_stock,
        stock_out=setting_of(session, RED_STOCK_OUT, pair.site_id),
        below_safety=setting_of(session, RED_BELOW_SAFETY, pair.site_id),
    )
