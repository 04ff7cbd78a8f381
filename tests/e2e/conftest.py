"""The whole house for browser tests: `stockturn run` on SQLite, set up, with people and goods."""

import os
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from server.domain.places import VIRTUAL_KINDS
from tests.e2e.floor import Handheld
from tests.plugins.processes import Child

ROOT = Path(__file__).parents[2]
DIST = ROOT / "scanner_client" / "dist"
PASSWORD = "correct horse battery"
PIN = "314159"
LOOPBACK = {"STOCKTURN_OUTBOUND_ALLOWED": "127.0.0.0/8"}
"""Receivers of messages stand on this machine."""
HANDHELD_SIZE = {"width": 360, "height": 640}
DESK_SIZE = {"width": 1440, "height": 900}

LOOKS = [
    pytest.param(("zh", "light"), id="zh-light"),
    pytest.param(("zh", "dark"), id="zh-dark", marks=pytest.mark.full),
    pytest.param(("en", "light"), id="en-light", marks=pytest.mark.full),
    pytest.param(("en", "dark"), id="en-dark"),
]
"""Language and light of a photographed page: every run sees each of both once, --full all four."""

PLACES = (
    ("DOCK-1", "dock"),
    *((f"A-0{bay}-0{level}", "bin") for bay in (1, 2, 3) for level in (1, 2, 3)),
)
GOODS: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    (
        "SOAP-500",
        "洗手液 500 ml 柠檬",
        "Hand soap 500 ml lemon",
        {"barcodes": ["6901234567892"], "specification": "500 ml × 12"},
    ),
    (
        "GLOVE-M",
        "医用手套 M",
        "Medical gloves M",
        {"tracking": "lot", "barcodes": ["6920000000012"]},
    ),
    ("DRILL-18", "电钻 18 V", "Drill 18 V", {"tracking": "serial"}),
    ("BEARING-6204", "轴承 6204-2RS", "Bearing 6204-2RS", {}),
    ("CARTON-5", "纸箱 5 层 400×300", "Carton 5-ply 400×300", {}),
    ("PAPER-60", "标签纸 60×40", "Label paper 60×40", {}),
    (
        "LONG-80",
        "可折叠重型仓储周转箱带盖防静电加厚蓝色六百乘四百乘三百毫米适用于自动化立体仓库输送线货架流利条及人工拣选作业场景长期循环使用可堆叠耐冲击食品级聚丙烯",
        "Lagerbehälterabdeckungsverriegelungsmechanismus mit Antistatikbeschichtung 600×400",
        {"specification": "600×400×300 mm ESD"},
    ),
)


