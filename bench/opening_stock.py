"""What 50,000 rows of opening stock cost, on both databases: dry run, apply, roll back; memory.

python bench/opening_stock.py [--rows 50000] [--database sqlite|postgresql]
"""

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench._databases import fresh_url  # noqa: E402
from server.bootstrap import make_base_app  # noqa: E402
from server.domain.people import SYSTEM  # noqa: E402
from server.services.import_rows import (  # noqa: E402
    Upload,
    apply_import,
    check_import,
    roll_back_import,
)
from server.services.keep_records import create_record  # noqa: E402
from server.services.manage_places import SITES  # noqa: E402
from server.services.verify_ledger import verify_books  # noqa: E402
from server.settings import Settings  # noqa: E402
from server.store.db import db  # noqa: E402
from server.store.schema import upgrade_schema  # noqa: E402

ITEMS = 5_000
LOCATIONS = 2_000
ITEM_HEADER = "sku,名称,单位,跟踪方式\n"
LOCATION_HEADER = "site,code,kind\n"
STOCK_HEADER = "库位,货号,数量,批号,有效期至,单位成本\n"


def items() -> bytes:
    """Half of them kept by lot."""
    lines = (f"SKU-{n},货品{n},个,{'批次' if n % 2 else '无'}\n" for n in range(ITEMS))
    return (ITEM_HEADER + "".join(lines)).encode()


def locations() -> bytes:
    """Bins."""
    return (LOCATION_HEADER + "".join(f"W1,A-{n},bin\n" for n in range(LOCATIONS))).encode()


def stock(count: int) -> bytes:
    """Each item at ten places, in two lots where it is kept by lot."""
    lines = (
        f"A-{n * 7 % LOCATIONS},SKU-{n % ITEMS},{n % 90 + 1},"
        f"{f'L{n % 2},2027-12-31' if n % 2 else ','},{n % 100}.25\n"
        for n in range(count)
    )
    return (STOCK_HEADER + "".join(lines)).encode()


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Print how long the block takes, and the most memory this process ever had."""
    begin, cpu = time.perf_counter(), time.process_time()
    yield
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    took, cpu = time.perf_counter() - begin, time.process_time() - cpu
    print(f"{what:24} {took:6.1f} s  (CPU {cpu:6.1f} s)  {most:6.0f} MiB")


def measure(rows: int) -> None:
    """Everything, against the current database."""
    upgrade_schema()
    create_record(SITES, {"code": "W1"}, actor=SYSTEM)
    for kind, content in (("items", items()), ("locations", locations())):
        apply_import(check_import(Upload(kind, "f.csv", content, {}), actor=SYSTEM), actor=SYSTEM)
    upload = Upload("opening_stock", "opening.csv", stock(rows), {}, "W1")
    with timed("dry run"):
        uid = check_import(upload, actor=SYSTEM)
    with timed("apply"):
        apply_import(uid, actor=SYSTEM)
    with timed("verify"):
        print(f"broken {len(verify_books().broken)}")
    with timed("roll back"):
        roll_back_import(uid, actor=SYSTEM)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--database", choices=["sqlite", "postgresql"])
    arguments = parser.parse_args()
    kinds = [arguments.database] if arguments.database else ["sqlite", "postgresql"]
    for kind in kinds:
        print(f"{kind}, {arguments.rows} rows", flush=True)
        with (
            tempfile.TemporaryDirectory(prefix="stockturn-bench-") as folder,
            fresh_url(kind) as url,
        ):
            environment = {"STOCKTURN_VAR": folder, "STOCKTURN_DATABASE_URL": url}
            with make_base_app(Settings.from_environment(environment)).app_context():
                measure(arguments.rows)
                db.engine.dispose()


if __name__ == "__main__":
    main()
