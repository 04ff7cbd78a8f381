"""Messages at the desk and the board on the wall, as people use and see them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.accessible import check_accessible
from tests.e2e.conftest import PASSWORD, House
from tests.receivers import Receiver, receiver

SOON_MS = 20_000
WALL = {"width": 1920, "height": 1080}
SMALL_WALL = {"width": 1280, "height": 720}


@pytest.fixture(scope="module")
def there() -> Iterator[Receiver]:
    """A chat and another system, on this machine."""
    with receiver() as there:
        yield there


def step_up(page: Page) -> None:
    """Give the password again, if it is asked for."""
    sheet = page.locator("[role=dialog] input[type=password]")
    done = page.locator(".shown-once, .said-line")
    expect(sheet.or_(done).first).to_be_visible(timeout=SOON_MS)
    if sheet.is_visible():
        sheet.fill(PASSWORD)
        page.locator("[role=dialog] .main").click()


def test_a_chat_is_added_told_digests_and_tried(
    desk: Page, there: Receiver, tmp_path: Path
) -> None:
    desk.goto("/messages?site=MAIN")
    expect(desk.locator(".beside .empty")).to_contain_text("还没有通道")
    desk.fill(".new-one input[name=name]", "仓库群")
    desk.fill(".new-one input[name=url]", "https://10.0.0.8/send?key=x")
    desk.click(".new-one .main")
    expect(desk.locator(".new-one .problem")).to_contain_text("内部地址", timeout=SOON_MS)
    desk.fill(".new-one input[name=url]", there.url + "?key=abcd1234")
    desk.click(".new-one .main")
    step_up(desk)
    card = desk.locator("[data-channel='仓库群']")
    expect(card).to_contain_text("…1234", timeout=SOON_MS)
    card.get_by_role("button", name="订阅").click()
    expect(card.locator(".told-list li")).to_contain_text("08:30 17:30", timeout=SOON_MS)
    card.get_by_role("button", name="发送测试").click()
    expect(desk.locator(".said-line")).to_contain_text("已送达", timeout=SOON_MS)
    assert "这是一条测试消息" in there.bodies[-1]["markdown"]["content"]
    check_accessible(desk, "channels")
    desk.screenshot(path=tmp_path / "channels.png")


def test_a_webhook_shows_its_secret_once_and_its_deliveries(
    desk: Page, house: House, there: Receiver
) -> None:
    desk.goto("/messages/webhooks?site=MAIN")
    desk.fill(".new-one input[name=name]", "ERP")
    desk.fill(".new-one input[name=url]", there.url)
    desk.click(".new-one .main")
    step_up(desk)
    expect(desk.locator(".shown-once .code")).to_contain_text("whsec_", timeout=SOON_MS)
    house.post("/categories", code="NEWS")
    card = desk.locator("[data-webhook='ERP']")
    card.get_by_role("button", name="投递").click()
    row = card.locator("[data-delivery]", has_text="category.changed")
    expect(row).to_contain_text("已送达", timeout=SOON_MS)
    assert any(body.get("type") == "category.changed" for body in there.bodies)
    row.get_by_role("button", name="重放").click()
    expect(row.locator("td").nth(5)).to_have_text("1", timeout=SOON_MS)
    check_accessible(desk, "webhooks")
    desk.reload()
    expect(desk.locator("[data-webhook='ERP']")).to_be_visible(timeout=SOON_MS)
    expect(desk.locator(".shown-once")).to_have_count(0)


def test_a_template_is_tried_with_real_figures_and_refused_in_words(desk: Page) -> None:
    desk.goto("/messages/templates?site=MAIN&template=digest.zh")
    editor = desk.locator("[data-template='digest.zh']")
    editor.get_by_role("button", name="预览").click()
    expect(editor.locator(".preview-box")).to_contain_text("苏州一仓", timeout=SOON_MS)
    editor.locator("textarea[name=title]").fill("{site} {nonsense}")
    editor.get_by_role("button", name="保存").click()
    expect(editor.locator(".problem")).to_contain_text("nonsense", timeout=SOON_MS)
    check_accessible(desk, "templates")


def test_a_board_is_legible_true_and_says_when_it_is_cut_off(
    house: House, contexts: Callable[..., BrowserContext], tmp_path: Path
) -> None:
    house.post("/sessions/step-up", password=PASSWORD)
    made = house.post("/boards", name="墙", site="MAIN", language="zh")
    house.add_place("WALL-01")
    house.receive("BEARING-6204", "7", "WALL-01")
    context = contexts(WALL)
    wall = context.new_page()
    wall.goto(f"/board#{made['token']}")
    now = wall.locator("[data-panel=now]")
    expect(now).to_contain_text("轴承 6204", timeout=SOON_MS)
    expect(now).to_contain_text("+7")
    assert wall.locator("[data-panel]").count() == 8
    assert wall.locator("button, a, input, select").count() == 0
    sizes = wall.evaluate(
        "() => [...document.querySelectorAll('.board *')]"
        ".filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()))"
        ".map((e) => parseFloat(getComputedStyle(e).fontSize))"
    )
    assert min(sizes) >= 24
    assert round(max(sizes)) == 96
    check_accessible(wall, "board")
    wall.screenshot(path=tmp_path / "board.png")
    context.set_offline(True)
    expect(wall.locator(".cut")).to_contain_text("连接已断开", timeout=SOON_MS)
    context.set_offline(False)
    expect(wall.locator(".cut")).to_have_count(0, timeout=SOON_MS)
    small = contexts(SMALL_WALL).new_page()
    small.goto(f"/board#{made['token']}")
    expect(small.locator("[data-panel=now]")).to_be_visible(timeout=SOON_MS)
    assert small.evaluate("document.documentElement.scrollHeight") <= SMALL_WALL["height"]
    house.admin.delete(f"/api/v1/boards/{made['id']}")
    expect(wall.locator(".alone-board h1")).to_have_text("这个大屏地址已失效", timeout=SOON_MS)
