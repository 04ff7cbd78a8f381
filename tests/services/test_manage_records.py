"""Items, places and suppliers: what may be made and changed, and what the feed hears of it."""

import json
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from server.domain.errors import Conflict, InvalidInput, NotFound, NotPermitted, RuleViolated
from server.domain.people import SYSTEM, Actor
from server.services.bind_barcodes import BARCODES, create_barcode
from server.services.keep_records import change_record, create_record
from server.services.manage_items import CATEGORIES, ITEM_SITES, ITEMS, LOTS, create_item
from server.services.manage_places import (
    LOCATIONS,
    OWNERS,
    SITES,
    STATUSES,
    ZONES,
    go_live,
)
from server.services.manage_suppliers import SUPPLIER_ITEMS, SUPPLIERS
from server.store.db import reading, unit_of_work
from server.store.founding import GOOD_STATUS_ID, OWN_OWNER_ID
from server.store.models import (
    Balance,
    ItemSite,
    Location,
    PendingFeed,
    Position,
    Recalculation,
)
from server.store.queries.items import BARCODE_LIST, ITEM_LIST, LOT_LIST
from server.store.queries.places import LOCATION_LIST, SUPPLIER_ITEM_LIST
from server.store.queries.records import one, page

pytestmark = pytest.mark.usefixtures("app")

CLERK = Actor(user_id=None, role="clerk", site_ids=None)
DAY = date(2026, 8, 31)
BOLT = {"sku": "BOLT-8", "base_unit": "个", "name_zh": "不锈钢螺栓", "specification": "M8×40"}


def make_site(code="W1"):
    return create_record(SITES, {"code": code}, actor=SYSTEM)[0]


@pytest.fixture
def stocked_location():
    """(item, location) identities with five pieces of the item in the location."""
    site = make_site()
    item = create_item(BOLT, actor=SYSTEM)
    location = create_record(LOCATIONS, {"site": "W1", "code": "A", "kind": "bin"}, actor=SYSTEM)
    with unit_of_work() as session:
        position = Position(
            location_id=location[0],
            handling_unit_id=0,
            owner_id=OWN_OWNER_ID,
            status_id=GOOD_STATUS_ID,
            site_id=site,
            kind="bin",
        )
        session.add(position)
        session.flush()
        line = {"item_id": item[0], "lot_id": 0, "serial_id": 0, "on_hand": Decimal(5)}
        session.add(Balance(position_id=position.id, **line))
    return item, location


def find(listing, identity):
    with reading() as session:
        return one(session, listing, identity, sites=None)


def search(listing, **filters):
    with reading() as session:
        return page(session, listing, sites=None, limit=500, filters=filters)


def heard(topic):
    with reading() as session:
        rows = session.scalars(select(PendingFeed.payload).where(PendingFeed.topic == topic))
        return [json.loads(row) for row in rows]


def test_an_item_is_made_with_its_packagings_and_barcodes():
    identity = create_item(
        BOLT
        | {
            "packagings": [{"name": "箱", "quantity": Decimal(12)}],
            "barcodes": [{"code": "690123"}, {"code": "1690123", "packaging": "箱"}],
        },
        actor=SYSTEM,
    )
    item = find(ITEM_LIST, identity)
    assert item["packagings"][0]["quantity"] == Decimal(12)
    codes = {row["code"]: row["packaging"] for row in search(BARCODE_LIST, item="bolt-8")}
    assert codes == {"690123": None, "1690123": "箱"}


def test_a_sku_is_unique_whatever_its_width_and_case():
    create_item(BOLT, actor=SYSTEM)
    with pytest.raises(Conflict, match="already_exists"):
        create_item(BOLT | {"sku": "ｂｏｌｔ-８"}, actor=SYSTEM)


@pytest.mark.parametrize("words", ["bxgls", "螺栓", "m8", "bolt 不锈", "ＢＯＬＴ"])
def test_an_item_is_found_by_sku_name_specification_and_pinyin_initials(words):
    create_item(BOLT, actor=SYSTEM)
    create_item({"sku": "NUT", "base_unit": "个", "name_zh": "螺母"}, actor=SYSTEM)
    assert [row["sku"] for row in search(ITEM_LIST, q=words)] == ["BOLT-8"]


def test_a_percent_sign_in_a_search_is_only_a_percent_sign():
    create_item(BOLT, actor=SYSTEM)
    assert search(ITEM_LIST, q="%") == []


def test_a_changed_name_is_what_the_item_is_found_by():
    identity = create_item(BOLT, actor=SYSTEM)
    change_record(ITEMS, identity, {"name_zh": ""}, version=1, actor=SYSTEM)
    assert search(ITEM_LIST, q="bxgls") == []


def test_a_change_from_an_old_version_is_refused():
    identity = create_item(BOLT, actor=SYSTEM)
    change_record(ITEMS, identity, {"name_en": "bolt"}, version=1, actor=SYSTEM)
    with pytest.raises(Conflict, match="stale_version"):
        change_record(ITEMS, identity, {"name_en": "screw"}, version=1, actor=SYSTEM)


