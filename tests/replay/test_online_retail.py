"""A year of a real web shop (UCI Online Retail, 2010–11) replayed through the API.

Enough opening stock first; then every line in the order of the file, a hundred to an envelope:
sales are picked, cancellations come back, write-offs go out for a reason. What is no product
(postage, fees, vouchers …) is left out. `--full`: all 541,909 lines, else the first ones.
"""

import csv
import gzip
import re
import resource
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count, islice
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import delete, select

from server.domain.people import SYSTEM
from server.services.import_rows import Upload, apply_import, check_import
from server.services.rebuild_figures import rebuild_figures
from server.services.recalculate import TurnoverPolicy, recalculate_due
from server.services.verify_ledger import verify_books
from server.store.db import reading, table_of, unit_of_work
from server.store.models import DayRollup, Turnover
from tests.api.conftest import Api, Clock, World

NO_PRODUCT = re.compile(
    r"(post|dot|m|d|c2|s|b|adjust.*|bank charges|amazonfee|cruk|gift_.*|test.*)$"
)
OPENED = "2010-11-30T00:00:00Z"
SHOP_CLOSED = datetime(2011, 12, 10, tzinfo=UTC)
BINS = 50
LINES_PER_ENVELOPE = 100
ENVELOPES_PER_DRAIN = 40
POLICY = TurnoverPolicy.of(365, "time_weighted", 365)
Row = dict[str, str]


@pytest.fixture
def lines(shared_data: Path) -> Path:
    return shared_data / "online_retail" / "online_retail_2010_2011_cc0.csv.gz"


def test_the_first_sales_of_a_web_shop_are_replayed(
    lines: Path, world: World, clock: Clock
) -> None:
    replay_and_check(list(islice(read(lines), 2_000)), world, clock)


@pytest.mark.full
def test_a_whole_year_of_a_web_shop_is_replayed(lines: Path, world: World, clock: Clock) -> None:
    replay_and_check(list(read(lines)), world, clock)


def replay_and_check(rows: list[Row], world: World, clock: Clock) -> None:
    clock.now = int(SHOP_CLOSED.timestamp() * 1000)
    products = [row for row in rows if not NO_PRODUCT.match(row["StockCode"].casefold())]
    desk = world.as_role("supervisor")
    found = make_shop(products)
    send(desk, [opening(code, quantity) for code, quantity in found.items()])
    world.as_role("administrator").post(f"/sites/{world.sites['SH1']}/go-live")

    start = time.perf_counter()
    send(desk, (command_of(row) for row in products))
    seconds = time.perf_counter() - start
    drain()
    print(
        f"{len(products):,} lines of {len(rows):,}: {len(products) / seconds:,.0f}/s,"
        f" with the jobs after them {len(products) / (time.perf_counter() - start):,.0f}/s,"
        f" memory at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB"
    )
    assert verify_books().broken == ()
    assert rebuild_figures() == 0, "incremental roll-ups are what the ledger says"
    incremental = turnover_rows()
    forget_figures()
    rebuild_figures()
    drain()
    assert turnover_rows() == incremental


def send(desk: Api, commands: Any) -> None:
    """Everything in order; the jobs run now and then, as they would beside it."""
    rest = iter(commands)
    for number in count(1):
        chunk = list(islice(rest, LINES_PER_ENVELOPE))
        if not chunk:
            return
        answers = desk.post("/commands", json={"commands": chunk}).json["answers"]
        refused = [one for one in answers if one["status"] != "applied"]
        assert not refused, refused[:3]
        if number % ENVELOPES_PER_DRAIN == 0:
            drain()


def make_shop(products: list[Row]) -> Counter[str]:
    """The items and their places; how much of each will ever leave."""
    leaving: Counter[str] = Counter()
    for row in products:
        leaving[row["StockCode"].casefold()] += abs(int(row["Quantity"]))
    items = [{"sku": code, "name_en": code, "base_unit": "pcs"} for code in leaving]
    places = [{"site": "SH1", "code": f"BIN-{n}", "kind": "bin"} for n in range(BINS)]
    for kind, rows in (("items", items), ("locations", places)):
        text = "\n".join(",".join(values) for values in ([*rows[0]], *(r.values() for r in rows)))
        upload = Upload(kind, f"{kind}.csv", text.encode(), {})
        apply_import(check_import(upload, actor=SYSTEM), actor=SYSTEM)
    return leaving


def opening(code: str, quantity: int) -> dict[str, Any]:
    body = {
        "to": bin_of(code),
        "quantity": str(quantity),
        "unit_cost": str(Decimal(len(code)) / 4),
        "reason": "opening stock",
    }
    return command("receive_other", code, OPENED, body)


def command_of(row: Row) -> dict[str, Any]:
    """One line of an invoice, as a shop system would ask for it."""
    code, quantity = row["StockCode"].casefold(), int(row["Quantity"])
    body: dict[str, Any] = {"quantity": str(abs(quantity)), "document": row["InvoiceNo"]}
    at = row["InvoiceDate"].replace(" ", "T") + "Z"
    if row["InvoiceNo"].startswith("C"):
        return command("return_line", code, at, body | {"to": bin_of(code)})
    if quantity < 0:
        reason = row["Description"].strip() or "write-off"
        return command("issue_other", code, at, body | {"from": bin_of(code), "reason": reason})
    return command("pick_line", code, at, body | {"from": bin_of(code)})


def command(kind: str, code: str, at: str, body: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "v": 1,
        "type": kind,
        "intent": "request",
        "occurred_at": at,
        "body": {"site": "SH1", "item": code, **body},
    }


def bin_of(code: str) -> str:
    return f"BIN-{sum(code.encode()) % BINS}"


def drain() -> None:
    while recalculate_due(POLICY).keys:
        pass


def turnover_rows() -> list[Any]:
    columns = [c for c in table_of(Turnover).c if c.key != "computed_at"]
    with reading() as session:
        return list(session.execute(select(*columns).order_by(*columns[:2])))


def forget_figures() -> None:
    with unit_of_work() as session:
        session.execute(delete(DayRollup))
        session.execute(delete(Turnover))


def read(path: Path) -> Iterator[Row]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
