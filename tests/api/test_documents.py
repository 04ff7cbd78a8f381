"""Documents over HTTP: made, changed, approved, closed; what is wrong is said in codes."""

import pytest

from tests.api.papers import act, add_partners, approved, draft, line, look, upload
from tests.api.shelves import furnish


@pytest.fixture
def floor(sqlite_world):
    furnish(sqlite_world)
    add_partners()
    return sqlite_world


@pytest.fixture
def both(world):
    furnish(world)
    add_partners()
    return world


def test_a_draft_gets_the_next_number_of_its_kind_and_month(both):
    first = draft(both, "purchase_order", line("M8", "100"))
    second = draft(both, "purchase_order", line("M8", "5", unit="box"))
    order = draft(both, "sales_order", line("M8", "1"))
    assert [d["number"] for d in (first, second, order)] == [
        "PO-2611-0001",
        "PO-2611-0002",
        "SO-2611-0001",
    ]
    assert first["state"] == "draft"
    [packed] = second["lines"]
    assert (packed["quantity"], packed["packaging"], packed["packages"]) == ("60", "box", "5")


def test_the_same_key_makes_one_document(floor):
    body = {"kind": "purchase_order", "site": "SH1", "supplier": "ACME", "lines": []}
    clerk = floor.as_role("clerk")
    answers = [
        clerk.post("/documents", json=body, headers={"Idempotency-Key": "k1"}) for _ in range(2)
    ]
    assert answers[0].json["id"] == answers[1].json["id"]
    assert len(clerk.get("/documents").json["rows"]) == 1


def test_a_partners_number_stands_on_one_document_of_its_kind(both):
    first = draft(both, "purchase_order", external_number="A-77")
    again = {"kind": "purchase_order", "site": "SH1", "supplier": "ACME"}
    answer = both.as_role("clerk").post("/documents", json={**again, "external_number": "ａ-77"})
    assert (answer.status_code, answer.json["code"]) == (409, "external_number_taken")
    assert draft(both, "receipt", external_number="A-77")["number"] == "GR-2611-0001"
    assert act(both, first, "close", reason="typed twice").status_code == 200
    assert draft(both, "purchase_order", external_number="A-77")["state"] == "draft"


WRONG = (
    ({"lines": [line("NO", "1")]}, 422, "unknown_item"),
    ({"lines": [line("M8", "1", unit="pallet")]}, 422, "wrong_unit"),
    ({"lines": [line("M8", "0")]}, 422, "not_positive"),
    ({"lines": [line("M8", "1", location="Z-01")]}, 422, "unknown_location"),
    ({"supplier": "NOBODY"}, 422, "unknown_supplier"),
    ({"customer": "SHOP"}, 422, "not_on_this_kind"),
    ({"site": "BJ2"}, 404, "unknown_site"),
    ({"kind": "sales_order"}, 422, "not_on_this_kind"),
    ({"due_date": "2020-01-01"}, 422, "due_before_document"),
    ({"origin": "PO-1"}, 404, "unknown_document"),
    ({"lines": [line("M8", "1", price="3")]}, 403, "not_permitted"),
    ({"sneaky": 1}, 422, "unknown_field"),
    ({"kind": "other_issue", "supplier": None}, 422, "invalid_fields"),
)


def test_what_cannot_be_is_refused_and_nothing_is_written(floor):
    body = {"kind": "purchase_order", "site": "SH1", "supplier": "ACME", "lines": []}
    clerk = floor.as_role("clerk")
    answers = [clerk.post("/documents", json={**body, **change}) for change, _, _ in WRONG]
    told = [(answer.status_code, answer.json["code"]) for answer in answers]
    assert told == [(status, code) for _, status, code in WRONG]
    assert clerk.get("/documents").json["rows"] == []


def test_a_draft_is_changed_at_the_version_seen_and_an_approved_one_not_at_all(floor):
    made = draft(floor, "purchase_order", line("M8", "1"))
    clerk, path = floor.as_role("clerk"), f"/documents/{made['id']}"
    body = {"remarks": "call first", "lines": [line("M8", "2"), line("MILK", "3")]}
    changed = clerk.patch(path, json=body, headers={"If-Match": '"1"'})
    assert [one["quantity"] for one in changed.json["lines"]] == ["2", "3"]
    assert changed.headers["ETag"] == '"2"'
    stale = clerk.patch(path, json=body, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json["code"]) == (412, "stale_version")
    approved_now = act(floor, changed.json, "approve", role="clerk").json
    refused = clerk.patch(path, json=body, headers={"If-Match": f'"{approved_now["version"]}"'})
    assert refused.json["code"] == "document_state"


def test_of_two_who_approve_at_once_one_is_told_so(both):
    made = draft(both, "purchase_order", line("M8", "1"))
    assert act(both, made, "approve").json["state"] == "approved"
    second = act(both, made, "approve", role="clerk")
    assert (second.status_code, second.json["code"]) == (412, "stale_version")


