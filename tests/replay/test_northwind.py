"""Northwind's little warehouse, imported and replayed through the API.

The figures can be checked by hand: on-hand value at standard cost 20,555.6875, cost of goods sold
39,019.1875, 37 of 45 products available below their reorder level.
"""

import csv
import io
from calendar import monthrange
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from server.domain.people import SYSTEM
from server.services.import_rows import Upload, apply_import, check_import
from server.services.recalculate import TurnoverPolicy, recalculate_due
from server.services.refresh_stock_flows import refresh_stock_flows
from server.services.verify_ledger import verify_books
from server.store.db import reading
from server.store.models import CostPool, Item, Movement, ReorderAlert
from tests.api.conftest import Api, Clock, World

PURCHASED, SOLD, ON_HOLD = "1", "2", "3"
Row = dict[str, str]


@pytest.fixture
def northwind(shared_data: Path) -> Path:
    return shared_data / "northwind_access"


def test_northwind_replayed_gives_the_figures_that_can_be_checked_by_hand(
    northwind: Path, world: World, clock: Clock
) -> None:
    products = {row["id"]: row for row in read(northwind / "products.csv")}
    import_products(products.values())
    desk = world.as_role("supervisor")
    desk.post("/locations", json={"site": "SH1", "code": "STORE", "kind": "bin"})
    world.as_role("administrator").post(f"/sites/{world.sites['SH1']}/go-live")

    moves = sorted(read(northwind / "inventory_transactions.csv"), key=when)
    assert len(moves) == 102
    for move in moves:
        clock.now = max(clock.now, when(move))
        replay(desk, move, products[move["product_id"]])
    while recalculate_due(TurnoverPolicy.of(90, "time_weighted", 365)).keys:
        pass

    assert stock_value() == Decimal("20555.6875")
    assert cost_of_goods_sold() == Decimal("39019.1875")
    below = [p for p in products.values() if available(desk, p) < Decimal(p["reorder_level"])]
    assert len(below) == 37
    assert open_alerts() == {code(p) for p in below}
    assert verify_books().broken == ()
    reports_hold(desk, moves)


def reports_hold(desk: Api, moves: list[Row]) -> None:
    """收发存: opening + in − out = closing for every item and month, and each month opens with what
    the one before closed with; valuation and ageing tie to it, before and after the job."""
    before = summaries(desk)
    while refresh_stock_flows():
        pass
    assert summaries(desk) == before
    held: dict[str, Decimal] = {}
    for month in before:
        for row in month["rows"]:
            for what in ("quantity", "value"):
                opening, entered, left, closing = (
                    Decimal(row[f"{name}_{what}"]) for name in ("opening", "in", "out", "closing")
                )
                assert opening + entered - left == closing
                assert opening == held.get(f"{row['item']} {what}", 0)
                held[f"{row['item']} {what}"] = closing
    assert before[-1]["totals"]["closing_value"] == "20555.6875"
    bought = sum(Decimal(m["quantity"]) for m in moves if m["transaction_type"] == PURCHASED)
    entered = sum(Decimal(month["totals"]["in_quantity"]) for month in before)
    assert entered == bought
    for report in ("valuation", "ageing"):
        told = desk.get(f"/reports/{report}?as_of=2006-12-31&limit=500").json
        assert told["totals"]["value"] == "20555.6875"
        assert {row["item"]: Decimal(row["value"]) for row in told["rows"]} == {
            name.removesuffix(" value"): value
            for name, value in held.items()
            if name.endswith("value") and (value or held[name.replace("value", "quantity")])
        }


def summaries(desk: Api) -> list[Any]:
    """The stock summary of each month of Northwind's year."""
    query = "/reports/stock_summary?group=item&limit=500"
    months = [(f"2006-{m:02}-01", f"2006-{m:02}-{monthrange(2006, m)[1]}") for m in range(1, 13)]
    answers = [desk.get(f"{query}&from={first}&to={last}") for first, last in months]
    return [answer.json for answer in answers if answer.json["rows"]]


def test_northwinds_orders_run_as_documents_end_to_end(
    northwind: Path, world: World, clock: Clock
) -> None:
    products = {row["id"]: row for row in read(northwind / "products.csv")}
    import_products(products.values())
    desk = world.as_role("supervisor")
    desk.post("/locations", json={"site": "SH1", "code": "STORE", "kind": "bin"})
    desk.post("/suppliers", json={"code": "NW"})
    desk.post("/customers", json={"code": "NW"})
    bought = orders(desk, northwind, "purchase_order", products)
    sold = orders(desk, northwind, "sales_order", products)
    assert (len(bought), len(sold)) == (43, 49)

    moves = sorted(read(northwind / "inventory_transactions.csv"), key=when)
    for move in moves:
        clock.now = max(clock.now, when(move))
        named = {PURCHASED: bought, SOLD: sold}.get(move["transaction_type"], {})
        replay(desk, move, products[move["product_id"]], named.get(move["id"]))

    assert stock_value() == Decimal("20555.6875")
    assert cost_of_goods_sold() == Decimal("39019.1875")
    rows = desk.get("/documents?limit=500").json["rows"]
    assert {row["state"] for row in rows} == {"done"}
    assert all(row["lines_complete"] == row["line_count"] for row in rows)
    assert verify_books().broken == ()


