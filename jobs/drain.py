"""Drain jobs: do what is due, chunk by chunk, until nothing is or the time is up.

A job lingers a moment after the last chunk: under load the next movement is recalculated at once,
without a new job for it. It ends early enough for its worker to stop within seconds.
"""

import time

from flask import current_app
from rq import get_current_job

from jobs.queues import bell_of
from server.bootstrap import settings_of
from server.domain.errors import Unavailable
from server.logs import logger
from server.services.check_labels import check_labels
from server.services.pack_month import make_wanted_pack
from server.services.print_automatically import print_automatically
from server.services.recalculate import TurnoverPolicy, recalculate_due
from server.services.schedule_reports import run_due_report
from server.services.send_what_is_due import send_what_is_due
from server.services.watch_exceptions import watch_exceptions
from server.settings import Settings

RUN_S = 2.0
LINGER_S = 0.25
LOOK_S = 0.02

log = logger(__name__)


def turnover_policy(settings: Settings) -> TurnoverPolicy:
    """How turnover is measured here."""
    return TurnoverPolicy.of(settings.turnover_days, settings.turnover_method, settings.year_days)


def drain_movements() -> int:
    """Recalculate what movements made due; the number of keys brought up to date."""
    _take_off_bell("movements")
    policy = turnover_policy(settings_of(current_app))
    end = time.monotonic() + RUN_S
    idle_since = time.monotonic()
    keys = 0
    while time.monotonic() < min(end, idle_since + LINGER_S):
        done = _recalculate(policy)
        keys += done
        if done:
            idle_since = time.monotonic()
        else:
            time.sleep(LOOK_S)
    return keys


def drain_labels() -> int:
    """Print what is printed without being asked for, and read back what waits to be printed; the
    number of formats found right."""
    _take_off_bell("labels")
    try:
        jobs = print_automatically()
        formats = check_labels(RUN_S)
    except Unavailable as busy:
        log.warning("labels wait", code=busy.code)
        return 0
    if jobs or formats:
        log.info("labels made ready", jobs=jobs, formats=formats)
    return formats


def drain_outbound() -> int:
    """Send what is due to other systems and people; how much left."""
    _take_off_bell("outbound")
    sent = 0
    end = time.monotonic() + RUN_S
    try:
        while time.monotonic() < end:
            round_ = send_what_is_due(end - time.monotonic())
            sent += round_.delivered + round_.messages
            if not any(round_):
                break
    except Unavailable as busy:
        log.warning("messages wait", code=busy.code)
    if sent:
        log.info("sent outside", sent=sent)
    return sent


def drain_planning() -> int:
    """Bring the exceptions inbox up to date, run reports whose time has come and make month-end
    packs that are wanted; how many cases and files."""
    _take_off_bell("planning")
    cases = made = 0
    try:
        cases = watch_exceptions()
        while run_due_report() or make_wanted_pack():
            made += 1
    except Unavailable as busy:
        log.warning("planning waits", code=busy.code)
    if cases:
        log.info("exceptions watched", changed=cases)
    if made:
        log.info("reports made", files=made)
    return cases + made


def _recalculate(policy: TurnoverPolicy) -> int:
    """One chunk; a database too busy to answer is tried again until the job's time is up."""
    started = time.monotonic()
    try:
        done = recalculate_due(policy)
    except Unavailable as busy:
        log.warning("recalculation waits", code=busy.code)
        return 0
    if done.keys:
        log.info(
            "recalculated",
            keys=done.keys,
            alerts=done.alerts,
            ms=round((time.monotonic() - started) * 1000, 1),
            request_ids=list(done.request_ids),
        )
    return done.keys


def _take_off_bell(queue: str) -> None:
    """From now on a ring means another job: what it rings for may come after our last look."""
    job = get_current_job()
    if job is not None:
        job.connection.delete(bell_of(queue))
