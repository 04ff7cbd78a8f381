"""What the station must not forget, on disk before it acts: jobs, labels, how far each is.

SQLite with synchronous=FULL, one connection in exclusive locking mode: a second agent on the same
folder is refused, and a crash at any point leaves the last step that was written.
"""

import json
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from uuid import uuid4

from labels.errors import LabelError
from labels.station.jobs import CHECK_LAST_LABEL, Job, Offer

_SCHEMA = Path(__file__).with_name("spool.sql")
_FORGOTTEN_AFTER_MS = 7 * 24 * 3600 * 1000
_COLUMNS = ", ".join(field.name for field in fields(Job))
_OPEN = "gone_ms IS NULL"


class _Change:
    """A transaction on one job; `job` is None, and a call changes nothing, when it is not ours."""

    def __init__(self, db: sqlite3.Connection, uid: str, job: Job | None) -> None:
        self.db = db
        self.uid = uid
        self.job = job

    def __call__(self, **values: object) -> None:
        if self.job is None:
            return
        changes = ", ".join(f"{name} = ?" for name in values)
        asked = f"UPDATE job SET {changes} WHERE uid = ?"  # noqa: S608 (our own names)
        self.db.execute(asked, (*values.values(), self.uid))


class Spool:
    """Shared by all threads of one agent; every method is one transaction."""

    def __init__(self, folder: Path) -> None:
        """Open or make it. Raises LabelError spool_in_use, spool_unusable.

        A damaged file is put aside and a new spool begun: with another agent uid, so the server
        lets a person decide about what the old one held. is_full: what was last to be written
        could not be; nothing is printed before it can.
        """
        self.set_aside: Path | None = None
        self.is_full = False
        self._lock = threading.RLock()
        self._bells: list[threading.Event] = []
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._db = self._opened(folder / "spool.sqlite3")
        except OSError as refusal:
            raise LabelError("spool_unusable", path=str(folder), reason=str(refusal)) from None
        self.agent = self._agent_uid()
        self._forget_old()

    def close(self) -> None:
        """Let another agent have it."""
        with self._lock:
            self._db.close()

    def is_writable(self) -> bool:
        """Whether something can be written; after a failure that is tried."""
        if self.is_full:
            try:
                with self._write() as db:  # a number nobody reads, and never the same
                    db.execute(f"PRAGMA user_version = {_now_ms() % 2**31}")
            except sqlite3.OperationalError:
                return False
        return True

    def ring(self) -> None:
        """Wake everybody who waits for a change."""
        for bell in self._bells:
            bell.set()

    def bell(self) -> threading.Event:
        """Rings whenever something changed."""
        event = threading.Event()
        self._bells.append(event)
        return event

    # --- what the server says -------------------------------------------------------------

    def adopt(self, offer: Offer) -> bool:
        """A job was leased to us: new, again (False: nothing is begun), or back after we lost it.

        An answer may come late: what has ended under this very lease is told again, not printed.
        Coming back under another lease a job starts from what the server knows; labels that we had
        handed over before stay doubtful, unless a person was asked and has answered.
        """
        with self._write() as db:
            known = self._row(db, offer.uid)
            same = known is not None and known.lease == offer.lease
            if known and same and self._is_open(db, offer.uid):
                return False
            if known and same and known.outcome:
                _Change(db, offer.uid, known)(told="", gone_ms=None)
                return False
            asked = known is not None and not same and known.reason == CHECK_LAST_LABEL
            touched = known.touched if known and not asked else 0
            db.execute("DELETE FROM label WHERE job = ?", (offer.uid,))
            db.execute("DELETE FROM job WHERE uid = ?", (offer.uid,))
            self._insert(db, offer, max(touched, offer.confirmed))
            return True

    def _insert(self, db: sqlite3.Connection, offer: Offer, touched: int) -> None:
        reason = CHECK_LAST_LABEL if offer.numbered and touched > offer.confirmed else ""
        values = {field.name: getattr(offer, field.name) for field in fields(Offer)}
        values |= {"parts": offer.parts, "sent": offer.confirmed, "touched": touched}
        values |= {"fetched": offer.confirmed, "passed": offer.confirmed, "reason": reason}
        names = ", ".join(values)
        marks = ", ".join(f":{name}" for name in values)
        db.execute(f"INSERT INTO job ({names}) VALUES ({marks})", values)  # noqa: S608 (ours)

    def store_labels(self, seen: Job, labels: Sequence[tuple[int, bytes]]) -> None:
        """Keep labels that follow those we have; a job that is no longer ours takes none."""
        with self._change(seen) as change:
            rows = [(seen.uid, number, content) for number, content in labels]
            if change.job:
                change.db.executemany("INSERT OR REPLACE INTO label VALUES (?, ?, ?)", rows)
                last = max((number for number, _ in labels), default=0)
                change(fetched=max(change.job.fetched, last))

    def was_told(self, seen: Job, told: str) -> None:
        """The server has taken this report; after a final one the job is done with."""
        with self._change(seen) as change:
            if change.job:
                change(told=told, claimed=change.job.claimed or seen.state == "sending")
                if seen.outcome and change.job.outcome == seen.outcome:
                    self._close(change)

    def drop(self, seen: Job) -> None:
        """Somebody else has the job: nothing more of it is sent. What we did is remembered."""
        with self._change(seen) as change:
            if change.job:
                self._close(change)

    def _close(self, change: "_Change") -> None:
        change.db.execute("DELETE FROM label WHERE job = ?", (change.uid,))
        change(gone_ms=_now_ms())

    # --- what the printer does ------------------------------------------------------------

    def begin(self, seen: Job, number: int) -> bool:
        """Write down that this part is about to be handed over; False when it must not be."""
        with self._change(seen) as change:
            job = change.job
            if job is None or job.outcome or not job.claimed or job.reason == CHECK_LAST_LABEL:
                return False
            if job.expires_ms < _now_ms():
                return False
            doubtful = {*job.doubtful, *range(job.sent + 1, min(number, job.touched) + 1)}
            told = json.dumps(sorted(doubtful))
            change(sent=number, touched=max(job.touched, number), doubtful=told)
            return True

    def note(self, seen: Job, reason: str, confirmed: int = 0) -> None:
        """What the printer says of an open job: why it waits ("": it does not), what is certain."""
        with self._lock:
            job = self.job(seen.uid)
            if job is None or job.outcome or job.reason == CHECK_LAST_LABEL:
                return
            certain = max(job.confirmed, confirmed)
            if (reason, certain) == (job.reason, job.confirmed):
                return
            with self._change(seen) as change:
                change(reason=reason, confirmed=certain)

    def rewind(self, seen: Job, number: int, *, surely_not_printed: bool = False) -> None:
        """Go on after this part; what follows it may have been printed, or surely was not."""
        with self._change(seen) as change:
            if change.job:
                touched = number if surely_not_printed else change.job.touched
                passed = min(change.job.passed, number)
                change(sent=number, passed=passed, touched=touched, reason="")

    def pass_on(self, seen: Job, number: int) -> None:
        """A printer that cannot be asked took everything up to this part."""
        with self._change(seen) as change:
            change(passed=number, reason="")

    def ask_person(self, seen: Job) -> None:
        """Only somebody who looks at the paper can say how the job goes on."""
        with self._change(seen) as change:
            change(reason=CHECK_LAST_LABEL)

    def finish(self, seen: Job, outcome: str, reason: str = "") -> None:
        """It is over: confirmed (all printed), unverified (all handed over) or failed."""
        with self._change(seen) as change:
            if change.job and not change.job.outcome:
                confirmed = seen.parts if outcome == "confirmed" else change.job.confirmed
                change(outcome=outcome, reason=reason, confirmed=confirmed)

    def printer_answered(self, name: str) -> None:
        """From now on silence of this printer is a fault."""
        if not self.answers(name):
            with self._write() as db:
                db.execute("INSERT OR REPLACE INTO printer VALUES (?, 1)", (name,))

    # --- reading --------------------------------------------------------------------------

    def answers(self, name: str) -> bool:
        """Whether this printer ever told its state."""
        return self._one("SELECT answers FROM printer WHERE name = ?", name) is not None

    def job(self, uid: str) -> Job | None:
        """The job, while it is ours."""
        found = self._jobs(f"uid = ? AND {_OPEN}", uid)
        return found[0] if found else None

    def open_jobs(self) -> list[Job]:
        """Everything that is not done with, oldest first."""
        return self._jobs(_OPEN)

    def next_for(self, printer: str) -> Job | None:
        """The oldest job this printer may work on."""
        where = f"{_OPEN} AND printer = ? AND claimed AND outcome = '' AND reason != ?"
        found = self._jobs(where, printer, CHECK_LAST_LABEL)
        return found[0] if found else None

    def expects_work(self, printer: str) -> bool:
        """Whether a job for this printer is on its way here."""
        where = f"{_OPEN} AND printer = ? AND NOT claimed AND outcome = '' AND reason = ''"
        return bool(self._jobs(where, printer))

    def label(self, uid: str, number: int) -> bytes | None:
        """The bytes of one part; None while they are not here."""
        found = self._one("SELECT content FROM label WHERE job = ? AND number = ?", uid, number)
        return found if isinstance(found, bytes) else None

    # --- the file -------------------------------------------------------------------------

    def _opened(self, path: Path) -> sqlite3.Connection:
        try:
            return _connected(path)
        except sqlite3.OperationalError as refusal:
            if "locked" in str(refusal):
                raise LabelError("spool_in_use", path=str(path.parent)) from None
            raise OSError(str(refusal)) from None
        except sqlite3.DatabaseError:
            self.set_aside = path.with_name(f"broken-{_now_ms()}.sqlite3")
            path.rename(self.set_aside)
            for rest in path.parent.glob(f"{path.name}-*"):
                rest.unlink()
            return _connected(path)

    def _agent_uid(self) -> str:
        with self._write() as db:
            found = db.execute("SELECT uid FROM agent").fetchone()
            if found:
                return str(found[0])
            made = str(uuid4())
            db.execute("INSERT INTO agent VALUES (?)", (made,))
            return made

    def _forget_old(self) -> None:
        with self._write() as db:
            db.execute("DELETE FROM job WHERE gone_ms < ?", (_now_ms() - _FORGOTTEN_AFTER_MS,))

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException as problem:
                self.is_full = self.is_full or isinstance(problem, sqlite3.OperationalError)
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
            self.is_full = False
        self.ring()

    @contextmanager
    def _change(self, seen: Job) -> Iterator["_Change"]:
        """Change a job, as long as it is ours under the lease it was seen under."""
        with self._write() as db:
            job = self._row(db, seen.uid)
            ours = job and job.lease == seen.lease and self._is_open(db, seen.uid)
            yield _Change(db, seen.uid, job if ours else None)

    def _row(self, db: sqlite3.Connection, uid: str) -> Job | None:
        found = db.execute(f"SELECT {_COLUMNS} FROM job WHERE uid = ?", (uid,))  # noqa: S608
        row = found.fetchone()
        return None if row is None else _job(row)

    def _is_open(self, db: sqlite3.Connection, uid: str) -> bool:
        found = db.execute(f"SELECT 1 FROM job WHERE uid = ? AND {_OPEN}", (uid,))  # noqa: S608
        return found.fetchone() is not None

    def _jobs(self, where: str, *values: object) -> list[Job]:
        asked = f"SELECT {_COLUMNS} FROM job WHERE {where} ORDER BY arrived"  # noqa: S608
        with self._lock:
            return [_job(row) for row in self._db.execute(asked, values)]

    def _one(self, asked: str, *values: object) -> object:
        with self._lock:
            found = self._db.execute(asked, values).fetchone()
        return found[0] if found else None


def _connected(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=2)
    try:
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        if db.execute("PRAGMA quick_check").fetchone() != ("ok",):
            raise sqlite3.DatabaseError("quick_check")
        db.execute("BEGIN EXCLUSIVE")
        db.execute("COMMIT")
        db.executescript(_SCHEMA.read_text(encoding="utf-8"))
    except BaseException:
        db.close()
        raise
    return db


def _job(row: Sequence[object]) -> Job:
    values = dict(zip((field.name for field in fields(Job)), row, strict=True))
    values["doubtful"] = tuple(json.loads(str(values["doubtful"])))
    for name in ("numbered", "claimed"):
        values[name] = bool(values[name])
    return Job(**values)  # type: ignore[arg-type]


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
