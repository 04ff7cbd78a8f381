"""Imports: dry run, apply, wrong rows, roll-back, and nothing half-written."""

import csv
import io
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from server.domain.errors import (
    Conflict,
    InvalidInput,
    NotFound,
    NotPermitted,
    RuleViolated,
    Unavailable,
)
from server.domain.people import SYSTEM, Actor
from server.services import write_import
from server.services.clock import now_ms, use_clock
from server.services.import_kinds import IMPORTERS
from server.services.import_rows import Upload, apply_import, check_import, roll_back_import
from server.services.keep_records import change_record, create_record
from server.services.manage_items import ITEMS, create_item
from server.services.manage_places import LOCATIONS, SITES
from server.services.manage_suppliers import SUPPLIERS
from server.services.plan_import import Overtaken
from server.services.write_import import GIVEN_UP_MS
from server.store.db import reading
from server.store.models import ImportBatch, ImportChange, Item, PendingFeed, Recalculation
from server.store.queries.imports import IMPORT_LIST
from server.store.queries.items import BARCODE_LIST, CATEGORY_LIST, ITEM_LIST, ITEM_SITE_LIST
from server.store.queries.places import LOCATION_LIST, SUPPLIER_ITEM_LIST, ZONE_LIST
from server.store.queries.records import page

pytestmark = pytest.mark.usefixtures("app")

ITEM_FILE = """货号,名称,规格型号,单位,批次管理,标准成本,类别,包装,条码,属性:颜色
BOLT,螺栓,M8,个,无,1.25,五金,箱=12,690123;1690123@箱,银
NUT,螺母,M8,个,批次,"1,000.5",五金,,690124,
"""


def checked(kind, text, actor=SYSTEM, **options):
    content = text if isinstance(text, bytes) else text.encode()
    options.setdefault("column_map", {})
    return check_import(Upload(kind, f"{kind}.csv", content, **options), actor=actor)


def imported(kind, text, **options):
    uid = checked(kind, text, **options)
    apply_import(uid, actor=SYSTEM)
    return uid


def batch_of(uid):
    with reading() as session:
        batch = session.scalars(select(ImportBatch).where(ImportBatch.uid == uid)).one()
        session.expunge(batch)
        return batch


def counts(uid):
    batch = batch_of(uid)
    return (batch.new, batch.changed, batch.same, batch.wrong)


def wrong_rows(uid):
    text = batch_of(uid).wrong_rows.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def rows_of(listing, **filters):
    with reading() as session:
        return page(session, listing, sites=None, limit=500, filters=filters)


def number_of(model):
    with reading() as session:
        return session.scalar(select(func.count()).select_from(model))


def item(sku):
    return rows_of(ITEM_LIST, sku=sku)[0]


def make_site(code="W1"):
    return create_record(SITES, {"code": code}, actor=SYSTEM)[0]


def test_a_dry_run_counts_and_writes_no_item():
    uid = checked("items", ITEM_FILE)
    assert counts(uid) == (2, 0, 0, 0)
    assert batch_of(uid).state == "dry_run"
    assert number_of(Item) == 0


def test_items_arrive_with_category_packagings_barcodes_and_attributes():
    imported("items", ITEM_FILE)
    bolt = item("BOLT")
    assert bolt["name_zh"] == "螺栓"
    assert bolt["standard_cost"] == Decimal("1.25")
    assert bolt["category"] == "五金"
    assert bolt["attributes"] == {"颜色": "银"}
    assert [(p["name"], p["quantity"]) for p in bolt["packagings"]] == [("箱", Decimal(12))]
    codes = {row["code"]: row["packaging"] for row in rows_of(BARCODE_LIST, item="BOLT")}
    assert codes == {"690123": None, "1690123": "箱"}
    assert item("NUT")["standard_cost"] == Decimal("1000.5")
    assert item("NUT")["tracking"] == "lot"
    assert len(rows_of(CATEGORY_LIST)) == 1
    assert [row["sku"] for row in rows_of(ITEM_LIST, q="lm")] == ["NUT"]


