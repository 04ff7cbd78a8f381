"""Turnover and reorder alerts against what they are computed from, where nothing is due."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, cast

from sqlalchemy.orm import Session

from server.domain.turnover import AverageMethod
from server.services.clock import now_ms
from server.services.recalculate import TurnoverPolicy, pair_figures, position_of
from server.store.planning import (
    Pair,
    Period,
    Policy,
    read_days,
    read_policies,
    read_stock,
    read_turnovers,
)
from server.store.queries.verification import Finding, shown
from server.store.queries.verification_pairs import (
    alerted_pairs,
    due_pairs,
    planned_pairs,
    recalculated_pairs,
)

PAIRS_AT_ONCE = 2_000


def rebuilt_turnover(session: Session, year_days: int) -> Iterable[Finding]:
    """Turnover, days of stock, position and value of an item at a site are what its roll-ups and
    balances give for the stored period and method; nothing recomputed is without them."""
    pairs = sorted(recalculated_pairs(session) - due_pairs(session))
    for chunk in _chunks(pairs):
        stored = read_turnovers(session, chunk)
        expected = _rebuilt(session, stored, year_days)
        for pair in chunk:
            if pair not in stored:
                yield _finding(pair, "turnover", "has no figures", "a row", "none")
            else:
                yield from _differing(pair, expected[pair], stored[pair])


def alerts_are_at_rest(session: Session) -> Iterable[Finding]:
    """At or below the reorder point an alert is open, above reorder point + hysteresis (and where
    nobody is to be alerted) none is; in between either is right (RULES 21)."""
    opened = alerted_pairs(session)
    pairs = sorted((planned_pairs(session) | opened) - due_pairs(session))
    for chunk in _chunks(pairs):
        stocks, policies = read_stock(session, chunk), read_policies(session, chunk, now_ms())
        for pair in chunk:
            policy = policies[pair]
            position = position_of(stocks[pair], policy)
            wanted = _alert_wanted(policy, position)
            if wanted is not None and wanted != (pair in opened):
                what = f"position {shown(position)}, reorder point {shown(policy.reorder_point)}"
                states = ("open", "none open") if wanted else ("none open", "open")
                yield _finding(pair, "reorder_alert", what, *states)


def _rebuilt(session: Session, stored: dict[Pair, Any], year_days: int) -> dict[Pair, Any]:
    if not stored:
        return {}
    periods = {pair: Period(row["first_day"], row["last_day"]) for pair, row in stored.items()}
    days, stocks = read_days(session, periods), read_stock(session, periods)
    policies = read_policies(session, periods, now_ms())
    return {
        pair: pair_figures(
            pair,
            days[pair],
            period,
            _policy_of(stored[pair], period, year_days),
            stocks[pair],
            position_of(stocks[pair], policies[pair]),
        )
        for pair, period in periods.items()
    }


def _policy_of(row: dict[str, Any], period: Period, year_days: int) -> TurnoverPolicy:
    length = (period.last_day - period.first_day).days + 1
    return TurnoverPolicy(length, cast(AverageMethod, row["method"]), year_days)


def _differing(pair: Pair, expected: dict[str, Any], stored: dict[str, Any]) -> Iterator[Finding]:
    names = [name for name, value in expected.items() if stored[name] != value]
    if names:
        figures = [
            ", ".join(f"{name} {shown(row[name])}" for name in names) for row in (expected, stored)
        ]
        yield _finding(pair, "turnover", "is not what roll-ups and balances give", *figures)


def _alert_wanted(policy: Policy, position: Any) -> bool | None:
    """None: either is right."""
    if policy.quiet or policy.reorder_point is None:
        return False
    if position <= policy.reorder_point:
        return True
    return False if position > policy.reorder_point + policy.hysteresis else None


def _finding(pair: Pair, table: str, what: str, expected: str, found: str) -> Finding:
    name = "turnover_is_rebuilt_the_same" if table == "turnover" else "alerts_are_at_rest"
    return Finding(name, table, pair._asdict(), what, expected, found)


def _chunks(pairs: Sequence[Pair]) -> Iterator[Sequence[Pair]]:
    for start in range(0, len(pairs), PAIRS_AT_ONCE):
        yield pairs[start : start + PAIRS_AT_ONCE]
