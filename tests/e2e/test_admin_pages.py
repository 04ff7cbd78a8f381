"""Import wizard, people, handhelds, exceptions and settings, as a supervisor walks them."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.accessible import check_accessible
from tests.e2e.album import keep_in_both
from tests.e2e.conftest import DESK_SIZE, HANDHELD_SIZE, LOOKS, ROOT, House, signed_in_desk

SOON_MS = 20_000
SCREENS = ROOT / "var" / "screens"
PAGES = (
    "alerts",
    "exceptions",
    "start",
    "records?kind=items&id=1",
    "imports",
    "people?user=1",
    "devices?id=new",
    "settings",
)
UNWORDED = re.compile(
    r"\b(settings|alerts?|exceptions?|case|source|weight|state|kind|level|owner|field|records?|paste|"
    r"import|outcome|step|map|start|device|person|role|tab|token|set_for|choice)_[a-z_]+|\{[a-z_]+\}"
)


def file_of(text: str) -> dict[str, object]:
    """What somebody chooses in a file dialog."""
    return {"name": "货品.csv", "mimeType": "text/csv", "buffer": text.encode("gb18030")}


def test_a_file_with_errors_is_led_to_fields_mended_written_and_taken_back(
    desk: Page, house: House
) -> None:
    desk.goto("/imports?kind=items")
    choose = desk.locator("input[type=file]")
    choose.set_input_files([file_of("货号,Menge,单位\nW-1,a,件\nW-2,b,\n,c,件\n")])  # type: ignore[list-item]
    column = desk.get_by_label("字段: Menge")
    expect(column).to_have_value("", timeout=SOON_MS)
    column.select_option("specification")
    desk.get_by_role("button", name="检查").click()
    wrong = desk.get_by_role("region", name="错误的行")
    expect(wrong.locator("tbody tr")).to_have_count(2, timeout=SOON_MS)
    expect(wrong).to_contain_text("field_missing")
    check_accessible(desk, "import wizard")
    assert house.get("/items", sku="W-1")["rows"] == []
    choose.set_input_files([file_of("货号,Menge,单位\nW-1,a,件\nW-2,b,件\n")])  # type: ignore[list-item]
    expect(column).to_have_value("", timeout=SOON_MS)
    column.select_option("specification")
    desk.get_by_role("button", name="检查").click()
    desk.get_by_role("button", name="写入 2 行").click(timeout=SOON_MS)
    expect(desk.locator(".imports .resolved")).to_contain_text("新增 2", timeout=SOON_MS)
    [made] = house.get("/items", sku="W-1")["rows"]
    assert made["specification"] == "a"
    first = desk.locator(".imports tbody tr", has_text="已写入").first
    first.get_by_role("button", name="撤销").click()
    first.get_by_role("button", name="撤销这 2 行").click()
    expect(desk.locator(".said-line")).to_contain_text("已撤销", timeout=SOON_MS)
    assert house.get("/items", sku="W-1")["rows"][0]["retired"]


def test_rows_pasted_over_a_table_are_looked_at_before_they_count(desk: Page, house: House) -> None:
    desk.goto("/records?kind=locations")
    desk.get_by_role("button", name="粘贴").click(timeout=SOON_MS)
    area = desk.get_by_role("dialog").locator("textarea")
    area.fill("仓库\t编码\t名称\t类型\nMAIN\tP-01\t一号\tbin\nMAIN\tP-02\t二号\tcastle")
    desk.get_by_role("dialog").get_by_role("button", name="检查").click()
    expect(desk.get_by_role("dialog")).to_contain_text("bad_choice", timeout=SOON_MS)
    desk.get_by_role("button", name="写入 1 行").click()
    expect(desk.locator(".said-line")).to_contain_text("新增 1", timeout=SOON_MS)
    assert [row["code"] for row in house.get("/locations", q="P-0")["rows"]] == ["P-01"]


def test_a_supervisor_enrols_doubts_and_mends(
    desk: Page, house: House, contexts: Callable[..., BrowserContext]
) -> None:
    desk.goto("/people?user=new")
    desk.fill("input[name=name]", "韩梅梅")
    desk.fill("input[name=badge]", f"B-{uuid4().hex[:6]}")
    desk.get_by_label("苏州一仓").check()
    desk.get_by_role("button", name="新增", exact=True).click()
    expect(desk.locator(".said-line")).to_contain_text("韩梅梅", timeout=SOON_MS)

    desk.goto("/devices?id=new")
    desk.get_by_role("button", name="生成二维码").click(timeout=SOON_MS)
    expect(desk.locator(".qr")).to_be_visible(timeout=SOON_MS)
    expect(desk.locator(".count-down")).to_have_text(re.compile(r"\d:\d\d"))
    handheld = contexts(HANDHELD_SIZE).new_page()
    handheld.goto(desk.locator(".enrol a").get_attribute("href") or "")
    handheld.click("button[type=submit]")
    handheld.wait_for_selector("input[name=badge]", timeout=SOON_MS)
    expect(desk.locator(".item")).to_contain_text("手持机已登记", timeout=SOON_MS)

    command = {"id": str(uuid4()), "v": 1, "type": "receive_line", "intent": "request"}
    body = {"to": "NOWHERE", "item": "SOAP-500", "quantity": "3", "site": "MAIN"}
    [refused] = house.post("/commands", commands=[{**command, "body": body}])["answers"]
    assert refused["code"] == "unknown_location"
    desk.goto("/exceptions")
    desk.get_by_role("row", name=re.compile("被拒绝的操作.*SOAP-500")).first.click(timeout=SOON_MS)
    expect(desk.locator(".proposal")).to_contain_text("更正", timeout=SOON_MS)
    check_accessible(desk, "exceptions")
    keep_in_both(desk, "exceptions")
    desk.get_by_role("button", name="更正", exact=True).click()
    desk.fill(".proposal input[name=to]", "A-01-01")
    desk.get_by_role("button", name="提交更正").click()
    expect(desk.locator(".item .resolved")).to_contain_text("自动解除", timeout=SOON_MS)
    assert house.on_hand("SOAP-500", "A-01-01") == "3"

    desk.goto("/settings?site=MAIN")
    hours = desk.get_by_label("手持机登录时长")
    hours.fill("30")
    desk.get_by_role("button", name="保存").click()
    expect(desk.locator(".setting .problem")).to_contain_text("1…24", timeout=SOON_MS)
    hours.fill("8")
    desk.get_by_role("button", name="保存").click()
    expect(desk.locator(".said-line")).to_contain_text("已保存", timeout=SOON_MS)
    [row] = house.get("/settings/person.pass_hours/history", site="MAIN")["rows"]
    assert (row["before"], row["after"], row["user"]) == (None, 8, "王主管")


@pytest.mark.parametrize("looks", LOOKS)
@pytest.mark.parametrize("size", [DESK_SIZE, HANDHELD_SIZE], ids=["desk", "small"])
def test_every_page_is_photographed(
    house: House,
    contexts: Callable[..., BrowserContext],
    looks: tuple[str, str],
    size: dict[str, int],
) -> None:
    language, light = looks
    page = contexts(size).new_page()
    page.add_init_script(
        f"localStorage.setItem('stockturn.language', '{language}');"
        f"localStorage.setItem('stockturn.theme', '{light}');"
    )
    signed_in_desk(page)
    SCREENS.mkdir(parents=True, exist_ok=True)
    for where in PAGES:
        name = f"{size['width']}-{language}-{light}-{where.partition('?')[0]}"
        page.goto(f"/{where}")
        expect(page.locator("main h1:visible, main h2:visible").first).to_be_visible(
            timeout=SOON_MS
        )
        page.wait_for_load_state("networkidle")
        expect(page.locator(".failure")).to_have_count(0)
        page.screenshot(path=SCREENS / f"admin-{name}.png")
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{name} is {wide} px wider than its screen"
        assert UNWORDED.findall(page.locator("body").inner_text()) == [], name
        check_accessible(page, name)
