"""Derive everything again from the ledger and name each row that differs.

CHECKS, in order, are what must be true of every installation at every moment; docs/verify.md
explains each. EXCEPTIONS are worth knowing but no corruption: facts arrive late, figures are
computed after the fact.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from time import perf_counter

from sqlalchemy.orm import Session

from server.services.verify_planning import alerts_are_at_rest, rebuilt_turnover
from server.store.db import reading
from server.store.queries import (
    verification_commands,
    verification_cost,
    verification_counts,
    verification_days,
    verification_documents,
    verification_figures,
    verification_movements,
    verification_stock,
)
from server.store.queries.verification import FINDINGS_MOST, Check, Finding, begin_long_reading

CHECKS: tuple[Check, ...] = (
    verification_figures.references_exist,
    verification_movements.append_only_is_guarded,
    verification_movements.movements_go_somewhere,
    verification_movements.things_belong_together,
    verification_movements.positions_match_locations,
    verification_stock.balances_are_sums,
    verification_stock.reserved_is_open,
    verification_stock.reservations_hold_together,
    verification_cost.pools_hold_the_stock,
    verification_cost.pools_are_worth_their_movements,
    verification_cost.empty_pools_are_worthless,
    verification_cost.layers_make_the_pool,
    verification_cost.shortages_only_below_zero,
    verification_movements.only_crossings_have_value,
    verification_movements.only_sales_are_cogs,
    verification_movements.reversals_are_opposite,
    verification_movements.answers_name_movements,
    verification_commands.device_numbers_have_no_gap,
    verification_commands.movements_are_of_their_device,
    verification_stock.serials_are_one,
    verification_stock.serials_are_where_seen,
    verification_stock.units_are_where_moved,
    verification_stock.units_hold_their_contents,
    verification_counts.nobody_decides_their_own_count,
    verification_counts.decisions_are_complete,
    verification_counts.variances_are_differences,
    verification_counts.adjustments_are_variances,
    verification_days.money_has_its_day,
    verification_days.revaluations_have_their_day,
    verification_days.closed_periods_stay_closed,
    verification_documents.document_lines_are_sums,
    verification_documents.short_picks_are_sums,
    verification_documents.document_states_follow,
    verification_documents.undone_movements_do_not_count,
    verification_documents.document_promises_fit,
    verification_figures.feed_is_unbroken,
    verification_figures.commands_are_in_the_feed,
    verification_figures.rollups_are_rebuilt_the_same,
    verification_figures.stock_flows_are_rebuilt_the_same,
    verification_figures.valuation_is_the_pools,
    verification_figures.one_alert_at_a_time,
    alerts_are_at_rest,
)
EXCEPTIONS: tuple[Check, ...] = (
    verification_stock.negative_balances,
    verification_stock.promised_beyond_stock,
    verification_figures.recalculation_due,
)
YEAR_DAYS = 365


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one look at the books found; `broken` is empty when they are sound.

    seconds: how long each check took, by its name.
    """

    broken: tuple[Finding, ...]
    exceptions: tuple[Finding, ...]
    seconds: dict[str, float]


def verify_books(year_days: int = YEAR_DAYS) -> Verdict:
    """Look at one state of the whole database; `year_days` as in the setting of that name."""
    seconds: dict[str, float] = {}
    with reading() as session:
        begin_long_reading(session)
        broken = verify_ledger(session, year_days, seconds)
        exceptions = _findings(session, EXCEPTIONS, seconds)
    return Verdict(tuple(broken), tuple(exceptions), seconds)


def verify_ledger(
    session: Session, year_days: int = YEAR_DAYS, seconds: dict[str, float] | None = None
) -> list[Finding]:
    """Every row that breaks an invariant, at most FINDINGS_MOST of each; none in sound books."""
    return _findings(session, all_checks(year_days), {} if seconds is None else seconds)


def all_checks(year_days: int = YEAR_DAYS) -> tuple[Check, ...]:
    """CHECKS, and the one that needs to know how many days a year of turnover has."""

    def turnover_is_rebuilt_the_same(session: Session) -> Iterable[Finding]:
        return rebuilt_turnover(session, year_days)

    return (*CHECKS, turnover_is_rebuilt_the_same)


def _findings(
    session: Session,
    checks: Iterable[Check],
    seconds: dict[str, float],
) -> list[Finding]:
    found: list[Finding] = []
    for check in checks:
        start = perf_counter()
        found += islice(check(session), FINDINGS_MOST)
        seconds[check.__name__] = perf_counter() - start
    return found
