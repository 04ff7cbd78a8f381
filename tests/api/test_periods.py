"""Closing books: only past days, only once, and late facts count on the first open day."""

import pytest

from tests.api.shelves import furnish, receive

TODAY = "2026-11-18"  # the day of NOON in Shanghai


def change(world, action, through, role="supervisor", **more):
    body = {"action": action, "closed_through": through, **more}
    return world.as_role(role).post(f"/sites/{world.sites['SH1']}/periods", json=body)


def value_dates(world):
    return [row["value_date"] for row in world.as_role("planner").get("/movements").json["rows"]]


def test_facts_of_a_closed_day_count_on_the_first_open_one(world):
    furnish(world)
    assert change(world, "close", "2026-11-17").status_code == 201
    receive(world, "M8", "1", occurred_at="2026-11-16T04:00:00.000Z")
    assert value_dates(world) == [TODAY]
    change(world, "reopen", "2026-11-15", reason="invoice forgotten")
    receive(world, "M8", "1", occurred_at="2026-11-16T04:00:00.000Z")
    assert value_dates(world) == ["2026-11-16", TODAY]
    site = world.as_role("clerk").get("/sites").json["rows"][0]
    assert site["closed_through"] == "2026-11-15"


def test_a_day_that_is_not_over_cannot_be_closed_nor_a_closed_one_again(world):
    assert change(world, "close", TODAY).json["code"] == "period_not_over"
    assert change(world, "close", "2026-11-10").status_code == 201
    assert change(world, "close", "2026-11-09").json["code"] == "period_closed_already"
    assert change(world, "close", None).status_code == 422


def test_reopening_needs_a_reason_and_a_closed_day(world):
    assert change(world, "reopen", None, reason="x").json["code"] == "period_not_closed"
    change(world, "close", "2026-11-10")
    assert change(world, "reopen", "2026-11-05").json["code"] == "reason_required"
    assert change(world, "reopen", "2026-11-10", reason="x").json["code"] == "period_not_closed"
    assert change(world, "reopen", None, reason="invoice forgotten").status_code == 201
    rows = world.as_role("clerk").get(f"/sites/{world.sites['SH1']}/periods").json["rows"]
    assert [(row["action"], row["reason"], row["user"]) for row in rows] == [
        ("reopen", "invoice forgotten", "Supervisor"),
        ("close", "", "Supervisor"),
    ]


@pytest.mark.parametrize(
    ("role", "site", "status"),
    [("clerk", "SH1", 403), ("planner", "SH1", 403), ("supervisor", "BJ2", 404)],
)
def test_only_supervisors_of_the_site_close_its_books(world, role, site, status):
    body = {"action": "close", "closed_through": "2026-11-10"}
    answer = world.as_role(role).post(f"/sites/{world.sites[site]}/periods", json=body)
    assert answer.status_code == status


def test_at_the_desk_the_password_is_asked_again(world, clock):
    desk = world.signed_in("supervisor")
    clock.turn(minutes=16)
    body = {"action": "close", "closed_through": "2026-11-10"}
    refused = desk.post(f"/sites/{world.sites['SH1']}/periods", json=body)
    assert refused.json["code"] == "step_up_required"
