"""Reports: the figures, their totals and explanations, pages, files, and who sees what."""

import csv
import dataclasses
import io
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from server.domain.people import SYSTEM
from server.domain.reports import REPORTS
from server.services.keep_records import create_record
from server.services.manage_items import CATEGORIES, create_item
from server.services.recalculate import TurnoverPolicy, recalculate_due
from server.services.refresh_stock_flows import refresh_stock_flows
from server.store.installation import settings
from tests.api.shelves import furnish, receive, request

TODAY = "2026-11-18"  # the day of NOON in Shanghai
OCTOBER = "from=2026-10-01&to=2026-10-31"
NOVEMBER = "from=2026-11-01&to=2026-11-30"


@pytest.fixture
def shop(world):
    """October: 100 bolts bought at 2.5, 12 sold; November: 20 more at 3, 5 scrapped, a sale undone;
    milk that expires; a price that came late."""
    furnish(world)
    create_record(CATEGORIES, {"code": "HARDWARE", "name_zh": "五金"}, actor=SYSTEM)
    create_record(CATEGORIES, {"code": "BOLTS", "parent": "HARDWARE"}, actor=SYSTEM)
    create_item({"sku": "=NUT", "base_unit": "pcs", "category": "BOLTS"}, actor=SYSTEM)
    receive(world, "M8", "100", occurred_at="2026-10-05T04:00:00.000Z")
    request(
        world, "pick_line", item="M8", quantity="12", from_="A-01",
        occurred_at="2026-10-20T04:00:00.000Z",
    )  # fmt: skip
    receive(world, "M8", "20", unit_cost="3", occurred_at="2026-11-03T04:00:00.000Z")
    request(
        world, "scrap_stock", item="M8", quantity="5", from_="A-01", reason="bent",
        occurred_at="2026-11-04T04:00:00.000Z",
    )  # fmt: skip
    sold = request(world, "pick_line", item="M8", quantity="3", from_="A-01")
    request(world, "undo", command=sold["id"], how="put_back")
    request(world, "put_away", item="M8", quantity="4", from_="A-01", to="A-02")
    receive(world, "=NUT", "8", unit_cost="0.5")
    receive(world, "MILK", "6", lot="L1", expires_on="2026-11-25")
    receive(world, "MILK", "9", lot="L2", expires_on="2027-05-01")
    return world


def ask(world, path, role="planner", status=200):
    answer = world.as_role(role).get(f"/reports/{path}")
    assert answer.status_code == status, answer.json
    return answer.json


def cells(answer, *names):
    return [tuple(row[name] for name in names) for row in answer["rows"]]


def test_opening_plus_in_less_out_is_closing_for_quantity_and_value(shop):
    october = ask(shop, f"stock_summary?{OCTOBER}&item=M8")
    (row,) = october["rows"]
    assert (row["opening_quantity"], row["in_receive_line_quantity"]) == ("0", "100")
    assert (row["out_pick_line_quantity"], row["out_pick_line_value"]) == ("12", "30")
    assert (row["closing_quantity"], row["closing_value"]) == ("88", "220")
    (row,) = ask(shop, f"stock_summary?{NOVEMBER}&item=M8")["rows"]
    assert (row["opening_quantity"], row["opening_value"]) == ("88", "220")
    # The sale that was undone is no sale and no receipt; put-away crosses nothing.
    assert "out_pick_line_quantity" not in row
    assert row["in_quantity"] == "20"
    assert row["out_quantity"] == row["out_scrap_stock_quantity"] == "5"
    assert row["closing_quantity"] == "103"
    opening, entered, left, closing = (
        Decimal(row[f"{name}_value"]) for name in ("opening", "in", "out", "closing")
    )
    assert opening + entered - left == closing


def test_it_says_how_it_was_computed_with_the_very_figures(shop):
    told = ask(shop, f"stock_summary?{NOVEMBER}&group=site")
    figures = {k: Decimal(v["quantity"]) for k, v in told["how"]["figures"].items()}
    assert figures["opening"] + figures["in"] - figures["out"] == figures["closing"] == 126
    assert told["totals"]["closing_quantity"] == "126"
    assert told["how"]["formula"] == "opening + in - out = closing"


def test_every_group_adds_up_to_the_same_total(shop):
    for group in ("item", "item_site", "category", "site", "owner"):
        for path in (f"stock_summary?{NOVEMBER}&", "valuation?", "ageing?"):
            told = ask(shop, f"{path}group={group}")
            name = "closing_value" if "summary" in path else "value"
            parts = sum(Decimal(row[name]) for row in told["rows"])
            assert parts == Decimal(told["totals"][name]) == Decimal("308.537"), (path, group)


