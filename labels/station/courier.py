"""Between spool and server: fetches labels, tells how far each job is."""

import json
import logging
import threading
import time

from labels.station.backoff import Backoff
from labels.station.jobs import Job
from labels.station.server import LeaseLost, Refused, Server, ServerAway
from labels.station.spool import Spool

log = logging.getLogger("stockturn.station")
REMIND_S = 5.0
"""So soon we learn that somebody has cancelled or redirected a job that waits."""
REFUSED_S = 30.0
"""What the server cannot take is tried again; other jobs do not wait for it."""


class Courier:
    """One thread's work. A server that is away stops nothing but its own errands."""

    def __init__(self, spool: Spool, server: Server, stop: threading.Event) -> None:
        self._spool = spool
        self._server = server
        self._stop = stop
        self._bell = spool.bell()
        self._backoff = Backoff()
        self._remind_at: dict[str, float] = {}
        self._refused_until: dict[str, float] = {}

    def run(self) -> None:
        """Until told to stop."""
        while not self._stop.is_set():
            self._bell.clear()
            try:
                went = self.round()
                self._backoff.succeeded()
            except ServerAway as away:
                log.warning("server away: %s", away)
                self._stop.wait(self._backoff.delay_s(away.after_s))
                continue
            except Exception:  # what is in the spool must be told, later if not now
                log.exception("courier")
                self._stop.wait(self._backoff.delay_s())
                continue
            if not went:
                self._bell.wait(REMIND_S)

    def round(self) -> bool:
        """Every errand once, one page of labels for each job; whether there was any.

        Raises ServerAway.
        """
        jobs = self._spool.open_jobs()
        for job in jobs:
            self._give_up_if_expired(job)
        self._remind_at = {job.uid: self._remind_at.get(job.uid, 0) for job in jobs}
        went = [self._serve(job) for job in jobs]
        return any(went)

    def tell_all(self) -> None:
        """Last words: how far each job is. Raises ServerAway, LeaseLost."""
        for job in self._spool.open_jobs():
            self._tell(job.uid)

    def _serve(self, job: Job) -> bool:
        if time.monotonic() < self._refused_until.get(job.uid, 0):
            return False
        try:
            fetched = self._fetch(job)
            return self._tell(job.uid) or fetched
        except LeaseLost as lost:
            log.warning("job %s is not ours any more: %s", job.uid, lost)
            self._spool.drop(job)
            return True
        except Refused as refused:
            log.error("job %s: %s", job.uid, refused)
            self._refused_until[job.uid] = time.monotonic() + REFUSED_S
            return False

    def _fetch(self, job: Job) -> bool:
        if job.fetched >= job.parts or job.outcome or job.reason:
            return False
        self._spool.store_labels(job, self._server.labels(job))
        return True

    def _give_up_if_expired(self, job: Job) -> None:
        """Monday's paper does not bring Friday's labels."""
        if not job.outcome and job.expires_ms < time.time() * 1000:
            log.warning("job %s expired after %d of %d labels", job.uid, job.sent, job.parts)
            self._spool.finish(job, "failed")

    def _tell(self, uid: str) -> bool:
        job = self._spool.job(uid)
        if job is None:
            return False
        report = job.report()
        told = json.dumps(report, sort_keys=True)
        if told == job.told and time.monotonic() < self._remind_at.get(uid, 0):
            return False
        self._server.progress(uid, report)
        self._remind_at[uid] = time.monotonic() + REMIND_S
        if told == job.told:
            return False
        self._spool.was_told(job, told)
        return True