def test_the_same_file_again_changes_nothing():
    imported("items", ITEM_FILE)
    uid = imported("items", ITEM_FILE)
    assert counts(uid) == (0, 0, 2, 0)
    assert item("BOLT")["version"] == 1


def test_only_what_a_file_says_is_changed():
    imported("items", ITEM_FILE)
    uid = imported("items", "sku,name_en,name_zh\nbolt,Bolt,\nNUT,,螺母\n")
    assert counts(uid) == (0, 1, 1, 0)
    assert item("BOLT")["name_en"] == "Bolt"
    assert item("BOLT")["name_zh"] == "螺栓"
    assert [row["sku"] for row in rows_of(ITEM_LIST, q="lsh")] == []
    assert [row["sku"] for row in rows_of(ITEM_LIST, q="螺 bolt")] == ["BOLT"]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (",个,,", "field_missing"),
        ("A,,,", "base_unit_required"),
        ("A,个,maybe,", "bad_choice"),
        ("A,个,,-1", "negative_number"),
        ("A,个,,12.345678", "bad_money"),
        ("A,个,,abc", "bad_money"),
        ("A\x01,个,,", "bad_code"),
        ("OK,个,,", "duplicate_row"),
        ("A" * 201 + ",个,,", "bad_code"),
    ],
)
def test_a_wrong_row_stays_out_and_is_given_back_with_its_reason(row, code):
    uid = imported("items", f"sku,unit,tracking,cost\nOK,个,,\n{row}\n")
    assert counts(uid) == (1, 0, 0, 1)
    assert rows_of(ITEM_LIST)[0]["sku"] == "OK"
    [wrong] = wrong_rows(uid)
    assert wrong["reason"].endswith(f"[{code}]")


def test_the_file_of_wrong_rows_is_safe_to_open_and_can_be_imported_again():
    uid = imported("items", "sku,unit\n=1+1,\n@x,\n-5,\n")
    assert [row["sku"] for row in wrong_rows(uid)] == ["'=1+1", "'@x", "-5"]
    mended = batch_of(uid).wrong_rows.replace(b',"', b',\xe4\xb8\xaa,"').replace(b",,", b",kg,")
    uid = imported("items", mended)
    assert {row["sku"] for row in rows_of(ITEM_LIST)} == {"=1+1", "@x", "-5"}


def test_a_clerk_may_import_items_but_not_their_cost():
    clerk = Actor(user_id=None, role="clerk", site_ids=None)
    assert counts(checked("items", "sku,unit\nA,个\n", actor=clerk)) == (1, 0, 0, 0)
    with pytest.raises(NotPermitted):
        checked("items", ITEM_FILE, actor=clerk)
    with pytest.raises(NotPermitted):
        checked("locations", "code\nA\n", actor=clerk, site="W1")


