"""What the databases themselves reach with the least a ledger must do, without any of us:

insert the movement, take from one balance if there is enough, add to another, insert into the
outbox, commit
"""

import re
import subprocess
import tempfile
import time
from pathlib import Path

from sqlalchemy.engine import make_url

from server.store.db import journal_mode, sqlite_module
from tests.plugins.postgresql import pgbench

PLACES = 2_000
TABLES = """
CREATE TABLE raw_movement (
    id {serial}, item int, source int, target int, quantity bigint, at bigint);
CREATE TABLE raw_balance (place int, item int, quantity bigint, PRIMARY KEY (place, item));
CREATE TABLE raw_outbox (id {serial}, payload text);
"""
FILL = """
INSERT INTO raw_balance
WITH RECURSIVE n(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < {places} - 1)
SELECT n, n % 100, 1000000000 FROM n;
"""
STATEMENTS = (
    "INSERT INTO raw_movement (item, source, target, quantity, at)"
    " VALUES (:item, :source, :target, 1, 1767571200000)",
    "UPDATE raw_balance SET quantity = quantity - 1"
    " WHERE place = :source AND item = :item AND quantity >= 1",
    "INSERT INTO raw_balance (place, item, quantity) VALUES (:target, :item, 1)"
    " ON CONFLICT (place, item) DO UPDATE SET quantity = raw_balance.quantity + 1",
    "INSERT INTO raw_outbox (payload) VALUES ('{\"movement\": 1}')",
)
SCRIPT = """\\set source random(0, {places} / 2 - 1)
\\set target random({places} / 2, {places} - 1)
\\set item :source % 100
BEGIN;
{statements};
COMMIT;
"""


def raw_postgresql(url: str, clients: int, seconds: float) -> float:
    """Transactions per second by pgbench with prepared statements."""
    where = make_url(url)
    place = ["-h", str(where.query["host"]), "-U", "postgres", str(where.database)]
    serial = "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY"
    setup = TABLES.format(serial=serial)
    subprocess.run(
        [pgbench().with_name("psql"), "-q", "-c", setup + FILL.format(places=PLACES), *place],
        check=True,
    )
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(SCRIPT.format(places=PLACES, statements=";\n".join(STATEMENTS)))
        script.flush()
        options = ["-n", "-M", "prepared", "-c", str(clients), "-j", "2", "-T", str(int(seconds))]
        done = subprocess.run(
            [pgbench(), *options, "-f", script.name, *place],
            capture_output=True,
            text=True,
            check=True,
        )
    return float(re.search(r"tps = ([\d.]+)", done.stdout)[1])  # type: ignore[index]


def raw_sqlite(folder: Path, seconds: float) -> float:
    """Transactions per second of one process, as durable as ours."""
    connection = sqlite_module().connect(folder / "raw.sqlite3", isolation_level=None)
    connection.execute(f"PRAGMA journal_mode={journal_mode()}")
    connection.execute("PRAGMA synchronous=FULL")
    connection.executescript(TABLES.format(serial="INTEGER PRIMARY KEY"))
    connection.execute(FILL.format(places=PLACES))
    started, done = time.perf_counter(), 0
    while time.perf_counter() - started < seconds:
        source = done % (PLACES // 2)
        values = {"source": source, "target": PLACES - 1 - source, "item": source % 100}
        connection.execute("BEGIN IMMEDIATE")
        for statement in STATEMENTS:
            connection.execute(statement, values)
        connection.execute("COMMIT")
        done += 1
    rate = done / (time.perf_counter() - started)
    connection.close()
    return rate
