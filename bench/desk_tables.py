"""How long a table of the desk takes to filter and to sort, in a real browser.

    python bench/desk_tables.py [--rows 50000]

Items are written to a new SQLite house, `stockturn run` serves it, Chromium signs in, opens the
list of items and types. A key's time is from its input event until the frame that shows its rows
has been painted, and beside it what the page's thread was busy for, which on a shared machine is
the smaller; the ratio is to a bare pass over as many strings in the same page. The web app must be
built (`make client`).
"""

import argparse
import os
import platform
import socket
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Page, sync_playwright  # noqa: E402

from server.bootstrap import make_base_app  # noqa: E402
from server.domain.people import SYSTEM  # noqa: E402
from server.services.manage_people import add_user  # noqa: E402
from server.settings import Settings  # noqa: E402
from server.store.bulk import insert_rows  # noqa: E402
from server.store.db import db, unit_of_work  # noqa: E402
from server.store.models import Item  # noqa: E402
from server.store.schema import upgrade_schema  # noqa: E402
from tests.factories_ledger import make_warehouse  # noqa: E402
from tests.plugins.processes import Child  # noqa: E402

PASSWORD = "correct horse battery"
CHROMIUM = "/usr/bin/chromium"
WORDS = ("bolt", "nut", "washer", "screw", "bracket", "hinge", "清洁剂", "螺栓", "纸箱", "手套")
TYPED = ("b", "bo", "bol", "bolt", "bolt 4", "bolt 42", "bolt 4", "bolt", "手套", "item-049", "7")
LOADED_MS = 300_000
TYPE = """async (text) => {
  const box = document.querySelector('.search input');
  const at = performance.now();
  box.value = text;
  box.dispatchEvent(new InputEvent('input', { bubbles: true }));
  await new Promise((done) => setTimeout(done));
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  return performance.now() - at;
}"""
SORT = """async (index) => {
  const head = document.querySelectorAll('.tabled th button')[index];
  const at = performance.now();
  head.click();
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  return performance.now() - at;
}"""
BARE = """(rows) => {
  const texts = Array.from({ length: rows }, (_, n) => `item-${n} bolt washer ${n} 手套 words`);
  const at = performance.now();
  texts.filter((text) => text.includes('42'));
  return performance.now() - at;
}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory(prefix="stockturn-bench-") as folder:
        _fill(Path(folder), rows)
        port = _free_port()
        program = [str(Path(sys.executable).parent / "stockturn"), "run", "--no-demo"]
        environment = {**os.environ, "STOCKTURN_RATE_LIMITS": "0"}
        child = Child(
            [*program, "--port", str(port), "--var", folder], ready="ready http", env=environment
        )
        try:
            _measure(f"http://127.0.0.1:{port}", rows)
        finally:
            child.stop()


def _fill(folder: Path, rows: int) -> None:
    url = f"sqlite:///{folder}/stockturn.sqlite3"
    with make_base_app(Settings(var=folder, database_url=url)).app_context():
        upgrade_schema()
        make_warehouse("BENCH", items=0)
        person = {"name": "Bench", "login": "bench", "password": PASSWORD}
        add_user({**person, "role": "administrator"}, actor=SYSTEM)
        with unit_of_work() as session:
            insert_rows(session, Item, [_item(n) for n in range(rows)])
        db.engine.dispose()


def _item(n: int) -> dict[str, Any]:
    name = f"{WORDS[n % 10]} {WORDS[n * 7 % 10]} {n % 997}"
    code = f"ITEM-{n:06}"
    return {
        "sku": code,
        "sku_key": code.casefold(),
        "name_zh": name,
        "name_en": f"{name} {WORDS[n * 3 % 6]}",
        "search": name,
        "base_unit": "pcs",
        "attributes": {},
        "changed_at": 0,
    }


def _measure(address: str, rows: int) -> None:
    with sync_playwright() as player:
        browser = player.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(base_url=address, viewport={"width": 1440, "height": 900})
        load = os.getloadavg()[0]
        print(f"{rows} rows, Chromium {browser.version}, {platform.machine()}, load {load:.0f}")
        _open(page, rows)
        watch = Watch(page)
        _tell("bare pass over the strings", [watch.time(BARE, rows) for _ in range(10)])
        _tell("the first key", [watch.time(TYPE, TYPED[0])])
        _tell("a key", [watch.time(TYPE, text) for text in TYPED * 3])
        page.evaluate(TYPE, "")
        _tell("sorting", [watch.time(SORT, index) for index in (0, 1, 0, 1, 2, 0)])
        browser.close()


class Watch:
    """Milliseconds on the wall and of the page's own thread."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._metrics = page.context.new_cdp_session(page)
        self._metrics.send("Performance.enable", {"timeDomain": "threadTicks"})

    def time(self, script: str, given: object) -> tuple[float, float]:
        """Of one act of the page."""
        before = self._busy_ms()
        took = float(self._page.evaluate(script, given))
        return took, self._busy_ms() - before

    def _busy_ms(self) -> float:
        told = self._metrics.send("Performance.getMetrics")["metrics"]
        return next(one["value"] for one in told if one["name"] == "TaskDuration") * 1000


def _open(page: Page, rows: int) -> None:
    page.goto("/sign-in")
    page.fill("input[name=login]", "bench")
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_selector(".desk")
    started = time.perf_counter()
    page.goto("/records?kind=items")
    page.wait_for_selector(f".foot [role=status]:has-text('{rows:,}')", timeout=LOADED_MS)
    print(f"  all rows are there after {time.perf_counter() - started:.1f} s")


def _tell(what: str, took: list[tuple[float, float]]) -> None:
    for name, times in (("", sorted(t[0] for t in took)), ("busy", sorted(t[1] for t in took))):
        p50, p95 = times[len(times) // 2], times[min(int(len(times) * 0.95), len(times) - 1)]
        print(f"  {what} {name}: p50 {p50:.0f} ms, p95 {p95:.0f} ms", flush=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
