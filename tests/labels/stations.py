"""A station in a test: a spool, a worker and a fake printer, without a server."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from labels.station.jobs import Job, Offer
from labels.station.pace import Pace
from labels.station.printers.allowed import Allowed
from labels.station.printers.named import named_printer
from labels.station.spool import Spool
from labels.station.worker import Worker

QUICK = Pace(
    answer=0.5,
    poll=0.005,
    settle=0.02,
    unseen_settle=0.05,
    stall=0.2,
    again=0.05,
    look=0.1,
    keep_open=0.2,
    grace=1.0,
    lease_wait=1,
)
FOREVER_MS = 4_000_000_000_000


def wait_for(look: Callable[[], object], seconds: float = 20) -> None:
    """Until it is true; fails when it does not become so."""
    pause = threading.Event()
    for _ in range(int(seconds * 100)):
        if look():
            return
        pause.wait(0.01)
    raise AssertionError(f"it did not happen within {seconds} s")


def label_of(uid: str, number: int, language: str = "zpl") -> bytes:
    """A format that says which label it is."""
    if language == "tspl":
        mark = f"{uid}:{number}".encode().ljust(64)
        return b"SIZE 40 mm,30 mm\r\nCLS\r\nBITMAP 0,0,8,8,0," + mark + b"\r\nPRINT 1,1\r\n"
    return f"^XA^FX{uid}:{number}^FS^PQ1,0,1,N^XZ\n".encode()


def number_of(label: bytes) -> int:
    """Which label this format is."""
    return int(label.split(b":", 1)[1].split(b"^", 1)[0].split()[0])


def offered(labels: int, **changes: object) -> Offer:
    """A job as the server would offer it."""
    values: dict[str, object] = {
        "uid": str(uuid4()),
        "lease": str(uuid4()),
        "printer": "p",
        "language": "zpl",
        "dpi": 203,
        "labels": labels,
        "confirmed": 0,
        "numbered": False,
        "expires_ms": FOREVER_MS,
    }
    return Offer(**{**values, **changes})  # type: ignore[arg-type]


def take(spool: Spool, offer: Offer, contents: list[bytes] | None = None) -> str:
    """The job is leased, its labels are here, the server knows that we begin."""
    spool.adopt(offer)
    made = [label_of(offer.uid, number, offer.language) for number in range(1, offer.parts + 1)]
    labels = list(enumerate(contents or made, 1))
    job = spool.job(offer.uid)
    assert job is not None
    spool.store_labels(job, labels[offer.confirmed :])
    spool.was_told(job, "")
    return offer.uid


@dataclass
class Desk:
    """A worker at work."""

    spool: Spool
    worker: Worker
    stop: threading.Event
    thread: threading.Thread

    def job(self, uid: str) -> Job:
        """As it stands."""
        found = self.spool.job(uid)
        assert found is not None
        return found

    def wait_for(self, uid: str, state: str, reason: str = "") -> Job:
        """Until the job is in this state for this reason."""
        try:
            wait_for(lambda: (self.job(uid).state, self.job(uid).reason) == (state, reason))
        except AssertionError:
            raise AssertionError(self.job(uid)) from None
        return self.job(uid)

    def end(self) -> None:
        """As TERM does."""
        self.stop.set()
        self.thread.join(10)
        assert not self.thread.is_alive()


@contextmanager
def working(spool: Spool, printer: str, pace: Pace = QUICK) -> Iterator[Desk]:
    """A worker for `where?options` on this spool."""
    stop = threading.Event()
    worker = Worker(named_printer(f"p={printer}", Allowed()), spool, pace, stop, "en")
    thread = threading.Thread(target=worker.run)
    thread.start()
    desk = Desk(spool, worker, stop, thread)
    try:
        yield desk
    finally:
        desk.end()


@contextmanager
def spooling(folder: Path) -> Iterator[Spool]:
    """A spool that is closed again."""
    spool = Spool(folder)
    try:
        yield spool
    finally:
        spool.close()
