"""Jobs of the schedule: what no movement asks for."""

from flask import current_app

from jobs.drain import turnover_policy
from server.bootstrap import settings_of
from server.logs import logger
from server.services.sweep import forget_old_answers, refresh_turnover
from server.services.verify_figures import verify_figures

log = logger(__name__)


def refresh_figures() -> int:
    """New turnover figures where a site's day has changed; the sweeper rings for them."""
    pairs = refresh_turnover(turnover_policy(settings_of(current_app)))
    log.info("turnover asked for anew", pairs=pairs)
    return pairs


def forget_old() -> int:
    """Answers to Idempotency-Keys are kept 30 days."""
    answers = forget_old_answers()
    log.info("old answers forgotten", answers=answers)
    return answers


def verify() -> int:
    """Derive the figures again and say loudly what differs."""
    findings = verify_figures()
    for finding in findings:
        log.error("verify found a difference", kind=finding.kind, what=finding.what)
    log.info("verified", differences=len(findings))
    return len(findings)
