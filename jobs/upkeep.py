"""Jobs of the schedule: what no movement asks for."""

import time
from dataclasses import asdict

from flask import current_app

from jobs.drain import turnover_policy
from server.bootstrap import settings_of
from server.logs import logger
from server.services.refresh_stock_flows import refresh_stock_flows
from server.services.sweep import forget_old_answers, forget_sent, refresh_turnover
from server.services.verify_ledger import verify_books
from server.services.watch_exceptions import watch_exceptions
from server.services.watch_red_lines import watch_red_lines

FLOWS_S = 30

log = logger(__name__)


def refresh_figures() -> int:
    """New turnover figures where a site's day has changed; the sweeper rings for them."""
    pairs = refresh_turnover(turnover_policy(settings_of(current_app)))
    log.info("turnover asked for anew", pairs=pairs)
    return pairs


def refresh_flows() -> int:
    """Bring what reports add up to the ledger, for half a minute at most."""
    end = time.monotonic() + FLOWS_S
    keys = 0
    while time.monotonic() < end and (done := refresh_stock_flows()):
        keys += done
    if keys:
        log.info("stock flows derived", keys=keys)
    return keys


def watch() -> int:
    """What time alone puts out of order: silent handhelds, old estimates, lots that expire."""
    cases, alerts = watch_exceptions(), watch_red_lines()
    log.info("watched", cases=cases, alerts=alerts)
    return cases + alerts


def forget_old() -> int:
    """Answers to Idempotency-Keys are kept 30 days, what was sent outside 90."""
    answers, sent = forget_old_answers(), forget_sent()
    log.info("old answers forgotten", answers=answers, sent=sent)
    return answers + sent


def verify() -> int:
    """Check the books and say loudly what is broken."""
    verdict = verify_books(settings_of(current_app).year_days)
    for finding in verdict.broken:
        log.error("verify found broken books", **asdict(finding))
    log.info("verified", broken=len(verdict.broken), exceptions=len(verdict.exceptions))
    return len(verdict.broken)
