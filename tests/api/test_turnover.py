"""Turnover: the stored figures, any period by any method, and groups that add up."""

from datetime import date
from decimal import Decimal

import pytest

from server.services.clock import use_clock
from server.services.recalculate import TurnoverPolicy, recalculate_due
from tests.factories_ledger import make_warehouse

DAY = date(2026, 11, 2)


@pytest.fixture
def history(world):
    """Two items at one site: 100 bought and 40 sold on the 2nd and 7th; 50 and 10 later."""
    here = make_warehouse("WH", items=2)
    here.move("supplier", "bin", 100, here.at(DAY, 0), value="100")
    here.move("bin", "customer", 40, here.at(date(2026, 11, 7), 0), value="40", cogs="40")
    here.move("supplier", "bin", 50, here.at(DAY, 0), value="50", item=1)
    here.move("bin", "customer", 10, here.at(date(2026, 11, 7), 0), value="10", cogs="10", item=1)
    while recalculate_due(TurnoverPolicy(days=90)).keys:
        pass
    return here


def ask(world, query="", role="administrator"):
    answer = world.as_role(role).get(f"/turnover?{query}")
    assert answer.status_code == 200, answer.json
    return answer.json["rows"]


def test_stored_figures_name_their_method_and_period(world, history):
    rows = ask(world)
    assert [(row["item"], row["site"], row["method"]) for row in rows] == [
        ("WH-0", "WH", "time_weighted"),
        ("WH-1", "WH", "time_weighted"),
    ]
    assert rows[0]["cogs"] == "40"
    assert rows[0]["on_hand"] == "60"
    assert rows[0]["inputs"]["formula"]


@pytest.mark.parametrize(
    ("method", "average", "ratio"),
    [
        ("end_points", "80", "0.5"),
        ("n_points", "80", "0.5"),
        ("time_weighted", "80", "0.5"),
    ],
)
def test_a_period_is_computed_by_the_method_that_was_asked_for(
    world, history, method, average, ratio
):
    """From the 3rd to the 10th: four days at 100, four at 60."""
    (row, _) = ask(world, f"method={method}&from=2026-11-03&to=2026-11-10")
    assert row["method"] == method
    assert (row["average_inventory"], row["ratio"]) == (average, ratio)
    assert row["inputs"]["opening_value"] == "100"
    assert row["inputs"]["closing_value"] == "60"
    assert row["period_days"] == 8


@pytest.mark.parametrize("group", ["site", "category", "all"])
def test_a_group_is_sum_of_cogs_over_sum_of_averages(world, history, group):
    period = "method=end_points&from=2026-11-03&to=2026-11-10"
    (whole,) = ask(world, f"{period}&group={group}")
    parts = ask(world, period)
    averages = sum(Decimal(row["average_inventory"]) for row in parts)
    assert Decimal(whole["cogs"]) == 50
    assert Decimal(whole["average_inventory"]) == averages == Decimal("125")
    assert whole["ratio"] == "0.4"
    assert (whole["members"], whole["method"]) == (2, "end_points")


def test_turnover_of_other_sites_and_without_the_right_is_not_shown(world, history):
    assert ask(world, role="planner") == []
    assert ask(world, "method=end_points", role="planner") == []
    assert world.as_role("clerk").get("/turnover").status_code == 403


@pytest.mark.parametrize(
    "period", ["from=2026-11-09&to=2026-11-01", "to=2999-01-01", "from=1900-01-01", "from=x"]
)
def test_periods_that_make_no_sense_are_refused(world, history, period):
    assert world.as_role("administrator").get(f"/turnover?{period}").status_code == 422


def test_pages_of_figures_tell_each_item_once(world, history):
    for query in ("", "&method=n_points"):
        first = world.as_role("administrator").get(f"/turnover?limit=1{query}").json
        cursor = first["next_cursor"]
        second = world.as_role("administrator").get(f"/turnover?limit=1&cursor={cursor}{query}")
        rows = first["rows"] + second.json["rows"]
        assert [row["item"] for row in rows] == ["WH-0", "WH-1"]
        assert second.json["next_cursor"] is None


def test_the_window_ends_today_at_the_site(world, history):
    with use_clock(lambda: history.at(date(2026, 11, 20), 12)):
        (row, _) = ask(world, "method=time_weighted")
    assert row["last_day"] == "2026-11-20"
    assert row["first_day"] == "2026-08-23"
