"""How long after a movement's commit its turnover and alert are fresh, under steady load.

    python bench/freshness.py [--seconds 30] [--rate 100] [--database sqlite|postgresql]

Real processes: `stockturn run` (web, relay, worker, schedule, Valkey) takes commands over HTTP at
the given rate; a watcher reads which keys are done every few milliseconds. Latency of a movement is
from its answer until its key is recalculated with it (turnover row and alert come in the same
transaction). All on one machine, the client and the watcher included.
"""

import argparse
import json
import os
import platform
import socket
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from sqlalchemy import text  # noqa: E402

from bench._databases import fresh_url  # noqa: E402
from server.bootstrap import make_base_app  # noqa: E402
from server.domain.people import SYSTEM  # noqa: E402
from server.services.issue_tokens import issue_token  # noqa: E402
from server.services.manage_people import add_user  # noqa: E402
from server.settings import Settings  # noqa: E402
from server.store.db import db, reading  # noqa: E402
from server.store.schema import upgrade_schema  # noqa: E402
from tests.factories_ledger import Warehouse, make_warehouse  # noqa: E402
from tests.plugins.processes import Child  # noqa: E402

ITEMS = 40
COMMANDS_PER_ENVELOPE = 5
LOOK_S = 0.004
SETTLE_S = 20


@dataclass
class Record:
    """What client and watcher saw: (answered at, key, wanted) and (seen at, {key: done})."""

    posted: list[tuple[float, int, int]] = field(default_factory=list)
    seen: list[tuple[float, dict[int, int]]] = field(default_factory=list)
    answers: list[float] = field(default_factory=list)


def main() -> None:
    arguments = _arguments()
    for kind in arguments.database:
        with (
            tempfile.TemporaryDirectory(prefix="stockturn-bench-") as folder,
            fresh_url(kind) as url,
        ):
            record = _measure(Path(folder), url, arguments.seconds, arguments.rate)
            _report(kind, record, arguments)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--rate", type=float, default=100)
    kinds = ["sqlite", "postgresql"]
    parser.add_argument("--database", action="append", choices=kinds)
    given = parser.parse_args()
    given.database = given.database or kinds
    return given


def _measure(var: Path, url: str | None, seconds: float, rate: float) -> Record:
    port = _free_port()
    environment = {
        "STOCKTURN_VAR": str(var),
        "STOCKTURN_LOG_LEVEL": os.environ.get("STOCKTURN_LOG_LEVEL", "ERROR"),
    }
    environment |= {"STOCKTURN_DATABASE_URL": url} if url else {}
    with make_base_app(Settings.from_environment(environment)).app_context():
        upgrade_schema()
        here = make_warehouse("BENCH", items=ITEMS)
        for item in range(ITEMS):
            here.plan("20", item=item)
        token = _token()
        child = Child(
            [sys.executable, "-m", "server.cli", "run", "--port", str(port)],
            ready="ready http",
            cwd=ROOT,
            env={**os.environ, **environment},
        )
        try:
            return _run(here, f"http://127.0.0.1:{port}", token, seconds, rate)
        finally:
            child.stop()
            db.engine.dispose()


def _token() -> str:
    user_id = add_user(
        {
            "login": "bench",
            "name": "Bench",
            "role": "administrator",
            "language": "en",
            "sites": None,
            "password": "not a secret here",
        },
        actor=SYSTEM,
    ).id
    return issue_token(user_id, "bench", site=None, lasts_ms=None, actor=SYSTEM).token


def _run(here: Warehouse, address: str, token: str, seconds: float, rate: float) -> Record:
    record = Record()
    stop = threading.Event()
    watcher = threading.Thread(target=_watch, args=(db.engine, record, stop))
    watcher.start()
    try:
        _post_all(record, here, address, token, seconds, rate)
    finally:
        stop.set()
        watcher.join()
    return record


