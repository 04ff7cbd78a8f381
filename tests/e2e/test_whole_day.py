"""A small warehouse's day in one walk: a clerk's papers, a count, two supervisors, a phone."""

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from openpyxl import Workbook
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.e2e.accessible import check_accessible
from tests.e2e.album import IS_WRITTEN, keep, keep_in_both
from tests.e2e.conftest import (
    DESK_SIZE,
    HANDHELD_SIZE,
    PASSWORD,
    PIN,
    House,
    enrolled_handheld,
)

SOON_MS = 20_000
ROWS = (
    "货号\t数量\t有效期\tremarks\nDAY-CUP\t1,0\t\t\nDAY-CUP\t40\t\t易碎\nDAY-MILK\t24\t2099/6/1\t\n"
)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def workbook(*rows: tuple[str, ...]) -> dict[str, Any]:
    """An Excel file as a file dialog hands it over."""
    book, kept = Workbook(), io.BytesIO()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    book.save(kept)
    return {"name": "货品.xlsx", "mimeType": XLSX, "buffer": kept.getvalue()}


@pytest.fixture(scope="module")
def day(house: House) -> Iterator[House]:
    """A second site, partners, a clerk and two supervisors; nothing of it stays in sight."""
    site = house.post("/sites", code="WEST", name_zh="西仓", name_en="West")
    house.post("/locations", site="WEST", code="W-01", kind="bin")
    for place in ("D-01", "D-02"):
        house.add_place(place)
    house.post("/suppliers", code="S-DAY", name="晨光供应")
    house.post("/customers", code="C-DAY", name="街角小店")
    for name, login, role, more in (
        ("陈文员", "chen", "clerk", {}),
        ("赵主管", "zhao", "supervisor", {}),
        ("钱主管", "qian", "supervisor", {"badge": "B-Q", "pin": PIN}),
    ):
        house.post(
            "/users",
            name=name,
            login=login,
            role=role,
            password=PASSWORD,
            sites=["MAIN", "WEST"],
            **more,
        )
    yield house
    kept = house.get("/sites")["rows"]
    version = next(row["version"] for row in kept if row["code"] == "WEST")
    house.admin.patch(
        f"/api/v1/sites/{site['id']}", json={"retired": True}, headers={"If-Match": f'"{version}"'}
    )


def enter(page: Page, login: str, where: str = "/documents") -> Page:
    """Signs in and goes there."""
    page.goto("/sign-in")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_selector(".desk")
    page.goto(where)
    return page


@dataclass
class Papers:
    """What one does with documents at a desk."""

    page: Page

    def begin(self, kind: str, **head: str) -> None:
        """A new draft with its head filled in."""
        self.page.locator("select.new-document").select_option(kind)
        self.page.locator("select[name=site]").select_option("MAIN")
        for name, value in head.items():
            self.page.locator(f"select[name={name}]").select_option(value)

    def line(self, number: int, item: str, quantity: str, **more: str) -> None:
        """Types a line cell by cell."""
        row = self.page.locator(f"[data-draft-line='{number}']")
        row.get_by_label(f"第 {number} 行货品").fill(item)
        row.get_by_label(f"第 {number} 行数量").fill(quantity)
        expect(row.locator(".about")).not_to_be_empty(timeout=SOON_MS)
        for label, value in more.items():
            row.get_by_label(f"第 {number} 行{label}", exact=True).fill(value)

    def save(self) -> str:
        """Saves the draft and answers its number."""
        self.page.locator(".draft button[type=submit]").click()
        return str(self.shown("draft").get_attribute("data-document"))

    def shown(self, state: str) -> Locator:
        """The document, once it is in that state."""
        document = self.page.locator(f"[data-document][data-state={state}]")
        expect(document).to_be_visible(timeout=SOON_MS)
        return document

    def press(self, name: str) -> None:
        """One of the buttons of the document."""
        self.page.locator(".document-acts").get_by_role("button", name=name, exact=True).click()

    def sure(self, name: str) -> None:
        """The same, and the second press that carries the consequence."""
        self.press(name)
        self.page.locator(".document-acts .confirm button").first.click()

    def approve(self) -> None:
        """草稿 → 已审核"""
        self.sure("审核")
        self.shown("approved")

    def post(self, button: str = "过账", **fields: str) -> None:
        """Fills the sheet and posts."""
        self.press(button)
        sheet = self.page.locator("form.posting")
        for name, value in fields.items():
            sheet.locator(f"[name='{name.replace('__', '-')}']").fill(value)
        sheet.locator("button[type=submit]").click()

    def why(self, reason: str) -> None:
        """The reason a sheet asks for."""
        self.page.fill("[role=dialog] input[name=reason]", reason)
        self.page.locator("[role=dialog] button[type=submit]").click()

    def push_down(self, kind: str) -> None:
        """下推"""
        self.page.locator("select.push-down").select_option(kind)
        expect(self.page.locator(".draft")).to_be_visible(timeout=SOON_MS)


