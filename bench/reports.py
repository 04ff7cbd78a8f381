"""How long reports take in a big house, beside a plain sum over its ledger.

    python bench/reports.py [--movements 1000000] [--items 5000] [--database sqlite|postgresql]

A year of movements is written by bulk inserts that agree with each other (positions, commands,
movements, balances, cost pools), the stock flows are derived by the job that always derives them,
and then reports are asked for as the API asks, each with other filters. The ratio is to one
`SELECT sum(…) FROM movement` with its two positions: what a report without stock flows would begin
with. Time on a processor is told beside time on the wall, which on a shared machine is the others'
time as well; of PostgreSQL it is only the asking side's.
"""

import argparse
import platform
import random
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from sqlalchemy import func, insert, select, text  # noqa: E402
from sqlalchemy.orm import Session, aliased  # noqa: E402

from bench._databases import fresh_url  # noqa: E402
from server.bootstrap import make_base_app  # noqa: E402
from server.domain.days import start_of_day  # noqa: E402
from server.domain.people import SYSTEM  # noqa: E402
from server.domain.stock_flows import month_end  # noqa: E402
from server.services.make_reports import report_page  # noqa: E402
from server.services.refresh_stock_flows import refresh_stock_flows  # noqa: E402
from server.settings import Settings  # noqa: E402
from server.store.bulk import insert_rows  # noqa: E402
from server.store.db import db, reading, unit_of_work  # noqa: E402
from server.store.models import (  # noqa: E402
    Balance,
    Category,
    Command,
    CostPool,
    Item,
    Movement,
    Position,
    Recalculation,
)
from server.store.queries.verification import begin_long_reading  # noqa: E402
from server.store.schema import upgrade_schema  # noqa: E402
from tests.factories_ledger import Warehouse, make_warehouse  # noqa: E402

YEAR = 2026
CATEGORIES = 60
COST = Decimal("2.5")
LINES_PER_COMMAND = 20
ROWS_AT_ONCE = 50_000
ROUNDS = 40


def main() -> None:
    arguments = _arguments()
    for kind in arguments.database:
        with (
            tempfile.TemporaryDirectory(prefix="stockturn-bench-") as folder,
            fresh_url(kind) as url,
        ):
            settings = Settings(var=Path(folder), database_url=url or f"sqlite:///{folder}/b.db")
            with make_base_app(settings).app_context():
                _measure(kind, arguments.movements, arguments.items)
                db.engine.dispose()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--movements", type=int, default=1_000_000)
    parser.add_argument("--items", type=int, default=5_000)
    kinds = ["sqlite", "postgresql"]
    parser.add_argument("--database", action="append", choices=kinds)
    given = parser.parse_args()
    given.database = given.database or kinds
    return given


