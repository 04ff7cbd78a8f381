"""The exceptions inbox: what was flagged, refused or is out of order comes in and clears itself."""

from uuid import uuid4

import pytest
from sqlalchemy import select

from server.api.schemas.fields import instant_text
from server.domain.people import SYSTEM
from server.services.manage_places import go_live
from server.services.number_feed import number_feed
from server.services.watch_exceptions import is_anything_unwatched, watch_exceptions
from server.services.watch_red_lines import watch_red_lines
from server.store.db import reading, unit_of_work
from server.store.models import Device, Lot
from tests.api.papers import add_partners, approved, draft, line
from tests.api.pda import Pda, on_hand
from tests.api.shelves import furnish, receive

pytestmark = pytest.mark.usefixtures("sqlite_people")
everywhere = pytest.mark.usefixtures("world")


@pytest.fixture
def pda(request, clock):
    """A handheld of a furnished house: on SQLite, or where a test is for everywhere, on both."""
    both = "world" in request.fixturenames
    world = request.getfixturevalue("world" if both else "sqlite_world")
    furnish(world)
    return Pda(world, clock)


@pytest.fixture
def desk(pda):
    return pda.world.as_role("supervisor")


def look():
    """What relay and worker do after a command."""
    number_feed()
    return watch_exceptions()


def inbox(desk, **query):
    look()
    return desk.get("/exceptions", query_string=query).json["rows"]


def act(desk, case, what, **body):
    headers = {"If-Match": f'"{case["version"]}"'}
    return desk.post(f"/exceptions/{case['id']}/{what}", headers=headers, **body)


def resolve(desk, case, reason="seen"):
    return act(desk, case, "resolve", json={"reason": reason})


@everywhere
def test_negative_stock_clears_itself_when_the_late_receipt_arrives(pda, desk, clock):
    at = clock.now
    pda.do("move_stock", from_="A-01", to="A-02", item="M8", quantity="4")
    [case] = inbox(desk)
    assert (case["source"], case["weight"], case["action"]) == ("negative", "act", "look")
    assert (case["item"], case["location"], case["facts"]["on_hand"]) == ("M8", "A-01", "-4")
    assert "库存低于零" in case["zh"]["says"]
    clock.turn(minutes=5)
    late = pda.make("receive_line", to="A-01", item="M8", quantity="4")
    late["wall_ms"] = at
    pda.send()
    assert inbox(desk) == []
    [closed] = [row for row in inbox(desk, state="resolved") if row["source"] == "negative"]
    assert (closed["standing"], closed["resolved_by"]) == (False, None)
    pda.do("move_stock", from_="A-01", to="A-02", item="M8", quantity="1")
    assert len(inbox(desk)) == 1


def test_the_command_and_its_scans_stand_behind_a_case(pda, desk):
    made = pda.make("move_stock", from_="A-01", to="A-02", item="M8", quantity="4")
    made["scans"] = [{"text": "A-01", "aim": "]C1", "source": "scanner"}]
    pda.send()
    [case] = inbox(desk)
    whole = desk.get(f"/exceptions/{case['id']}").json
    [behind] = whole["commands"]
    assert (behind["id"], behind["user"], behind["device"]) == (made["id"], "Operator", "PDA 1")
    assert behind["scans"] == [{"text": "A-01", "aim": "]C1", "source": "scanner"}]


def test_what_somebody_resolved_is_not_opened_again_for_the_same_cause(pda, desk):
    pda.do("move_stock", from_="A-01", to="A-02", item="M8", quantity="4")
    [case] = inbox(desk)
    done = resolve(desk, case, "the supplier's lorry is at the gate")
    assert (done.json["state"], done.json["resolved_by"]) == ("resolved", "Supervisor")
    assert inbox(desk) == []
    assert resolve(desk, done.json).json["code"] == "exception_resolved"