def test_a_clerk_imports_receives_sells_takes_back_and_transfers(
    day: House, contexts: Callable[..., BrowserContext]
) -> None:
    context = contexts(DESK_SIZE, locale="zh-CN", permissions=["clipboard-read", "clipboard-write"])
    page = enter(context.new_page(), "chen", "/imports?kind=items")
    import_items(page, day)
    page.goto("/documents")
    papers = Papers(page)
    order = receive_an_order(papers, day)
    sell_and_take_back(papers, day)
    transfer(papers, day)
    close_and_reopen(papers, day)
    supervisor = Papers(enter(contexts(DESK_SIZE, locale="zh-CN").new_page(), "zhao"))
    un_approve(supervisor, day, order)


def import_items(page: Page, house: House) -> None:
    """A file with two wrong rows is refused as a whole, mended and written."""
    head = ("货号", "名称", "单位", "批次管理")
    cup, milk = ("DAY-CUP", "马克杯", "个", "无"), ("DAY-MILK", "鲜牛奶", "盒", "批次")
    page.locator("input[type=file]").set_input_files(
        [workbook(head, ("DAY-CUP", "马克杯", "", "无"), ("DAY-MILK", "鲜牛奶", "盒", "也许"))]  # type: ignore[list-item]
    )
    page.get_by_role("button", name="检查").click(timeout=SOON_MS)
    wrong = page.get_by_role("region", name="错误的行")
    expect(wrong.locator("tbody tr")).to_have_count(2, timeout=SOON_MS)
    assert house.get("/items", sku="DAY-CUP")["rows"] == []
    keep_in_both(page, "import", again="Check")
    page.locator("input[type=file]").set_input_files([workbook(head, cup, milk)])  # type: ignore[list-item]
    page.get_by_role("button", name="检查").click(timeout=SOON_MS)
    page.get_by_role("button", name="写入 2 行").click(timeout=SOON_MS)
    expect(page.locator(".imports .resolved")).to_contain_text("新增 2", timeout=SOON_MS)


def receive_an_order(papers: Papers, house: House) -> str:
    """Rows pasted with Ctrl+V; saved by a double click; files, paper; received in two lots."""
    page = papers.page
    papers.begin("purchase_order", supplier="S-DAY")
    page.evaluate("text => navigator.clipboard.writeText(text)", ROWS)
    page.locator(".draft h2").click()
    page.keyboard.press("Control+v")
    expect(page.locator("tr[data-pasted='2']")).to_contain_text("1,0", timeout=SOON_MS)
    page.get_by_role("button", name="加入 2 行，跳过 1 行有误的").click()
    expect(page.get_by_label("第 2 行有效期")).to_have_value("2099-06-01")
    keep_in_both(page, "draft")
    check_accessible(page, "draft with lots")
    page.locator(".draft button[type=submit]").dblclick()
    order = str(papers.shown("draft").get_attribute("data-document"))
    assert len(house.get("/documents", supplier="S-DAY")["rows"]) == 1
    keep_a_file(page)
    papers.approve()
    for paper in ("A4", "241 mm"):
        href = page.get_by_role("link", name=f"打印 {paper}").get_attribute("href")
        assert page.request.get(str(href)).body().startswith(b"%PDF")
    papers.press("过账")
    sheet = page.locator("form.posting")
    sheet.get_by_label("拆分第 2 行").click()
    sheet.locator("[name=location-1]").fill("D-01")
    for at, (quantity, lot) in enumerate((("10", "LOT-A"), ("14", "LOT-B"))):
        for name, value in (("quantity", quantity), ("location", "D-02"), ("lot", lot)):
            sheet.locator(f"[name={name}-2]").nth(at).fill(value)
    sheet.locator("[name=expires_on-2]").nth(1).fill("2099-09-01")
    check_accessible(page, "posting")
    keep_in_both(page, "posting")
    sheet.locator("[name=location-1]").fill("")
    sheet.locator("button[type=submit]").click()
    expect(sheet.locator(".problem")).to_contain_text("行 1", timeout=SOON_MS)
    assert house.on_hand("DAY-MILK", "D-02") == "0"
    sheet.locator("[name=location-1]").fill("D-01")
    sheet.locator("button[type=submit]").click()
    papers.shown("done")
    keep_in_both(page, "document")
    assert house.on_hand("DAY-MILK", "D-02") == "24"
    return order


