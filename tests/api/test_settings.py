"""Business settings over HTTP: typed, bounded, per site or for all, with a history."""

import pytest
from sqlalchemy import select

from server.domain.people import SYSTEM
from server.domain.settings import PASS_HOURS
from server.services.keep_records import create_record
from server.services.manage_items import ITEM_SITES, create_item
from server.store.db import reading
from server.store.models import Recalculation
from server.store.settings import changes_page, setting_of

PASS = "/settings/person.pass_hours"


@pytest.fixture
def chief(world):
    """The administrator of every site."""
    return world.as_role("administrator")


def put(api, path, value, version, reason="", **query):
    return api.put(
        path,
        json={"value": value, "reason": reason},
        query_string=query,
        headers={"If-Match": f'"{version}"'},
    )


def hours(world, site):
    with reading() as session:
        return setting_of(session, PASS_HOURS, world.sites[site])


def test_a_sites_value_wins_over_that_of_all_and_null_goes_back(world, chief):
    assert put(chief, PASS, 10, 0, "short shifts").json["set_for"] == "all"
    own = put(chief, PASS, 8, 0, site="SH1")
    assert (own.json["value"], own.json["set_for"], own.headers["ETag"]) == (8, "site", '"1"')
    assert (hours(world, "SH1"), hours(world, "BJ2")) == (8, 10)
    back = put(chief, PASS, None, 1, site="SH1")
    assert (back.json["value"], back.json["set_for"], back.json["version"]) == (10, "all", 2)
    assert put(chief, PASS, None, 1).json["set_for"] == "usual"
    assert (hours(world, "SH1"), hours(world, "BJ2")) == (12, 12)


def test_the_history_says_who_changed_what_and_why(world, chief, clock):
    put(chief, PASS, 10, 0, "short shifts")
    clock.turn(minutes=1)
    put(chief, PASS, None, 1, "long ones again")
    rows = chief.get(f"{PASS}/history").json["rows"]
    assert [(row["before"], row["after"], row["reason"]) for row in rows] == [
        (10, None, "long ones again"),
        (None, 10, "short shifts"),
    ]
    assert {row["user"] for row in rows} == {"Administrator"}
    first = chief.get(f"{PASS}/history", query_string={"limit": 1}).json
    assert len(first["rows"]) == 1
    rest = chief.get(f"{PASS}/history", query_string={"cursor": first["next_cursor"]}).json
    assert [row["version"] for row in rest["rows"]] == [1]


def test_a_change_that_was_not_seen_is_not_overwritten(chief):
    put(chief, PASS, 10, 0)
    stale = put(chief, PASS, 11, 0)
    assert (stale.status_code, stale.json["code"]) == (412, "stale_version")
    assert chief.put(PASS, json={"value": 9}).status_code == 428
    assert chief.get(PASS).json["value"] == 10


def test_a_value_outside_kind_or_bounds_is_refused_and_the_bounds_are_told(sqlite_world):
    chief = sqlite_world.as_role("administrator")
    for value in (0, 25, "8", 8.5, True, [8], {}):
        refused = put(chief, PASS, value, 0)
        assert (refused.status_code, refused.json["code"]) == (422, "bad_setting_value"), value
        assert refused.json["fields"]["wanted"] == "whole 1…24"
    assert chief.get(PASS).json["set_for"] == "usual"


def test_decimals_are_kept_plainly_and_what_is_no_percentage_is_refused(sqlite_world):
    chief = sqlite_world.as_role("administrator")
    path = "/settings/planning.reorder_hysteresis_percent"
    for version, (value, kept) in enumerate([("12.50", "12.5"), ("1e1", "10"), ("0", "0")]):
        assert put(chief, path, value, version).json["value"] == kept
    for value in ("NaN", "-1", "100.5", "0.00001", 5, "five", "9" * 40):
        assert put(chief, path, value, 3).json["code"] == "bad_setting_value", value