def test_a_look_is_ordered_where_it_is_wrong_once_the_site_is_live(pda, desk):
    pda.do("move_stock", from_="A-01", to="A-02", item="M8", quantity="4")
    [case] = inbox(desk)
    assert act(desk, case, "look").json["code"] == "site_not_live"
    go_live(pda.world.sites["SH1"], actor=SYSTEM)
    ordered = act(desk, case, "look")
    assert [task["kind"] for task in ordered.json["tasks"]] == ["look"]
    assert ordered.json["state"] == "open"


def test_a_rejected_command_is_replaced_from_the_desk_and_keeps_its_time(pda, desk, clock):
    happened = clock.now
    refused = pda.do("receive_line", to="NOWHERE", item="M8", quantity="3")
    assert refused["status"] == "rejected"
    [case] = inbox(desk)
    assert (case["source"], case["code"], case["action"]) == (
        "rejected",
        "unknown_location",
        "correct",
    )
    assert case["facts"]["to"] == "NOWHERE"
    assert "NOWHERE" in case["en"]["says"]
    clock.turn(hours=2)
    mend = {
        "id": str(uuid4()),
        "v": 1,
        "type": "receive_line",
        "intent": "request",
        "replaces": case["command_id"],
        "body": {"site": "SH1", "to": "A-01", "item": "M8", "quantity": "3"},
    }
    [answer] = desk.post("/commands", json={"device": None, "commands": [mend]}).json["answers"]
    assert answer["status"] == "applied"
    assert on_hand("A-01") == "3"
    [movement] = desk.get("/movements").json["rows"]
    assert movement["occurred_at"] == instant_text(happened)
    assert inbox(desk) == []


def test_only_who_decides_exceptions_replaces_what_others_sent(pda):
    pda.do("receive_line", to="NOWHERE", item="M8", quantity="3")
    look()
    [case] = pda.world.as_role("clerk").get("/exceptions").json["rows"]
    mend = {
        "id": str(uuid4()),
        "v": 1,
        "type": "receive_line",
        "intent": "request",
        "replaces": case["command_id"],
        "body": {"site": "SH1", "to": "A-01", "item": "M8", "quantity": "3"},
    }
    told = pda.world.as_role("clerk").post("/commands", json={"device": None, "commands": [mend]})
    assert told.json["answers"][0]["code"] == "unknown_command"
    assert resolve(pda.world.as_role("clerk"), case).json["code"] == "not_permitted"


def test_notes_are_kept_and_bother_nobody(pda, desk):
    done = pda.do("receive_line", to="A-01", item="MILK", lot="L1", quantity="1")
    pda.do("undo", command=done["id"], how="never")
    pda.do("undo", command=done["id"], how="never")
    assert inbox(desk) == []
    notes = inbox(desk, state="resolved", weight="note")
    assert {row["code"] for row in notes} == {"already_undone"}


def test_an_unknown_item_asks_for_a_binding(pda, desk):
    pda.do("receive_line", to="A-01", item="NOPE", quantity="1")
    [case] = inbox(desk)
    assert (case["code"], case["action"]) == ("unknown_item", "bind")


@everywhere
def test_another_content_under_the_same_id_comes_in_once(pda, desk):
    made = pda.make("receive_line", to="A-01", item="M8", quantity="4")
    pda.send()
    changed = {**made, "body": {**made["body"], "quantity": "40"}}
    for _ in range(2):
        pda.outbox = [changed]
        [answer] = pda.send()
        assert answer["status"] == "conflict"
        number_feed()
    [case] = inbox(desk)
    assert (case["source"], case["weight"], case["facts"]["quantity"]) == ("conflict", "look", "40")
    assert case["device"]
    assert on_hand("A-01") == "4"
    whole = desk.get(f"/exceptions/{case['id']}").json
    assert [command["body"]["quantity"] for command in whole["commands"]] == ["4"]
    assert resolve(desk, case, "typed twice").status_code == 200
    assert inbox(desk) == []


