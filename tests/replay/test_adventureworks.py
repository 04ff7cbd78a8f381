"""AdventureWorks' purchase orders, received through the API: stocked = received - rejected on every
line. Of 4,012 orders with 8,845 lines 380 lines came short, and of 563 something was rejected."""

import csv
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from uuid import NAMESPACE_OID, uuid5

import pytest
from sqlalchemy import func, select

from server.domain.numbers import plain
from server.domain.people import SYSTEM
from server.services.import_rows import Upload, apply_import, check_import
from server.services.verify_ledger import verify_books
from server.store.db import reading
from server.store.founding import GOOD_STATUS_ID
from server.store.models import Balance, CostPool, DocumentLine, Item, Movement, Position
from tests.api.conftest import Api, World
from tests.replay.test_northwind import table

Row = dict[str, str]
SLICE = 12
"""Orders of each sort (plain, short, with rejects) in the small run."""


@pytest.fixture
def adventureworks(shared_data: Path) -> Path:
    return shared_data / "adventureworks"


def test_orders_received_in_part_and_with_rejects_stand_as_the_books_say(
    adventureworks: Path, world: World
) -> None:
    orders = read_orders(adventureworks)
    kinds = [
        [lines for lines in orders.values() if not any(map(odd, lines))],
        [lines for lines in orders.values() if any(map(short, lines))],
        [lines for lines in orders.values() if any(map(rejected, lines))],
    ]
    few = {id(lines): lines for kind in kinds for lines in kind[:SLICE]}
    receive_all(world, adventureworks, list(few.values()))


@pytest.mark.full
def test_every_order_of_adventureworks(adventureworks: Path, world: World) -> None:
    orders = read_orders(adventureworks)
    lines = [line for order in orders.values() for line in order]
    assert (len(orders), len(lines)) == (4012, 8845)
    assert (sum(map(short, lines)), sum(map(rejected, lines))) == (380, 563)
    receive_all(world, adventureworks, list(orders.values()))


def receive_all(world: World, folder: Path, orders: Sequence[list[Row]]) -> None:
    desk = world.as_role("supervisor")
    set_up(desk, folder, orders)
    for order in orders:
        receive(desk, make(desk, order), order)
    with reading() as session:
        lines = DocumentLine
        asked = select(lines.quantity, lines.done, lines.rejected, Item.sku)
        asked = asked.join(Item, Item.id == lines.item_id)
        found = session.execute(asked.order_by(lines.document_id, lines.line)).all()
    wanted = [row for order in orders for row in order]
    for line, row in zip(found, wanted, strict=True):
        assert (line.sku, line.quantity) == (f"P{row['ProductID']}", Decimal(row["OrderQty"]))
        assert line.done == Decimal(row["ReceivedQty"])
        assert line.rejected == Decimal(row["RejectedQty"])
        assert line.done - line.rejected == Decimal(row["StockedQty"])
    assert sum(line.done < line.quantity for line in found) == sum(map(short, wanted))
    assert sum(line.rejected > 0 for line in found) == sum(map(rejected, wanted))
    stocked = sum((Decimal(row["StockedQty"]) for row in wanted), Decimal(0))
    assert on_hand_good() == stocked
    assert_value_ties()
    assert verify_books().broken == ()


def make(desk: Api, lines: Sequence[Row]) -> Row:
    """The order, approved."""
    body = {
        "kind": "purchase_order",
        "site": "SH1",
        "supplier": f"V{lines[0]['VendorID']}",
        "external_number": lines[0]["PurchaseOrderID"],
        "lines": [
            {
                "item": f"P{row['ProductID']}",
                "quantity": plain(Decimal(row["OrderQty"])),
                "price": plain(Decimal(row["UnitPrice"])),
            }
            for row in lines
        ],
    }
    key = {"Idempotency-Key": f"po-{lines[0]['PurchaseOrderID']}"}
    made = desk.post("/documents", json=body, headers=key)
    assert made.status_code == 201, made.json
    answer = desk.post(f"/documents/{made.json['id']}/approve", json={"version": 1})
    assert answer.status_code == 200, answer.json
    order: Row = answer.json
    return order


def receive(desk: Api, order: Row, lines: Sequence[Row]) -> None:
    """What was good goes to the shelf, what was not is received as damaged."""
    commands = [
        {
            "id": str(uuid5(NAMESPACE_OID, f"{row['PurchaseOrderDetailID']} {status}")),
            "v": 1,
            "type": "receive_line",
            "intent": "request",
            "body": {
                "site": "SH1",
                "item": f"P{row['ProductID']}",
                "quantity": plain(Decimal(row[column])),
                "to": "STORE",
                "status": status,
                "document": order["number"],
                "document_line": number,
            },
        }
        for number, row in enumerate(lines, 1)
        for column, status in (("StockedQty", "GOOD"), ("RejectedQty", "DAMAGED"))
        if Decimal(row[column])
    ]
    answer = desk.post("/commands", json={"commands": commands})
    assert {one["status"] for one in answer.json["answers"]} == {"applied"}, answer.json


def set_up(desk: Api, folder: Path, orders: Iterable[Sequence[Row]]) -> None:
    desk.post("/locations", json={"site": "SH1", "code": "STORE", "kind": "bin"})
    lines = [row for order in orders for row in order]
    products = {row["ProductID"]: row for row in read(folder / "Product.csv")}
    items = [
        {"sku": f"P{key}", "name_en": products[key]["Name"], "base_unit": "pcs"}
        for key in sorted({row["ProductID"] for row in lines})
    ]
    suppliers = [{"code": f"V{key}"} for key in sorted({row["VendorID"] for row in lines})]
    for kind, rows in (("items", items), ("suppliers", suppliers)):
        upload = Upload(kind, f"{kind}.csv", table(rows), {})
        apply_import(check_import(upload, actor=SYSTEM), actor=SYSTEM)


def read_orders(folder: Path) -> dict[str, list[Row]]:
    """The lines of each order, each with its vendor."""
    heads = {row["PurchaseOrderID"]: row for row in read(folder / "PurchaseOrderHeader.csv")}
    orders: dict[str, list[Row]] = defaultdict(list)
    for row in read(folder / "PurchaseOrderDetail.csv"):
        key = row["PurchaseOrderID"]
        orders[key].append({**row, "VendorID": heads[key]["VendorID"]})
    return orders


def read(path: Path) -> list[Row]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def short(row: Row) -> bool:
    return Decimal(row["ReceivedQty"]) < Decimal(row["OrderQty"])


def rejected(row: Row) -> bool:
    return Decimal(row["RejectedQty"]) > 0


def odd(row: Row) -> bool:
    return short(row) or rejected(row)


def on_hand_good() -> Decimal:
    asked = (
        select(func.sum(Balance.on_hand))
        .join(Position, Position.id == Balance.position_id)
        .where(Position.status_id == GOOD_STATUS_ID)
    )
    with reading() as session:
        return session.scalar(asked) or Decimal(0)


def assert_value_ties() -> None:
    """What the pools are worth is what the movements brought in, to the cent."""
    with reading() as session:
        pools = session.scalar(select(func.sum(CostPool.value)))
        moved = session.scalar(select(func.sum(Movement.value)))
    assert pools == moved