def orders(
    desk: Api, northwind: Path, kind: str, products: dict[str, Row]
) -> dict[str, dict[str, Any]]:
    """Northwind's orders as approved documents: stock transaction → what a command says of it."""
    name, order_of, partner = {
        "purchase_order": ("purchase_order_details.csv", "purchase_order_id", "supplier"),
        "sales_order": ("order_details.csv", "order_id", "customer"),
    }[kind]
    moves = {row["id"]: row for row in read(northwind / "inventory_transactions.csv")}
    details = [row for row in read(northwind / name) if row["inventory_id"] in moves]
    wanted = {PURCHASED: "purchase_order", SOLD: "sales_order"}
    details = [d for d in details if wanted.get(type_of(moves, d)) == kind]
    named: dict[str, dict[str, Any]] = {}
    for order in dict.fromkeys(row[order_of] for row in details):
        lines = [row for row in details if row[order_of] == order]
        body = {
            "kind": kind,
            "site": "SH1",
            partner: "NW",
            "external_number": order,
            "lines": [
                {"item": code(products[r["product_id"]]), "quantity": moves_of(moves, r)}
                for r in lines
            ],
        }
        made = desk.post("/documents", json=body)
        assert made.status_code == 201, made.json
        decided = {"version": 1, "reserve": False}
        desk.post(f"/documents/{made.json['id']}/approve", json=decided)
        for number, row in enumerate(lines, 1):
            document = {"document": made.json["number"], "document_line": number}
            named[row["inventory_id"]] = document
    return named


def type_of(moves: dict[str, Row], detail: Row) -> str:
    return moves[detail["inventory_id"]]["transaction_type"]


def moves_of(moves: dict[str, Row], detail: Row) -> str:
    return moves[detail["inventory_id"]]["quantity"]


def replay(desk: Api, move: Row, product: Row, document: dict[str, Any] | None = None) -> None:
    """One line of Northwind's stock book, as a desk would report it."""
    if move["transaction_type"] == ON_HOLD:
        held = {"site": "SH1", "item": code(product), "quantity": move["quantity"]}
        assert desk.post("/reservations", json=held).status_code == 201
        return
    body: dict[str, Any] = {"site": "SH1", "item": code(product), "quantity": move["quantity"]}
    if move["transaction_type"] == PURCHASED:
        kind, body["to"], body["unit_cost"] = "receive_line", "STORE", product["standard_cost"]
    else:
        assert move["transaction_type"] == SOLD
        kind, body["from"] = "pick_line", "STORE"
    body |= document or {}
    occurred = datetime.fromtimestamp(when(move) / 1000).astimezone().isoformat()
    command = {
        "id": str(uuid4()),
        "v": 1,
        "type": kind,
        "intent": "request",
        "body": body,
        "occurred_at": occurred,
    }
    answer = desk.post("/commands", json={"commands": [command]})
    assert [one["status"] for one in answer.json["answers"]] == ["applied"], answer.json


def import_products(products: Iterable[Row]) -> None:
    products = list(products)
    items = [
        {
            "sku": code(p),
            "name_en": p["product_name"],
            "base_unit": "pcs",
            "standard_cost": p["standard_cost"],
        }
        for p in products
    ]
    levels = [
        {
            "site": "SH1",
            "item": code(p),
            "reorder_point": p["reorder_level"],
            "target_level": p["target_level"],
        }
        for p in products
    ]
    for kind, rows in (("items", items), ("item_sites", levels)):
        upload = Upload(kind, f"{kind}.csv", table(rows), {})
        apply_import(check_import(upload, actor=SYSTEM), actor=SYSTEM)


def table(rows: list[Row]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def read(path: Path) -> list[Row]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def when(move: Row) -> int:
    return (
        int(datetime.fromisoformat(move["transaction_created_date"] + "+00:00").timestamp()) * 1000
    )


def code(product: Row) -> str:
    return product["product_code"]


def available(desk: Api, product: Row) -> Decimal:
    rows = desk.get(f"/stock?site=SH1&item={code(product)}").json["rows"]
    return sum((Decimal(row["available"]) for row in rows), Decimal(0))


def stock_value() -> Decimal:
    with reading() as session:
        return session.scalar(select(func.sum(CostPool.value))) or Decimal(0)


def cost_of_goods_sold() -> Decimal:
    with reading() as session:
        return session.scalar(select(func.sum(Movement.cogs))) or Decimal(0)


def open_alerts() -> set[str]:
    with reading() as session:
        rows = session.scalars(
            select(Item.sku)
            .join(ReorderAlert, ReorderAlert.item_id == Item.id)
            .where(ReorderAlert.state != "resolved")
        )
        return set(rows)
