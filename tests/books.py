"""A floor where a bit of everything has happened, at rest: for tests of what checks the books."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from uuid import uuid4

from sqlalchemy import insert, select

from server.domain.people import SYSTEM
from server.services.approve_counts import approve_count
from server.services.decide_documents import approve_document
from server.services.keep_records import create_record
from server.services.manage_customers import CUSTOMERS
from server.services.manage_suppliers import SUPPLIERS
from server.services.number_feed import number_feed
from server.services.recalculate import TurnoverPolicy, recalculate_due
from server.services.reconcile_count import reconcile_count
from server.services.use_reservations import Wish, reserve_stock
from server.services.write_documents import make_document
from server.store.db import reading, unit_of_work
from server.store.models import Document, ItemSite
from server.store.queries.counts import counts_page
from server.store.recalculations import mark
from tests.floor import Floor, Handheld, handheld, open_floor

DAY = date(2026, 1, 5)
ITEMS = (
    "NUT",
    "BOLT",
    {"sku": "MILK", "tracking": "lot", "costing": "fifo"},
    {"sku": "DRILL", "tracking": "serial"},
)


@contextmanager
def busy_floor() -> Iterator[Floor]:
    """The floor after receipts, moves, picks, returns, an undo, a count, a promise, documents and
    an alert."""
    with open_floor(ITEMS) as floor:
        olga = handheld(floor)
        _receive(olga)
        _move(olga)
        _sell(floor, olga)
        _count(floor, olga)
        _promise(floor)
        _papers(floor, olga)
        _plan(floor)
        settle()
        yield floor


def settle() -> None:
    """Compute all that is due, and number the feed."""
    while recalculate_due(TurnoverPolicy()).keys:
        pass
    while number_feed():
        pass


def _receive(olga: Handheld) -> None:
    olga.do("receive_line", to="A-1", item="NUT", quantity="100", unit_cost="2")
    olga.do("receive_line", to="A-2", item="NUT", quantity="50", unit="P1", unit_cost="2.5")
    for lot, cost in (("L1", "3"), ("L2", "4")):
        olga.do("receive_line", to="B-1", item="MILK", quantity="10", lot=lot, unit_cost=cost)
    for serial in ("D1", "D2"):
        olga.do("receive_line", to="A-1", item="DRILL", quantity="1", serial=serial, unit_cost="90")
    olga.floor.wait()


def _move(olga: Handheld) -> None:
    olga.do("move_stock", unit="P1", to="B-1")
    olga.do("take_stock", from_="A-1", item="DRILL", quantity="1", serial="D1")
    olga.floor.wait()


def _sell(floor: Floor, olga: Handheld) -> None:
    sold = olga.do("pick_line", from_="A-1", item="NUT", quantity="7")
    olga.do("pick_line", from_="B-1", item="MILK", quantity="4", lot="L1")
    olga.do("pick_line", from_="B-1", item="MILK", quantity="9", lot="L2")
    olga.do("pick_line", from_="A-2", item="MILK", quantity="3", lot="L2")
    olga.do("return_line", to="A-1", item="NUT", quantity="2", returns=str(sold.id))
    olga.do("pick_line", from_="A-2", item="BOLT", quantity="5")
    olga.do("receive_line", to="A-2", item="BOLT", quantity="8", unit_cost="12")
    mistake = olga.do("pick_line", from_="A-1", item="NUT", quantity="5")
    olga.do("undo", command=str(mistake.id), how="never")
    floor.wait()


def _count(floor: Floor, olga: Handheld) -> None:
    uid = str(uuid4())
    olga.make("count_line", count=uid, location="A-1", item="NUT", counted="93")
    floor.wait()
    olga.make("finish_count", count=uid, location="A-1", whole=False)
    olga.send()
    floor.wait()
    with reading() as session:
        newest = counts_page(session, None, ["finished"], None, 1)[0]
    silent = reconcile_count(newest.id, floor.desk()).silent_devices
    approve_count(newest.id, newest.version, [d.id for d in silent], floor.desk())
    floor.wait()


def _promise(floor: Floor) -> None:
    wish = Wish(floor.site_id, floor.items["NUT"], Decimal(6))
    reserve_stock(wish, floor.desk(), uuid4())


def _papers(floor: Floor, olga: Handheld) -> None:
    """An order half received, and a sale that is promised its goods."""
    create_record(SUPPLIERS, {"code": "ACME"}, actor=SYSTEM)
    create_record(CUSTOMERS, {"code": "SHOP"}, actor=SYSTEM)
    for kind, partner, quantity in (
        ("purchase_order", {"supplier": "ACME"}, "7"),
        ("sales_order", {"customer": "SHOP"}, "6"),
    ):
        lines = [{"item": "BOLT", "quantity": quantity}]
        values = {"kind": kind, "site": "S1", "lines": lines, **partner}
        number = make_document(values, actor=SYSTEM)
        approve_document(number, 1, SYSTEM)
        if kind == "purchase_order":
            with reading() as session:
                order = session.scalar(select(Document.number).where(Document.id == number))
            olga.do("receive_line", to="A-2", item="BOLT", quantity="3", document=order)
    floor.wait()


def _plan(floor: Floor) -> None:
    with unit_of_work() as session:
        for item, point in (("NUT", 500), ("MILK", 1)):
            session.execute(
                insert(ItemSite),
                {
                    "item_id": floor.items[item],
                    "site_id": floor.site_id,
                    "reorder_point": Decimal(point),
                    "changed_at": 0,
                },
            )
        keys = [(row, floor.site_id, DAY) for row in floor.items.values()]
        mark(session, keys, floor.now)
