"""Stock and movements as people look at them: by site, by right, page by page, to the cent."""

from decimal import Decimal
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from server.store.db import reading
from server.store.models import CostPool, Count
from server.store.queries import stock
from tests.api.shelves import furnish, receive, request


@pytest.fixture(autouse=True)
def shelves(world):
    furnish(world)


def test_a_balance_is_shown_with_its_codes_and_what_is_available(world):
    receive(world, "MILK", "12.5", lot="L1", unit="P1", expires_on="2027-03-01")
    receive(world, "M8", "7", status="INSPECTION")
    milk, bolt = sorted(world.as_role("clerk").get("/stock").json["rows"], key=lambda r: r["lot"])[
        ::-1
    ]
    facts = ("site", "location", "item", "lot", "expires_on", "unit", "status", "owner")
    assert [milk[name] for name in facts] == [
        "SH1", "A-01", "MILK", "L1", "2027-03-01", "P1", "GOOD", "OWN",
    ]  # fmt: skip
    assert (milk["on_hand"], milk["reserved"], milk["available"]) == ("12.5", "0", "12.5")
    assert (bolt["on_hand"], bolt["available"]) == ("7", "0")


def test_costs_are_only_for_those_who_may_read_them(world):
    receive(world, "M8", "4")
    for path in ("/stock", "/stock?group=item", "/movements"):
        clerk, planner = (world.as_role(role).get(path).json for role in ("clerk", "planner"))
        assert {"value", "unit_cost", "cogs"} & set(clerk["rows"][0]) == set()
        assert planner["rows"][0]["value"] == "10"
        assert clerk.get("value") is None


def test_another_site_looks_like_none(world):
    receive(world, "M8", "4", to="Z-01", site="BJ2")
    clerk = world.as_role("clerk")
    for path in ("/stock", "/stock?group=item", "/stock?group=location", "/movements"):
        assert clerk.get(path).json["rows"] == []
        both = "&" if "?" in path else "?"
        assert clerk.get(f"{path}{both}site=BJ2").json["rows"] == []
    everything = world.as_role("administrator").get("/stock?site=BJ2").json
    assert [row["on_hand"] for row in everything["rows"]] == ["4"]


def test_totals_by_item_tie_to_the_cost_pool_to_the_cent(world):
    receive(world, "M8", "3", unit_cost="3.3333")
    receive(world, "M8", "4", to="A-02", unit_cost="2.7777")
    request(world, "pick_line", from_="A-01", item="M8", quantity="1")
    receive(world, "MILK", "7", lot="L1", unit_cost="0.0101")
    answer = world.as_role("planner").get("/stock?group=item").json
    with reading() as session:
        pools = dict(session.execute(select(CostPool.item_id, CostPool.value)).all())
    shown = [Decimal(row["value"]) for row in answer["rows"]]
    assert sorted(shown) == sorted(pools.values())
    assert Decimal(answer["value"]) == sum(pools.values())
    narrowed = world.as_role("planner").get("/stock?group=item&item=m8&location=a-02").json
    assert narrowed["rows"][0]["on_hand"] == "4"
    assert narrowed["value"] is None
    assert Decimal(narrowed["rows"][0]["value"]) < min(pools[1], Decimal(shown[0]))


@pytest.mark.parametrize("group", ["balance", "item", "location"])
def test_pages_tell_everything_once_in_order(world, group):
    for item, to in (("M8", "A-01"), ("M8", "A-02"), ("M8", "B-01")):
        receive(world, item, "1", to=to)
    for n, to in enumerate(("A-01", "A-01", "A-02", "B-01")):
        receive(world, "MILK", "1", to=to, lot=f"L{n}")
    planner = world.as_role("planner")
    whole = planner.get(f"/stock?group={group}").json["rows"]
    walked, cursor = [], ""
    while cursor is not None:
        page = planner.get(f"/stock?group={group}&limit=1&cursor={cursor}").json
        walked += page["rows"]
        cursor = page["next_cursor"]
    assert walked == whole
    assert len(whole) == {"balance": 7, "item": 2, "location": 3}[group]


