"""A small server that plays the print queue's side of the contract, to be killed at will.

    python -m tests.labels.contract_server FILE PORT

Everything is in FILE (SQLite), so a killed one goes on where it was. Besides the contract it takes
POST /jobs (make one), GET /jobs (all), POST /jobs/{id}/resume {confirmed}. It prints what it is
about to do and has done, for those who want to kill somebody just then.
"""

import base64
import hashlib
import json
import re
import sqlite3
import sys
import threading
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from tests.labels.stations import label_of

LEASE_S = 3
FINAL = ("confirmed", "unverified", "failed", "cancelled")
_FAR = "2096-10-02T07:06:40.000Z"


class Queue:
    """Jobs as documents in one table."""

    def __init__(self, path: str) -> None:
        self.lock = threading.Condition()
        self.db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = OFF")
        self.db.execute("CREATE TABLE IF NOT EXISTS job (id TEXT PRIMARY KEY, body TEXT)")

    def jobs(self) -> list[dict[str, Any]]:
        with self.lock:
            rows = self.db.execute("SELECT body FROM job ORDER BY rowid").fetchall()
        return [json.loads(body) for (body,) in rows]

    def job(self, uid: str) -> dict[str, Any]:
        found = self.db.execute("SELECT body FROM job WHERE id = ?", (uid,)).fetchone()
        return json.loads(found[0])

    def keep(self, job: dict[str, Any]) -> None:
        body = json.dumps(job)
        self.db.execute("INSERT OR REPLACE INTO job VALUES (?, ?)", (job["id"], body))
        self.lock.notify_all()

    def make(self, asked: dict[str, Any]) -> None:
        with self.lock:
            empty = {"lease": "", "agent": "", "until": 0.0, "sent": 0, "confirmed": 0}
            rest = {"state": "queued", "reason": "", "doubtful": [], "handed": 0}
            self.keep({**empty, **rest, **asked})

    def lease(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        until = time.monotonic() + min(asked["wait_s"], 1)
        names = [each["name"] for each in asked["printers"] if each["state"] != "offline"]
        with self.lock:
            while True:
                self._look_after_leases(asked["agent"])
                found = self._offers(asked["agent"], names, asked["most"])
                if found or time.monotonic() >= until:
                    return found
                self.lock.wait(0.2)

    def _look_after_leases(self, agent: str) -> None:
        now = time.time()
        for job in self.jobs():
            if job["state"] in FINAL or not job["lease"]:
                continue
            if job["agent"] == agent:
                job["until"] = now + LEASE_S
                self.keep(job)
            elif job["until"] < now and job["state"] in ("leased", "sending", "sent"):
                lost = job["handed"] > job["confirmed"] or job["state"] != "leased"
                free = {"state": "paused", "reason": "station_lost"}
                self.keep({**job, **(free if lost else {"state": "queued", "lease": ""})})

    def _offers(self, agent: str, names: list[str], most: int) -> list[dict[str, Any]]:
        jobs = [job for job in self.jobs() if job["printer"] in names]
        again = [job for job in jobs if job["state"] == "leased" and job["agent"] == agent]
        waiting = [job for job in jobs if job["state"] == "queued"][:most]
        for job in waiting:
            job.update(lease=str(uuid4()), agent=agent, state="leased", reason="")
            job["until"] = time.time() + LEASE_S
            self.keep(job)
        return [self._offer(job) for job in again + waiting]

    def _offer(self, job: dict[str, Any]) -> dict[str, Any]:
        names = ("id", "lease", "printer", "labels", "confirmed", "numbered")
        more = {"language": "zpl", "dpi": 203, "doubtful": False, "lease_s": LEASE_S}
        return {**{name: job[name] for name in names}, **more, "expires_at": _FAR}

    def labels(self, uid: str, asked: dict[str, str]) -> list[dict[str, Any]] | None:
        with self.lock:
            job = self.job(uid)
            if job["lease"] != asked["lease"] or job["state"] in FINAL:
                return None
            first = int(asked["from"])
            last = min(job["labels"], first + min(int(asked["limit"]), 7) - 1)
            self.keep({**job, "handed": max(job["handed"], last)})
        return [_label(uid, number) for number in range(first, last + 1)]

    def progress(self, uid: str, told: dict[str, Any]) -> dict[str, Any] | None:
        with self.lock:
            job = self.job(uid)
            ended_otherwise = job["state"] in FINAL and told["state"] != job["state"]
            if job["lease"] != told["lease"] or ended_otherwise:
                return None
            if job["state"] in FINAL or job["reason"] == "check_last_label":
                return {"state": job["state"]}
            job.update(state=told["state"], reason=told["reason"])
            for name in ("sent", "confirmed"):
                job[name] = max(job[name], told[name])
            job["doubtful"] = sorted({*job["doubtful"], *told["doubtful"]})
            job["until"] = time.time() + LEASE_S
            self.keep(job)
            return {"state": job["state"]}

    def resume(self, uid: str, confirmed: int) -> dict[str, Any]:
        """A person says which label came out last."""
        with self.lock:
            job = self.job(uid)
            done = confirmed == job["labels"]
            job.update(lease="", agent="", reason="", confirmed=confirmed, sent=confirmed)
            job.update(state="confirmed" if done else "queued", handed=0)
            self.keep(job)
            return {"state": job["state"]}


def _label(uid: str, number: int) -> dict[str, Any]:
    content = label_of(uid, number)
    digest = hashlib.sha256(content).hexdigest()
    return {"number": number, "sha256": digest, "bytes": base64.b64encode(content).decode()}


class Door(BaseHTTPRequestHandler):
    """Routes; says on standard output what is going on."""

    queue: Queue
    protocol_version = "HTTP/1.1"
    wbufsize = 65536

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(url.query).items()}
        if url.path == "/jobs":
            self._answer({"jobs": self.queue.jobs()})
        elif found := re.fullmatch(r"/api/v1/print-jobs/([^/]+)/labels", url.path):
            labels = self.queue.labels(found[1], asked)
            self._answer(None if labels is None else {"labels": labels})
            _say(f"labels {found[1]}")

    def do_POST(self) -> None:
        told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/jobs":
            self.queue.make(told)
            self._answer({})
        elif self.path == "/api/v1/stations/current/lease":
            jobs = self.queue.lease(told)
            _say(f"leased {len(jobs)}") if jobs else None
            self._answer({"jobs": jobs, "printers": [], "retry_after_ms": 0})
        elif found := re.fullmatch(r"/jobs/([^/]+)/resume", self.path):
            self._answer(self.queue.resume(found[1], told["confirmed"]))
        elif found := re.fullmatch(r"/api/v1/print-jobs/([^/]+)/progress", self.path):
            _say(f"before {told['state']}")
            answer = self.queue.progress(found[1], told)
            _say(f"between {told['state']}")
            self._answer(answer)
            _say(f"after {told['state']}")

    def _answer(self, body: dict[str, Any] | None) -> None:
        content = json.dumps(body if body is not None else {"code": "lease_lost"}).encode()
        self.send_response(200 if body is not None else 409)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()

    def log_message(self, *_: Any) -> None:
        """Say nothing of requests."""


def _say(words: str) -> None:
    print(words, flush=True)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, *_: Any) -> None:
        """Clients that are killed are no news."""


def main() -> None:
    """Serve until killed."""
    path, port = sys.argv[1:]
    Door.queue = Queue(path)
    server = _Server(("127.0.0.1", int(port)), Door)
    _say(f"ready {datetime.now(UTC).isoformat()}")
    server.serve_forever()


if __name__ == "__main__":
    main()