def test_sums_that_a_job_derived_are_those_of_the_ledger_itself(shop):
    paths = (f"stock_summary?{NOVEMBER}", "valuation?as_of=2026-11-03", "item_ledger?item=M8")
    before = [ask(shop, path) for path in paths]
    while refresh_stock_flows():
        pass
    assert [ask(shop, path) for path in paths] == before


def test_a_category_holds_what_is_below_it_and_a_row_leads_to_its_items(shop):
    told = ask(shop, f"stock_summary?{NOVEMBER}&group=category&category=HARDWARE")
    assert cells(told, "category", "closing_quantity") == [("BOLTS", "8")]
    drill = told["rows"][0]["drill"]
    assert drill["report"] == "stock_summary"
    query = "&".join(f"{k}={v}" for k, v in drill.items() if k != "report")
    assert cells(ask(shop, f"stock_summary?{query}"), "item") == [("=NUT",)]


def test_the_item_ledger_has_a_running_balance_and_leads_to_movements(shop):
    told = ask(shop, f"item_ledger?item=M8&from=2026-10-01&to={TODAY}")
    assert cells(told, "kind", "in_quantity", "out_quantity", "balance_quantity") == [
        ("receive_line", "100", "0", "100"),
        ("pick_line", "0", "12", "88"),
        ("receive_line", "20", "0", "108"),
        ("scrap_stock", "0", "5", "103"),
        ("pick_line", "0", "3", "100"),
        ("pick_line", "0", "-3", "103"),
    ]
    assert told["totals"]["balance_quantity"] == "103"
    movement = shop.as_role("planner").get(told["rows"][0]["drill"]["path"]).json
    assert (movement["kind"], movement["quantity"]) == ("receive_line", "100")
    later = ask(shop, f"item_ledger?item=M8&{NOVEMBER}")
    assert later["rows"][0]["balance_quantity"] == "108"
    sales = ask(shop, f"item_ledger?item=M8&from=2026-10-01&to={TODAY}&kind=pick_line")
    assert cells(sales, "out_quantity") == [("12",), ("3",), ("-3",)]
    assert "balance_quantity" not in sales["rows"][0]


PAGED = (
    f"item_ledger?item=M8&from=2026-10-01&to={TODAY}",
    f"stock_summary?{NOVEMBER}",
    "valuation?group=site",
    "ageing?group=item",
    "expiry?days=900",
    f"turnover?{NOVEMBER}",
)


def test_pages_tell_every_row_once_and_go_on_with_the_balance(shop):
    for path in PAGED:
        whole, seen, cursor = ask(shop, path)["rows"], [], ""
        while cursor is not None:
            told = ask(shop, f"{path}&limit=1{cursor and f'&cursor={cursor}'}")
            seen += told["rows"]
            cursor = told["next_cursor"]
        assert seen == whole, path


def test_valuation_ties_to_the_ledger_on_any_day(shop):
    assert ask(shop, "valuation?as_of=2026-10-04")["rows"] == []
    (row,) = ask(shop, "valuation?as_of=2026-10-31&item=M8")["rows"]
    assert (row["quantity"], row["value"], row["unit_cost"]) == ("88", "220", "2.5")
    stock = shop.as_role("planner").get("/stock?group=item").json["rows"]
    now = ask(shop, "valuation?")
    assert {row["item"]: row["value"] for row in now["rows"]} == {
        row["item"]: row["value"] for row in stock
    }


def test_a_later_price_is_in_the_valuation_of_the_day_it_counts_for(shop):
    first = shop.as_role("planner").get("/movements?item=M8&kind=receive_line").json["rows"][-1]
    priced = {"movement_id": first["id"], "unit_cost": "2.6"}
    assert shop.as_role("supervisor").post("/revaluations", json=priced).status_code == 201
    told = ask(shop, "stock_summary?from=2026-10-01&to=2026-11-30&item=M8")
    (row,) = told["rows"]
    assert Decimal(row["in_revaluation_value"]) != 0
    (worth,) = ask(shop, "valuation?item=M8")["rows"]
    pools = shop.as_role("planner").get("/stock?group=item&item=M8").json["rows"]
    assert worth["value"] == row["closing_value"] == pools[0]["value"]


