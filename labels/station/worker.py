"""One printer's thread: takes its jobs from the spool, keeps its connection, knows its state."""

import logging
import threading
import time
from dataclasses import dataclass, field

from labels.errors import LabelError
from labels.station.conversation import Conversation, Tail
from labels.station.faults import in_words
from labels.station.handing_over import DeafWire, deliver_job
from labels.station.jobs import Job
from labels.station.pace import Pace
from labels.station.printers.named import NamedPrinter
from labels.station.printers.status import Status, StatusProtocol
from labels.station.printers.wire import Wire, WireLost
from labels.station.spool import Spool

log = logging.getLogger("stockturn.station")


@dataclass(slots=True)
class _Line:
    """An open connection. conversation: None with a printer that does not answer."""

    wire: Wire
    conversation: Conversation | None
    used_at: float = field(default_factory=time.monotonic)


class Worker:
    """Everything about one printer but the jobs, which are in the spool."""

    def __init__(
        self, printer: NamedPrinter, spool: Spool, pace: Pace, stop: threading.Event, language: str
    ) -> None:
        self.printer = printer
        self._spool = spool
        self._pace = pace
        self._stop = stop
        self._language = language
        self._bell = spool.bell()
        self._line: _Line | None = None
        self._tail = Tail()
        self._state = "unknown"
        self._reason = ""

    def told(self) -> dict[str, object]:
        """Name, language, dpi, state and reason, as the server wants them."""
        printer, full = self.printer, self._spool.is_full
        return {
            "name": printer.name,
            "language": printer.language,
            "dpi": printer.dpi,
            "state": "paused" if full else self._state,
            "reason": "spool_full" if full else self._reason,
        }

    @property
    def is_ready(self) -> bool:
        """Whether it can take work, as far as we know."""
        return self._state not in ("paused", "offline") and not self._spool.is_full

    def run(self) -> None:
        """Until told to stop."""
        looked_at = float("-inf")
        while not self._stop.is_set():
            self._bell.clear()
            try:
                job = self._spool.next_for(self.printer.name)
                if job is not None:
                    self._work(job)
                elif time.monotonic() - looked_at >= self._look_after_s():
                    looked_at = time.monotonic()
                    self._look()
                else:
                    self._rest()
            except Exception:  # one printer's fault must not end the station
                log.exception("printer %s", self.printer.name)
                self._hang_up()
                self._stop.wait(self._pace.again)
        self._hang_up()

    # --- work -----------------------------------------------------------------------------

    def _work(self, job: Job) -> None:
        if job.dpi != self.printer.dpi and self.printer.language != "pdf":
            self._spool.finish(job, "failed", "wrong_resolution")
        elif job.language != self.printer.language:
            self._spool.finish(job, "failed", "wrong_media")
        else:
            self._print(job)

    def _print(self, job: Job) -> None:
        before = job
        try:
            self._be("printing", "")
            self._carry_out(job)
            self._learn()
        except WireLost as lost:
            self._fail(job, lost)
        if self._spool.job(job.uid) == before:
            self._bell.wait(self._pace.again)

    def _carry_out(self, job: Job) -> None:
        if not self.printer.converses:
            deliver_job(self.printer.delivery(), self._spool, job.uid, self._stop)
            return
        line = self._connected()
        if line.conversation is None:
            deaf = DeafWire(line.wire, self._pace, self._stop)
            deliver_job(deaf, self._spool, job.uid, self._stop)
        else:
            line.conversation.print_job(job.uid)
        line.used_at = time.monotonic()

    def _fail(self, job: Job, lost: WireLost) -> None:
        self._tail.broke()
        self._hang_up()
        self._be("offline", lost.reason)
        log.info("printer %s: %s", self.printer.name, lost)
        self._spool.note(job, lost.reason)
        self._stop.wait(self._pace.again)

    # --- connection -----------------------------------------------------------------------

    def _connected(self) -> _Line:
        """Raises WireLost, also when a printer that used to answer is silent."""
        if self._line is None:
            self._line = self._opened(self._wire())
        return self._line

    def _wire(self) -> Wire:
        try:
            return self.printer.connect()
        except LabelError as refusal:
            raise WireLost("unreachable", str(refusal)) from None

    def _opened(self, wire: Wire) -> _Line:
        protocol = self.printer.protocol
        if protocol is None:
            return _Line(wire, None)
        conversation = self._conversation(wire, protocol)
        try:
            answered = conversation.look() is not None
            if answered:
                self._spool.printer_answered(self.printer.name)
            silent = not answered and not self._spool.answers(self.printer.name)
        except BaseException:
            wire.close()
            raise
        return _Line(wire, None if silent else conversation)

    def _conversation(self, wire: Wire, protocol: StatusProtocol) -> Conversation:
        return Conversation(wire, protocol, self._spool, self._pace, self._stop, self._tail)

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.wire.close()
            self._line = None

    # --- idle -----------------------------------------------------------------------------

    def _look_after_s(self) -> float:
        """An idle printer is looked at now and then; one that will be needed in a moment, and to
        which we have no connection, at once."""
        needed = self._line is None and self._spool.expects_work(self.printer.name)
        return self._pace.again if needed else self._pace.look

    def _rest(self) -> None:
        self._bell.wait(min(self._pace.keep_open, self._pace.look))
        line = self._line
        if line is not None and time.monotonic() - line.used_at > self._pace.keep_open:
            self._hang_up()

    def _look(self) -> None:
        """See how an idle printer is."""
        if not self.printer.converses:
            self._be("ready" if self.printer.kind == "pdf" else "unknown", "")
            return
        try:
            known = self._line
            line = self._connected()
            if line is known and line.conversation is not None:
                line.conversation.look()  # a new one has just been looked at
            self._learn()
        except WireLost as lost:
            self._hang_up()
            self._be("offline", lost.reason)

    def _learn(self) -> None:
        """The printer's state from what it said last."""
        conversation = self._line.conversation if self._line else None
        if conversation is None:
            self._be("unknown", "")
            return
        self._be(*_state(conversation.status))

    def _be(self, state: str, reason: str) -> None:
        if reason and reason != self._reason:
            log.warning("printer %s: %s", self.printer.name, in_words(reason, self._language))
        self._state, self._reason = state, reason


def _state(status: Status | None) -> tuple[str, str]:
    if status is None:
        return "offline", "no_answer"
    if status.reason:
        return "paused", status.reason
    return ("printing" if status.busy else "ready"), ""
