"""The agent: one thread that leases, one that fetches and tells, one for each printer."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from labels.errors import LabelError
from labels.station.backoff import Backoff
from labels.station.courier import Courier
from labels.station.faults import in_words
from labels.station.jobs import Offer
from labels.station.pace import Pace
from labels.station.printers.named import NamedPrinter
from labels.station.server import Leased, LeaseLost, Server, ServerAway
from labels.station.spool import Spool
from labels.station.worker import Worker

log = logging.getLogger("stockturn.station")
_MOST_JOBS = 5
_SAME_AGAIN_S = 0.25
_SOON_S = 2
_TICK_S = 0.1


@dataclass(frozen=True, slots=True)
class Station:
    """What an agent is started with. language: of its log (zh, en)."""

    server: str
    token: str
    printers: Sequence[NamedPrinter]
    spool: Path
    ca: Path | None = None
    language: str = "en"
    pace: Pace = field(default_factory=Pace)


class Agent:
    """Threads around one spool. `run` returns after `stop`, within five seconds."""

    def __init__(self, station: Station) -> None:
        """Raises LabelError: no_printers, printer_twice, bad_server, bad_ca, spool_in_use,
        spool_unusable."""
        _check(station)
        self._station = station
        self._ended = False
        self._stop = threading.Event()
        self._server = Server(station.server, station.token, station.ca)
        self._spool = Spool(station.spool)
        if self._spool.set_aside:
            log.error("the spool was damaged; it is kept as %s", self._spool.set_aside)
        self._workers = [self._worker(printer) for printer in station.printers]

    def _worker(self, printer: NamedPrinter) -> Worker:
        station = self._station
        return Worker(printer, self._spool, station.pace, self._stop, station.language)

    def stop(self) -> None:
        """Hand over no further label; what is under way may finish. Safe in a signal handler,
        where the lock of an Event may be held by the very thread that was interrupted."""
        self._ended = True

    def run(self) -> None:
        """Until stopped. The long poll is not waited for: what it still brings is offered again."""
        self._leave_orphans()
        courier = Courier(self._spool, self._server, self._stop)
        printing = [_started(worker.run, worker.printer.name) for worker in self._workers]
        telling = _started(courier.run, "courier")
        _started(self._lease, "leasing")
        log.info("ready: %s", ", ".join(worker.printer.name for worker in self._workers))
        while not self._ended:
            self._stop.wait(_TICK_S)
        self._stop.set()
        self._spool.ring()
        _join([*printing, telling], self._station.pace.grace + 0.5)
        _join([_started(lambda: self._last_words(courier), "last words")], 1.0)
        self._spool.close()

    def _last_words(self, courier: Courier) -> None:
        """What the printers said while we were ending; if the server is away it is told later."""
        try:
            courier.tell_all()
        except (ServerAway, LeaseLost):
            log.warning("the server is away; the rest is told at the next start")

    def _leave_orphans(self) -> None:
        """Jobs of printers we no longer have: somebody must redirect them."""
        names = {worker.printer.name for worker in self._workers}
        for job in self._spool.open_jobs():
            if job.printer not in names:
                self._spool.note(job, "unreachable")

    def _lease(self) -> None:
        backoff = Backoff()
        wait_s = 0
        while not self._stop.is_set():
            try:
                if not self._spool.is_writable():
                    log.error(in_words("spool_full", self._station.language))
                printers = [worker.told() for worker in self._workers]
                leased = self._server.lease(self._spool.agent, printers, wait_s, _MOST_JOBS)
                self._adopt(leased.offers)
                backoff.succeeded()
                wait_s = self._patience_s(leased)
                self._stop.wait(leased.wait_s)
            except ServerAway as away:
                log.warning("server away: %s", away)
                self._stop.wait(backoff.delay_s(away.after_s))
            except Exception:  # whatever went wrong here, the printers go on
                log.exception("leasing")
                self._stop.wait(backoff.delay_s())

    def _patience_s(self, leased: Leased) -> int:
        """The server gives work only to printers that were ready when we called."""
        ready = all(worker.is_ready for worker in self._workers)
        most_s = self._station.pace.lease_wait
        return most_s if ready and leased.set_up else min(most_s, _SOON_S)

    def _adopt(self, offers: Sequence[Offer]) -> None:
        """What comes again is on its way already: we do not ask again at once."""
        news = [self._spool.adopt(offer) for offer in offers if not self._stop.is_set()]
        if news and not any(news):
            self._stop.wait(_SAME_AGAIN_S)


def _join(threads: Sequence[threading.Thread], patience_s: float) -> None:
    until = time.monotonic() + patience_s
    for thread in threads:
        thread.join(max(until - time.monotonic(), 0))


def _check(station: Station) -> None:
    names = [printer.name for printer in station.printers]
    if not names:
        raise LabelError("no_printers", "printer")
    for name in names:
        if names.count(name) > 1:
            raise LabelError("printer_twice", "printer", value=name)


def _started(work: Callable[[], None], name: str) -> threading.Thread:
    thread = threading.Thread(target=work, name=name, daemon=True)
    thread.start()
    return thread