def test_a_change_of_nothing_neither_raises_the_version_nor_tells_anybody():
    identity = create_item(BOLT, actor=SYSTEM)
    change_record(ITEMS, identity, {"name_zh": BOLT["name_zh"]}, version=1, actor=SYSTEM)
    assert find(ITEM_LIST, identity)["version"] == 1
    assert len(heard("item.changed")) == 1


def test_the_feed_names_the_changed_fields_but_never_a_cost():
    identity = create_item(BOLT, actor=SYSTEM)
    change_record(ITEMS, identity, {"standard_cost": Decimal("9.87")}, version=1, actor=SYSTEM)
    last = heard("item.changed")[-1]
    assert last == {"id": identity[0], "sku": "BOLT-8", "fields": ["standard_cost"]}


def test_a_clerk_cannot_set_a_cost():
    with pytest.raises(NotPermitted):
        create_item(BOLT | {"standard_cost": Decimal(1)}, actor=CLERK)


def test_a_retired_item_stays_and_can_come_back():
    identity = create_item(BOLT, actor=SYSTEM)
    change_record(ITEMS, identity, {"retired": True}, version=1, actor=SYSTEM)
    assert find(ITEM_LIST, identity)["retired"]
    change_record(ITEMS, identity, {"retired": False}, version=2, actor=SYSTEM)
    assert not find(ITEM_LIST, identity)["retired"]


def test_categories_make_a_tree_without_circles():
    tools = create_record(CATEGORIES, {"code": "TOOLS"}, actor=SYSTEM)
    create_record(CATEGORIES, {"code": "HAND", "parent": "tools"}, actor=SYSTEM)
    with pytest.raises(RuleViolated, match="category_circle"):
        change_record(CATEGORIES, tools, {"parent": "HAND"}, version=1, actor=SYSTEM)


def test_a_site_is_made_with_one_virtual_location_of_each_kind():
    make_site()
    codes = {row["code"] for row in search(LOCATION_LIST, physical=False)}
    assert codes == {
        "@supplier",
        "@customer",
        "@adjustment",
        "@scrap",
        "@production",
        "@transit",
    }


def test_nobody_makes_or_changes_a_virtual_location():
    make_site()
    place = {"site": "W1", "kind": "bin"}
    for code in ("@supplier", "＠mine"):
        with pytest.raises(InvalidInput, match="reserved_code"):
            create_record(LOCATIONS, place | {"code": code}, actor=SYSTEM)
    virtual = search(LOCATION_LIST, physical=False)[0]
    with pytest.raises(RuleViolated, match="virtual_location"):
        change_record(LOCATIONS, (virtual["id"],), {"name": "x"}, version=1, actor=SYSTEM)


def test_a_location_is_found_by_its_code_as_a_barcode_and_by_its_earlier_ones():
    make_site()
    create_record(ZONES, {"site": "W1", "code": "A"}, actor=SYSTEM)
    place = {"site": "w1", "zone": "a", "code": "A-01", "kind": "bin"}
    identity = create_record(LOCATIONS, place, actor=SYSTEM)
    change_record(LOCATIONS, identity, {"code": "A-1"}, version=1, actor=SYSTEM)
    found = {row["code"]: row["location"] for row in search(BARCODE_LIST, kind="location")}
    assert found == {"A-01": "A-1", "A-1": "A-1"}


def test_somebody_elses_site_looks_as_if_it_were_not_there():
    near, far = make_site("W1"), make_site("W2")
    supervisor = Actor(user_id=None, role="supervisor", site_ids=frozenset({near}))
    place = {"site": "W2", "code": "A", "kind": "bin"}
    with pytest.raises(NotFound, match="unknown_site"):
        create_record(LOCATIONS, place, actor=supervisor)
    identity = create_record(LOCATIONS, place, actor=SYSTEM)
    with pytest.raises(NotFound, match="unknown_location"):
        change_record(LOCATIONS, identity, {"name": "x"}, version=1, actor=supervisor)
    with reading() as session:
        assert one(session, LOCATION_LIST, identity, sites=frozenset({near})) is None
        rows = page(session, BARCODE_LIST, sites=frozenset({far}), limit=9)
        assert [row["code"] for row in rows] == ["A"]


def test_a_time_zone_must_exist():
    for name in ("Mars/Olympus", "", "../etc/passwd"):
        with pytest.raises(InvalidInput, match="unknown_time_zone"):
            create_record(SITES, {"code": "X", "time_zone": name}, actor=SYSTEM)


