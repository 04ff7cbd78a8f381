"""How long 50,000 items take: dry run, apply, the same with other costs, roll back.

python bench/imports.py [URL of an empty database] [ITEMS]     without one: a new SQLite file
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from server.bootstrap import make_base_app
from server.domain.people import SYSTEM
from server.services.import_rows import Upload, apply_import, check_import, roll_back_import
from server.settings import Settings
from server.store.schema import upgrade_schema

HEADER = "sku,名称,规格,单位,cost,类别,包装,条码\n"


def rows(count: int, cents: str) -> bytes:
    """A file of items, each with category, packaging and barcode."""
    lines = (
        f"SKU-{n:06d},不锈钢内六角螺栓{n},M{n % 50}×{n % 90},个,{n % 1000}.{cents},C{n % 40},"
        f"箱={12 + n % 7},69{n:011d}\n"
        for n in range(count)
    )
    return (HEADER + "".join(lines)).encode()


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Print how long the block takes."""
    begin = time.perf_counter()
    yield
    print(f"{what:24} {time.perf_counter() - begin:6.1f} s")


def imported(what: str, content: bytes) -> UUID:
    """Check and apply the file."""
    with timed(f"dry run, {what}"):
        uid = check_import(Upload("items", "items.csv", content, {}), actor=SYSTEM)
    with timed(f"apply, {what}"):
        apply_import(uid, actor=SYSTEM)
    return uid


def measure(url: str, count: int) -> None:
    """Everything, against this database."""
    app = make_base_app(Settings(var=Path(), database_url=url, secret_key="bench"))
    with app.app_context():
        upgrade_schema()
        imported("all new", rows(count, "25"))
        uid = imported("all changed", rows(count, "75"))
        with timed("roll back"):
            roll_back_import(uid, actor=SYSTEM)


def main(url: str = "", count: str = "50000") -> None:
    """Against the database named, else a new file."""
    with tempfile.TemporaryDirectory(prefix="stockturn-bench-") as folder:
        measure(url or f"sqlite:///{folder}/imports.sqlite3", int(count))


if __name__ == "__main__":
    main(*sys.argv[1:3])
