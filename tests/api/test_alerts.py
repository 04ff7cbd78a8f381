"""Reorder alerts: seen, acknowledged and silenced by those who may, one version at a time."""

from datetime import date
from decimal import Decimal

import pytest

from server.api.schemas.fields import instant_text
from server.services.recalculate import TurnoverPolicy, recalculate_due
from tests.factories_ledger import make_warehouse


@pytest.fixture
def alert(world):
    """One open alert at a new site: 5 left, reorder point 10."""
    here = make_warehouse("WH")
    here.move("supplier", "bin", 5, here.at(date(2026, 11, 2)), value="5")
    here.plan("10")
    while recalculate_due(TurnoverPolicy()).keys:
        pass
    (row,) = world.as_role("administrator").get("/alerts").json["rows"]
    return row


def test_an_open_alert_says_what_stands_against_what(alert):
    assert (alert["item"], alert["site"], alert["state"]) == ("WH-0", "WH", "triggered")
    assert (alert["position_now"], alert["reorder_point"]) == ("5", "10")


def test_acknowledging_names_who_and_needs_the_version_seen(world, alert):
    desk = world.as_role("administrator")
    path = f"/alerts/{alert['id']}/acknowledge"
    assert desk.post(path).status_code == 428
    seen = desk.get(f"/alerts/{alert['id']}").headers["ETag"]
    done = desk.post(path, headers={"If-Match": seen})
    assert (done.json["state"], done.json["acknowledged_by"]) == ("acknowledged", "Administrator")
    assert desk.post(path, headers={"If-Match": seen}).status_code == 412
    again = desk.post(path, headers={"If-Match": done.headers["ETag"]})
    assert again.json["version"] == done.json["version"]


def test_snoozing_lasts_until_an_instant_to_come(world, alert, clock):
    desk = world.as_role("administrator")
    path, tag = f"/alerts/{alert['id']}/snooze", {"If-Match": '"1"'}
    until = instant_text(clock.now + 60_000)
    done = desk.post(path, json={"until": until}, headers=tag)
    assert (done.json["state"], done.json["snoozed_until"]) == ("snoozed", until)
    tag = {"If-Match": done.headers["ETag"]}
    past = desk.post(path, json={"until": instant_text(clock.now)}, headers=tag)
    assert past.json["code"] == "snooze_ends_past"
    assert desk.get("/alerts?state=triggered").json["rows"] == []
    assert len(desk.get("/alerts?state=all").json["rows"]) == 1


def test_alerts_of_other_sites_look_like_none(world, alert):
    clerk, planner = world.as_role("clerk"), world.as_role("planner")
    assert clerk.get("/alerts").json["rows"] == []
    assert clerk.get(f"/alerts/{alert['id']}").json["code"] == "unknown_alert"
    tag = {"If-Match": '"1"'}
    refused = planner.post(f"/alerts/{alert['id']}/acknowledge", headers=tag)
    assert refused.json["code"] == "unknown_alert"
    assert clerk.post(f"/alerts/{alert['id']}/acknowledge", headers=tag).status_code == 403


def test_somebody_looks_after_an_alert_and_its_history_says_so(world, alert):
    desk = world.as_role("administrator")
    path = f"/alerts/{alert['id']}"

    def post(what, version, **body):
        return desk.post(f"{path}/{what}", headers={"If-Match": f'"{version}"'}, **body)

    nobody = post("assign", 1, json={"owner_id": str(world.users["clerk"])})
    assert nobody.json["code"] == "unfit_owner"  # the clerk of SH1 does not see this site
    chief = str(world.users["administrator"])
    mine = post("assign", 1, json={"owner_id": chief})
    assert (mine.json["owner"], mine.json["state"]) == ("Administrator", "triggered")
    assert [row["id"] for row in desk.get("/alerts?owner=me").json["rows"]] == [alert["id"]]
    assert desk.get("/alerts?owner=none").json["rows"] == []
    [count] = desk.get("/alerts/counts").json["rows"]
    assert (count["owner"], count["kind"], count["count"]) == ("Administrator", "reorder", 1)
    post("acknowledge", 2)
    told = [(row["event"], row["user"]) for row in desk.get(f"{path}/history").json["rows"]]
    assert told == [
        ("triggered", None),
        ("assigned", "Administrator"),
        ("acknowledged", "Administrator"),
    ]
    assert desk.get("/alerts?owner=nonsense").status_code == 422


def test_an_alert_reddens_below_the_safety_stock_and_eases_above(sqlite_world, clock):
    here = make_warehouse("WH")
    here.move("supplier", "bin", 5, here.at(date(2026, 11, 2)), value="5")
    here.plan("10", safety_stock=Decimal(4))

    def levels():
        while recalculate_due(TurnoverPolicy()).keys:
            pass
        rows = sqlite_world.as_role("administrator").get("/alerts").json["rows"]
        return [row["level"] for row in rows]

    assert levels() == ["usual"]
    here.move("bin", "customer", 2, here.at(date(2026, 11, 3)))
    assert levels() == ["red"]
    desk = sqlite_world.as_role("administrator")
    put = {"headers": {"If-Match": '"0"'}, "json": {"value": False}}
    desk.put("/settings/alert.red_below_safety", **put)
    assert levels() == ["usual"]
    here.move("bin", "customer", 3, here.at(date(2026, 11, 4)))
    assert levels() == ["red"]
    [row] = desk.get("/alerts").json["rows"]
    events = [each["event"] for each in desk.get(f"/alerts/{row['id']}/history").json["rows"]]
    assert events == ["triggered", "reddened", "eased", "reddened"]
