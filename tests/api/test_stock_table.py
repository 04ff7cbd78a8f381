"""Stock as one table: the same figures as page by page, for the same eyes, by any group."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from server.store.db import unit_of_work
from server.store.models import Count
from tests.api.shelves import furnish, receive


@pytest.fixture(autouse=True)
def shelves(world):
    furnish(world)
    receive(world, "M8", "7")
    receive(world, "M8", "3", to="A-02", status="INSPECTION")
    receive(world, "MILK", "2.5", lot="L1", unit="P1", expires_on="2027-03-01")
    receive(world, "M8", "100", to="Z-01", site="BJ2")


def table(api, **query):
    answer = api.get("/stock/table", query_string=query).json
    rows = [dict(zip(answer["columns"], row, strict=True)) for row in answer["rows"]]
    return rows, answer


def test_items_are_summed_per_site_as_on_the_pages(world):
    planner = world.as_role("planner")
    rows, answer = table(planner)
    pages = planner.get("/stock?group=item").json
    for name in ("item", "site", "owner", "on_hand", "reserved", "available", "value"):
        assert [row[name] for row in rows] == [row[name] for row in pages["rows"]]
    assert (answer["value"], answer["more"]) == (pages["value"], False)
    assert [(row["item"], row["on_hand"], row["available"]) for row in rows] == [
        ("M8", "10", "7"),
        ("MILK", "2.5", "2.5"),
    ]
    assert "不锈钢螺栓" in rows[0]["search"]


def test_costs_and_other_sites_are_not_for_everybody(world):
    rows, answer = table(world.as_role("clerk"))
    assert {"value", "unit_cost"} & set(rows[0]) == set()
    assert answer["value"] is None
    assert {row["site"] for row in rows} == {"SH1"}
    assert {row["site"] for row in table(world.as_role("administrator"))[0]} == {"SH1", "BJ2"}


@pytest.mark.parametrize(
    ("group", "facts", "expected"),
    [
        ("lot", ("item", "lot", "expires_on", "on_hand"), [("MILK", "L1", "2027-03-01", "2.5")]),
        ("unit", ("unit", "location", "item", "item_count"), [("P1", "A-01", "MILK", 1)]),
        (
            "location",
            ("location", "item_count", "balance_count", "unit_count", "below_zero_count"),
            [("A-01", 2, 2, 1, 0), ("A-02", 1, 1, 0, 0)],
        ),
        ("owner", ("owner", "item_count", "balance_count"), [("OWN", 2, 3)]),
        ("status", ("status", "promisable"), [("GOOD", True), ("INSPECTION", False)]),
        (
            "balance",
            ("item", "location", "on_hand", "available"),
            [("M8", "A-01", "7", "7"), ("M8", "A-02", "3", "0"), ("MILK", "A-01", "2.5", "2.5")],
        ),
    ],
)  # fmt: skip
def test_a_row_stands_for_what_it_is_grouped_by(world, group, facts, expected):
    rows, _ = table(world.as_role("clerk"), group=group)
    assert sorted(tuple(row[name] for name in facts) for row in rows) == expected


def test_filters_that_change_figures_are_the_servers_and_too_many_rows_are_said(world):
    clerk = world.as_role("clerk")
    assert [row["on_hand"] for row in table(clerk, status="inspection")[0]] == ["3"]
    rows, answer = table(clerk, limit=1)
    assert (len(rows), answer["more"]) == (1, True)
    assert clerk.get("/stock/table?group=shelf").status_code == 422


def test_who_counts_a_place_is_not_told_what_it_holds(world):
    clerk = world.as_role("clerk")
    user = clerk.get("/me").json["id"]
    place = world.as_role("administrator").get("/locations?code=A-02").json["rows"][0]
    with unit_of_work() as session:
        session.add(counting(int(place["id"]), world.sites["SH1"], int(user)))
    assert {row["location"] for row in table(clerk, group="balance")[0]} == {"A-01"}
    assert table(clerk, group="location")[1]["withheld"] == [place["id"]]
    assert len(table(world.as_role("planner"), group="balance")[0]) == 3


def counting(location_id, site_id, user_id):
    at = int(datetime(2026, 11, 28, tzinfo=UTC).timestamp() * 1000)
    return Count(
        uid=uuid4(), site_id=site_id, location_id=location_id, state="counting", started_by=user_id,
        whole=True, first_at=at,
    )  # fmt: skip
