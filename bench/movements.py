"""How many movements a second: the raw databases, and our API with all it does, in one run.

    python bench/movements.py [--seconds 10] [--clients 8] [--nodes 2] [--rows 1000000]
                              [--database sqlite|postgresql] [--report docs/benchmarks/movements.md]

The API is `stockturn web` as it runs in production, each node a process: token authentication,
replay check, guard, costing, answer, feed and recalculation marks included. Every movement is a
request (`move_stock`) among 200 items and as many places. Clients, servers and the database share
one machine; what of one core the clients took is the last column. PostgreSQL is asked through as
many nodes as asked for, SQLite through one; both write durably. Growth: the median answer with the
asked number of rows in the ledger against 10,000, two houses asked in turn.
"""

import argparse
import os
import platform
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from sqlalchemy import insert, text  # noqa: E402

from bench._load import Run, command, drive, post  # noqa: E402
from bench._raw import raw_postgresql, raw_sqlite  # noqa: E402
from server.bootstrap import make_base_app  # noqa: E402
from server.domain.people import SYSTEM  # noqa: E402
from server.services.issue_tokens import issue_token  # noqa: E402
from server.services.manage_people import add_user  # noqa: E402
from server.settings import Settings  # noqa: E402
from server.store.db import db, unit_of_work  # noqa: E402
from server.store.models import Location  # noqa: E402
from server.store.schema import upgrade_schema  # noqa: E402
from tests.factories_ledger import make_warehouse  # noqa: E402
from tests.plugins.postgresql import running_postgresql  # noqa: E402

PLACES = 200
BATCH = 50
FEW_ROWS = 10_000
TURNS = 10
FILLING = {
    "postgresql": (
        "CREATE TEMP TABLE fill AS SELECT gen_random_uuid() id, n FROM generate_series(1, :rows) n",
        "nextval('movement_id_seq')",
    ),
    "sqlite": (
        "CREATE TEMP TABLE fill AS WITH RECURSIVE s(n) AS"
        " (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < :rows)"
        " SELECT lower(hex(randomblob(16))) id, n FROM s",
        "NULL",
    ),
}


class Lines:
    """What is reported, printed as it comes."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def say(self, line: str = "") -> None:
        print(line, flush=True)
        self.texts.append(line)


def main() -> None:
    arguments = _arguments()
    lines = Lines()
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    lines.say(f"Machine: {machine}; load before the run {os.getloadavg()[0]:.1f}.")
    for kind in arguments.database:
        with _server(kind) as url:
            _measure(kind, url, arguments, lines)
    if arguments.report:
        Path(arguments.report).write_text(_page(lines))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--nodes", type=int, default=2)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--report", type=Path)
    kinds = ["postgresql", "sqlite"]
    parser.add_argument("--database", action="append", choices=kinds)
    given = parser.parse_args()
    given.database = given.database or kinds
    return given


@contextmanager
def _server(kind: str) -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="stockturn-bench-") as folder:
        if kind == "sqlite":
            yield f"sqlite:///{folder}/stockturn.sqlite3"
            return
    with running_postgresql(durable=True) as server:
        yield server.url(server.create_database())


def _measure(kind: str, url: str, arguments: argparse.Namespace, lines: Lines) -> None:
    lines.say()
    lines.say(f"## {'PostgreSQL' if kind == 'postgresql' else 'SQLite'}")
    lines.say()
    lines.say("| what | movements/s | of raw | p50 ms | p99 ms | clients |")
    lines.say("|---|---|---|---|---|---|")
    raw = _raw(kind, url, arguments)
    lines.say(f"| raw four statements | {raw:,.0f} | 100 % | | | |")
    with _house(url, arguments.nodes if kind == "postgresql" else 1, 0) as house:
        clients, seconds = arguments.clients, arguments.seconds
        one = drive(house.ports, house.token, clients, seconds, _move)
        lines.say(_row(f"API, {clients} clients, one per request", one, raw))
        many = drive(house.ports, house.token, clients, seconds, _moves)
        lines.say(_row(f"API, {clients} clients, batches of {BATCH}", many, raw))
    _measure_growth(kind, arguments, lines)


def _measure_growth(kind: str, arguments: argparse.Namespace, lines: Lines) -> None:
    """Two houses at once, asked in turn, so that whatever else the machine does hits both."""
    seconds: dict[str, list[float]] = {"few": [], "many": []}
    with (
        _server(kind) as one_url,
        _server(kind) as other_url,
        _house(one_url, 1, FEW_ROWS) as few,
        _house(other_url, 1, arguments.rows) as many,
    ):
        for _ in range(TURNS):
            for name, house in (("few", few), ("many", many)):
                run = drive(house.ports, house.token, 1, arguments.seconds / TURNS, _move)
                seconds[name] += run.answers_s
    before, after = (statistics.median(seconds[name]) * 1000 for name in ("few", "many"))
    lines.say()
    lines.say(
        f"One client, one movement per request: {before:.1f} ms above {FEW_ROWS:,} rows,"
        f" {after:.1f} ms above {arguments.rows:,} (medians): × {after / before:.2f}."
    )


def _raw(kind: str, url: str, arguments: argparse.Namespace) -> float:
    if kind == "postgresql":
        return raw_postgresql(url, arguments.clients, arguments.seconds)
    with tempfile.TemporaryDirectory(prefix="stockturn-bench-") as folder:
        return raw_sqlite(Path(folder), arguments.seconds)


def _row(what: str, run: Run, raw: float) -> str:
    rate = f"{run.rate:,.0f} | {run.rate / raw:.0%}"
    times = f"{run.percentile_ms(0.5):.1f} | {run.percentile_ms(0.99):.1f}"
    return f"| {what} | {rate} | {times} | {run.client_share:.0%} |"


# What is asked ------------------------------------------------------------------------------------


def _move(n: int) -> list[dict[str, object]]:
    return [_one_move(n)]


def _moves(n: int) -> list[dict[str, object]]:
    return [_one_move(n * BATCH + k) for k in range(BATCH)]


def _one_move(n: int) -> dict[str, object]:
    item = random.randrange(PLACES)
    target = (item + 1 + n % 3) % PLACES
    goods = {"site": "BENCH", "item": f"BENCH-{item}", "quantity": "1"}
    return command("move_stock", **goods, **{"from": f"P{item}", "to": f"P{target}"})


def _receipt(n: int) -> dict[str, object]:
    goods = {"site": "BENCH", "item": f"BENCH-{n}", "quantity": "10000000", "unit_cost": "2.5"}
    return command("receive_line", to=f"P{n}", **goods)


# What is there ------------------------------------------------------------------------------------


def _prepare() -> str:
    """A site with places and items; the token of somebody who may ask."""
    upgrade_schema()
    here = make_warehouse("BENCH", items=PLACES)
    places = [
        {"site_id": here.site_id, "code": f"P{n}", "code_key": f"p{n}", "kind": "bin"}
        for n in range(PLACES)
    ]
    with unit_of_work() as session:
        session.execute(insert(Location), [{**place, "changed_at": 0} for place in places])
    asker = {"login": "bench", "name": "Bench", "role": "administrator", "language": "en"}
    user = add_user({**asker, "sites": None, "password": "not a secret here"}, actor=SYSTEM)
    return issue_token(user.id, "bench", site=None, lasts_ms=None, actor=SYSTEM).token


def _fill(rows: int) -> None:
    """Bring the ledger to so many rows, each with a command of its own, as fast as it goes."""
    with db.engine.begin() as connection:
        there = connection.scalar(text("SELECT count(*) FROM movement")) or 0
        if there >= rows:
            return
        made, next_id = FILLING[db.engine.dialect.name]
        if db.engine.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("DROP TABLE IF EXISTS fill"))
        connection.execute(text(made), {"rows": rows - there})
        connection.execute(text(_COMMANDS))
        connection.execute(text(_MOVEMENTS.format(next_id=next_id)))
        connection.execute(text("ANALYZE"))


_COMMANDS = """
INSERT INTO command (id, type, intent, body_hash, body, status, answer, occurred_at,
                     uncertainty_ms, received_at, request_id)
