"""Labels at the desk: printed, followed, stopped by a fault, mended, checked and printed again."""

from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from playwright.sync_api import Page, expect

from tests.e2e.conftest import House
from tests.e2e.station import Station, put_in, running_station

SOON_MS = 20_000
HERE = "P1 · 包装台标签站"


@pytest.fixture(scope="module")
def station(house: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    """A station whose printers the server knows."""
    with running_station(house, tmp_path_factory.mktemp("spool")) as station:
        yield station


def test_two_locations_are_printed_checked_and_one_printed_again(
    desk: Page, house: House, station: Station
) -> None:
    desk.goto("/labels")
    column = desk.locator("[data-printer='P1']")
    expect(column).to_be_visible(timeout=SOON_MS)
    expect(column).to_contain_text("还没有说明装的是什么纸")
    column.get_by_role("button", name="纸张").click()
    desk.locator(".sheet input[name=width_mm]").fill("60")
    desk.locator(".sheet .pair .main").click()
    expect(column).to_contain_text("60 × 40 mm")

    desk.locator(".sections a[href='/labels/print']").click()
    desk.locator("select[name=design]").select_option("location-60x40")
    desk.fill("textarea[name=codes]", "A-01-02\nA-01-01")
    expect(desk.locator(".preview img")).to_be_visible(timeout=SOON_MS)
    desk.locator("select[name=where]").select_option(label=HERE)
    button = desk.locator("button.go")
    expect(button).to_have_text("打印 2 张", timeout=SOON_MS)
    button.click()
    desk.locator(".told a").click()

    panel = desk.locator("[data-panel]")
    expect(panel).to_contain_text("库位标签")
    expect(panel.locator(".pill").first).to_have_text("已打印", timeout=SOON_MS)
    assert len(station.fake.printed) == 2
    expect(panel.locator(".picture-box img")).to_be_visible()

    desk.locator(".sections a", has_text="检查标签").click()
    desk.locator("select[name=job]").select_option(index=1)
    expect(desk.locator(".verdict")).to_have_attribute("data-failed", "2", timeout=SOON_MS)
    scan(desk, "L:A-01-02")
    expect(desk.locator(".verdict")).to_have_attribute("data-failed", "1")
    desk.locator(".verdict .main").click()
    expect(desk.locator(".told")).to_be_visible()
    desk.locator(".sections a", has_text="标签站").click()
    again = desk.locator("[data-job]", has=desk.locator(".mark", has_text="R1")).first
    expect(again).to_have_attribute("data-state", "confirmed", timeout=SOON_MS)
    assert len(station.fake.printed) == 3


def read(page: pypdfium2.PdfPage) -> list[str]:
    """The codes on a page of a PDF."""
    seen = page.render(scale=4).to_pil().convert("L")
    return [found.text for found in zxingcpp.read_barcodes(seen)]


def scan(page: Page, code: str) -> None:
    """A wedge scanner's key presses."""
    for character in code:
        page.keyboard.press(character)
    page.keyboard.press("Enter")


def test_a_fault_is_said_with_its_remedy_and_the_job_goes_on(
    desk: Page, house: House, station: Station
) -> None:
    put_in(house, "P1")
    station.fake.stop_after = len(station.fake.printed) + 1
    desk.goto("/labels/print")
    desk.locator("select[name=design]").select_option("location-60x40")
    desk.fill("textarea[name=codes]", "A-01-01, A-01-02, A-01-03, A-02-01")
    desk.locator("select[name=where]").select_option(label=HERE)
    expect(desk.locator("button.go")).to_have_text("打印 4 张", timeout=SOON_MS)
    desk.locator("textarea[name=codes]").focus()
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".told")).to_be_visible()
    desk.goto("/labels")
    column = desk.locator("[data-printer='P1']")
    expect(column.locator(".fault")).to_contain_text("缺纸", timeout=SOON_MS)
    expect(column.locator(".fault")).to_contain_text("装入同规格标签卷")
    expect(column.locator("[data-state='paused']")).to_be_visible()
    station.fake.load_paper()
    expect(column.locator("[data-state='paused']")).to_have_count(0, timeout=SOON_MS)
    expect(column.locator(".fault")).to_have_count(0, timeout=SOON_MS)


def test_without_a_printer_sheets_and_single_labels_come_as_pdf(desk: Page) -> None:
    desk.goto("/labels/print")
    desk.locator("select[name=design]").select_option("location-63x34")
    desk.fill("textarea[name=codes]", "A-01-01\nA-01-02")
    desk.locator("select[name=where]").select_option("a4-24")
    desk.locator(".cells button").nth(4).click()
    expect(desk.locator("button.go")).to_have_text("生成 PDF，2 张", timeout=SOON_MS)
    desk.locator("button.go").click()
    with desk.expect_download() as download:
        desk.locator(".told a").click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")


