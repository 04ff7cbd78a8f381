"""The desk's stock page: what the floor does is on it within seconds."""

from playwright.sync_api import Page, expect

from tests.e2e.conftest import House
from tests.e2e.floor import Handheld


def test_the_stock_page_follows_the_floor(desk: Page, handheld: Handheld) -> None:
    desk.goto("/stock?q=LONG-80")
    handheld.start("receive")
    handheld.scan_all("A-01-03", "LONG-80")
    handheld.type_quantity("37")
    handheld.press("main")
    row = desk.locator("[data-item='LONG-80']")
    expect(row).to_be_visible(timeout=10_000)
    row.click()
    expect(desk.locator("[data-chosen='LONG-80']")).to_contain_text("A-01-03")
    expect(desk.locator("[data-movement]").first).to_contain_text("37")
    handheld.start("put_away")
    handheld.scan_all("A-01-03", "LONG-80", "A-02-03")
    expect(desk.locator("[data-chosen] table").first).to_contain_text("A-02-03", timeout=10_000)
    expect(desk.locator("[data-movement]").first).to_contain_text("上架")


def test_filters_live_in_the_address(desk: Page, house: House, handheld: Handheld) -> None:
    handheld.start("receive")
    handheld.scan_all("A-01-03", "BEARING-6204", "CARTON-5")
    handheld.press("main")
    handheld.said("已收")
    handheld.unsent(0)
    desk.goto("/stock")
    desk.fill(".search input", "轴承")
    expect(desk.locator("[data-item]")).to_have_count(1)
    expect(desk).to_have_url(f"{house.address}/stock?q=%E8%BD%B4%E6%89%BF")
    desk.keyboard.press("Escape")
    desk.keyboard.press("j")
    expect(desk.locator("[data-chosen='BEARING-6204']")).to_be_visible()
    desk.reload()
    expect(desk.locator("[data-chosen='BEARING-6204']")).to_be_visible()
    expect(desk.locator("[data-item]")).to_have_count(1)
    desk.fill(".search input", "zzzz")
    expect(desk.locator(".empty").first).to_contain_text("没有符合条件的货品")


def test_an_open_alert_is_named_with_its_item(desk: Page, house: House, handheld: Handheld) -> None:
    sites = house.get("/sites")["rows"]
    house.post(f"/sites/{sites[0]['id']}/go-live")
    house.post("/item-sites", item="PAPER-60", site="MAIN", reorder_point="50")
    handheld.start("receive")
    handheld.scan_all("DOCK-1", "PAPER-60")
    handheld.press("main")
    desk.goto("/stock")
    alert = desk.locator(".alert", has_text="标签纸")
    expect(alert).to_contain_text("50", timeout=15_000)
    alert.locator("a").click()
    expect(desk.locator("[data-chosen='PAPER-60'] .alert")).to_be_visible()
    desk.click("[data-chosen='PAPER-60'] .alert button")
    expect(desk.locator("[data-chosen='PAPER-60'] .alert")).to_contain_text("已知悉")


def test_a_silent_server_is_said_and_the_figures_stay(desk: Page, handheld: Handheld) -> None:
    handheld.start("receive")
    handheld.scan_all("A-01-03", "CARTON-5")
    handheld.press("main")
    handheld.said("已收")
    handheld.unsent(0)
    desk.goto("/stock?q=CARTON-5")
    expect(desk.locator("[data-item='CARTON-5']")).to_be_visible()
    desk.route("**/api/**", lambda route: route.abort())
    expect(desk.locator(".late")).to_be_visible(timeout=10_000)
    expect(desk.locator("[data-item='CARTON-5']")).to_be_visible()
    desk.unroute("**/api/**")
    expect(desk.locator(".late")).to_have_count(0, timeout=10_000)


def test_signing_out_ends_at_the_form(desk: Page) -> None:
    desk.locator(".bar .who button").last.click()
    expect(desk.locator("input[name=login]")).to_be_visible()
    desk.goto("/stock")
    expect(desk.locator("input[name=login]")).to_be_visible()