SELECT id, 'test', 'request', '', '{}', 'applied', '{}', 1700000000000 + n, 0, 1700000000000 + n, ''
FROM fill
"""
_MOVEMENTS = """
INSERT INTO movement (id, command_id, line, kind, item_id, lot_id, serial_id, quantity,
                      from_position_id, to_position_id, value, cogs, estimated, occurred_at,
                      uncertainty_ms, recorded_at, value_date, document, reason)
SELECT {next_id}, fill.id, 0, 'test', item.id, 0, 0, 1000000, positions.low, positions.high, 0, 0,
       false, 1700000000000 + n, 0, 1700000000000 + n, '2023-11-14', '', ''
FROM fill
JOIN item ON item.id = (SELECT min(id) FROM item WHERE id > 0) + n % 200
CROSS JOIN (SELECT min(id) low, max(id) high FROM position WHERE id > 0) positions
"""


# Our processes ------------------------------------------------------------------------------------


class House(NamedTuple):
    """Running web nodes on one database, one port each."""

    ports: list[int]
    token: str


@contextmanager
def _house(url: str, nodes: int, rows: int) -> Iterator[House]:
    """Made, filled, stocked and warm."""
    with tempfile.TemporaryDirectory(prefix="stockturn-bench-") as folder:
        environment = {
            "STOCKTURN_VAR": folder,
            "STOCKTURN_DATABASE_URL": url,
            "STOCKTURN_LOG_LEVEL": "ERROR",
        }
        with make_base_app(Settings.from_environment(environment)).app_context():
            token = _prepare()
            with _web(environment, nodes) as ports:
                for start in range(0, PLACES, BATCH):
                    post(ports[0], token, [_receipt(n) for n in range(start, start + BATCH)])
                _fill(rows)
                db.engine.dispose()
                drive(ports, token, 4 * nodes, 2, _move)  # plans, positions, caches
                yield House(ports, token)


@contextmanager
def _web(environment: dict[str, str], nodes: int) -> Iterator[list[int]]:
    ports = [_free_port() for _ in range(nodes)]
    with ExitStack() as stack:
        for port in ports:
            given = {**os.environ, **environment, "STOCKTURN_PORT": str(port)}
            program = [sys.executable, "-m", "server.cli", "web"]
            stack.callback(_end, subprocess.Popen(program, cwd=ROOT, env=given))
        for port in ports:
            _wait_for(port)
        yield ports


def _end(child: "subprocess.Popen[bytes]") -> None:
    child.terminate()
    child.wait(15)


def _wait_for(port: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("the web server does not answer")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _page(lines: Lines) -> str:
    head = "# Movements per second\n\nWritten by `python bench/movements.py --report …`.\n\n"
    return head + "\n".join(lines.texts) + "\n"


if __name__ == "__main__":
    main()