@everywhere
def test_odd_work_on_documents_is_explained_and_led_to_its_document(pda, desk):
    add_partners()
    world = pda.world
    order = approved(world, "purchase_order", line("M8", "4"))
    pda.do("receive_line", to="A-01", item="M8", quantity="9", document=order["number"])
    pda.do("receive_line", to="A-01", item="M8", quantity="1", document="D:PO-NOBODY")
    fresh = draft(world, "purchase_order", line("M8", "1"))
    pda.do("receive_line", to="A-01", item="M8", quantity="1", document=fresh["number"])
    found = {case["code"]: case for case in inbox(desk) if case["source"] == "flagged"}
    assert {code: case["action"] for code, case in found.items()} == {
        "over_tolerance": "accept_or_return",
        "unknown_document": "match_document",
        "document_not_approved": "approve_document",
    }
    assert found["over_tolerance"]["facts"]["document"] == order["number"]
    assert "无单" in found["unknown_document"]["zh"]["says"]


def test_quarantine_and_lost_ranges_come_in_with_their_handheld(pda, desk):
    pda.do("receive_line", to="A-01", item="M8", quantity="5")
    pda.next_seq = 4
    pda.make("receive_line", to="A-02", item="M8", quantity="2")
    pda.send()
    pda.next_seq = 1
    pda.make("receive_line", to="A-02", item="M8", quantity="2")
    pda.send()
    by_source = {row["source"]: row for row in inbox(desk)}
    assert by_source.keys() == {"lost_range", "quarantine"}
    assert by_source["lost_range"]["facts"]["first_seq"] == 2
    waiting = by_source["quarantine"]
    assert (waiting["device"], waiting["action"]) == ("PDA 1", "decide")
    desk.post(f"/quarantine/{waiting['key']}/refuse")
    assert {row["source"] for row in inbox(desk)} == {"lost_range"}


def test_a_silent_handheld_with_unsent_commands_is_missed_after_hours(pda, desk, clock):
    pda.do("receive_line", to="A-01", item="M8", quantity="5")
    pda.make("receive_line", to="A-01", item="M8", quantity="5")
    pda.send([])
    clock.turn(hours=3.9)
    assert inbox(desk) == []
    clock.turn(hours=0.2)
    [case] = inbox(desk)
    assert (case["source"], case["facts"]) == ("silent_device", {"unsent": 1})
    pda.send()
    assert inbox(desk) == []


@everywhere
def test_an_estimated_price_is_an_exception_after_days_until_it_is_priced(pda, desk, clock):
    pda.do("receive_line", to="A-01", item="M8", quantity="5")
    assert inbox(desk) == []
    clock.turn(hours=15 * 24)
    [case] = inbox(desk)
    assert (case["source"], case["action"]) == ("estimated_price", "price")
    body = {"movement_id": case["facts"]["movement_id"], "unit_cost": "2.5"}
    assert desk.post("/revaluations", json=body).status_code == 201
    assert inbox(desk) == []


@everywhere
def test_counts_and_filters_tell_the_same(pda, desk):
    pda.do("move_stock", from_="A-01", to="A-02", item="M8", quantity="4")
    pda.do("receive_line", to="NOWHERE", item="M8", quantity="3")
    assert len(inbox(desk)) == 2
    counts = desk.get("/exceptions/counts").json["rows"]
    assert {(row["source"], row["count"]) for row in counts} == {("negative", 1), ("rejected", 1)}
    assert len(inbox(desk, source="negative", site="SH1", item="m8", location="a-01")) == 1
    assert inbox(desk, device="999") == []
    assert desk.get("/exceptions?source=nonsense").status_code == 422
    other = pda.world.client(pda.world.token_for(pda.world.add(role="supervisor", sites=["BJ2"])))
    assert other.get("/exceptions").json["rows"] == []
    [case] = inbox(desk, source="negative")
    assert other.get(f"/exceptions/{case['id']}").json["code"] == "unknown_exception"
    assert resolve(other, case).json["code"] == "unknown_exception"
    first = desk.get("/exceptions?limit=1").json
    rest = desk.get("/exceptions", query_string={"cursor": first["next_cursor"]}).json
    assert len(first["rows"] + rest["rows"]) == 2


