"""Opening stock: posted from @adjustment with its cost, reversed as a batch."""

from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from server.api.schemas.commands import read_command
from server.domain.commands import Envelope
from server.domain.errors import RuleViolated
from server.domain.people import SYSTEM
from server.domain.timekeeping import Contact
from server.services import open_stock
from server.services.apply_commands import apply_envelope
from server.services.clock import now_ms
from server.services.import_rows import Upload, apply_import, check_import, roll_back_import
from server.services.keep_records import change_record, create_record
from server.services.manage_items import ITEMS, create_item
from server.services.manage_places import LOCATIONS, SITES
from server.store.db import reading
from server.store.models import (
    CostPool,
    HandlingUnit,
    ImportBatch,
    Lot,
    Movement,
    Serial,
)
from server.store.queries.exports import STOCK_EXPORT
from server.store.queries.items import ITEM_LIST
from server.store.queries.records import every

HEADER = "库位,货号,数量,批号,序列号,有效期至,生产日期,状态,货主,单位成本,容器\n"


@pytest.fixture(autouse=True)
def stage(app):
    """A site with two places, and an item of each way of tracking."""
    create_record(SITES, {"code": "W1"}, actor=SYSTEM)
    for code in ("A", "B"):
        create_record(LOCATIONS, {"site": "W1", "code": code, "kind": "bin"}, actor=SYSTEM)
    for sku, tracking in (("PLAIN", "none"), ("MILK", "lot"), ("PHONE", "serial")):
        create_item({"sku": sku, "base_unit": "个", "tracking": tracking}, actor=SYSTEM)


def checked(rows):
    content = (HEADER + rows).encode()
    return check_import(Upload("opening_stock", "o.csv", content, {}, "W1"), actor=SYSTEM)


def imported(rows):
    uid = checked(rows)
    apply_import(uid, actor=SYSTEM)
    return uid


def counts(uid):
    with reading() as session:
        batch = session.scalars(select(ImportBatch).where(ImportBatch.uid == uid)).one()
        return (batch.new, batch.wrong, (batch.wrong_rows or b"").decode())


def stock():
    with reading() as session:
        rows = list(every(session, STOCK_EXPORT, sites=None))
    return {(r["location"], r["item"], r["lot"], r["serial"], r["status"]): r for r in rows}


def items():
    with reading() as session:
        return list(every(session, ITEM_LIST, sites=None))


def issue(location, item, quantity):
    body = {"site": "W1", "from": location, "item": item, "quantity": quantity, "reason": "sample"}
    raw = {"id": str(uuid4()), "v": 1, "type": "issue_other", "intent": "request", "body": body}
    command = read_command(UUID(raw["id"]), raw)
    [answer] = apply_envelope(Envelope(Contact("", 0, now_ms(), now_ms()), (command,)), SYSTEM)
    assert answer.status == "applied", answer


def pool_value():
    with reading() as session:
        return sum(session.scalars(select(CostPool.value)), Decimal(0))


def named():
    with reading() as session:
        return [
            session.scalar(select(func.count()).select_from(table))
            for table in (Lot, Serial, HandlingUnit)
        ]


def number_of_movements():
    with reading() as session:
        return session.scalar(select(func.count()).select_from(Movement))


GOOD_ROWS = (
    "A,PLAIN,12.5,,,,,,,2,\nA,PLAIN,1,,,,,待检,,2,\n".replace("待检", "INSPECTION")
    + "B,MILK,10,L1,,2026-12-31,,,,1.5,\n"
    + "B,MILK,5,L2,,,2026-01-01,,,1.5,PAL-1\n"
    + "B,PHONE,1,,SN1,,,,,100,\n"
)


def test_stock_stands_where_the_file_says_with_its_lot_status_and_value():
    uid = imported(GOOD_ROWS)
    assert counts(uid)[:2] == (5, 0)
    found = stock()
    assert found["A", "PLAIN", "", "", "GOOD"]["quantity"] == Decimal("12.5")
    assert found["A", "PLAIN", "", "", "INSPECTION"]["quantity"] == Decimal(1)
    assert found["B", "MILK", "L1", "", "GOOD"]["expires_on"].isoformat() == "2026-12-31"
    assert found["B", "MILK", "L2", "", "GOOD"]["unit"] == "PAL-1"
    assert found["B", "PHONE", "", "SN1", "GOOD"]["quantity"] == Decimal(1)
    assert pool_value() == Decimal("27") + Decimal("22.5") + Decimal(100)


