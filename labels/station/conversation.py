"""One connection to one printer: hand over, ask, believe only what was said on this connection.

A label counts as printed when the printer, asked on the connection the label went through, has
nothing left of it. When the connection breaks, what is not certain is doubtful: labels that bear
numbers wait for somebody to look, others are printed again and said to be doubtful.
"""

import threading
import time
from dataclasses import dataclass

from labels.station.jobs import Job
from labels.station.pace import WINDOW, Pace
from labels.station.printers.status import Status, StatusProtocol
from labels.station.printers.wire import Wire, WireLost
from labels.station.spool import Spool

# One on the head and one being drawn, of which the count of waiting formats says nothing.
_UNCOUNTED = 2


@dataclass(slots=True)
class Tail:
    """What a broken connection may have left in the printer, kept from one to the next.

    perhaps_half: half a label (None: we have just started and do not know). written: labels went
    out since it was last cleared.
    """

    perhaps_half: bool | None = None
    written: bool = False

    def broke(self) -> None:
        """The connection broke."""
        self.perhaps_half = self.perhaps_half or self.written


class Conversation:
    """Speaks to a printer that can be asked."""

    def __init__(
        self,
        wire: Wire,
        protocol: StatusProtocol,
        spool: Spool,
        pace: Pace,
        stop: threading.Event,
        tail: Tail,
    ) -> None:
        self._wire = wire
        self._protocol = protocol
        self._spool = spool
        self._pace = pace
        self._stop = stop
        self._tail = tail
        self._idle_since: float | None = None
        self._worked = False
        self._pause = threading.Event()
        self.status: Status | None = None

    def look(self) -> Status | None:
        """Ask the printer; None when it does not answer. Raises WireLost."""
        if self._tail.perhaps_half:
            self._clear()
        self.status = self._protocol.ask(self._wire, self._pace.answer)
        return self.status

    def print_job(self, uid: str) -> None:
        """Until the job is printed, taken away, left to a person, or we must end.

        Raises WireLost.
        """
        job = self._spool.job(uid)
        if job is None or not self._settle_doubt(job):
            return
        self._forget()
        patience = _Patience(self._stop, self._pace.grace)
        while (job := self._spool.job(uid)) is not None and not job.outcome:
            status = self._ask(job)
            self._conclude(job, status)
            if patience.is_over or (self._stop.is_set() and not job.in_flight):
                return
            if not self._hand_over_more(job, status):
                self._pause.wait(self._pace.poll)

    # --- doubt ----------------------------------------------------------------------------

    def _settle_doubt(self, job: Job) -> bool:
        """Labels of an earlier connection: wait until the printer is empty, then decide. Whether
        the job may go on."""
        self._clear_half(job)
        if not job.in_flight:
            return True
        self._forget()
        while not self._stop.is_set():
            status = self._ask(job)
            if self._is_settled(status):
                return self._decide(job)
            self._pause.wait(self._pace.poll)
        return False

    def _clear_half(self, job: Job) -> None:
        """After a restart only the spool knows that labels were under way."""
        if self._tail.perhaps_half is None and job.in_flight:
            self._clear()

    def _clear(self) -> None:
        """Half a label would swallow the beginning of the next. Once is enough: a printer may
        answer by starting anew, which breaks the connection."""
        self._tail.perhaps_half = False
        self._tail.written = False
        if not self._wire.write(self._protocol.clear, self._pace.stall):
            raise WireLost("no_answer")

    def _decide(self, job: Job) -> bool:
        if job.numbered:
            self._spool.ask_person(job)
            return False
        self._spool.rewind(job, job.confirmed)
        return True

    # --- what the printer says ------------------------------------------------------------

    def _ask(self, job: Job) -> Status | None:
        status = self.look()
        if status is None:
            self._idle_since = None
            self._spool.note(job, "no_answer")
        elif status.busy or status.reason:
            self._idle_since = None
            self._worked = self._worked or status.busy
        elif self._idle_since is None:
            self._idle_since = time.monotonic()
        return status

    def _conclude(self, job: Job, status: Status | None) -> None:
        """Write down what is certain now."""
        if status is None:
            return
        certain = job.sent - min(job.in_flight, self._perhaps_inside(status))
        if certain == job.parts and not status.reason:
            self._spool.finish(job, "confirmed")
        else:
            self._spool.note(job, status.reason, certain)

    def _perhaps_inside(self, status: Status) -> int:
        """How many of the labels handed over may still be in the printer, at most."""
        if self._is_settled(status):
            return 0
        if not self._protocol.counts or status.waiting is None:
            return WINDOW
        if self._idle_since is not None and self._worked:
            return 1
        return status.waiting + _UNCOUNTED

    def _is_settled(self, status: Status | None) -> bool:
        """Idle long enough: a printer may be between two labels, or not have begun yet."""
        if status is None or self._idle_since is None:
            return False
        wanted = self._pace.settle if self._worked else self._pace.unseen_settle
        return time.monotonic() - self._idle_since >= wanted

    def _forget(self) -> None:
        self._idle_since = None
        self._worked = False

    # --- labels ---------------------------------------------------------------------------

    def _hand_over_more(self, seen: Job, status: Status | None) -> bool:
        """Whether anything was handed over."""
        job = self._spool.job(seen.uid)
        if status is None or status.reason or self._stop.is_set() or job is None:
            return False
        first, last = job.sent + 1, min(job.sent + self._room(job), job.parts)
        number = first
        while number <= last and self._hand_over(job, number):
            number += 1  # never past one that is not here yet: it would be lost
        if number > first:
            self._forget()
        return number > first

    def _room(self, job: Job) -> int:
        """Printers that count are kept busy; others finish one chunk before they get the next."""
        most = WINDOW // 2 if self._protocol.counts else 0
        return WINDOW - job.in_flight if job.in_flight <= most else 0

    def _hand_over(self, job: Job, number: int) -> bool:
        if self._stop.is_set():
            return False
        content = self._spool.label(job.uid, number)
        if content is None or not self._spool.begin(job, number):
            return False
        self._tail.written = True
        if not self._wire.write(content, self._pace.stall):
            self._wait_for_room(job)
        return True

    def _wait_for_room(self, job: Job) -> None:
        """The printer takes no more: paused, out of labels, or busy. Half a label is out, so we
        stay with it. Raises WireLost when we must end."""
        self._spool.note(job, "buffer_full")
        while not self._wire.flush(self._pace.poll):
            if self._stop.is_set():
                raise WireLost(detail="ended with half a label out")
        self._spool.note(job, "")


class _Patience:
    """When to give up waiting for labels under way, once we must end."""

    def __init__(self, stop: threading.Event, grace_s: float) -> None:
        self._stop = stop
        self._grace_s = grace_s
        self._since: float | None = None

    @property
    def is_over(self) -> bool:
        if not self._stop.is_set():
            return False
        if self._since is None:
            self._since = time.monotonic()
        return time.monotonic() - self._since > self._grace_s
