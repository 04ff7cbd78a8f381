"""Reports, schedules, export batches and month end, as a supervisor walks them at the desk."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.accessible import check_accessible
from tests.e2e.conftest import (
    DESK_SIZE,
    HANDHELD_SIZE,
    LOOKS,
    PASSWORD,
    ROOT,
    House,
    signed_in_desk,
)

SOON_MS = 20_000
SCREENS = ROOT / "var" / "screens"
PAGES = {
    "reports-summary": "/reports?report=stock_summary&group=category",
    "reports-ledger": "/reports?report=item_ledger&item=LEDGER-BOX",
    "reports-nothing": "/reports?report=expiry",
    "schedules": "/reports/schedules",
    "exports": "/reports/exports?id=1",
    "month-end": "/month-end?site=MAIN",
}
UNWORDED = re.compile(
    r"\b(report|period|group|method|by|flag|how|fact|days|format|state|kind|field|check|action|pack|"
    r"profile|schedule|col|start|lang)_[a-z_]+|\{[a-z_]+\}"
)


@pytest.fixture(scope="module")
def posted(house: House) -> House:
    """Stock with a value, some of it sold again; two months ago is over and may be closed."""
    house.post("/sessions/step-up", password=PASSWORD)
    for code in ("R-01-01", "R-01-02"):
        house.add_place(code)
    house.add_item("LEDGER-BOX", "账页箱", "Ledger box")
    house.add_item("LEDGER-TAPE", "账页胶带", "Ledger tape")
    house.receive("LEDGER-BOX", "120", "R-01-01")
    house.receive("LEDGER-TAPE", "40", "R-01-02")
    return house


def last_month() -> str:
    """The month before this one at the site, as 2026-10."""
    today = datetime.now(UTC).astimezone(ZoneInfo("Asia/Shanghai")).date()
    return f"{today.replace(day=1) - timedelta(days=1):%Y-%m}"


def give_password(page: Page) -> None:
    """Give the password again, if it is asked for."""
    sheet = page.locator("[role=dialog] input[type=password]")
    done = page.locator(".said-line")
    expect(sheet.or_(done).first).to_be_visible(timeout=SOON_MS)
    if sheet.is_visible():
        sheet.fill(PASSWORD)
        page.locator("[role=dialog] .main", has_text="确认").click()


def test_a_figure_opens_its_ledger_and_the_ledger_its_movement(posted: House, desk: Page) -> None:
    desk.goto("/reports?report=stock_summary&group=category")
    expect(desk.locator("[data-figure=closing]")).to_be_visible(timeout=SOON_MS)
    order = desk.locator("[data-figure]").evaluate_all("all => all.map((e) => e.dataset.figure)")
    assert order == ["opening", "in", "out", "closing"]
    desk.get_by_role("button", name="如何计算？").click()
    expect(desk.get_by_role("dialog")).to_contain_text("期初 + 收入 − 发出 = 期末")
    check_accessible(desk, "how")
    desk.keyboard.press("Escape")
    desk.get_by_label("汇总方式").select_option("item")
    row = desk.locator("tbody tr", has_text="LEDGER-BOX")
    row.get_by_role("link", name="120").first.click()
    expect(desk.locator("[data-report=item_ledger]")).to_be_visible(timeout=SOON_MS)
    expect(desk).to_have_url(re.compile("item=LEDGER-BOX"))
    line = desk.locator("[data-row]").first
    expect(line).to_contain_text("120", timeout=SOON_MS)
    line.get_by_role("link", name="120").first.click()
    expect(desk).to_have_url(re.compile(r"/movements\?movement=\d+"), timeout=SOON_MS)
    expect(desk.locator(".item h1")).to_contain_text("账页箱", timeout=SOON_MS)


def test_rows_are_walked_by_keys_and_the_file_is_what_is_seen(posted: House, desk: Page) -> None:
    desk.goto("/reports?report=valuation&q=LEDGER-BOX")
    expect(desk.locator("[data-row]")).to_have_count(1, timeout=SOON_MS)
    with desk.expect_download() as download:
        desk.get_by_label("下载 CSV").click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    assert "LEDGER-BOX" in text
    assert "LEDGER-TAPE" not in text
    desk.get_by_role("region", name="库存金额").focus()
    desk.keyboard.press("j")
    expect(desk.locator("[data-row][aria-selected=true]")).to_be_visible()
    desk.keyboard.press("Enter")
    expect(desk.locator("[data-report=item_ledger]")).to_be_visible(timeout=SOON_MS)
    desk.goto("/reports?report=item_ledger")
    desk.fill("input[name=which]", "nonsense")
    desk.keyboard.press("Enter")
    expect(desk.locator(".failure")).to_contain_text("nonsense", timeout=SOON_MS)


def test_a_schedule_is_made_from_a_report_runs_and_is_stopped(posted: House, desk: Page) -> None:
    desk.goto("/reports?report=stock_summary&period=last_month&group=category")
    desk.get_by_role("link", name="定时发送").click()
    form = desk.locator(".new-one")
    expect(form).to_contain_text("上月", timeout=SOON_MS)
    form.locator("input[name=name]").fill("月报")
    form.locator("select[name=days]").select_option("1")
    form.locator("button[type=submit]").click()
    card = desk.locator("[data-schedule='月报']")
    expect(card).to_contain_text("每月 1 日", timeout=SOON_MS)
    card.get_by_role("button", name="修改").click()
    form.locator("input[name=at]").fill("07:15")
    form.get_by_role("button", name="保存").click()
    expect(card).to_contain_text("07:15", timeout=SOON_MS)
    card.get_by_role("button", name="现在运行").click()
    expect(card.locator(".pill")).to_have_text("已生成", timeout=SOON_MS)
    with desk.expect_download() as download:
        card.locator("a[download]").click()
    assert download.value.path().read_bytes().startswith(b"PK")
    [run] = posted.get("/report-runs")["rows"]
    desk.goto(f"/reports/runs/{run['id']}")
    expect(desk.locator(f"tr.on[data-run='{run['id']}']")).to_be_visible(timeout=SOON_MS)
    check_accessible(desk, "schedules")
    card.get_by_role("button", name="停止").click()
    card.get_by_role("button", name="不再自动生成").click()
    expect(card).to_have_count(0, timeout=SOON_MS)


def test_what_is_new_leaves_once_and_again_only_as_the_same_file(posted: House, desk: Page) -> None:
    desk.goto("/reports/exports")
    expect(desk.locator(".list .empty")).to_contain_text("还没有导出方案", timeout=SOON_MS)
    desk.keyboard.press("n")
    desk.fill("input[name=name]", "金蝶")
    desk.locator("select[name=map]").select_option("kingdee_kis")
    desk.locator("select[name=start]").select_option("beginning")
    desk.get_by_role("button", name="建立").click()
    profile = desk.locator("[data-profile='金蝶']")
    expect(profile).to_contain_text("条新记录", timeout=SOON_MS)
    profile.get_by_role("button", name="列对照").click()
    form = profile.locator(".column-map")
    lines = form.locator("li").count()
    form.get_by_role("button", name="加一列").click()
    form.locator("li").nth(lines).locator("input").first.fill("账套")
    form.locator("li").nth(lines).locator("select").select_option("")
    form.locator("li").nth(lines).locator(".fixed").fill("001")
    form.get_by_role("button", name="保存").click()
    expect(form).to_have_count(0, timeout=SOON_MS)
    profile.get_by_role("button", name="导出新记录").click()
    expect(desk.locator(".said-line")).to_contain_text("批次 1 已保存", timeout=SOON_MS)
    expect(profile).to_contain_text("没有新记录", timeout=SOON_MS)
    expect(profile.get_by_role("button", name="导出新记录")).to_be_disabled()
    twice = []
    for _ in range(2):
        with desk.expect_download() as download:
            profile.locator("tbody a[download]").click()
        twice.append(download.value.path().read_bytes())
    assert twice[0] == twice[1]
    assert twice[0].startswith(b"PK")
    [made] = posted.get("/export-profiles")["rows"]
    assert made["columns"][-1] == {"header": "账套", "text": "001"}
    check_accessible(desk, "export batches")


def test_a_month_is_closed_packed_and_reopened_with_a_reason(posted: House, desk: Page) -> None:
    desk.goto("/month-end?site=MAIN")
    expect(desk.locator("h1")).to_contain_text(f"{last_month()} 结账", timeout=SOON_MS)
    expect(desk.locator("[data-check]")).to_have_count(6)
    check_accessible(desk, "month end")
    desk.get_by_role("button", name="结账", exact=True).click()
    desk.get_by_role("button", name=re.compile("结账到 .*之后到达的单据")).click()
    give_password(desk)
    expect(desk.locator(".verdict")).to_contain_text("已经结账", timeout=SOON_MS)
    pack = desk.locator("[data-pack]").first
    expect(pack.locator("a[download]")).to_be_visible(timeout=SOON_MS)
    with desk.expect_download() as download:
        pack.locator("a[download]").click()
    assert download.value.path().read_bytes().startswith(b"PK")
    desk.get_by_role("button", name="反结账").click()
    sheet = desk.get_by_role("dialog")
    sheet.get_by_role("button", name="反结账").click()
    expect(sheet).to_be_visible()  # no reason, no reopening
    sheet.locator("textarea[name=reason]").fill("漏了一张采购入库")
    sheet.get_by_role("button", name="反结账").click()
    give_password(desk)
    first = desk.locator("[data-period]").first
    expect(first).to_contain_text("漏了一张采购入库", timeout=SOON_MS)
    expect(first).to_contain_text("王主管")
    expect(desk.get_by_role("button", name="结账", exact=True)).to_be_visible()


@pytest.mark.parametrize("looks", LOOKS)
def test_the_pages_are_worded_fit_and_are_accessible(
    posted: House, contexts: Callable[..., BrowserContext], looks: tuple[str, str]
) -> None:
    language, light = looks
    page = contexts(DESK_SIZE).new_page()
    page.add_init_script(
        f"localStorage.setItem('stockturn.language', '{language}');"
        f"localStorage.setItem('stockturn.theme', '{light}');"
    )
    signed_in_desk(page)
    for name, where in PAGES.items():
        for size, wide in (("desk", DESK_SIZE), ("handheld", HANDHELD_SIZE)):
            page.set_viewport_size(wide)  # type: ignore[arg-type]
            page.goto(where)
            shown = page.locator(".tabled, .reports .empty h2, .reports .kept table, .new-one")
            expect(shown.filter(visible=True).first).to_be_visible(timeout=SOON_MS)
            page.wait_for_load_state("networkidle")
            path = SCREENS / f"{size}-{language}-{light}-{name}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=path)
            over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            assert over <= 0, f"{name} is {over} px wider than its screen"
            assert UNWORDED.findall(page.locator("body").inner_text()) == [], name
            check_accessible(page, f"{size} {name}")