def test_a_setting_of_the_site_is_the_sites_own_column_whichever_way_it_is_changed(sqlite_world):
    world, chief = sqlite_world, sqlite_world.as_role("administrator")
    path, site = "/settings/count.window_policy", f"/sites/{world.sites['SH1']}"
    nowhere = chief.get(path)
    assert (nowhere.status_code, nowhere.json["code"]) == (422, "setting_of_a_site")
    assert put(chief, path, "ask", 0, "audit", site="SH1").json["value"] == "ask"
    seen = chief.get(site)
    assert seen.json["window_policy"] == "ask"
    tag = {"If-Match": seen.headers["ETag"]}
    chief.patch(site, json={"window_policy": "accept"}, headers=tag)
    rows = chief.get(f"{path}/history", query_string={"site": "SH1"}).json["rows"]
    assert [(row["before"], row["after"], row["reason"]) for row in rows] == [
        ("ask", "accept", ""),
        ("recount", "ask", "audit"),
    ]
    assert put(chief, path, "never", 2, site="SH1").json["fields"]["wanted"] == (
        "recount | ask | accept"
    )


def test_scan_rules_have_the_same_history(sqlite_world):
    chief = sqlite_world.as_role("administrator")
    chief.put("/scans/rules", json={"separators": ["#"]})
    chief.delete("/scans/rules")
    with reading() as session:
        rows = changes_page(session, "scan_rules", 0, None, 10)
    assert [row["after"] and row["after"]["separators"] for row in rows] == [None, ["#"]]


def test_only_administrators_change_settings_and_only_of_their_sites(sqlite_world):
    world, chief = sqlite_world, sqlite_world.as_role("administrator")
    supervisor = world.as_role("supervisor")
    assert put(supervisor, PASS, 8, 0, site="SH1").json["code"] == "not_permitted"
    assert supervisor.get(PASS, query_string={"site": "SH1"}).json["value"] == 12
    assert supervisor.get(PASS, query_string={"site": "BJ2"}).json["code"] == "unknown_site"
    local = world.add(name="Local", role="administrator", sites=["SH1"])
    api = world.client(world.token_for(local))
    assert put(api, PASS, 8, 0).json["code"] == "not_permitted"
    assert put(api, PASS, 8, 0, site="SH1").status_code == 200
    assert chief.get("/settings/no.such").json["code"] == "unknown_setting"
    assert world.as_role("operator").get("/settings").status_code == 403


def test_every_setting_is_listed_with_its_words_and_bounds(sqlite_world):
    chief = sqlite_world.as_role("administrator")
    listed = chief.get("/settings", query_string={"site": "SH1"}).json
    by_key = {row["key"]: row for row in listed["rows"]}
    assert by_key["person.pass_hours"]["most"] == "24"
    assert by_key["site.location_mode"]["choices"] == ["none", "zone", "bin"]
    assert {row["group"] for row in listed["rows"]} <= {row["group"] for row in listed["groups"]}
    common = {row["key"] for row in chief.get("/settings").json["rows"]}
    assert by_key.keys() - common == {"site.location_mode", "count.window_policy"}


def test_a_shift_on_a_handheld_lasts_as_long_as_is_set(sqlite_world, clock):
    world, chief = sqlite_world, sqlite_world.as_role("administrator")
    put(chief, PASS, 1, 0, site="SH1")
    handheld = world.as_device(world.user_pass())
    assert handheld.get("/me").status_code == 200
    clock.turn(minutes=61)
    assert handheld.get("/me").json["code"] == "bad_user_pass"


def test_a_wider_hysteresis_of_the_house_has_every_planned_pair_looked_at(world, chief):
    [item] = create_item({"sku": "BOLT", "base_unit": "个"}, actor=SYSTEM)
    plan = {"item": "BOLT", "site": "SH1", "reorder_point": "10"}
    create_record(ITEM_SITES, plan, actor=SYSTEM)

    def wanted():
        with reading() as session:
            asked = select(Recalculation.wanted).where(Recalculation.item_id == item)
            return session.scalar(asked)

    before = wanted()
    put(chief, "/settings/planning.reorder_hysteresis_percent", "20", 0)
    assert wanted() == before + 1