def test_bad_resolutions_are_refused_and_change_nothing(pda, desk):
    pda.do("move_stock", from_="A-01", to="A-02", item="M8", quantity="4")
    [case] = inbox(desk)
    assert resolve(desk, case, "").json["code"] == "invalid_fields"
    assert resolve(desk, case, "   ").json["code"] == "reason_required"
    assert desk.post(f"/exceptions/{case['id']}/resolve", json={"reason": "x"}).status_code == 428
    assert resolve(desk, case | {"version": 9}).status_code == 412
    assert len(inbox(desk)) == 1


def test_looking_twice_finds_nothing_new(pda, desk):
    pda.do("move_stock", from_="A-01", to="A-02", item="M8", quantity="4")
    number_feed()
    assert is_anything_unwatched()
    assert watch_exceptions() == 2
    assert not is_anything_unwatched()
    assert watch_exceptions() == 0


@everywhere
def test_stock_negative_for_a_day_and_expired_stock_raise_red_alerts(pda, desk, clock):
    go_live(pda.world.sites["SH1"], actor=SYSTEM)
    pda.do("move_stock", from_="A-01", to="A-02", item="M8", quantity="4")
    receive(pda.world, "MILK", "7", lot="L1", expires_on="2026-11-10")
    look()
    assert watch_red_lines() == 1
    clock.turn(hours=25)
    assert watch_red_lines() == 1
    rows = desk.get("/alerts?level=red").json["rows"]
    assert {(row["kind"], row["item"], row["inventory_position"]) for row in rows} == {
        ("expired", "MILK", "-7"),
        ("negative", "M8", "-4"),
    }
    receive(pda.world, "M8", "4")
    with unit_of_work() as session:
        lot = session.scalars(select(Lot).where(Lot.code == "L1")).one()
        lot.expires_on = None
    look()
    assert watch_red_lines() == 2
    assert desk.get("/alerts").json["rows"] == []
    assert watch_red_lines() == 0


def test_a_lost_handheld_rings_from_its_next_sync_on_and_tells_its_battery(pda, desk, clock):
    def told():
        with reading() as session:
            device_id = session.scalar(select(Device.id))
        return pda.world.as_device(pda.user_pass).get("/sync").json["ring"], device_id

    rings, device_id = told()
    assert not rings
    assert desk.post(f"/devices/{device_id}/ring", json={}).json["ring_until"]
    assert told()[0]
    clock.turn(minutes=3)
    assert not told()[0]
    handheld = pda.world.as_device(pda.user_pass)
    assert handheld.post("/devices/status", json={"battery_percent": 41}).status_code == 204
    assert handheld.post("/devices/status", json={"battery_percent": 101}).status_code == 422
    seen = desk.get(f"/devices/{device_id}").json
    assert (seen["battery_percent"], seen["unsent"]) == (41, 0)
    desk.post(f"/devices/{device_id}/revoke")
    assert desk.post(f"/devices/{device_id}/ring", json={}).json["code"] == "device_revoked"


def test_a_doubted_handheld_is_believed_again_once_nothing_of_it_waits(pda, desk):
    with reading() as session:
        path = f"/devices/{session.scalar(select(Device.id))}/quarantine"
    assert desk.post(path, json={}).json["quarantined"]
    pda.make("receive_line", to="A-01", item="M8", quantity="1")
    assert pda.send()[0]["codes"] == ["quarantined"]
    assert desk.post(path, json={"doubted": False}).json["code"] == "commands_wait"
    [row] = desk.get("/quarantine").json["rows"]
    desk.post(f"/quarantine/{row['id']}/accept")
    assert on_hand("A-01") == "1"
    assert not desk.post(path, json={"doubted": False}).json["quarantined"]
