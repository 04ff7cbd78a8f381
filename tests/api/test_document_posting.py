"""Documents posted at the desk and taken back, on both databases."""

import pytest

from server.services.verify_ledger import verify_books
from tests.api.papers import act, add_partners, approved, line, look
from tests.api.pda import Pda, on_hand
from tests.api.shelves import furnish, receive, request
from tests.api.test_document_progress import progress


@pytest.fixture
def floor(world):
    furnish(world)
    add_partners()
    return world


def test_an_other_receipt_is_posted_whole_and_reversed_whole(floor):
    paper = approved(
        floor, "other_receipt", line("M8", "10", location="A-01"), line("MILK", "2", lot="L1")
    )
    lines = [{"line": 1, "unit_cost": "3"}, {"line": 2}]
    nowhere = act(floor, paper, "post", lines=lines)
    assert (nowhere.status_code, nowhere.json["code"]) == (422, "location_required")
    assert on_hand("A-01") == "0"
    lines[1]["location"] = "A-02"
    posted = act(floor, paper, "post", lines=lines).json
    assert posted["state"] == "done"
    assert (on_hand("A-01"), on_hand("A-02", "MILK")) == ("10", "2")
    again = act(floor, posted, "post")
    assert again.json["code"] == "document_state"
    back = act(floor, posted, "reverse", reason="wrong sheet")
    assert back.json["state"] == "draft", back.json
    assert (on_hand("A-01"), on_hand("A-02", "MILK")) == ("0", "0")
    assert verify_books().broken == ()


def test_what_has_gone_elsewhere_is_not_reversed_and_nothing_changes(floor):
    paper = approved(floor, "other_receipt", line("M8", "10", location="A-01"))
    posted = act(floor, paper, "post").json
    request(floor, "move_stock", item="M8", quantity="1", from_="A-01", to="A-02")
    refused = act(floor, posted, "reverse", reason="wrong")
    assert (refused.status_code, refused.json["code"]) == (409, "not_enough_available")
    assert look(floor, posted)["state"] == "done"
    assert on_hand("A-01") == "9"
    assert verify_books().broken == ()


def test_what_a_handheld_reported_and_what_came_from_it_stand_in_the_way(floor, clock):
    order = approved(floor, "purchase_order", line("M8", "10"))
    receipt = approved(floor, "receipt", line("M8", "4"), origin=order["number"])
    refused = act(floor, look(floor, order), "reverse", reason="wrong")
    assert refused.json["code"] == "document_has_followers"
    assert receipt["number"] in refused.json["detail"]
    pda = Pda(floor, clock)
    pda.do("receive_line", item="M8", quantity="4", to="A-01", document=receipt["number"])
    assert progress(look(floor, receipt), "done") == ["4", "done"]
    assert progress(look(floor, order), "done") == ["4", "in_progress"]
    refused = act(floor, look(floor, receipt), "reverse", reason="wrong")
    assert refused.json["code"] == "document_has_facts"
    assert verify_books().broken == ()


def test_a_direct_transfer_leaves_and_arrives_at_once(floor):
    receive(floor, "M8", "6")
    paper = approved(
        floor, "transfer", line("M8", "4", location="A-01", to_location="Z-01"), mode="direct"
    )
    foreign = act(floor, paper, "post")
    assert (foreign.status_code, foreign.json["code"]) == (404, "unknown_site")
    posted = act(floor, paper, "post", role="administrator").json
    assert progress(posted, "done", "arrived") == ["4", "4", "done"]
    assert (on_hand("A-01"), on_hand("Z-01")) == ("2", "4")
    back = act(floor, posted, "reverse", role="administrator", reason="not sent").json
    assert back["state"] == "draft", back
    assert (on_hand("A-01"), on_hand("Z-01")) == ("6", "0")
    assert verify_books().broken == ()


def test_a_stepwise_transfer_is_received_lot_by_lot_as_it_was_shipped(floor):
    receive(floor, "MILK", "3", lot="L1", expires_on="2099-01-01")
    receive(floor, "MILK", "3", lot="L2", expires_on="2099-06-01")
    paper = approved(floor, "transfer", line("MILK", "5", to_location="Z-01"), mode="stepwise")
    early = act(floor, paper, "post", role="administrator", step="arrive")
    assert (early.status_code, early.json["code"]) == (409, "nothing_open")
    shipped = act(floor, paper, "post").json
    assert progress(shipped, "done", "arrived") == ["5", "0", "in_progress"]
    foreign = act(floor, shipped, "post", step="arrive")
    assert (foreign.status_code, foreign.json["code"]) == (404, "unknown_site")
    there = {"line": 1, "quantity": "1", "lot": "L2"}
    part = act(floor, shipped, "post", role="administrator", step="arrive", lines=[there]).json
    assert progress(part, "done", "arrived") == ["5", "1", "in_progress"]
    whole = act(floor, part, "post", role="administrator", step="arrive").json
    assert progress(whole, "done", "arrived") == ["5", "5", "done"]
    assert (on_hand("Z-01", "MILK"), on_hand("A-01", "MILK")) == ("5", "1")
    sale = approved(floor, "sales_order", line("MILK", "1", location="A-01", lot="L2"))
    alone = act(floor, sale, "post", step="arrive")
    assert (alone.status_code, alone.json["code"]) == (409, "not_stepwise")
    assert verify_books().broken == ()


def test_what_came_is_posted_in_the_lots_it_came_in(floor):
    paper = approved(floor, "receipt", line("MILK", "5"))
    lots = [
        {"line": 1, "quantity": quantity, "lot": lot, "location": "A-01", "expires_on": day}
        for lot, quantity, day in (("N1", "2", "2027-01-31"), ("N2", "3", "2027-03-31"))
    ]
    posted = act(floor, paper, "post", lines=lots).json
    assert progress(posted, "done") == ["5", "done"]
    rows = floor.as_role("supervisor").get("/stock?item=MILK").json["rows"]
    assert {(row["lot"], row["expires_on"], row["on_hand"]) for row in rows} == {
        ("N1", "2027-01-31", "2"),
        ("N2", "2027-03-31", "3"),
    }


def test_a_sale_is_posted_from_where_it_should_be_picked(floor):
    receive(floor, "M8", "3")
    receive(floor, "M8", "3", to="A-02")
    order = approved(floor, "sales_order", line("M8", "5"))
    posted = act(floor, order, "post").json
    assert progress(posted, "done", "reserved") == ["5", "0", "done"]
    gone = approved(floor, "purchase_return", line("M8", "1"))
    assert act(floor, gone, "post").json["state"] == "done"
    back = approved(floor, "sales_return", line("M8", "2", location="B-01"), origin=order["number"])
    assert act(floor, back, "post").json["state"] == "done"
    sample = approved(floor, "other_issue", line("M8", "9"))
    refused = act(floor, sample, "post")
    assert (refused.status_code, refused.json["code"]) == (409, "not_enough_available")
    assert verify_books().broken == ()