def test_a_column_map_leads_any_header_to_a_field_and_leaves_columns_out():
    column_map = {"Artikel": "sku", "ME": "base_unit", "名称": "", "Farbe": "attribute:color"}
    imported("items", "Artikel,ME,名称,Farbe\nA,kg,not this,red\n", column_map=column_map)
    assert item("A")["name_zh"] == ""
    assert item("A")["attributes"] == {"color": "red"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty_file"),
        ("sku,unit\n", "empty_file"),
        ("foo,bar\n1,2\n", "missing_columns"),
        ("sku,货号\nA,B\n", "column_twice"),
        ("sku,unit\n" + "A,个\n" * 100_001, "too_many_rows"),
        ("sku" + ",x" * 300 + "\n" + "A\n", "too_many_columns"),
        ("sku,unit\n" + "A" * 5_000 + ",x\n", "cell_too_long"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF" * 50, "unknown_encoding"),
        (b"PK\x03\x04" + b"\x00" * 500, "no_table"),
        (b"\xd0\xcf\x11\xe0 old excel", "old_excel_file"),
        ("sku,unit\nA\0,x\n", "no_table"),
    ],
)
def test_a_file_that_is_no_table_of_items_is_refused_with_a_code(text, code):
    with pytest.raises(InvalidInput, match=code):
        checked("items", text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encodings_and_delimiters_of_spreadsheets_are_recognised(encoding, delimiter):
    text = f"货号{delimiter}单位\nA{delimiter}个\n"
    uid = checked("items", text.encode(encoding))
    assert counts(uid) == (1, 0, 0, 0)


def test_an_import_is_applied_once():
    uid = imported("items", ITEM_FILE)
    with pytest.raises(Conflict, match="import_not_waiting"):
        apply_import(uid, actor=SYSTEM)


def test_rolling_back_retires_what_was_made_and_restores_what_was_changed():
    imported("items", "sku,unit,cost\nOLD,个,1.5\n")
    uid = imported("items", "sku,unit,cost,barcodes\nOLD,个,2.5,111\nNEW,个,3,222\n")
    roll_back_import(uid, actor=SYSTEM)
    assert item("OLD")["standard_cost"] == Decimal("1.5")
    assert not item("OLD")["retired"]
    assert item("NEW")["retired"]
    assert all(row["retired"] for row in rows_of(BARCODE_LIST))
    assert batch_of(uid).state == "rolled_back"
    with pytest.raises(Conflict, match="import_not_applied"):
        roll_back_import(uid, actor=SYSTEM)


def test_rolling_back_is_refused_when_somebody_changed_a_row_since():
    uid = imported("items", "sku,unit\nA,个\nB,个\n")
    change_record(ITEMS, (item("B")["id"],), {"name_en": "b"}, version=1, actor=SYSTEM)
    with pytest.raises(RuleViolated, match="changed_since_import"):
        roll_back_import(uid, actor=SYSTEM)
    assert not item("A")["retired"]


def test_what_was_rolled_back_can_be_imported_again():
    uid = imported("items", "sku,unit,retired\nA,个,否\n")
    roll_back_import(uid, actor=SYSTEM)
    imported("items", "sku,unit,retired\nA,个,否\n")
    assert not item("A")["retired"]


def test_the_feed_hears_of_every_record_and_of_the_import():
    uid = imported("items", ITEM_FILE)
    with reading() as session:
        topics = session.scalars(select(PendingFeed.topic)).all()
    assert topics.count("item.changed") == 2
    assert topics.count("barcode.changed") == 3
    assert topics.count("import.applied") == 1
    roll_back_import(uid, actor=SYSTEM)


def test_locations_arrive_with_their_zones_and_labels():
    make_site()
    text = "库位,库区,类型,拣货顺序\nA-01,A,货位,10\nA-02,A,拣货位,20\n@x,A,,\n"
    uid = imported("locations", text, site="w1")
    assert counts(uid) == (2, 0, 0, 1)
    assert {row["zone"] for row in rows_of(LOCATION_LIST, physical=True)} == {"A"}
    assert len(rows_of(ZONE_LIST)) == 1
    assert {row["location"] for row in rows_of(BARCODE_LIST)} == {"A-01", "A-02"}
    assert counts(imported("locations", text.replace("20", "30"), site="W1")) == (0, 1, 1, 1)


def test_rows_of_a_site_out_of_scope_are_wrong_as_if_it_were_not_there():
    near, _ = make_site("W1"), make_site("W2")
    supervisor = Actor(user_id=None, role="supervisor", site_ids=frozenset({near}))
    text = "site,code\nW1,A\nW2,A\nW9,A\n"
    assert counts(checked("locations", text, actor=supervisor)) == (1, 0, 0, 2)


def test_suppliers_and_their_terms():
    create_item({"sku": "BOLT", "base_unit": "个"}, actor=SYSTEM)
    create_record(SUPPLIERS, {"code": "S0"}, actor=SYSTEM)
    assert counts(imported("suppliers", "供应商,名称\nS1,一号\nS0,零号\n")) == (1, 1, 0, 0)
    text = "supplier code,sku,采购价,交期,起订量,首选\nS1,BOLT,1.5,7,100,是\nS9,BOLT,1,,,\n"
    uid = imported("supplier_items", text)
    assert counts(uid) == (1, 0, 0, 1)
    [terms] = rows_of(SUPPLIER_ITEM_LIST)
    assert (terms["price"], terms["lead_time_days"]) == (Decimal("1.5"), 7)
    roll_back_import(uid, actor=SYSTEM)
    assert rows_of(SUPPLIER_ITEM_LIST)[0]["retired"]


def test_a_second_preferred_supplier_takes_the_place_of_the_first():
    create_item({"sku": "BOLT", "base_unit": "个"}, actor=SYSTEM)
    imported("suppliers", "code\nS1\nS2\n")
    imported("supplier_items", "supplier code,item,preferred\nS1,BOLT,是\n")
    imported("supplier_items", "supplier code,item,preferred\nS2,BOLT,是\n")
    preferred = {row["supplier"]: row["preferred"] for row in rows_of(SUPPLIER_ITEM_LIST)}
    assert preferred == {"S1": False, "S2": True}


def test_planning_is_imported_marked_for_recalculation_and_rolled_back():
    make_site()
    create_item({"sku": "BOLT", "base_unit": "个"}, actor=SYSTEM)
    text = "sku,仓库,最低库存,目标库存\nBOLT,W1,10,50\n"
    uid = imported("item_sites", text)
    [row] = rows_of(ITEM_SITE_LIST)
    assert (row["reorder_point"], row["target_level"]) == (Decimal(10), Decimal(50))
    roll_back_import(uid, actor=SYSTEM)
    assert rows_of(ITEM_SITE_LIST)[0]["reorder_point"] is None
    with reading() as session:
        assert session.execute(select(Recalculation.wanted)).scalar_one() == 2


def test_nobody_applies_an_import_that_is_not_there():
    with pytest.raises(NotFound, match="unknown_import"):
        apply_import(uuid4(), actor=SYSTEM)


def test_a_location_in_use_keeps_its_import_from_being_rolled_back():
    make_site()
    create_item({"sku": "BOLT", "base_unit": "个"}, actor=SYSTEM)
    places = imported("locations", "code\nA\n", site="W1")
    imported("opening_stock", "bin,sku,qty\nA,BOLT,5\n", site="W1")
    with pytest.raises(RuleViolated, match="used_since_import"):
        roll_back_import(places, actor=SYSTEM)
    [place] = rows_of(LOCATION_LIST, code="A")
    with pytest.raises(RuleViolated, match="still_in_stock"):
        change_record(LOCATIONS, (place["id"],), {"retired": True}, version=1, actor=SYSTEM)


# In parts ----------------------------------------------------------------------------------------

FIVE = "sku,单位,类别\n" + "".join(f"P-{number},个,C{number % 2}\n" for number in range(5))


@contextmanager
def long_afterwards():
    later = now_ms() + 2 * GIVEN_UP_MS
    with use_clock(lambda: later):
        yield


@pytest.fixture
def row_by_row(monkeypatch):
    """Parts of one row each."""
    monkeypatch.setattr(write_import, "ROWS_FIRST", 1)
    monkeypatch.setattr(write_import, "ROWS_MOST", 1)


def write_until(monkeypatch, parts, problem):
    """Let the writing of this part fail."""
    importer, written = IMPORTERS["items"], []

    def write(ground, rows, batch):
        written.append(rows)
        if len(written) == parts:
            raise problem
        importer.write(ground, rows, batch)

    monkeypatch.setitem(IMPORTERS, "items", replace(importer, write=write))


def state_of(uid):
    return rows_of(IMPORT_LIST, uid=uid)[0]["state"]


def not_retired(listing=ITEM_LIST):
    return [row["sku"] for row in rows_of(listing) if not row["retired"]]


@pytest.mark.usefixtures("row_by_row")
def test_many_parts_are_one_import_and_one_roll_back():
    uid = imported("items", FIVE)
    assert (state_of(uid), counts(uid), number_of(Item)) == ("applied", (5, 0, 0, 0), 5)
    assert {row["category"] for row in rows_of(ITEM_LIST)} == {"C0", "C1"}
    roll_back_import(uid, actor=SYSTEM)
    assert (state_of(uid), not_retired()) == ("rolled_back", [])


@pytest.mark.usefixtures("row_by_row")
@pytest.mark.parametrize("parts", [1, 4])
def test_a_part_that_cannot_be_written_leaves_the_rest_to_be_gone_on_with(monkeypatch, parts):
    uid = checked("items", FIVE)
    with monkeypatch.context() as patch:
        write_until(patch, parts, Unavailable("database_busy"))
        with pytest.raises(Unavailable, match="database_busy"):
            apply_import(uid, actor=SYSTEM)
    stopped = "applying" if parts > 1 else "dry_run"
    assert (state_of(uid), len(not_retired())) == (stopped, parts - 1)
    apply_import(uid, actor=SYSTEM)
    assert (state_of(uid), len(not_retired())) == ("applied", 5)
    roll_back_import(uid, actor=SYSTEM)
    assert not_retired() == []


@pytest.mark.usefixtures("row_by_row")
def test_others_who_are_always_faster_stop_an_import(monkeypatch):
    uid = checked("items", FIVE)
    importer = IMPORTERS["items"]

    def overtaken(_ground, _rows, _batch):
        raise Overtaken

    monkeypatch.setitem(IMPORTERS, "items", replace(importer, write=overtaken))
    with pytest.raises(Conflict, match="import_overtaken"):
        apply_import(uid, actor=SYSTEM)
    assert (state_of(uid), number_of(Item)) == ("dry_run", 0)


@pytest.mark.usefixtures("row_by_row")
def test_somebody_faster_in_the_middle_only_costs_a_second_plan(monkeypatch):
    uid = checked("items", FIVE)
    write_until(monkeypatch, 3, Overtaken())
    apply_import(uid, actor=SYSTEM)
    assert (state_of(uid), counts(uid)) == ("applied", (5, 0, 0, 0))


class Cut(BaseException):
    """The process is killed."""


def cut_off(monkeypatch, parts):
    uid = checked("items", FIVE)
    with monkeypatch.context() as patch:
        write_until(patch, parts, Cut())
        with pytest.raises(Cut):
            apply_import(uid, actor=SYSTEM)
    assert (state_of(uid), len(not_retired())) == ("applying", parts - 1)
    return uid


@pytest.mark.usefixtures("row_by_row")
def test_an_import_that_was_cut_off_is_finished_by_whoever_applies_it_again(monkeypatch):
    uid = cut_off(monkeypatch, 3)
    for work, code in ((apply_import, "not_waiting"), (roll_back_import, "not_applied")):
        with pytest.raises(Conflict, match=code):
            work(uid, actor=SYSTEM)
    with long_afterwards():
        apply_import(uid, actor=SYSTEM)
    assert (state_of(uid), len(not_retired())) == ("applied", 5)
    with reading() as session:
        made = session.scalars(select(ImportChange).where(ImportChange.table_name == "item"))
        assert len({change.row_id for change in made}) == 5
    roll_back_import(uid, actor=SYSTEM)
    assert not_retired() == []


@pytest.mark.usefixtures("row_by_row")
def test_an_import_that_was_cut_off_can_be_taken_back(monkeypatch):
    uid = cut_off(monkeypatch, 4)
    with long_afterwards():
        roll_back_import(uid, actor=SYSTEM)
    assert (state_of(uid), not_retired()) == ("rolled_back", [])


def test_a_category_first_named_by_a_wrong_row_is_made_with_the_next():
    imported("items", "sku,单位,类别,条码\nA,,NEW,\nB,个,NEW,\n")
    assert [(row["sku"], row["category"]) for row in rows_of(ITEM_LIST)] == [("B", "NEW")]