def test_planning_changes_ask_for_recalculation():
    site = make_site()
    item = create_item(BOLT, actor=SYSTEM)[0]
    values = {"item": "BOLT-8", "site": "W1", "reorder_point": Decimal(10)}
    identity = create_record(ITEM_SITES, values, actor=SYSTEM)
    change_record(ITEM_SITES, identity, {"reorder_point": Decimal(20)}, version=1, actor=SYSTEM)
    with reading() as session:
        row = session.execute(select(Recalculation)).scalar_one()
        assert (row.item_id, row.site_id, row.wanted) == (item, site, 2)
        assert session.get_one(ItemSite, identity).reorder_point == Decimal(20)


def test_going_live_asks_for_recalculation_of_what_is_planned_and_happens_once():
    site = make_site()
    create_item(BOLT, actor=SYSTEM)
    create_record(ITEM_SITES, {"item": "BOLT-8", "site": "W1"}, actor=SYSTEM)
    go_live(site, actor=SYSTEM)
    with reading() as session:
        assert session.execute(select(Recalculation.wanted)).scalar_one() == 2
    with pytest.raises(RuleViolated, match="already_live"):
        go_live(site, actor=SYSTEM)


def test_our_own_owner_cannot_be_retired():
    with pytest.raises(RuleViolated, match="own_owner"):
        change_record(OWNERS, (OWN_OWNER_ID,), {"retired": True}, version=1, actor=SYSTEM)


def test_a_status_of_ones_own_says_whether_its_stock_may_be_promised():
    identity = create_record(STATUSES, {"code": "HOLD", "available": False}, actor=SYSTEM)
    change_record(STATUSES, identity, {"available": True}, version=1, actor=SYSTEM)


def test_only_one_supplier_of_an_item_is_preferred():
    create_item(BOLT, actor=SYSTEM)
    for code in ("S1", "S2"):
        create_record(SUPPLIERS, {"code": code}, actor=SYSTEM)
        terms = {"supplier": code, "item": "BOLT-8", "preferred": True, "lead_time_days": 7}
        create_record(SUPPLIER_ITEMS, terms, actor=SYSTEM)
    preferred = {row["supplier"]: row["preferred"] for row in search(SUPPLIER_ITEM_LIST)}
    assert preferred == {"S1": False, "S2": True}


def test_one_barcode_may_stand_for_several_items_but_only_once_for_each():
    create_item(BOLT, actor=SYSTEM)
    create_item({"sku": "NUT", "base_unit": "个"}, actor=SYSTEM)
    for sku in ("BOLT-8", "NUT"):
        create_barcode({"code": "0123", "item": sku}, actor=SYSTEM)
    with pytest.raises(Conflict, match="already_exists"):
        create_barcode({"code": "０123", "item": "NUT"}, actor=SYSTEM)
    assert len(search(BARCODE_LIST, code="0123")) == 2


def test_a_retired_barcode_comes_back_when_it_is_bound_again():
    create_item(BOLT, actor=SYSTEM)
    identity = create_barcode({"code": "0123", "item": "BOLT-8"}, actor=SYSTEM)
    change_record(BARCODES, identity, {"retired": True}, version=1, actor=SYSTEM)
    assert create_barcode({"code": "0123", "item": "BOLT-8"}, actor=SYSTEM) == identity
    assert not find(BARCODE_LIST, identity)["retired"]


def test_a_lots_expiry_comes_from_its_production_date_and_the_shelf_life():
    create_item(BOLT | {"shelf_life": 6, "shelf_life_unit": "month"}, actor=SYSTEM)
    values = {"item": "BOLT-8", "code": "L1", "production_date": DAY}
    lot = find(LOT_LIST, create_record(LOTS, values, actor=SYSTEM))
    assert lot["expires_on"].isoformat() == "2027-02-28"


def test_the_none_lot_is_never_shown_and_never_changed():
    assert search(LOT_LIST) == []
    with pytest.raises(NotFound):
        change_record(LOTS, (0,), {"code": "x"}, version=1, actor=SYSTEM)


def test_stock_keeps_its_item_and_location_from_being_retired(stocked_location):
    item, location = stocked_location
    for kind, identity in ((ITEMS, item), (LOCATIONS, location)):
        with pytest.raises(RuleViolated, match="still_in_stock"):
            change_record(kind, identity, {"retired": True}, version=1, actor=SYSTEM)


def test_pages_follow_each_other_without_gap_or_repetition():
    for number in range(7):
        create_item({"sku": f"I{number}", "base_unit": "个"}, actor=SYSTEM)
    seen, after = [], ()
    with reading() as session:
        while rows := page(session, ITEM_LIST, sites=None, after=after, limit=3):
            seen += [row["sku"] for row in rows]
            after = (rows[-1]["id"],)
    assert seen == [f"I{number}" for number in range(7)]


def test_locations_carry_no_key_longer_than_the_index_allows():
    make_site()
    with pytest.raises(InvalidInput, match="bad_code"):
        create_record(LOCATIONS, {"site": "W1", "code": "ﷺ" * 150, "kind": "bin"}, actor=SYSTEM)
    with reading() as session:
        assert session.scalars(select(Location.id).where(Location.kind == "bin")).all() == []
