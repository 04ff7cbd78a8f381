"""Counts over HTTP: counted blind on a handheld, decided at a desk by somebody else."""

from uuid import uuid4

import pytest

from tests.api.conftest import PASSWORD
from tests.api.pda import Pda, on_hand
from tests.api.shelves import furnish, receive

BOOKS = ("expected", "variance", "value", "moved_since", "moved_while_counting")


@pytest.fixture
def pda(world, clock):
    furnish(world)
    world.as_role("administrator").post(f"/sites/{world.sites['SH1']}/go-live")
    receive(world, "M8", "100")
    clock.turn(minutes=1)
    return Pda(world, clock)


@pytest.fixture
def desk(world):
    return world.as_role("supervisor")


def counted(pda, finish=True, **seen):
    """Count these items at A-01 and close it."""
    uid = str(uuid4())
    for item, quantity in seen.items():
        pda.make("count_line", count=uid, location="A-01", item=item, counted=quantity)
        pda.clock.turn(ms=1000)
    if finish:
        pda.make("finish_count", count=uid, location="A-01", whole=True)
    assert {a["status"] for a in pda.send()} == {"applied"}
    return uid


def newest(desk):
    row = desk.get("/counts").json["rows"][0]
    return desk.get(f"/counts/{row['id']}").json


def test_a_supervisor_sees_the_count_beside_the_books_and_approves_it(pda, desk, clock):
    uid = counted(pda, M8="97")
    pda.do("pick_line", from_="A-01", item="M8", quantity="10")
    count = newest(desk)
    assert (count["uid"], count["state"], count["blind"]) == (uid, "finished", False)
    line = count["lines"][0]
    assert {name: line[name] for name in ("item", "counted", *BOOKS)} == {
        "item": "M8",
        "counted": "97",
        "expected": "100",
        "variance": "-3",
        "value": "-7.5",
        "moved_since": "-10",
        "moved_while_counting": False,
    }
    assert (line["counted_by"], line["seen"], count["value"]) == ("Operator", True, "-7.5")
    answer = desk.post(f"/counts/{count['id']}/approve", json={"version": count["version"]})
    assert (answer.status_code, answer.json["state"]) == (200, "approved")
    assert answer.json["decided_by"] == "Supervisor"
    assert answer.json["lines"][0]["variance"] == "-3"
    assert on_hand("A-01") == "87"


def test_what_the_books_have_and_nobody_saw_counts_as_zero(pda, desk):
    counted(pda)
    line = newest(desk)["lines"][0]
    assert (line["item"], line["seen"], line["counted"], line["variance"]) == (
        "M8",
        False,
        "0",
        "-100",
    )


def test_nobody_sees_the_books_while_somebody_counts(pda, desk):
    counted(pda, finish=False, M8="97")
    count = newest(desk)
    assert (count["state"], count["blind"]) == ("counting", True)
    assert {count["lines"][0].get(name) for name in BOOKS} == {None}
    refused = desk.post(f"/counts/{count['id']}/approve", json={"version": count["version"]})
    assert (refused.status_code, refused.json["code"]) == (409, "count_not_finished")


def test_no_operator_and_no_handheld_sees_the_books(pda, desk, world):
    counted(pda, M8="97")
    count_id = newest(desk)["id"]
    assert world.as_device(pda.user_pass).get(f"/counts/{count_id}").status_code == 403
    assert world.as_role("operator").get("/counts").status_code == 403
    shown = world.as_device(world.user_pass("B-supervisor")).get(f"/counts/{count_id}").json
    assert shown["blind"]
    assert {shown["lines"][0].get(name) for name in BOOKS} == {None}


def test_who_counted_neither_sees_the_books_nor_decides(pda, desk, world):
    pda.user_pass = world.user_pass("B-supervisor")
    counted(pda, M8="97")
    count = newest(desk)
    assert count["blind"]
    refused = desk.post(f"/counts/{count['id']}/approve", json={"version": count["version"]})
    assert (refused.status_code, refused.json["code"]) == (403, "own_count")


def test_a_clerk_sees_the_variance_but_not_what_it_is_worth(pda, desk, world):
    counted(pda, M8="97")
    shown = world.as_role("clerk").get(f"/counts/{newest(desk)['id']}").json
    assert shown["lines"][0]["variance"] == "-3"
    assert "value" not in shown["lines"][0]
    assert "value" not in shown
    assert world.as_role("clerk").post(f"/counts/{shown['id']}/approve").status_code == 403


def test_a_stale_version_is_refused(pda, desk):
    counted(pda, M8="97")
    count = newest(desk)
    body = {"version": count["version"] - 1}
    refused = desk.post(f"/counts/{count['id']}/approve", json=body)
    assert (refused.status_code, refused.json["code"]) == (412, "stale_version")


def test_a_refused_count_posts_nothing_and_is_counted_again(pda, desk, world):
    counted(pda, M8="9")
    count = newest(desk)
    body = {"version": count["version"], "reason": "wrong shelf"}
    answer = desk.post(f"/counts/{count['id']}/refuse", json=body)
    assert (answer.json["state"], answer.json["decision"]) == ("refused", "wrong shelf")
    assert on_hand("A-01") == "100"
    tasks = world.as_role("operator").get("/count-tasks").json["rows"]
    assert [(t["kind"], t["location"], t["reason"]) for t in tasks] == [
        ("recount", "A-01", "count_refused")
    ]
    assert world.as_device().get("/count-tasks").status_code == 401
    assert world.as_device(pda.user_pass).get("/count-tasks").json["rows"] == tasks
    counted(pda, M8="99")
    assert world.as_role("operator").get("/count-tasks").json["rows"] == []


