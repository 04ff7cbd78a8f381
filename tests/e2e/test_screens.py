"""Every screen photographed in both languages, lights and sizes, for people to look at.

The pictures go to var/screens; the tests themselves see to what a program can tell: nothing is
wider than its screen, no sentence is left without words, and axe-core finds nothing serious.
"""

import re
from collections.abc import Callable
from functools import partial

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.e2e.accessible import check_accessible
from tests.e2e.album import keep
from tests.e2e.conftest import (
    DESK_SIZE,
    HANDHELD_SIZE,
    ROOT,
    House,
    enrolled_handheld,
    signed_in_desk,
)
from tests.e2e.floor import Handheld

SCREENS = ROOT / "var" / "screens"
LOOKS = [(language, light) for language in ("zh", "en") for light in ("light", "dark")]
IN_GUIDES = ("tasks", "receive-4-done", "pick-stop", "count-2-finish", "count-3-offline")
UNWORDED = re.compile(r"\b(act|hint|key|said|stop|need|task|col|kind|line)_[a-z_]+|\{[a-z_]+\}")


class Camera:
    """Takes each picture in four looks."""

    def __init__(self, page: Page, size: str) -> None:
        self.page = page
        self.size = size

    def take(self, name: str) -> None:
        """Photograph what is on the screen now, unchanged by reloading."""
        path = SCREENS / f"{self.size}-{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=path)
        device, language, light = self.size.split("-")
        if device == "handheld" and light == "light" and name in IN_GUIDES:
            keep(self.page, f"handheld-{name}-{language}")
        wide = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{name} is {wide} px wider than its screen"
        text = self.page.locator("body").inner_text()
        assert UNWORDED.findall(text) == [], name
        check_accessible(self.page, name)


def look(page: Page, language: str, light: str) -> None:
    """Choose language and light for this page's next load."""
    page.add_init_script(
        f"localStorage.setItem('stockturn.language', '{language}');"
        f"localStorage.setItem('stockturn.theme', '{light}');"
    )


@pytest.fixture(scope="module")
def stocked(house: House) -> House:
    """A house with more items than a screen holds."""
    for number in range(60):
        house.add_item(f"BOLT-{number:03}", f"内六角螺栓 M{number}", f"Hex bolt M{number}")
        house.receive(f"BOLT-{number:03}", f"{number * 37 + 1}")
    return house


@pytest.fixture(params=LOOKS, ids="-".join)
def looks(request: pytest.FixtureRequest) -> tuple[str, str]:
    """Language and light."""
    return request.param


def test_every_handheld_screen_is_photographed(
    stocked: House, contexts: Callable[..., BrowserContext], looks: tuple[str, str]
) -> None:
    page = contexts(HANDHELD_SIZE).new_page()
    language, light = looks
    look(page, *looks)
    camera = Camera(page, f"handheld-{language}-{light}")
    for name in ("sign-in", "enrol"):
        page.goto(f"/{name}")
        expect(page.locator("h1")).to_be_visible()
        camera.take(name)
    device = enrolled_handheld(stocked, page, badge="B-1" if language == "zh" else "B-2")
    camera.take("tasks")
    photograph_work(device, camera)


def photograph_work(device: Handheld, camera: Camera) -> None:
    """From the first scan to the tray of what was refused."""
    page = device.page
    device.start("receive")
    camera.take("receive-1-place")
    device.scan_all("DOCK-1", "LONG-80")
    camera.take("receive-2-long-name")
    device.press("quantity")
    camera.take("receive-3-keypad")
    page.locator(".pad button").nth(4).click()
    page.click(".sheet .pair .main")
    device.press("main")
    camera.take("receive-4-done")
    device.press("undo")
    camera.take("receive-5-undo")
    page.locator(".sheet .quiet").click()
    device.touch()
    device.scan("]C10106920000000012172703311012345678901234567890")
    camera.take("receive-6-lot")
    device.start("pick")
    device.scan("SOAP-500")
    camera.take("pick-stop")
    device.touch()
    page.click(".stop footer button")
    device.start("count")
    device.scan_all("A-02-01", "SOAP-500")
    camera.take("count-1")
    device.press("main")
    camera.take("count-2-finish")
    page.locator(".sheet .quiet").click()
    page.context.set_offline(True)
    device.touch()
    device.scan("BEARING-6204")
    device.unsent(1)
    camera.take("count-3-offline")
    page.click(".status .who")
    camera.take("more")
    page.context.set_offline(False)


def photograph_first_run(camera: Camera) -> None:
    """Over; in an empty house; with the demo's sites to take over."""
    page = camera.page
    page.goto("/set-up")
    expect(page.locator("h1 + p")).to_be_visible()
    expect(page.locator("form")).to_have_count(0)
    camera.take("set-up-3-over")
    there = [
        {"code": "SH", "name_zh": "上海仓", "name_en": "Shanghai"},
        {"code": "CD", "name_zh": "成都仓", "name_en": "Chengdu"},
    ]
    for name, sites in (("set-up-1-empty", []), ("set-up-2-demo", there)):
        page.route("**/api/v1/set-up", partial(_answer, {"sites": sites}))
        page.goto("/set-up")
        expect(page.locator("input[name=code]")).to_have_count(0 if sites else 1)
        expect(page.locator("input[name=token]")).to_be_focused()
        camera.take(name)
        page.unroute("**/api/v1/set-up")


def _answer(body: object, route: Route) -> None:
    route.fulfill(json=body)


def test_every_desk_screen_is_photographed(
    stocked: House, contexts: Callable[..., BrowserContext], looks: tuple[str, str]
) -> None:
    page = contexts(DESK_SIZE).new_page()
    language, light = looks
    look(page, *looks)
    camera = Camera(page, f"desk-{language}-{light}")
    photograph_first_run(camera)
    page.goto("/sign-in")
    expect(page.locator("h1")).to_be_visible()
    camera.take("sign-in")
    signed_in_desk(page)
    page.goto("/stock")
    page.wait_for_selector("[data-item]")
    camera.take("stock-1-list")
    page.locator("[data-item]").nth(2).click()
    page.wait_for_selector("[data-movement]")
    camera.take("stock-2-item")
    stocked.receive("LONG-80", "12")
    page.goto("/stock?item=LONG-80")
    page.wait_for_selector("[data-movement]")
    camera.take("stock-3-long-name")
    page.goto("/stock?q=zzzz")
    page.wait_for_selector(".list .empty h2")
    camera.take("stock-4-nothing")
    page.route("**/api/**", lambda route: route.abort())
    expect(page.locator(".late")).to_be_visible(timeout=10_000)
    camera.take("stock-5-late")
    page.unroute("**/api/**")
    page.set_viewport_size(HANDHELD_SIZE)  # type: ignore[arg-type]
    narrow = Camera(page, f"handheld-{language}-{light}")
    page.goto("/stock")
    page.wait_for_selector("[data-item]")
    narrow.take("stock-1-list")
    page.locator("[data-item]").nth(1).click()
    page.wait_for_selector("[data-movement]")
    narrow.take("stock-2-item")
