"""What commands do to the documents they name, on both databases."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from server.domain.people import Actor
from server.services.manage_devices import enrol_device, make_enrolment_code
from server.services.number_feed import number_feed
from server.services.verify_ledger import verify_books
from server.store.db import reading
from server.store.models import CostPool, Site
from tests.api.conftest import PIN, Clock, World
from tests.api.papers import act, add_partners, approved, draft, line, look
from tests.api.pda import Pda, on_hand
from tests.api.shelves import furnish, receive, request


@pytest.fixture
def floor(world: World) -> World:
    furnish(world)
    add_partners()
    return world


@pytest.fixture
def lone(sqlite_world: World) -> World:
    furnish(sqlite_world)
    add_partners()
    return sqlite_world


def ask(world: World, kind: str, *, role: str = "administrator", **body: Any) -> dict[str, Any]:
    """The answer to one request, whatever it is."""
    raw = {"id": str(uuid4()), "v": 1, "type": kind, "intent": "request"}
    body = {"site": "SH1", **{name.rstrip("_"): value for name, value in body.items()}}
    answer = world.as_role(role).post(
        "/commands", json={"device": None, "commands": [{**raw, "body": body}]}
    )
    told: dict[str, Any] = answer.json["answers"][0]
    return told


def progress(document: dict[str, Any], *names: str) -> list[Any]:
    """The named facts of the only line, and the state."""
    [one] = document["lines"]
    return [*(one[name] for name in names), document["state"]]


def test_receipts_on_an_order_show_how_far_it_has_come(floor, clock):
    order = approved(floor, "purchase_order", line("M8", "100"), external_number="A-1")
    pda = Pda(floor, clock)
    told = pda.do("receive_line", item="M8", quantity="40", to="A-01", document=order["number"])
    assert told["status"] == "applied"
    assert progress(look(floor, order), "done", "open") == ["40", "60", "in_progress"]
    damaged = {"item": "M8", "quantity": "60", "to": "A-01", "status": "DAMAGED"}
    pda.do("receive_line", document="a-1", **damaged)
    now = look(floor, order)
    assert progress(now, "done", "rejected", "open") == ["100", "60", "0", "done"]
    rows = floor.as_role("clerk").get(f"/documents/{order['id']}/movements").json["rows"]
    assert [(row["done"], row["rejected"]) for row in rows] == [("40", "0"), ("60", "60")]
    pda.do("undo", command=told["id"], how="never")
    assert progress(look(floor, order), "done", "open") == ["60", "40", "in_progress"]
    assert verify_books().broken == ()


def test_what_is_odd_about_a_fact_is_flagged_and_a_request_is_refused_for_it(lone, clock):
    order = approved(lone, "purchase_order", line("M8", "10"), line("MILK", "5"))
    closed = approved(lone, "purchase_order", line("M8", "10"))
    act(lone, closed, "close", reason="late")
    waiting = draft(lone, "purchase_order", line("M8", "10"))
    pda = Pda(lone, clock)
    m8 = {"item": "M8", "to": "A-01"}
    cases = [
        ({**m8, "quantity": "11", "document": order["number"]}, "over_tolerance"),
        ({**m8, "quantity": "1", "document": closed["number"]}, "document_closed"),
        ({**m8, "quantity": "1", "document": waiting["number"]}, "document_not_approved"),
        ({**m8, "quantity": "1", "document": "PO-9"}, "unknown_document"),
        (
            {"item": "DRILL", "serial": "S1", "quantity": "1", "to": "A-01"}
            | {"document": order["number"]},
            "not_on_document",
        ),
        (
            {"item": "MILK", "lot": "OLD", "quantity": "1", "to": "A-01"}
            | {"document": order["number"], "expires_on": "2020-01-01"},
            "expired_lot",
        ),
    ]
    for body, code in cases:
        asked = ask(lone, "receive_line", **body)
        if code != "unknown_document":
            assert (asked["status"], asked["code"]) == ("rejected", code), asked
        told = pda.do("receive_line", **body)
        assert told["status"] == "applied_flagged", told
        assert code in told["codes"]
    wrong = pda.do("receive_line", **m8, quantity="1", document=approved_sale(lone)["number"])
    assert wrong["codes"] == ["wrong_document"]
    assert look(lone, closed)["state"] == "closed"
    assert look(lone, closed)["lines"][0]["done"] == "1"
    assert look(lone, waiting)["lines"][0]["done"] == "0"
    assert verify_books().broken == ()


def approved_sale(world: World) -> dict[str, Any]:
    """A sales order nobody has stock for."""
    return approved(world, "sales_order", line("M8", "1"))


def test_a_sale_is_promised_its_stock_and_picks_use_the_promise(floor, clock):
    receive(floor, "MILK", "6", lot="L2", expires_on="2027-03-01")
    receive(floor, "MILK", "6", to="A-02", lot="L1", expires_on="2027-02-01")
    receive(floor, "MILK", "9", to="B-01", lot="L0", expires_on="2026-01-01")
    order = approved(floor, "sales_order", line("MILK", "8"))
    assert order["lines"][0]["reserved"] == "8"
    path = f"/documents/{order['id']}/picks"
    picks = floor.as_role("operator").get(path).json["rows"]
    assert [(p["location"], p["lot"], p["quantity"], p["reserved"]) for p in picks] == [
        ("A-02", "L1", "6", True),
        ("A-01", "L2", "2", True),
    ]
    greedy = ask(floor, "pick_line", item="MILK", lot="L2", quantity="5", from_="A-01")
    assert greedy["code"] == "not_enough_available"
    pda = Pda(floor, clock)
    said = {"item": "MILK", "lot": "L1", "quantity": "6", "from_": "A-02"}
    told = pda.do("pick_line", document=order["number"], **said)
    assert told["status"] == "applied", told
    now = look(floor, order)
    assert progress(now, "done", "arrived", "reserved") == ["6", "6", "2", "in_progress"]
    pda.do("undo", command=told["id"], how="put_back")
    assert progress(look(floor, order), "done", "reserved") == ["0", "8", "approved"]
    closed = act(floor, look(floor, order), "close", reason="cancelled").json
    assert closed["lines"][0]["reserved"] == "0"
    assert verify_books().broken == ()


def test_a_short_pick_gives_back_its_promise_and_orders_a_look(floor, clock):
    receive(floor, "M8", "10")
    floor.as_role("administrator").post("/sites/1/go-live")
    order = approved(floor, "sales_order", line("M8", "10"))
    pda = Pda(floor, clock)
    pick = {"item": "M8", "from_": "A-01", "document": order["number"]}
    pda.do("pick_line", quantity="7", **pick)
    told = pda.do("short_pick", quantity="3", reason="empty", **pick)
    assert told["status"] == "applied", told
    now = look(floor, order)
    assert progress(now, "done", "short", "reserved") == ["7", "3", "0", "in_progress"]
    tasks = floor.as_role("clerk").get("/count-tasks").json["rows"]
    assert [(task["kind"], task["reason"]) for task in tasks] == [("look", "short_pick")]
    assert verify_books().broken == ()
    pda.do("undo", command=told["id"], how="never")
    assert progress(look(floor, order), "short", "reserved") == ["0", "3", "in_progress"]
    assert verify_books().broken == ()


def test_a_transfer_goes_by_way_of_what_is_under_way_and_brings_its_cost(floor):
    receive(floor, "M8", "10")
    transfer = approved(floor, "transfer", line("M8", "4"))
    number = transfer["number"]
    early = ask(
        floor, "receive_transfer", site="BJ2", item="M8", quantity="4", to="Z-01", document=number
    )
    assert early["code"] == "received_before_shipped"
    request(floor, "ship_transfer", item="M8", quantity="4", from_="A-01", document=number)
    assert progress(look(floor, transfer), "done", "arrived") == ["4", "0", "in_progress"]
    request(
        floor, "receive_transfer", site="BJ2", item="M8", quantity="4", to="Z-01", document=number
    )
    assert progress(look(floor, transfer), "done", "arrived") == ["4", "4", "done"]
    assert (on_hand("A-01"), on_hand("Z-01")) == ("6", "4")
    rows = floor.as_role("administrator").get("/stock/values?site=BJ2")
    assert verify_books().broken == (), rows.json


def test_a_unit_is_shipped_with_all_that_is_in_it_and_comes_back_whole(floor, clock):
    receive(floor, "M8", "10", unit="PAL-1")
    order = approved(floor, "sales_order", line("M8", "10"))
    pda = Pda(floor, clock)
    told = pda.do("ship_unit", unit="PAL-1", document=order["number"])
    assert told["status"] in ("applied", "applied_flagged"), told
    assert on_hand("A-01") == "0"
    assert look(floor, order)["lines"][0]["arrived"] == "10"
    clock.turn(minutes=1)
    pda.do("undo", command=told["id"], how="put_back")
    assert on_hand("A-01") == "10"
    assert look(floor, order)["lines"][0]["arrived"] == "0"
    again = pda.do("ship_unit", unit="PAL-1")
    pda.do("undo", command=again["id"], how="never")
    assert on_hand("A-01") == "10"
    assert verify_books().broken == ()


def test_a_blind_receipt_is_matched_later_once(lone, clock):
    pda = Pda(lone, clock)
    told = pda.do("receive_line", item="M8", quantity="9", to="A-01", document="NOTE-1")
    assert told["codes"] == ["unknown_document"]
    order = approved(lone, "purchase_order", line("M8", "9"))
    matches = [{"movement_id": told["movement_ids"][0], "line": 1}]
    matched = act(lone, order, "match", matches=matches)
    assert progress(matched.json, "done") == ["9", "done"], matched.json
    again = act(lone, matched.json, "match", matches=matches)
    assert (again.status_code, again.json["code"]) == (409, "already_matched")
    pda.do("undo", command=told["id"], how="never")
    assert progress(look(lone, order), "done") == ["0", "approved"]
    assert verify_books().broken == ()


def test_a_transfer_nobody_had_told_of_is_matched_to_the_site_it_came_from(lone, clock):
    receive(lone, "M8", "10")
    there = {"site": "BJ2", "item": "M8", "quantity": "4", "to": "Z-01"}
    asked = ask(lone, "receive_transfer", document="TR-9", **there)
    assert asked["code"] == "unknown_document"
    blind = {name: value for name, value in there.items() if name != "site"}
    told = _pda_of_bj2(lone, clock).do("receive_transfer", document="TR-9", **blind)
    assert told["codes"] == ["below_zero", "unknown_document"]
    transfer = approved(lone, "transfer", line("M8", "4"))
    number = transfer["number"]
    request(lone, "ship_transfer", item="M8", quantity="4", from_="A-01", document=number)
    matches = [{"movement_id": told["movement_ids"][0], "line": 1}]
    now = act(lone, look(lone, transfer), "match", role="administrator", matches=matches)
    assert progress(now.json, "done", "arrived") == ["4", "4", "done"], now.json
    values = {pool[0]: pool[1:] for pool in pools()}
    assert values == {"SH1": (6, 15), "BJ2": (4, 10)}
    assert verify_books().broken == ()


def _pda_of_bj2(world: World, clock: Clock) -> Pda:
    chief = Actor(world.users["administrator"], "administrator", None)
    code = make_enrolment_code("BJ2", "PDA 2", keyless=False, actor=chief).code
    token = enrol_device(code, uuid4(), "", None, safe_line=True).token
    world.add(name="Bo", sites=["BJ2"], badge="B-bo", pin=PIN)
    passed = world.client(token).post("/user-passes", json={"badge": "B-bo", "pin": PIN}).json
    return Pda(world, clock, passed["user_pass"], token)


def pools() -> list[Any]:
    """(site, quantity, value) of every cost pool."""
    asked = select(Site.code, CostPool.quantity, CostPool.value)
    with reading() as session:
        return list(session.execute(asked.join(Site, Site.id == CostPool.site_id)))


def test_handhelds_have_open_documents_without_cost_and_forget_closed_ones(lone):
    receive(lone, "MILK", "6", lot="L1")
    order = approved(lone, "sales_order", line("MILK", "4", price="9"), role="supervisor")
    draft(lone, "sales_order", line("MILK", "1"))
    device = lone.as_device(lone.user_pass())
    first = device.get("/sync").json
    [kept] = first["documents"]
    assert (kept["number"], kept["retired"]) == (order["number"], False)
    [one] = kept["lines"]
    assert (one["open"], one["reservation"]) == ("4", order["lines"][0]["reservation"])
    assert [(p["location"], p["lot"], p["quantity"]) for p in one["picks"]] == [("A-01", "L1", "4")]
    assert not {"price", "on_hand", "available"} & one.keys()
    scan = device.post("/scans/resolve", json={"text": f"D:{order['number']}"}).json
    assert scan["meaning"]["kind"] == "document", scan
    act(lone, order, "close", reason="cancelled")
    number_feed()
    later = device.get(f"/sync?cursor={first['cursor']}").json
    told = {row["number"]: (row["retired"], row["lines"]) for row in later["documents"]}
    assert told[order["number"]] == (True, [])
