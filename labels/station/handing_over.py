"""Printers that tell nothing: everything is handed over, chunk by chunk, and stays unverified."""

import threading

from labels.station.jobs import Job
from labels.station.pace import WINDOW, Pace
from labels.station.printers.delivery import Delivery
from labels.station.printers.wire import Wire, WireLost
from labels.station.spool import Spool


class DeafWire:
    """A wire to a printer that never answers, as a way of delivery.

    What a broken connection swallowed after we handed it over nobody knows: we look back.
    """

    certain = False
    chunk = 1
    looks_back = WINDOW

    def __init__(self, wire: Wire, pace: Pace, stop: threading.Event) -> None:
        self._wire = wire
        self._pace = pace
        self._stop = stop

    def deliver(self, name: str, content: bytes) -> None:
        """Wait until it has taken every byte. Raises WireLost."""
        self._wire.is_quiet(0)
        gone = self._wire.write(content, self._pace.stall)
        while not gone:
            if self._stop.is_set():
                raise WireLost(detail="ended with half a label out")
            gone = self._wire.flush(self._pace.poll)


def deliver_job(delivery: Delivery, spool: Spool, uid: str, stop: threading.Event) -> None:
    """Until all is handed over, the job is taken away or left to a person, or we must end.

    Raises WireLost.
    """
    job = spool.job(uid)
    if job is None or not _settle_doubt(delivery, spool, job):
        return
    while not stop.is_set() and (job := spool.job(uid)) is not None and not job.outcome:
        if job.sent == job.parts:
            spool.finish(job, "confirmed" if delivery.certain else "unverified")
        elif not _deliver_chunk(delivery, spool, job):
            return


def _settle_doubt(delivery: Delivery, spool: Spool, job: Job) -> bool:
    """A chunk that was begun and is not known to have gone; whether the job may go on."""
    if job.sent == job.passed:
        return True
    if delivery.certain:
        spool.rewind(job, job.confirmed, surely_not_printed=True)
        return True
    if job.numbered:
        spool.ask_person(job)
        return False
    back = delivery.looks_back if job.reason else 0
    spool.rewind(job, max(job.confirmed, job.passed - back))
    return True


def _deliver_chunk(delivery: Delivery, spool: Spool, job: Job) -> bool:
    """Whether anything could be handed over."""
    last = min(job.sent + delivery.chunk, job.parts, job.fetched)
    labels = [spool.label(job.uid, number) for number in range(job.sent + 1, last + 1)]
    content = b"".join(label for label in labels if label is not None)
    if not labels or None in labels or not spool.begin(job, last):
        return False
    delivery.deliver(job.uid, content)
    spool.pass_on(job, last)
    return True