def _measure(kind: str, movements: int, items: int) -> None:
    upgrade_schema()
    print(f"{kind}: {movements} movements of {items} items ({platform.machine()})", flush=True)
    started = time.perf_counter()
    house = _build(movements, items)
    print(f"  house built in {time.perf_counter() - started:.0f} s", flush=True)
    started, keys = time.perf_counter(), 0
    while done := refresh_stock_flows():
        keys += done
    seconds = time.perf_counter() - started
    print(f"  stock flows of {keys} item-days derived in {seconds:.0f} s", flush=True)
    with unit_of_work() as session:
        session.execute(text("ANALYZE"))
    raw = _percentile(_timed(_plain_sum, 5), 0.5)
    print(f"  plain sum over the ledger: {raw * 1000:.0f} ms", flush=True)
    chance = random.Random(7)
    months = [(date(YEAR, m, 1), month_end(date(YEAR, m, 1))) for m in range(1, 13)]
    skus = [f"BENCH-{n}" for n in range(items)]

    def by_category() -> None:
        first, last = chance.choice(months)
        _ask("stock_summary", **{"from": first, "to": last, "group": "category"})

    def odd_days() -> None:
        first = date(YEAR, 1, 1) + timedelta(days=chance.randrange(300))
        days = {"from": first, "to": first + timedelta(days=31)}
        _ask("stock_summary", **days, group="category")

    def history() -> None:
        # The busiest tenth of the items: theirs are the longest histories.
        sku = skus[chance.randrange(max(items // 10, 1))]
        days = {"from": date(YEAR, 1, 1), "to": date(YEAR, 12, 31)}
        _ask("item_ledger", **days, item=sku)

    def by_item() -> None:
        first, last = chance.choice(months)
        _ask("stock_summary", **{"from": first, "to": last, "group": "item"})

    def worth() -> None:
        _ask("valuation", as_of=date(YEAR, chance.randrange(1, 13), 15), group="category")

    for name, aim, work in (
        ("a month by category", 1.0, by_category),
        ("32 days by category", 1.0, odd_days),
        ("one item's history", 0.2, history),
        ("a month by item, first page", None, by_item),
        ("valuation by category", None, worth),
    ):
        work()
        used = time.process_time()
        took = _timed(work, ROUNDS)
        used = (time.process_time() - used) / ROUNDS
        p50, p95 = _percentile(took, 0.5), _percentile(took, 0.95)
        told = f", {p95 / aim:.2f} of the {aim * 1000:.0f} ms allowed" if aim else ""
        print(
            f"  {name}: p50 {p50 * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms"
            f" ({p95 / raw:.2f} of the plain sum{told}); {used * 1000:.0f} ms of our CPU",
            flush=True,
        )
    assert house.site_id


def _ask(name: str, **filters: Any) -> None:
    told = report_page(name, filters, actor=SYSTEM, language="zh", limit=100)
    assert told["rows"], (name, filters)


def _plain_sum() -> None:
    source, target = aliased(Position), aliased(Position)
    asked = (
        select(source.kind, target.kind, func.sum(Movement.quantity), func.sum(Movement.value))
        .join(source, source.id == Movement.from_position_id)
        .join(target, target.id == Movement.to_position_id)
        .group_by(source.kind, target.kind)
    )
    with reading() as session:
        begin_long_reading(session)
        session.execute(asked).all()


def _timed(work: Callable[[], None], rounds: int) -> list[float]:
    took = []
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        took.append(time.perf_counter() - started)
    return sorted(took)


def _percentile(ordered: list[float], share: float) -> float:
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def _build(movements: int, items: int) -> Warehouse:
    """Each item is bought at one price and sold from its own stock; busy items move oftener."""
    here = make_warehouse("BENCH", items=0)
    with unit_of_work() as session:
        codes = [{"code": f"C{n}", "code_key": f"c{n}"} for n in range(CATEGORIES)]
        categories = insert_rows(session, Category, codes)
        rows = [
            {
                "sku": f"BENCH-{n}",
                "base_unit": "pcs",
                "category_id": categories[n % CATEGORIES],
                "changed_at": 0,
            }
            for n in range(items)
        ]
        here.item_ids = insert_rows(session, Item, [_keyed(row) for row in rows])
        places = {
            kind: here.position(session, kind, 1, 1) for kind in ("supplier", "bin", "customer")
        }
    _move(here, places, movements)
    return here


def _keyed(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"sku_key": row["sku"].casefold(), "attributes": {}}


def _move(here: Warehouse, places: dict[str, int], movements: int) -> None:
    chance = random.Random(1)
    weights = [1 / (1 + n / 50) for n in range(len(here.item_ids))]
    held = [0] * len(here.item_ids)
    marks: set[tuple[int, date]] = set()
    start, made = start_of_day(date(YEAR, 1, 1), here.time_zone), 0
    while made < movements:
        size = min(ROWS_AT_ONCE, movements - made)
        chosen = chance.choices(range(len(held)), weights, k=size)
        rows, commands = [], []
        for n, item in enumerate(chosen, made):
            at = start + n * 365 * 86_400_000 // movements
            day = date(YEAR, 1, 1) + timedelta(days=n * 365 // movements)
            sells = held[item] > 0 and chance.random() < 0.6
            quantity = chance.randint(1, held[item]) if sells else chance.randint(1, 40)
            held[item] += -quantity if sells else quantity
            command, line = UUID(int=n // LINES_PER_COMMAND + 1), n % LINES_PER_COMMAND
            if line == 0:
                commands.append(_command(command, at))
            rows.append(_row(here, places, item, sells, quantity, at, day, command, line))
            marks.add((here.item_ids[item], day))
        _write(here, rows, commands, marks)
        made += size
        marks.clear()
    _close(here, places, held)


def _row(
    here: Warehouse,
    places: dict[str, int],
    item: int,
    sells: bool,
    quantity: int,
    at: int,
    day: date,
    command: UUID,
    line: int,
) -> dict[str, Any]:
    value = COST * quantity
    return {
        "command_id": command,
        "line": line,
        "kind": "pick_line" if sells else "receive_line",
        "item_id": here.item_ids[item],
        "lot_id": 0,
        "serial_id": 0,
        "quantity": Decimal(quantity),
        "from_position_id": places["bin" if sells else "supplier"],
        "to_position_id": places["customer" if sells else "bin"],
        "unit_cost": COST,
        "value": value,
        "cogs": value if sells else Decimal(0),
        "occurred_at": at,
        "recorded_at": at,
        "value_date": day,
    }


def _command(uid: UUID, at: int) -> dict[str, Any]:
    words = {"type": "pick_line", "intent": "request", "status": "applied"}
    empty = {"body_hash": "", "body": "{}", "answer": "{}"}
    return {"id": uid, **words, **empty, "occurred_at": at, "received_at": at}


def _write(
    here: Warehouse,
    rows: list[dict[str, Any]],
    commands: list[dict[str, Any]],
    marks: set[tuple[int, date]],
) -> None:
    with unit_of_work() as session:
        _long(session)
        session.execute(insert(Command), commands)
        insert_rows(session, Movement, rows)
    with unit_of_work() as session:
        _long(session)
        known = select(Recalculation.item_id, Recalculation.day).where(
            Recalculation.day.between(min(d for _, d in marks), max(d for _, d in marks))
        )
        new = marks - {(row[0], row[1]) for row in session.execute(known)}
        due = [
            {"item_id": i, "site_id": here.site_id, "day": d, "wanted": 1, "done": 1}
            | {"flowed": 0, "wanted_at": 0, "request_id": ""}
            for i, d in sorted(new)
        ]
        if due:
            insert_rows(session, Recalculation, due)


def _close(here: Warehouse, places: dict[str, int], held: list[int]) -> None:
    none = {"lot_id": 0, "serial_id": 0}
    balances = [
        {"position_id": places["bin"], "item_id": item_id, **none, "on_hand": Decimal(quantity)}
        for item_id, quantity in zip(here.item_ids, held, strict=True)
    ]
    pools = [
        {
            "item_id": item_id,
            "site_id": here.site_id,
            "owner_id": 1,
            "method": "average",
            "quantity": Decimal(quantity),
            "value": COST * quantity,
        }
        for item_id, quantity in zip(here.item_ids, held, strict=True)
    ]
    with unit_of_work() as session:
        insert_rows(session, Balance, balances)
        insert_rows(session, CostPool, pools)


def _long(session: Session) -> None:
    if session.get_bind().dialect.name == "postgresql":
        for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
            session.execute(text(f"SET LOCAL {limit} = 0"))


if __name__ == "__main__":
    main()
