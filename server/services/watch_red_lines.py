"""Alerts nobody has to plan for: stock negative for long, expired stock on hand. Always red."""

from sqlalchemy.orm import Session

from server.domain.days import day_of
from server.domain.numbers import ZERO
from server.services.clock import now_ms
from server.services.raise_alerts import Finding, decide_alert
from server.store.db import reading, unit_of_work
from server.store.planning import Pair, read_open_alerts
from server.store.red_lines import (
    Crossed,
    alerted,
    expired_on_hand,
    live_sites,
    negative_for_long,
)


def watch_red_lines() -> int:
    """Open, wake and close the alerts of these lines; how many changed."""
    now = now_ms()
    with reading() as session:
        found = _crossed(session, now)
        concerned = {kind: found[kind].keys() | alerted(session, kind) for kind in found}
    if not any(concerned.values()):
        return 0
    with unit_of_work() as session:
        return sum(_decide(session, kind, now) for kind in found)


def _decide(session: Session, kind: str, now: int) -> int:
    crossed = _crossed(session, now)[kind]
    pairs = sorted(crossed.keys() | alerted(session, kind))
    opened = read_open_alerts(session, pairs, kind)
    return sum(
        decide_alert(session, _finding(kind, pair, crossed), opened.get(pair), now)
        for pair in pairs
    )


def _crossed(session: Session, now: int) -> dict[str, Crossed]:
    zones = live_sites(session, now)
    today = {site_id: day_of(now, zone) for site_id, zone in zones.items()}
    negative = negative_for_long(session, now)
    return {
        "negative": {pair: much for pair, much in negative.items() if pair.site_id in zones},
        "expired": expired_on_hand(session, today),
    }


def _finding(kind: str, pair: Pair, crossed: Crossed) -> Finding:
    much = crossed.get(pair, ZERO)
    return Finding(kind, pair, -much, ZERO, ZERO, "red", quiet=not much)