def test_ageing_takes_the_newest_receipts_for_what_is_there(shop):
    (row,) = ask(shop, "ageing?item=M8&buckets=10,30")["rows"]
    assert (row["0-10_quantity"], row["11-30_quantity"], row["31+_quantity"]) == ("0", "20", "83")
    ages = sum(Decimal(row[f"{name}_value"]) for name in ("0-10", "11-30", "31+"))
    assert ages == Decimal(row["value"])
    (then,) = ask(shop, "ageing?item=M8&as_of=2026-10-31&buckets=10,30")["rows"]
    assert then["11-30_quantity"] == "88"
    lots = ask(shop, "ageing?item=MILK&by=lot")
    assert (lots["rows"][0]["0-30_quantity"], lots["how"]["method"]) == ("15", "lot_age")


def test_turnover_by_group_shows_its_method_and_inputs(shop):
    while recalculate_due(TurnoverPolicy()).keys:
        pass
    told = ask(shop, f"turnover?{OCTOBER}&method=end_points&item=M8")
    (row,) = told["rows"]
    assert (row["cogs"], row["average_inventory"], row["method"]) == ("30", "110", "end_points")
    assert row["how"]["opening_value"] == "0"
    whole = ask(shop, f"turnover?{OCTOBER}&method=end_points&group=all")
    assert whole["totals"]["ratio"] == row["ratio"] == "0.272727"
    assert ask(shop, f"turnover?{OCTOBER}", role="clerk", status=403)["code"] == "not_permitted"


def test_below_minimum_says_what_to_buy_and_expiry_what_to_sell(shop):
    plan = {"item": "M8", "site": "SH1", "reorder_point": "200", "target_level": "300"}
    assert shop.as_role("planner").post("/item-sites", json=plan).status_code == 201
    (row,) = ask(shop, "below_minimum")["rows"]
    assert (row["available"], row["shortage"], row["to_buy"]) == ("103", "97", "197")
    told = ask(shop, "expiry?days=30")
    assert cells(told, "lot", "days_left", "quantity", "value") == [("L1", 7, "6", "15")]
    assert told["totals"] == {"quantity": "6", "value": "15", "rows": 1}


def set_to(world, key, value):
    put = world.as_role("administrator").put(
        f"/settings/{key}",
        json={"value": value, "reason": "house rule"},
        headers={"If-Match": '"0"'},
    )
    assert put.status_code == 200, put.json


def test_buckets_and_days_ahead_are_the_house_s_unless_a_query_says_otherwise(shop):
    assert ask(shop, "ageing")["how"]["buckets"] == [30, 60, 90, 180, 365]
    assert len(ask(shop, "expiry")["rows"]) == 1
    set_to(shop, "report.ageing_days", [10, 20])
    set_to(shop, "report.expiry_days", 365)
    assert ask(shop, "ageing")["how"]["buckets"] == [10, 20]
    assert ask(shop, "ageing?buckets=7")["how"]["buckets"] == [7]
    assert cells(ask(shop, "expiry"), "lot") == [("L1",), ("L2",)]
    assert ask(shop, "expiry?days=0")["rows"] == []
    for nonsense in ([], [20, 10], [10, 10], ["10"], [0], "10", list(range(1, 14))):
        refused = shop.as_role("administrator").put(
            "/settings/report.ageing_days",
            json={"value": nonsense, "reason": ""},
            headers={"If-Match": '"1"'},
        )
        assert refused.json["code"] == "bad_setting_value", nonsense


def test_a_year_has_as_many_days_as_the_house_says(shop, monkeypatch):
    def annualised():
        told = ask(shop, f"turnover?{OCTOBER}&method=end_points&group=all")
        return Decimal(told["totals"]["annualised_ratio"])

    recalculate_due(TurnoverPolicy())
    assert annualised() == Decimal("3.211144")  # 365 ÷ 31 times a ratio of 0.272727
    shorter = dataclasses.replace(settings(), year_days=360)
    monkeypatch.setattr("server.services.report_turnover.settings", lambda: shorter)
    assert annualised() == Decimal("3.272727")  # twelve months of 30 days


def test_figures_of_one_kind_say_which_so_that_they_lead_to_its_movements(shop):
    told = ask(shop, f"stock_summary?{NOVEMBER}&item=M8")
    kinds = {column["name"]: column["movement_kind"] for column in told["columns"]}
    assert kinds["out_scrap_stock_quantity"] == "scrap_stock"
    assert kinds["closing_quantity"] == kinds["item"] == ""
    drill = {**told["rows"][0]["drill"], "kind": kinds["out_scrap_stock_quantity"]}
    query = "&".join(f"{name}={value}" for name, value in drill.items() if name != "report")
    (row,) = ask(shop, f"item_ledger?{query}")["rows"]
    assert (row["kind"], row["out_quantity"]) == ("scrap_stock", "5")