def _post_all(
    record: Record, here: Warehouse, address: str, token: str, seconds: float, rate: float
) -> None:
    start = time.perf_counter()
    pause = COMMANDS_PER_ENVELOPE / rate
    for n in range(int(seconds / pause)):
        wait = start + n * pause - time.perf_counter()
        if wait > 0:
            time.sleep(wait)
        _post(record, here, address, token, n)
    end = time.perf_counter() + SETTLE_S
    while time.perf_counter() < end and _is_anything_due():
        time.sleep(0.05)
    time.sleep(0.1)


def _post(record: Record, here: Warehouse, address: str, token: str, n: int) -> None:
    items = [(n * COMMANDS_PER_ENVELOPE + k) % ITEMS for k in range(COMMANDS_PER_ENVELOPE)]
    commands = [_command(n, k, item) for k, item in enumerate(items)]
    body = json.dumps({"device": None, "app_version": "bench", "commands": commands}).encode()
    request = urllib.request.Request(
        f"{address}/api/v1/commands",
        body,
        {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    asked = time.perf_counter()
    with urllib.request.urlopen(request, timeout=30) as answer:
        said = json.load(answer)["answers"]
    answered = time.perf_counter()
    record.answers.append(answered - asked)
    assert all(one["status"].startswith("applied") for one in said), said
    wanted = _wanted()
    record.posted += [
        (answered, here.item_ids[item], wanted[here.item_ids[item]]) for item in items
    ]


def _command(n: int, k: int, item: int) -> dict[str, object]:
    goods = {"site": "BENCH", "item": f"BENCH-{item}", "quantity": "1"}
    receive = (n // (ITEMS // COMMANDS_PER_ENVELOPE)) % 60 < 30
    body = {**goods, "to": "bin", "unit_cost": "2.5"} if receive else {**goods, "from": "bin"}
    return {
        "id": str(uuid4()),
        "v": 1,
        "type": "receive_line" if receive else "pick_line",
        "intent": "request",
        "wall_ms": int(time.time() * 1000),
        "body": body,
    }


def _wanted() -> dict[int, int]:
    with reading() as session:
        rows = session.execute(text("select item_id, sum(wanted) from recalculation group by 1"))
        return {row[0]: int(row[1]) for row in rows}


def _is_anything_due() -> bool:
    with reading() as session:
        rows = session.execute(text("select 1 from recalculation where done < wanted limit 1"))
        return rows.first() is not None


def _watch(engine: object, record: Record, stop: threading.Event) -> None:
    statement = text("select item_id, sum(done) from recalculation group by 1")
    with engine.connect() as connection:  # type: ignore[attr-defined]
        while not stop.is_set():
            rows = connection.execute(statement).all()
            record.seen.append((time.perf_counter(), {row[0]: int(row[1]) for row in rows}))
            connection.rollback()
            time.sleep(LOOK_S)


def _report(kind: str, record: Record, arguments: argparse.Namespace) -> None:
    fresh = sorted(_latencies(record))
    answers = sorted(record.answers)
    with_machine = (
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    )
    print(f"{kind}: {len(fresh)} movements at {arguments.rate:g}/s ({with_machine})")
    print(f"  answer to fresh turnover and alert  {_percentiles(fresh)}")
    print(f"  answer to an envelope of {COMMANDS_PER_ENVELOPE} commands    {_percentiles(answers)}")
    p99 = fresh[int(len(fresh) * 0.99)]
    print(f"  p99 is {p99:.3f} of the second allowed")


def _latencies(record: Record) -> Iterator[float]:
    at = 0
    for answered, item_id, wanted in record.posted:
        while at and record.seen[at - 1][0] >= answered:
            at -= 1
        while record.seen[at][0] < answered or record.seen[at][1].get(item_id, 0) < wanted:
            at += 1
        yield record.seen[at][0] - answered


def _percentiles(values: list[float]) -> str:
    points = ((50, 0.5), (95, 0.95), (99, 0.99))
    named = [f"p{name} {values[int(len(values) * at)] * 1000:.0f} ms" for name, at in points]
    return ", ".join([*named, f"max {values[-1] * 1000:.0f} ms"])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