def test_a_dry_run_leaves_no_movement_and_no_lot():
    uid = checked(GOOD_ROWS)
    assert counts(uid)[:2] == (5, 0)
    assert number_of_movements() == 0
    with reading() as session:
        assert session.scalars(select(Lot.code).where(Lot.id != 0)).all() == []


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("X,PLAIN,1,,,,,,,,", "unknown_location"),
        ("@supplier,PLAIN,1,,,,,,,,", "unknown_location"),
        ("A,NONE,1,,,,,,,,", "unknown_item"),
        ("A,PLAIN,0,,,,,,,,", "not_positive"),
        ("A,PLAIN,-1,,,,,,,,", "not_positive"),
        ("A,PLAIN,1,L1,,,,,,,", "not_tracked"),
        ("A,MILK,1,,,,,,,,", "lot_required"),
        ("A,PHONE,1,,,,,,,,", "serial_required"),
        ("A,PHONE,2,,SN1,,,,,,", "serial_is_one"),
        ("A,PLAIN,1,,,,,NOPE,,,", "unknown_status"),
        ("A,PLAIN,1,,,,,,NOPE,,", "unknown_owner"),
        ("A,PLAIN,1,,,,,,,-1,", "negative_number"),
        ("A,PLAIN,1,,,32.13.2026,,,,,", "bad_date"),
    ],
)
def test_a_wrong_row_stays_out_with_its_reason(row, code):
    uid = imported(f"A,PLAIN,1,,,,,,,,\n{row}\n")
    new, wrong, text = counts(uid)
    assert (new, wrong) == (1, 1)
    assert f"[{code}]" in text
    assert number_of_movements() == 1


def test_a_serial_stands_in_a_file_once():
    uid = imported("A,PHONE,1,,SN1,,,,,,\nB,PHONE,1,,ｓｎ1,,,,,,\n")
    assert counts(uid)[:2] == (1, 1)


def test_the_same_file_is_not_posted_twice():
    imported(GOOD_ROWS)
    with pytest.raises(RuleViolated, match="already_imported"):
        imported(GOOD_ROWS)
    assert number_of_movements() == 5


def test_rolling_back_reverses_the_batch_and_allows_it_again():
    roll_back_import(imported(GOOD_ROWS), actor=SYSTEM)
    assert stock() == {}
    assert pool_value() == 0
    assert number_of_movements() == 10
    imported(GOOD_ROWS)
    assert len(stock()) == 5


def test_rolling_back_is_refused_once_the_stock_is_gone():
    first = imported("A,PLAIN,5,,,,,,,1,\n")
    second = imported("B,PLAIN,3,,,,,,,1,\n")
    issue("A", "PLAIN", "1")
    with pytest.raises(RuleViolated, match="not_enough_available"):
        roll_back_import(first, actor=SYSTEM)
    roll_back_import(second, actor=SYSTEM)
    assert [row["quantity"] for row in stock().values()] == [Decimal(4)]


def test_the_base_unit_of_an_item_with_stock_is_frozen():
    imported("A,PLAIN,5,,,,,,,1,\n")
    [item] = [row for row in items() if row["sku"] == "PLAIN"]
    assert item["moved"]
    with pytest.raises(RuleViolated, match="frozen_once_moved"):
        change_record(ITEMS, (item["id"],), {"base_unit": "kg"}, version=1, actor=SYSTEM)
    change_record(ITEMS, (item["id"],), {"base_unit": "个"}, version=1, actor=SYSTEM)
    content = b"sku,unit\nPLAIN,kg\n"
    uid = check_import(Upload("items", "i.csv", content, {}), actor=SYSTEM)
    assert "[frozen_once_moved]" in counts(uid)[2]


def test_importing_items_that_moved_since_cannot_be_rolled_back():
    content = "sku,unit\nNEW,个\n".encode()
    uid = check_import(Upload("items", "i.csv", content, {}), actor=SYSTEM)
    apply_import(uid, actor=SYSTEM)
    imported("A,NEW,5,,,,,,,1,\n")
    with pytest.raises(RuleViolated, match="used_since_import"):
        roll_back_import(uid, actor=SYSTEM)


def test_what_fails_at_its_end_leaves_nothing_and_can_be_applied_again(monkeypatch):
    uid = checked("A,MILK,5,L1,,2027-01-31,,,,2,PALLET\nB,PHONE,1,,S1,,,,,9,\n")

    before = named()

    def fail(*_):
        raise RuntimeError("the power went")

    with monkeypatch.context() as broken:
        broken.setattr(open_stock, "announce_many", fail)
        with pytest.raises(RuntimeError, match="the power went"):
            apply_import(uid, actor=SYSTEM)
    assert (number_of_movements(), stock(), named()) == (0, {}, before)
    apply_import(uid, actor=SYSTEM)
    assert {key[1] for key in stock()} == {"MILK", "PHONE"}