def keep_a_file(page: Page) -> None:
    """Attached, fetched, put away."""
    files = page.locator(".files li")
    chooser = page.locator("section input[type=file]")
    chooser.set_input_files([{"name": "送货单.pdf", "mimeType": "application/pdf", "buffer": PDF}])  # type: ignore[list-item]
    expect(files).to_have_count(1, timeout=SOON_MS)
    assert page.request.get(str(files.locator("a").get_attribute("href"))).ok
    files.get_by_role("button", name="删除").click()
    files.locator(".confirm button").first.click()
    expect(files).to_have_count(0, timeout=SOON_MS)


def sell_and_take_back(papers: Papers, house: House) -> None:
    """Sold from where it should be picked, earliest expiry first; one comes back."""
    papers.begin("sales_order", customer="C-DAY")
    papers.line(1, "DAY-MILK", "12")
    papers.save()
    papers.approve()
    papers.post()
    papers.shown("done")
    rows = house.get("/stock", item="DAY-MILK", site="MAIN")["rows"]
    assert {(row["lot"], row["on_hand"]) for row in rows if row["on_hand"] != "0"} == {
        ("LOT-B", "12")
    }
    papers.push_down("sales_return")
    expect(papers.page.get_by_label("第 1 行数量")).to_have_value("12")
    papers.page.get_by_label("第 1 行数量").fill("1")
    papers.save()
    papers.approve()
    papers.post(location__1="D-01", lot__1="LOT-B")
    papers.shown("done")
    assert house.on_hand("DAY-MILK", "D-01") == "1"


def transfer(papers: Papers, house: House) -> None:
    """直接, and 分步: shipped, then received at the other site."""
    papers.begin("transfer", to_site="WEST", mode="direct")
    papers.line(1, "DAY-CUP", "4", 库位="D-01", 调入库位="W-01")
    papers.save()
    papers.approve()
    papers.post()
    papers.shown("done")
    papers.begin("transfer", to_site="WEST", mode="stepwise")
    papers.line(1, "DAY-MILK", "2", 调入库位="W-01")
    papers.save()
    papers.approve()
    papers.post("调出")
    papers.shown("in_progress")
    papers.post("收货")
    papers.shown("done")
    rows = house.get("/stock", site="WEST")["rows"]
    assert {(row["item"], row["on_hand"]) for row in rows} == {("DAY-CUP", "4"), ("DAY-MILK", "2")}


def close_and_reopen(papers: Papers, house: House) -> None:
    """What is not done is given up, with a reason, and taken up again."""
    papers.begin("purchase_order", supplier="S-DAY")
    papers.line(1, "DAY-CUP", "9")
    number = papers.save()
    papers.approve()
    papers.sure("关闭")
    papers.why("供应商停产")
    expect(papers.shown("closed")).to_contain_text("供应商停产")
    papers.sure("重新打开")
    papers.shown("approved")
    assert house.get("/documents", number=number)["rows"][0]["state"] == "approved"


def un_approve(papers: Papers, house: House, order: str) -> None:
    """反审核: refused while the goods have gone elsewhere, else what was posted goes out again."""
    page = papers.page
    page.goto(f"/documents?code={order}")
    papers.shown("done")
    papers.sure("反审核")
    papers.why("录错了")
    expect(page.locator(".document-acts .problem")).to_contain_text("DAY-", timeout=SOON_MS)
    papers.shown("done")
    papers.begin("other_issue", reason="sample")
    papers.line(1, "DAY-CUP", "6", 库位="D-01")
    papers.save()
    papers.approve()
    papers.post()
    papers.shown("done")
    assert house.on_hand("DAY-CUP", "D-01") == "30"
    papers.sure("反审核")
    papers.why("录错了")
    papers.shown("draft")
    assert house.on_hand("DAY-CUP", "D-01") == "36"


