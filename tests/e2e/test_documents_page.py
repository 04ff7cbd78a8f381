"""Documents at the desk: a purchase order out of pasted rows, approved, seen in the list."""

from playwright.sync_api import Page, expect

from tests.e2e.accessible import check_accessible
from tests.e2e.conftest import House

ROWS = "货号\t数量\t单价\nSOAP-500\t1,200\t3.50\nNO-SUCH\t5\t\nPAPER-60\tmany\t\nCARTON-5\t40\t2\n"


def test_a_purchase_order_is_pasted_approved_and_listed(desk: Page, house: House) -> None:
    house.post("/suppliers", code="S-PASTE", name="苏州日化")
    desk.goto("/documents")
    check_accessible(desk, "documents, empty")
    desk.locator("select.new-document").select_option("purchase_order")
    desk.locator("select[name=supplier]").select_option("S-PASTE")
    desk.fill("input[name=external_number]", "EXT-7")
    desk.locator(".lines-head button").first.click()
    desk.fill(".paste-rows textarea", ROWS)
    expect(desk.locator("tr[data-pasted='3']")).to_contain_text("没有货品“NO-SUCH”")
    expect(desk.locator("tr[data-pasted='4']")).to_contain_text("many")
    check_accessible(desk, "documents, pasted rows")
    desk.get_by_role("button", name="加入 2 行，跳过 2 行有误的").click()
    expect(desk.locator("[data-draft-line]")).to_have_count(2)
    check_accessible(desk, "documents, draft")
    desk.locator(".draft button[type=submit]").click()

    document = desk.locator("[data-document][data-state=draft]")
    expect(document).to_contain_text("1,200")
    number = str(document.get_attribute("data-document"))
    document.get_by_role("button", name="审核", exact=True).click()
    desk.get_by_role("button", name=f"审核 {number}：2 行可以开始作业，不能再改").click()
    expect(desk.locator("[data-document][data-state=approved]")).to_be_visible()
    check_accessible(desk, "documents, approved")

    desk.goto("/documents?state=approved&q=ext-7")
    row = desk.locator(".tabled tbody tr", has_text=number)
    expect(row).to_contain_text("苏州日化")
    expect(row).to_contain_text("已审核")
    kept = house.get("/documents", number=number)["rows"][0]
    assert (kept["external_number"], kept["line_count"]) == ("EXT-7", 2)


def test_a_draft_somebody_else_changed_keeps_what_was_typed(desk: Page, house: House) -> None:
    line = {"item": "SOAP-500", "quantity": "3"}
    draft = house.post("/documents", kind="other_receipt", site="MAIN", lines=[line])
    desk.goto(f"/documents?code={draft['number']}&edit=1")
    quantity = desk.locator("[data-draft-line='1'] input").nth(1)
    expect(quantity).to_have_value("3")
    expect(desk.locator("[data-draft-line='1'] .about")).to_contain_text("洗手液")
    quantity.fill("5")
    answer = house.admin.patch(
        f"/api/v1/documents/{draft['id']}",
        json={"remarks": "theirs"},
        headers={"If-Match": f'"{draft["version"]}"'},
    )
    assert answer.is_success, answer.text
    desk.locator(".draft button[type=submit]").click()
    expect(desk.locator("[role=alert]")).to_contain_text("别人刚改过")
    expect(quantity).to_have_value("5")
    desk.get_by_role("button", name="用我的内容覆盖最新版").click()
    expect(desk.locator("[data-document]")).to_be_visible()
    assert house.get(f"/documents/{draft['id']}")["lines"][0]["quantity"] == "5"