def test_who_may_not_read_cost_sees_no_money(shop):
    for name in sorted({*REPORTS} - {"turnover"}):
        query = "?item=M8" if name == "item_ledger" else ""
        told = ask(shop, f"{name}{query}", role="clerk")
        assert all(column["kind"] != "money" for column in told["columns"]), name
        assert "value" not in str(told).replace("value_date", ""), name
        content = shop.as_role("clerk").get(f"/report-files/{name}.csv{query}").data.decode()
        assert "金额" not in content, name
        assert "Value" not in content, name
    assert shop.as_role("clerk").get("/report-files/turnover.csv").status_code == 403


def test_another_site_is_neither_named_nor_counted(shop):
    assert ask(shop, "valuation?site=BJ2", status=404)["code"] == "unknown_site"
    receive(shop, "M8", "7", to="Z-01", site="BJ2")
    assert ask(shop, "valuation?item=M8&group=item")["rows"][0]["quantity"] == "103"
    chief = ask(shop, "valuation?item=M8&group=item", role="administrator")
    assert chief["rows"][0]["quantity"] == "110"


REFUSED = {
    "nonsense": "unknown_report",
    "valuation?days=3": "unknown_report_filter",
    "turnover?group=owner": "unknown_report_group",
    "stock_summary?from=2026-11-02&to=2026-11-01": "bad_period",
    "stock_summary?from=2026-11-02&period=today": "bad_period",
    "ageing?buckets=30,20": "bad_buckets",
    "ageing?buckets=x": "bad_buckets",
    "item_ledger": "field_required",
    "item_ledger?item=NOPE": "unknown_item",
    "item_ledger?item=M8&cursor=WzFd": "bad_cursor",
    "expiry?cursor=WyJ4Il0": "bad_cursor",
    "valuation?cursor=WzFd": "bad_cursor",
    "valuation?nonsense=1": "unknown_field",
}


def test_what_makes_no_sense_is_refused_with_its_code(shop):
    asked = {path: shop.as_role("planner").get(f"/reports/{path}") for path in REFUSED}
    assert {path: answer.json.get("code") for path, answer in asked.items()} == REFUSED
    assert {answer.status_code for answer in asked.values()} == {404, 422}


def test_files_have_titles_of_the_language_and_no_formulas(shop):
    answer = shop.as_role("planner").get("/report-files/valuation.csv?language=zh")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows[0][:2] == ["货品编码", "名称"]
    assert rows[1][0] == "'=NUT"
    assert rows[-1][0] == "合计"
    assert Decimal(rows[-1][-1]) == sum(Decimal(row[-1]) for row in rows[1:-1])
    answer = shop.as_role("planner").get(f"/report-files/stock_summary.xlsx?{NOVEMBER}&language=en")
    sheet = load_workbook(io.BytesIO(answer.data), read_only=True).active
    header = next(sheet.iter_rows(values_only=True))
    assert "In: Purchase receipt" in header
    wrong = shop.as_role("planner").get("/report-files/valuation.pdf")
    assert wrong.json["code"] == "unknown_export"
    refused = shop.as_role("planner").get("/report-files/item_ledger.csv")
    assert refused.json["code"] == "field_required"


def test_a_late_fact_after_closing_changes_only_the_open_month(shop):
    closed = ask(shop, f"stock_summary?{OCTOBER}")
    body = {"action": "close", "closed_through": "2026-10-31"}
    answer = shop.as_role("supervisor").post(f"/sites/{shop.sites['SH1']}/periods", json=body)
    assert answer.status_code == 201, answer.json
    before = ask(shop, f"item_ledger?item=M8&{NOVEMBER}")["totals"]
    receive(shop, "M8", "1", occurred_at="2026-10-16T04:00:00.000Z")
    assert ask(shop, f"stock_summary?{OCTOBER}") == closed
    after = ask(shop, f"item_ledger?item=M8&{NOVEMBER}")
    assert Decimal(after["totals"]["in_quantity"]) == Decimal(before["in_quantity"]) + 1
    late = after["rows"][0]
    assert (late["value_date"], late["occurred_at"][:10]) == ("2026-11-01", "2026-10-16")


def test_reports_are_listed_with_what_they_may_be_asked(shop):
    told = shop.as_role("clerk").get("/reports?language=zh").json["rows"]
    assert {row["name"] for row in told} == {*REPORTS} - {"turnover"}
    summary = next(row for row in told if row["name"] == "stock_summary")
    assert summary["title"] == "收发存汇总表"
    assert {"from", "to", "period"} <= {*summary["filters"]}
    assert shop.as_role("operator").get("/reports").status_code == 403