def test_a_count_is_refused_then_approved_once_from_a_phone(
    day: House, contexts: Callable[..., BrowserContext]
) -> None:
    """钱 counts and may not decide it; 赵 refuses, then approves behind the link while 王, whose
    page has heard nothing of it, presses too."""
    day.add_item("DAY-PEN", "签字笔", "Pen")
    day.add_place("D-09")
    day.receive("DAY-PEN", "10", "D-09")
    phone = {"has_touch": True, "is_mobile": True, "locale": "zh-CN"}
    counter = contexts(HANDHELD_SIZE, has_touch=True, locale="zh-CN").new_page()
    handheld = enrolled_handheld(day, counter, badge="B-Q")
    count(handheld, "8")
    first = waiting(day)
    own = enter(contexts(DESK_SIZE, locale="zh-CN").new_page(), "qian", f"/counts?count={first}")
    expect(own.locator(".thing, .beside, main").first).to_contain_text(
        "您参加了这次盘点", timeout=SOON_MS
    )
    expect(own.get_by_role("button", name=re.compile("批准"))).to_have_count(0)

    zhao = enter(contexts(HANDHELD_SIZE, **phone).new_page(), "zhao", link(day, first))
    expect(zhao.locator("h1")).to_have_text("D-09", timeout=SOON_MS)
    check_accessible(zhao, "count behind its link")
    if IS_WRITTEN:
        keep_the_count(zhao, contexts(DESK_SIZE, locale="zh-CN").new_page(), day, first)
    zhao.get_by_role("button", name="拒绝，重新盘点").click()
    zhao.fill("[role=dialog] input[name=reason]", "再数一次")
    zhao.locator("[role=dialog] button[type=submit]").click()
    step_up(zhao)
    expect(zhao.locator("[role=status] b")).to_contain_text("拒绝：再数一次", timeout=SOON_MS)
    assert day.on_hand("DAY-PEN", "D-09") == "10"

    count(handheld, "8")
    second = waiting(day)
    zhao.goto(link(day, second))
    wang = enter(contexts(DESK_SIZE, locale="zh-CN").new_page(), "wang", f"/counts?count={second}")
    for page in (zhao, wang):
        begin_approval(page)
    wang.route("**/api/v1/feed*", lambda route: route.abort())
    sure = "过账 −2 件"
    zhao.get_by_role("button", name=re.compile(sure)).click()
    step_up(zhao)
    expect(zhao.locator("[role=status] b")).to_contain_text("赵主管 已于", timeout=SOON_MS)
    wang.get_by_role("button", name=re.compile(sure)).click()
    expect(wang.locator("[role=status] b")).to_contain_text("赵主管 已于", timeout=SOON_MS)
    expect(wang.locator(".said-line")).to_contain_text("盘点", timeout=SOON_MS)
    assert day.on_hand("DAY-PEN", "D-09") == "8"
    rows = day.get("/movements", item="DAY-PEN")["rows"]
    assert len([row for row in rows if row["kind"] == "count_adjustment"]) == 1
    zhao.goto(f"/c/{second}?s=forged")
    expect(zhao.locator("h2")).to_have_text("链接打不开", timeout=SOON_MS)


def keep_the_count(phone: Page, desk: Page, house: House, count_id: str) -> None:
    """The link on a phone and the desk of an administrator, in both languages."""
    for language in ("en", "zh"):
        phone.evaluate(f"localStorage.setItem('stockturn.language', '{language}')")
        phone.goto(link(house, count_id))
        expect(phone.locator(".acts-line .main")).to_be_visible(timeout=SOON_MS)
        keep(phone, f"count-link-{language}")
    enter(desk, "wang", f"/counts?count={count_id}")
    for where in ("counts", "start", "devices?id=new", "settings", "stock"):
        if where != "counts":
            desk.goto(f"/{where}")
        desk.wait_for_load_state("networkidle")
        keep_in_both(desk, where.partition("?")[0])


def count(handheld: Any, seen: str) -> None:
    """The whole of D-09, on a handheld."""
    handheld.start("count")
    handheld.scan_all("D-09", "DAY-PEN")
    handheld.type_quantity(seen)
    handheld.press("main")
    handheld.answer(0)
    handheld.said("已盘完")
    handheld.unsent(0)


def waiting(house: House) -> str:
    """The count of D-09 that waits for a decision."""
    rows = house.get("/counts/waiting", site="MAIN", limit=200)["rows"]
    return str(next(row["id"] for row in rows if row["location"] == "D-09"))


def link(house: House, count_id: str) -> str:
    """Where the message's link leads."""
    return str(house.get(f"/counts/{count_id}/link")["url"]).replace("http://localhost", "")


def begin_approval(page: Page) -> None:
    """Up to the button that carries the consequence."""
    expect(page.locator(".count-line, [data-line]").first).to_be_visible(timeout=SOON_MS)
    known = page.get_by_label("我知道，不等它们")
    if known.count():
        known.check()
    page.get_by_role("button", name=re.compile("^批准 −2 件")).click()


def step_up(page: Page) -> None:
    """The password again, if it is asked for."""
    sheet = page.locator("[role=dialog] input[type=password]")
    done = page.locator("[role=status] b, .problem")
    expect(sheet.or_(done).first).to_be_visible(timeout=SOON_MS)
    if sheet.is_visible():
        sheet.fill(PASSWORD)
        page.locator("[role=dialog] .main").click()