def test_a_wrong_code_is_named_and_nothing_is_printed(desk: Page, station: Station) -> None:
    desk.goto("/labels/print")
    desk.locator("select[name=design]").select_option("location-60x40")
    desk.fill("textarea[name=codes]", "A-01-01\nNOWHERE-9")
    expect(desk.locator(".order .problem")).to_contain_text("NOWHERE-9", timeout=SOON_MS)
    expect(desk.locator("button.go")).to_be_disabled()


def test_a_design_is_changed_saved_as_a_version_restored_and_taken_back(
    desk: Page, house: House
) -> None:
    desk.goto("/labels/designs?design=location-60x40")
    editor = desk.locator("[data-editing='location-60x40']")
    expect(editor.locator(".drawn img")).to_be_visible(timeout=SOON_MS)
    editor.locator(".over").first.click()
    editor.locator("input[name=size_mm]").fill("9")
    editor.locator("input[name=size_mm]").blur()
    expect(editor.get_by_role("button", name="存为第 2 版")).to_be_enabled()
    editor.locator("input[name=prop_x]").fill("55")
    editor.locator("input[name=prop_x]").blur()
    expect(editor.locator(".element-form .problem")).to_be_visible(timeout=SOON_MS)
    editor.get_by_role("button", name="撤销").click()
    expect(editor.locator(".element-form .problem")).to_have_count(0, timeout=SOON_MS)
    editor.get_by_role("button", name="存为第 2 版").click()
    expect(desk.locator("[data-design='location-60x40']")).to_contain_text("第 2 版")
    editor.get_by_role("button", name="版本", exact=True).click()
    sheet = desk.locator(".sheet")
    expect(sheet.locator("[data-version='2']")).to_contain_text("现在用的", timeout=SOON_MS)
    sheet.locator("[data-version='1']").click()
    expect(sheet.locator(".drawn:not([data-stale]) img")).to_be_visible(timeout=SOON_MS)
    sheet.get_by_role("button", name="把版本 1 恢复为版本 3").click()
    expect(desk.locator("[data-design='location-60x40']")).to_contain_text("第 3 版")
    kept = house.get("/label-designs/location-60x40")
    assert [kept["version"], kept["document"]["elements"][0]["size_mm"] == 9] == [3, False]
    desk.get_by_role("button", name="取消修改").first.click()
    desk.locator(".sheet .danger").click()
    expect(desk.locator("[data-design='location-60x40']")).to_contain_text("自带")


def test_a_number_range_is_made_and_used_for_new_labels(
    desk: Page, house: House, station: Station
) -> None:
    desk.goto("/labels/numbers")
    desk.locator(".new-range .tabs button", has_text="LPN").click()
    desk.fill("input[name=prefix]", "LP")
    desk.locator(".new-range button[type=submit]").click()
    row = desk.locator("[data-range]", has=desk.get_by_text("LP", exact=True))
    expect(row).to_be_visible(timeout=SOON_MS)
    put_in(house, "P2", name="80x50", width_mm=80, height_mm=50)
    desk.goto("/labels/print")
    desk.locator("select[name=design]").select_option("handling-unit-80x50")
    desk.fill("input[name=count]", "2")
    expect(desk.locator("button.go")).to_have_text("打印 2 张", timeout=SOON_MS)
    desk.locator("button.go").click()
    expect(desk.locator(".told")).to_contain_text("P2")
    desk.locator("select[name=where]").select_option("pdf")
    expect(desk.locator("button.go")).to_have_text("生成 PDF，2 张", timeout=SOON_MS)
    desk.locator("button.go").click()
    with desk.expect_download() as download:
        desk.locator(".told a").click()
    pages = pypdfium2.PdfDocument(download.value.path())
    assert [sorted(set(read(page))) for page in pages] == [["T:LP000003"], ["T:LP000004"]]
    desk.goto("/labels/numbers")
    expect(row.locator("td").nth(4)).to_have_text("5")


def test_what_is_printed_by_itself_is_kept_and_can_be_turned_off(
    desk: Page, house: House, station: Station
) -> None:
    put_in(house, "P1")
    desk.goto("/labels/automatic")
    choice = desk.locator("select[name=location_created]")
    choice.select_option(label="P1 · 60x40")
    desk.locator("button.go").click()
    expect(desk.locator(".told")).to_have_text("已保存")
    kept = house.get("/labels/automatic", site="MAIN")
    assert kept["location_created"]["design"] == "location-60x40"
    desk.reload()
    expect(choice).not_to_have_value("", timeout=SOON_MS)
    choice.select_option("")
    desk.locator("button.go").click()
    expect(desk.locator(".told")).to_have_text("已保存")
    assert house.get("/labels/automatic", site="MAIN")["location_created"] is None