def test_with_four_eyes_nobody_approves_their_own(floor):
    chief = floor.as_role("administrator")
    path = "/settings/document.four_eyes"
    chief.put(path, json={"value": True, "reason": "audit"}, headers={"If-Match": '"0"'})
    made = draft(floor, "purchase_order", line("M8", "1"))
    assert act(floor, made, "approve", role="clerk").json["code"] == "own_document"
    assert act(floor, made, "approve").json["approved_by"] == "Supervisor"


def test_an_empty_document_is_not_approved(floor):
    assert act(floor, draft(floor, "receipt"), "approve").json["code"] == "document_empty"


def test_a_closed_document_opens_again_as_it_was(floor):
    order = approved(floor, "sales_order", line("M8", "1"))
    closed = act(floor, order, "close", reason="cancelled").json
    assert (closed["state"], closed["close_reason"]) == ("closed", "cancelled")
    assert act(floor, closed, "reopen").json["state"] == "approved"


def test_prices_are_for_those_who_may_read_cost(floor):
    made = draft(floor, "purchase_order", line("M8", "1", price="2.5"), role="supervisor")
    assert made["lines"][0]["price"] == "2.5"
    for role in ("operator", "clerk"):
        shown = floor.as_role(role).get(f"/documents/{made['id']}").json
        assert "price" not in shown["lines"][0]
    change = {"lines": [line("M8", "7")]}
    path = f"/documents/{made['id']}"
    for version, role in enumerate(("clerk", "planner"), 1):  # neither may set a price
        stamp = {"If-Match": f'"{version}"'}
        assert floor.as_role(role).patch(path, json=change, headers=stamp).status_code == 200
        assert look(floor, made)["lines"][0]["price"] == "2.5"


def test_documents_are_found_by_what_is_known_of_them(floor):
    order = approved(floor, "purchase_order", line("M8", "1"), external_number="X/9")
    draft(floor, "sales_order", line("MILK", "1"))
    clerk = floor.as_role("clerk")
    for query in ("search=x/9", "search=acm", "item=m8", "state=approved", "supplier=acme"):
        rows = clerk.get(f"/documents?{query}").json["rows"]
        assert [row["number"] for row in rows] == [order["number"]], query
    assert len(clerk.get("/documents?kind=sales_order&open=false").json["rows"]) == 1


def test_a_site_numbers_as_it_likes(floor):
    chief = floor.as_role("administrator")
    rules = {"numbers": {"receipt": "{site}/{yyyy}/{nnn}"}}
    assert chief.put("/document-numbers?site=SH1", json=rules).status_code == 200
    assert draft(floor, "receipt")["number"] == "SH1/2026/001"
    bad = chief.put("/document-numbers", json={"numbers": {"receipt": "GR-{yy}"}})
    assert bad.json["code"] == "bad_number_pattern"


def test_a_document_is_printed_with_its_barcode_on_either_paper(sqlite_world):
    furnish(sqlite_world)
    add_partners()
    made = draft(sqlite_world, "purchase_order", line("M8", "7", price="2.5"), role="supervisor")
    for paper, prices in (("a4", "true"), ("241x140", "false")):
        path = f"/documents/{made['id']}/print?paper={paper}&prices={prices}&language=zh"
        answer = sqlite_world.as_role("supervisor").get(path)
        assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
        assert answer.data.startswith(b"%PDF-")
    clerk = sqlite_world.as_role("clerk")
    refused = clerk.get(f"/documents/{made['id']}/print?prices=true")
    assert refused.json["code"] == "not_permitted"
    odd = clerk.get(f"/documents/{made['id']}/print?paper=letter")
    assert odd.json["code"] == "paper_unknown"


def test_files_stay_with_a_document_and_what_is_none_of_these_is_refused(floor):
    made = draft(floor, "receipt", line("M8", "1"))
    clerk, path = floor.as_role("clerk"), f"/documents/{made['id']}/attachments"

    def attach(content, name):
        return clerk.post(path, **upload(content, name))

    note = attach(b"%PDF-1.7 delivery note", "../../送货单.pdf")
    [kept] = note.json["attachments"]
    assert (kept["file_name"], kept["media_type"]) == ("送货单.pdf", "application/pdf")
    got = clerk.get(f"{path}/{kept['id']}")
    assert got.data == b"%PDF-1.7 delivery note"
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert attach(b"<script>alert(1)</script>", "x.html").json["code"] == "no_picture"
    assert attach(b"%PDF-" + b"x" * 3_000_000, "big.pdf").json["code"] == "file_too_large"
    assert clerk.delete(f"{path}/{kept['id']}").status_code == 204
    assert clerk.get(f"{path}/{kept['id']}").json["code"] == "unknown_attachment"
    assert look(floor, made)["attachments"] == []