def test_approval_names_the_handhelds_not_heard_since(pda, desk, clock):
    counted(pda, M8="97")
    made = pda.make("pick_line", from_="A-01", item="M8", quantity="3")
    pda.send([])
    count = newest(desk)
    silent = count["silent_devices"][0]
    assert (silent["name"], silent["unsent"]) == ("PDA 1", 1)
    approve = f"/counts/{count['id']}/approve"
    body = {"version": count["version"]}
    refused = desk.post(approve, json=body)
    assert (refused.status_code, refused.json["code"]) == (409, "devices_silent")
    assert refused.json["fields"]["ids"] == [silent["id"]]
    body["acknowledged_devices"] = [silent["id"]]
    assert desk.post(approve, json=body).json["state"] == "approved"
    pda.send([made])
    assert on_hand("A-01") == "94"


def test_a_desk_session_gives_its_password_again_before_it_approves(pda, world, clock):
    counted(pda, M8="97")
    desk = world.signed_in("supervisor")
    clock.turn(minutes=16)
    count = newest(desk)
    approve, body = f"/counts/{count['id']}/approve", {"version": count["version"]}
    refused = desk.post(approve, json=body)
    assert (refused.status_code, refused.json["code"]) == (403, "step_up_required")
    assert desk.post("/sessions/step-up", json={"password": PASSWORD}).status_code < 300
    assert desk.post(approve, json=body).json["state"] == "approved"


def test_counts_of_other_sites_are_not_there(pda, desk, world):
    counted(pda, M8="97")
    far = world.client(world.token_for(world.add(role="supervisor", sites=["BJ2"])))
    assert far.get("/counts").json["rows"] == []
    count_id = newest(desk)["id"]
    for ask in (
        far.get(f"/counts/{count_id}"),
        far.post(f"/counts/{count_id}/approve", json={"version": 1}),
        far.post(f"/counts/{count_id}/refuse", json={"version": 1, "reason": "x"}),
    ):
        assert (ask.status_code, ask.json["code"]) == (404, "unknown_count")


def test_the_list_pages_and_narrows(pda, desk):
    for quantity in ("97", "98", "99"):
        counted(pda, M8=quantity)
    counted(pda, finish=False, M8="1")
    first = desk.get("/counts?state=finished&limit=2").json
    second = desk.get(f"/counts?state=finished&limit=2&cursor={first['next_cursor']}").json
    assert [len(first["rows"]), len(second["rows"]), second["next_cursor"]] == [2, 1, None]
    assert len(desk.get("/counts?state=finished&state=counting").json["rows"]) == 4
    assert desk.get("/counts?location=b-01").json["rows"] == []
    assert desk.get("/counts?state=lost").status_code == 422


def test_a_supervisor_reads_what_was_counted_of_lots_and_serials_by_their_codes(pda, desk, world):
    receive(world, "MILK", "4", lot="L1")
    receive(world, "DRILL", "1", serial="S1")
    pda.clock.turn(ms=1000)
    counted(pda, M8="100")
    lines = {line["item"]: line for line in newest(desk)["lines"]}
    assert (lines["MILK"]["lot"], lines["MILK"]["variance"]) == ("L1", "-4")
    assert (lines["DRILL"]["serial"], lines["DRILL"]["variance"]) == ("S1", "-1")


def test_of_two_who_decide_at_once_the_second_is_told_who_was_first(pda, desk, world):
    counted(pda, M8="97")
    count = newest(desk)
    body = {"version": count["version"]}
    assert desk.post(f"/counts/{count['id']}/approve", json=body).status_code == 200
    boss = world.as_role("administrator")
    for decision in ({**body, "reason": "no"}, body):
        verb = "refuse" if "reason" in decision else "approve"
        late = boss.post(f"/counts/{count['id']}/{verb}", json=decision)
        assert (late.status_code, late.json["code"]) == (409, "count_already_decided")
        assert late.json["fields"] == {"by": "Supervisor", "state": "approved"}
    assert on_hand("A-01") == "97"


def test_counts_that_wait_are_listed_in_short_for_who_may_decide(pda, desk, world):
    counted(pda, M8="97")
    row = desk.get("/counts/waiting").json["rows"][0]
    facts = ("item", "base_unit", "variance", "value", "variance_count", "silent_device_count")
    assert [row[name] for name in facts] == ["M8", "pcs", "-3", "-7.5", 1, 0]
    assert "value" not in world.as_role("clerk").get("/counts/waiting").json["rows"][0]
    desk.post(f"/counts/{row['id']}/approve", json={"version": row["version"]})
    assert desk.get("/counts/waiting").json["rows"] == []


def test_a_link_opens_one_count_for_a_day_and_decides_nothing(pda, desk, clock):
    counted(pda, M8="97")
    count_id = newest(desk)["id"]
    link = desk.get(f"/counts/{count_id}/link").json
    signature = link["url"].partition("?s=")[2]
    assert f"/c/{count_id}?s=" in link["url"]
    check = f"/counts/{count_id}/link-check?signature="
    assert desk.get(check + signature).json == {"expires_at": link["expires_at"]}
    assert newest(desk)["state"] == "finished"
    for wrong in (f"/counts/{int(count_id) + 1}/link-check?signature={signature}", check + "x.y"):
        assert desk.get(wrong).json["code"] == "bad_link"
    clock.turn(hours=24)
    assert desk.get(check + signature).json["code"] == "link_expired"
