"""How many rows a second the relay numbers and chains, on both databases.

python bench/relay.py [--rows 50000]
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from sqlalchemy import insert  # noqa: E402

from bench._databases import fresh_url  # noqa: E402
from server.bootstrap import make_base_app  # noqa: E402
from server.domain.people import SYSTEM  # noqa: E402
from server.services.number_feed import number_feed  # noqa: E402
from server.settings import Settings  # noqa: E402
from server.store.db import db, reading, unit_of_work  # noqa: E402
from server.store.feed import feed_row  # noqa: E402
from server.store.feed_numbering import broken_feed_rows  # noqa: E402
from server.store.models import PendingFeed  # noqa: E402
from server.store.schema import upgrade_schema  # noqa: E402

ASKED_FOR = 5_000
CHUNK = 5_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000)
    rows = parser.parse_args().rows
    for kind in ("sqlite", "postgresql"):
        with (
            tempfile.TemporaryDirectory(prefix="stockturn-bench-") as folder,
            fresh_url(kind) as url,
        ):
            environment = {"STOCKTURN_VAR": folder, "STOCKTURN_DATABASE_URL": url}
            settings = Settings.from_environment(environment)
            with make_base_app(settings).app_context():
                _measure(kind, rows)
                db.engine.dispose()


def _measure(kind: str, rows: int) -> None:
    upgrade_schema()
    for start in range(0, rows, CHUNK):
        with unit_of_work() as session:
            announced = [
                feed_row("movement.posted", {"id": start + n, "item": 7}, actor=SYSTEM, at=start)
                for n in range(min(CHUNK, rows - start))
            ]
            session.execute(insert(PendingFeed), announced)
    started = time.perf_counter()
    while number_feed():
        pass
    numbered_s = time.perf_counter() - started
    with reading() as session:
        started = time.perf_counter()
        assert not list(broken_feed_rows(session))
    verified_s = time.perf_counter() - started
    print(
        f"{kind}: {rows / numbered_s:,.0f} rows/s numbered"
        f" ({rows / numbered_s / ASKED_FOR:.1f} × the {ASKED_FOR} asked for),"
        f" {rows / verified_s:,.0f} rows/s verified"
    )


if __name__ == "__main__":
    main()