@dataclass
class House:
    """A running server, and an administrator who talks to its API."""

    address: str
    admin: httpx.Client
    errors: list[str] = field(default_factory=list)

    def post(self, path: str, **body: Any) -> dict[str, Any]:
        """The answer to a POST that must succeed."""
        answer = self.admin.post(f"/api/v1{path}", json=body)
        assert answer.is_success, answer.text
        return dict(answer.json())

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        """The answer to a GET that must succeed."""
        answer = self.admin.get(f"/api/v1{path}", params=query)
        assert answer.is_success, answer.text
        return dict(answer.json())

    def add_item(self, sku: str, name_zh: str, name_en: str, **more: Any) -> dict[str, Any]:
        """An item counted in pieces."""
        barcodes = more.pop("barcodes", [])
        values = {"sku": sku, "name_zh": name_zh, "name_en": name_en, "base_unit": "件"}
        return self.post("/items", **values, barcodes=[{"code": c} for c in barcodes], **more)

    def add_place(self, code: str, kind: str = "bin") -> dict[str, Any]:
        """A location of the first site."""
        return self.post("/locations", site="MAIN", code=code, kind=kind)

    def receive(self, sku: str, quantity: str, to: str = "A-01-01") -> None:
        """A receipt asked for by the desk."""
        body = {"to": to, "item": sku, "quantity": quantity, "site": "MAIN"}
        command = {"id": str(uuid4()), "v": 1, "type": "receive_line", "intent": "request"}
        answers = self.post("/commands", commands=[{**command, "body": body}])["answers"]
        assert answers[0]["status"] == "applied", answers

    def on_hand(self, sku: str, location: str) -> str:
        """Base units of an item in a location, summed over lots."""
        rows = self.get("/stock", item=sku, location=location, group="item")["rows"]
        return rows[0]["on_hand"] if rows else "0"


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One house for the session; each test brings goods and places of its own."""
    if not (DIST / "index.html").is_file():
        pytest.skip("scanner_client/dist is not built: run make client")
    port = _free_port()
    var = tmp_path_factory.mktemp("var")
    environment = {**os.environ, "STOCKTURN_RATE_LIMITS": "0", **LOOPBACK}
    program = [str(Path(sys.executable).parent / "stockturn"), "run"]
    child = Child(
        [*program, "--port", str(port), "--var", str(var), "--no-demo"],
        ready="ready http",
        env=environment,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        with httpx.Client(base_url=address, timeout=30) as admin:
            yield _set_up(House(address, admin), (var / "set_up_token").read_text().strip())
    finally:
        child.stop()


def _set_up(house: House, token: str) -> House:
    site = {"code": "MAIN", "name_zh": "苏州一仓", "name_en": "Suzhou 1"}
    owner = {"name": "王主管", "login": "wang", "password": PASSWORD}
    house.post("/set-up", token=token, **owner, site=site)
    house.post("/sessions", login="wang", password=PASSWORD)
    house.post("/users", name="李雷", role="operator", badge="B-1", pin=PIN, sites=["MAIN"])
    house.post(
        "/users",
        name="Ann Lee",
        role="operator",
        badge="B-2",
        pin=PIN,
        sites=["MAIN"],
        language="en",
    )
    _stock_the_shelves(house)
    return house


def _stock_the_shelves(house: House) -> None:
    for code, kind in PLACES:
        house.add_place(code, kind)
    for sku, name_zh, name_en, more in GOODS:
        house.add_item(sku, name_zh, name_en, **more)


@pytest.fixture
def contexts(browser: Browser, house: House) -> Iterator[Callable[..., BrowserContext]]:
    """Browser contexts of any size; a page's script error or refused resource fails the test."""
    opened: list[BrowserContext] = []
    house.errors.clear()

    def open_context(size: dict[str, int], **options: Any) -> BrowserContext:
        context = browser.new_context(base_url=house.address, viewport=size, **options)  # type: ignore[arg-type]
        context.on("weberror", lambda error: house.errors.append(str(error.error)))
        context.on("console", lambda message: _note(house, message.type, message.text))
        opened.append(context)
        return context

    yield open_context
    for context in opened:
        context.close()
    assert house.errors == []


def _note(house: House, kind: str, text: str) -> None:
    if kind == "error" and "Content Security Policy" in text:
        house.errors.append(text)


@pytest.fixture
def handheld(house: House, contexts: Callable[..., BrowserContext]) -> Handheld:
    """An enrolled handheld with 李雷 signed in on it."""
    return enrolled_handheld(
        house, contexts(HANDHELD_SIZE, has_touch=True, locale="zh-CN").new_page()
    )


def enrolled_handheld(house: House, page: Page, badge: str = "B-1") -> Handheld:
    """Enrols the page with a fresh code and signs the person in."""
    code = house.post("/enrolment-codes", site="MAIN", device_name="手持 7")["code"]
    page.goto(f"/enrol?code={code}")
    page.click("button[type=submit]")
    page.wait_for_selector("input[name=badge]")
    device = Handheld(page)
    device.wedge(f"W:{badge}")
    page.fill("input[name=pin]", PIN)
    page.click("button[type=submit]")
    floor = page.locator(".floor")
    items = len(house.get("/items", limit=500, retired="false")["rows"])
    expect(floor).to_have_attribute("data-items", str(items), timeout=30_000)
    places = house.get("/locations", site="MAIN", limit=500, retired="false")["rows"]
    real = [place for place in places if place["kind"] not in VIRTUAL_KINDS]
    expect(floor).to_have_attribute("data-places", str(len(real)), timeout=30_000)
    return device


@pytest.fixture
def desk(house: House, contexts: Callable[..., BrowserContext]) -> Page:
    """A desk with the administrator signed in."""
    return signed_in_desk(contexts(DESK_SIZE, locale="zh-CN").new_page())


def signed_in_desk(page: Page) -> Page:
    """Signs 王主管 in through the form."""
    page.goto("/sign-in")
    page.fill("input[name=login]", "wang")
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_selector(".desk")
    return page


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
