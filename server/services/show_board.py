"""The figures of a board: one site's day, read at most once a second however many screens look."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from server.domain.days import day_of, start_of_day
from server.domain.numbers import plain
from server.services.clock import now_ms
from server.services.recent import recently
from server.services.tell_day import late_devices, yearly_turnover
from server.store.db import reading
from server.store.installation import memory, settings
from server.store.models import Site
from server.store.queries import site_day
from server.store.queries.site_day import INCOMING, OUTGOING, DayMoney

HOUR_MS = 3_600_000
HEARD_MS = 10 * 60_000
STATION_HEARD_MS = 2 * 60_000
TREND_DAYS = 90
TRAILING_DAYS = 30
TREND_KEPT_MS = 5 * 60_000
ALERTS_SHOWN, MOVEMENTS_SHOWN, DEVICES_SHOWN = 6, 8, 5
WELL = frozenset({"ready", "printing"})


@dataclass(frozen=True, slots=True)
class Trend:
    """One point per day: days of stock by the last thirty days, and what the stock was worth."""

    days: Sequence[str]
    days_of_stock: Sequence[str | None]
    value: Sequence[str] | None


def board_figures(site_id: int, *, with_cost: bool) -> dict[str, Any]:
    """Everything the board shows, without what only those may know who may read cost."""
    found = recently("board figures", site_id, lambda: _read(site_id))
    assert found is not None
    if with_cost:
        return found
    trend: Trend = found["trend"]
    turnover = {**found["turnover"], "stock_value": None}
    return {**found, "turnover": turnover, "trend": replace(trend, value=None)}


def _read(site_id: int) -> dict[str, Any]:
    now = now_ms()
    with reading() as session:
        site = session.get(Site, site_id)
        assert site is not None
        today = day_of(now, site.time_zone)
        start = start_of_day(today, site.time_zone)
        return {
            "site": {
                "code": site.code,
                "name_zh": site.name_zh,
                "name_en": site.name_en,
                "time_zone": site.time_zone,
            },
            "day": today,
            **_work(session, site_id, start, now),
            "turnover": _turnover(session, site_id),
            "trend": _trend(session, site_id, today, now),
            "alerts": {
                "count": site_day.open_alert_count(session, site_id),
                "rows": site_day.open_alerts(session, site_id, ALERTS_SHOWN),
            },
            "movements": site_day.latest_movements(session, site_id, MOVEMENTS_SHOWN),
            **_health(session, site_id, now),
        }


def _work(session: Session, site_id: int, start: int, now: int) -> dict[str, Any]:
    day = site_day.day_counts(session, site_id, start, now + 1)
    hour = site_day.day_counts(session, site_id, max(start, now - HOUR_MS), now + 1)
    counts = site_day.count_progress(session, site_id, start)
    waiting = site_day.waiting_counts(session, site_id, 1)
    return {
        "receipts": {
            "lines": day.receipts,
            "last_hour": hour.receipts,
            "documents": site_day.document_progress(session, site_id, INCOMING, start),
        },
        "picks": {
            "lines": day.picks,
            "last_hour": hour.picks,
            "documents": site_day.document_progress(session, site_id, OUTGOING, start),
        },
        "counts": {
            **counts._asdict(),
            "waiting_since": waiting[0].finished_at if waiting else None,
        },
    }


def _turnover(session: Session, site_id: int) -> dict[str, Any]:
    yearly = yearly_turnover(*site_day.site_turnover(session, site_id))
    days = Decimal(settings().year_days) / yearly if yearly else None
    return {
        "ratio": None if yearly is None else f"{yearly:.1f}",
        "days_of_stock": None if days is None else f"{days:.0f}",
        "stock_value": plain(site_day.stock_value(session, site_id)),
    }


def _health(session: Session, site_id: int, now: int) -> dict[str, Any]:
    devices = site_day.devices(session, site_id)
    printers = site_day.printers(session, site_id)
    return {
        "devices": {
            "total": len(devices),
            "heard": sum((row.last_seen_at or 0) >= now - HEARD_MS for row in devices),
            "late": [row._asdict() for row in late_devices(devices, now)][:DEVICES_SHOWN],
        },
        "printers": [
            {**row._asdict(), "well": row.state in WELL and row.seen_at >= now - STATION_HEARD_MS}
            for row in printers
        ],
    }


def _trend(session: Session, site_id: int, today: date, now: int) -> Trend:
    """Kept for some minutes: it reads every item's days."""
    kept = memory("board trends")
    entry = kept.get((site_id, today))
    if entry is not None and now - entry[0] < TREND_KEPT_MS:
        trend: Trend = entry[1]
        return trend
    first = today - timedelta(days=TREND_DAYS + TRAILING_DAYS - 1)
    opening, rows = site_day.money_days(session, site_id, first)
    trend = trend_of(first, today, opening, rows)
    kept.clear()
    kept[site_id, today] = (now, trend)
    return trend


def trend_of(first: date, today: date, opening: Decimal, rows: Sequence[DayMoney]) -> Trend:
    """Days of stock = mean of the values at the ends of thirty days ÷ what was sold a day then."""
    by_day = {row.day: row for row in rows}
    value, values, sold = opening, [], []
    days = [first + timedelta(days=shift) for shift in range((today - first).days + 1)]
    for day in days:
        row = by_day.get(day)
        value += row.value_change if row else Decimal(0)
        values.append(value)
        sold.append(row.cogs if row else Decimal(0))
    shown = range(TRAILING_DAYS, len(days))
    return Trend(
        [str(days[at]) for at in shown],
        [_days_of_stock(values, sold, at) for at in shown],
        [plain(values[at]) for at in shown],
    )


def _days_of_stock(values: Sequence[Decimal], sold: Sequence[Decimal], at: int) -> str | None:
    window = slice(at - TRAILING_DAYS + 1, at + 1)
    cogs = sum(sold[window], Decimal(0))
    mean = sum(values[window], Decimal(0)) / TRAILING_DAYS
    return f"{mean * TRAILING_DAYS / cogs:.1f}" if cogs > 0 and mean > 0 else None