def test_filters_narrow_by_every_code(world):
    receive(world, "MILK", "1", lot="L1", unit="P1")
    receive(world, "MILK", "2", to="A-02", lot="L2", status="INSPECTION")
    receive(world, "M8", "3", to="B-01")
    clerk = world.as_role("clerk")

    def found(query):
        return sorted(row["on_hand"] for row in clerk.get(f"/stock?{query}").json["rows"])

    assert found("item=milk") == ["1", "2"]
    assert found("lot=l2") == ["2"]
    assert found("location=b-01") == ["3"]
    assert found("unit=p1") == ["1"]
    assert found("status=inspection") == ["2"]
    assert found("owner=own&site=sh1") == ["1", "2", "3"]
    assert found("q=bxg") == ["3"]
    assert found("q=不锈钢") == ["3"]
    assert found("site=BJ2") == []
    assert clerk.get("/stock?color=red").json["code"] == "unknown_field"


def test_whoever_counts_a_place_is_not_told_what_the_books_hold_there(world):
    receive(world, "M8", "3")
    receive(world, "M8", "4", to="A-02")
    request(
        world, "count_line", role="clerk", count="00000000-0000-4000-8000-0000000000aa",
        location="A-01", item="M8", counted="3",
    )  # fmt: skip
    with reading() as session:
        location = session.scalar(select(Count.location_id))
    blind = world.as_role("clerk").get("/stock").json
    assert [row["location"] for row in blind["rows"]] == ["A-02"]
    assert blind["withheld"] == [str(location)]
    seeing = world.as_role("planner").get("/stock").json
    assert len(seeing["rows"]) == 2


def test_movements_come_newest_first_and_narrow_by_what_they_name(world):
    receive(world, "M8", "5")
    receive(world, "MILK", "6", to="A-02", lot="L1", document="PO-1")
    moved = request(world, "move_stock", from_="A-01", to="B-01", item="M8", quantity="2")
    clerk = world.as_role("clerk")

    def found(query=""):
        return [row["quantity"] for row in clerk.get(f"/movements?{query}").json["rows"]]

    assert found() == ["2", "6", "5"]
    assert found("item=M8") == ["2", "5"]
    assert found("location=b-01") == ["2"]
    assert found("location=A-01&site=SH1") == ["2", "5"]
    assert found("site=SH1") == ["2", "6", "5"]
    assert found("lot=L1") == found("document=PO-1") == ["6"]
    assert found("from=2100-01-01T00:00:00Z") == []
    assert found("to=2100-01-01T00:00:00Z") == ["2", "6", "5"]
    assert found(f"command={moved['id']}") == ["2"]
    newest = clerk.get("/movements?limit=1").json
    assert newest["rows"][0]["from"]["location"] == "A-01"
    assert newest["rows"][0]["to"]["location"] == "B-01"
    second = clerk.get(f"/movements?limit=1&cursor={newest['next_cursor']}").json
    assert [row["quantity"] for row in second["rows"]] == ["6"]
    one = clerk.get(f"/movements/{newest['rows'][0]['id']}").json
    assert one == newest["rows"][0]
    assert clerk.get("/movements/999").json["code"] == "unknown_movement"


@pytest.mark.parametrize("group", ["balance", "item", "location"])
def test_rare_and_common_things_are_found_alike_from_either_end(world, group, monkeypatch):
    for item, more in (("M8", {}), ("MILK", {"lot": "L1"}), ("M8", {"status": "DAMAGED"})):
        for place in ("A-01", "A-02", "B-01"):
            receive(world, item, "3", to=place, **more)
    receive(world, "DRILL", "1", serial="SN-1", to="Z-01", site="BJ2")
    asked = [
        {"group": group, "limit": "2", **filters}
        for filters in (
            {},
            {"site": "BJ2"},
            {"site": "SH1", "status": "DAMAGED"},
            {"owner": "OWN"},
            {"owner": "NOBODY"},
            {"item": "M8"},
            {"q": "bolt", "site": "SH1"},
            {"q": "zzzz"},
            {"location": "A-01"},
        )
    ]

    def found(few):
        monkeypatch.setattr(stock, "_FEW", few)
        return [list(pages(world, query)) for query in asked]

    named = found(1_000)
    assert named == found(0) == found(1)
    assert [len(rows) for rows in named][:5] == {
        "balance": [10, 1, 3, 10, 0],
        "item": [3, 1, 1, 3, 0],
        "location": [4, 1, 3, 4, 0],
    }[group]


def pages(world, query):
    """All rows, page by page."""
    cursor = ""
    while True:
        path = "/stock?" + urlencode({**query, "cursor": cursor})
        answer = world.as_role("administrator").get(path).json
        yield from answer["rows"]
        cursor = answer["next_cursor"]
        if not cursor:
            return
