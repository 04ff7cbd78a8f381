"""The label pages photographed in both languages, lights and sizes, for people to look at."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.accessible import check_accessible
from tests.e2e.conftest import DESK_SIZE, HANDHELD_SIZE, LOOKS, House, signed_in_desk
from tests.e2e.station import Station, put_in, running_station
from tests.e2e.test_screens import SCREENS, Camera, look

SOON_MS = 20_000
LONG = (
    "可折叠重型仓储周转箱带盖防静电加厚蓝色六百乘四百乘三百毫米适用于自动化立体仓库输送线货架流利条"
)


@pytest.fixture(scope="module")
def station(house: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    """A station that stopped in the middle, with work waiting, ended and ranges made."""
    with running_station(house, tmp_path_factory.mktemp("spool"), "拍照标签站", "S") as station:
        put_in(house, "S1")
        order(house, "S1", ["A-01-01", "A-01-02"])
        station.fake.stop_after = 3
        order(house, "S1", ["A-01-01", "A-01-02", "A-02-01", "A-03-03"])
        order(house, "S1", [f"A-0{bay}-0{level}" for bay in (1, 2, 3) for level in (1, 2, 3)])
        house.post("/number-ranges", kind="sscc", prefix="9501101", extension="3", first=1)
        house.post(
            "/number-ranges", kind="serial", item="DRILL-18", prefix="DR", digits=2, first=95
        )
        for attempts, code in ((1, "L:A-01-01"), (4, "L:A-01-02"), (2, LONG[:20])):
            scans = [{"code": code, "attempts": attempts}] * 3
            house.post("/label-scans", site="MAIN", scans=scans)
        yield station


def order(house: House, printer: str, codes: list[str]) -> None:
    """Location labels for a printer."""
    row = next(each for each in house.get("/printers")["rows"] if each["name"] == printer)
    wanted = {"kind": "locations", "site": "MAIN", "codes": codes}
    house.post(
        "/print-jobs", id=str(uuid4()), printer=row["id"], design="location-60x40", wanted=wanted
    )


@pytest.mark.parametrize("looks", LOOKS)
def test_every_label_screen_is_photographed(
    station: Station, contexts: Callable[..., BrowserContext], looks: tuple[str, str]
) -> None:
    page = contexts(DESK_SIZE).new_page()
    language, light = looks
    look(page, *looks)
    signed_in_desk(page)
    if language == "en":
        page.evaluate("localStorage.setItem('stockturn.language', 'en')")
    for size, shape in (("desk", DESK_SIZE), ("handheld", HANDHELD_SIZE)):
        page.set_viewport_size(shape)  # type: ignore[arg-type]
        photograph(page, Camera(page, f"{size}-{language}-{light}"))


def photograph(page: Page, camera: Camera) -> None:
    """Each section, and what opens on it."""
    page.goto("/labels")
    expect(page.locator("[data-printer='S1'] .fault")).to_be_visible(timeout=SOON_MS)
    camera.take("labels-1-stations")
    page.locator("[data-state='paused']").first.click()
    expect(page.locator("[data-panel] .drawn img")).to_be_visible(timeout=SOON_MS)
    camera.take("labels-2-job")
    page.locator("[data-act='cancel']").click()
    camera.take("labels-3-cancel")
    page.keyboard.press("Escape")
    page.goto("/labels")
    page.locator("[data-printer='S1'] .acts button").first.click()
    camera.take("labels-4-media")
    page.goto("/labels/print")
    page.locator("select[name=design]").select_option("location-60x40")
    page.fill("textarea[name=codes]", "A-01-01\nA-01-02")
    expect(page.locator(".preview .steps")).to_be_visible(timeout=SOON_MS)
    expect(page.locator(".preview .drawn:not([data-stale]) img")).to_be_visible(timeout=SOON_MS)
    camera.take("labels-5-print")
    page.locator("select[name=design]").select_option("item-38x21")
    page.locator("button[data-way=table]").click()
    page.fill("textarea[name=table]", f"sku,name,code\nLONG-80,{LONG},6901234567892")
    expect(page.locator(".cells")).to_be_visible()
    expect(page.locator(".preview .drawn:not([data-stale]) img")).to_be_visible(timeout=SOON_MS)
    camera.take("labels-6-sheet")
    page.goto("/labels/designs")
    page.wait_for_selector("[data-design]")
    camera.take("labels-7-designs")
    page.locator("[data-design='pallet-100x150']").click()
    expect(page.locator(".stage .drawn img")).to_be_visible(timeout=SOON_MS)
    page.locator(".over").nth(3).click()
    page.screenshot(path=SCREENS / f"{camera.size}-labels-8-editor.png")
    check_accessible(page, "labels-8-editor")  # its words are full of {fields}
    page.goto("/labels/check")
    page.locator("select[name=job]").select_option(index=1)
    expect(page.locator(".verdict")).to_be_visible(timeout=SOON_MS)
    camera.take("labels-9-check")
    page.locator(".check-page .tabs button").nth(1).click()
    expect(page.locator("[data-code]").first).to_be_visible(timeout=SOON_MS)
    camera.take("labels-10-quality")
    page.goto("/labels/numbers")
    expect(page.locator("[data-range]").first).to_be_visible(timeout=SOON_MS)
    camera.take("labels-11-numbers")
    page.goto("/labels/automatic")
    expect(page.locator("fieldset")).to_have_count(3, timeout=SOON_MS)
    page.locator("select[name=location_created]").select_option(label="S1 · 60x40")
    camera.take("labels-12-automatic")
