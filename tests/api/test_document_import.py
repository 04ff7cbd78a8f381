"""Documents from files and pasted rows."""

import pytest

from tests.api.papers import act, add_partners, draft, line, upload
from tests.api.shelves import furnish

HEADERS = "单据类型\t单据\t对方单号\t供应商\t客户\t货号\t数量\t单位"
ROWS = (
    "采购订单\t1\tP-1\tACME\t\tM8\t2\tbox",
    "采购订单\t1\tP-1\t\t\tMILK\t3,5\t",
    "销售订单\t2\t\t\tSHOP\tM8\t1\t",
    "采购订单\t3\tP-3\tACME\t\tM8\t1\tpallet",
    "采购订单\t3\tP-3\tACME\t\tMILK\t1\t",
    "采购订单\t4\tTAKEN\tACME\t\tM8\t1\t",
    "采购订单\t5\t=1+1\tACME\t\tMILK\t4\t",
)


@pytest.fixture
def floor(world):
    furnish(world)
    add_partners()
    return world


def paste(world, rows, **more):
    body = {"kind": "documents", "site": "SH1", "text": "\n".join((HEADERS, *rows)), **more}
    return world.as_role("clerk").post("/imports/pasted", json=body)


def test_pasted_rows_become_drafts_whole_or_not_at_all(floor):
    draft(floor, "purchase_order", external_number="taken")
    rows = [row.replace("3,5", "3.5") for row in ROWS]
    checked = paste(floor, rows)
    assert checked.status_code == 201, checked.json
    assert (checked.json["new"], checked.json["wrong"]) == (4, 3)
    clerk, uid = floor.as_role("clerk"), checked.json["uid"]
    wrong = clerk.get(f"/imports/{uid}/wrong-rows").get_data(as_text=True)
    assert [code in wrong for code in ("wrong_unit", "other_line_wrong", "external_number_taken")]
    assert len(clerk.get("/documents").json["rows"]) == 1
    assert clerk.post(f"/imports/{uid}/apply").json["state"] == "applied"
    made = clerk.get("/documents").json["rows"]
    assert [(d["kind"], d["external_number"], d["line_count"]) for d in reversed(made)][1:] == [
        ("purchase_order", "P-1", 2),
        ("sales_order", "", 1),
        ("purchase_order", "=1+1", 1),
    ]
    order = clerk.get(f"/documents/{made[2]['id']}").json
    assert [one["quantity"] for one in order["lines"]] == ["24", "3.5"]
    assert clerk.post(f"/imports/{uid}/roll-back").json["state"] == "rolled_back"
    states = {row["state"] for row in clerk.get("/documents").json["rows"][:3]}
    assert states == {"closed"}
    assert paste(floor, rows, dry_run=False).json["state"] == "applied"


def test_nonsense_a_long_file_and_a_used_document_are_refused(floor):
    clerk = floor.as_role("clerk")
    nonsense = clerk.post("/imports/pasted", json={"kind": "documents", "text": "lorem ipsum"})
    assert nonsense.json["code"] == "empty_file"
    headless = clerk.post("/imports/pasted", json={"kind": "documents", "text": "a\tb\n1\t2"})
    assert headless.json["code"] == "missing_columns"
    long = "kind,item,quantity\n" + "receipt,M8,1\n" * 200_000
    sent = clerk.post("/imports?kind=documents", **upload(long.encode(), "long.csv"))
    assert (sent.status_code, sent.json["code"]) == (422, "too_many_rows")
    done = paste(floor, ROWS[2:3], dry_run=False).json
    [made] = clerk.get("/documents").json["rows"]
    act(floor, made, "approve")
    back = clerk.post(f"/imports/{done['uid']}/roll-back")
    assert (back.status_code, back.json["code"]) == (409, "changed_since_import")


def test_a_price_needs_the_right_to_write_cost(floor):
    priced = "kind\tsupplier\titem\tquantity\tprice\npurchase_order\tACME\tM8\t2\t3"
    body = {"kind": "documents", "site": "SH1", "text": priced}
    refused = floor.as_role("clerk").post("/imports/pasted", json=body)
    assert (refused.status_code, refused.json["code"]) == (403, "not_permitted")
    without = draft(floor, "receipt", line("M8", "1"))
    assert "price" not in without["lines"][0]
