"""The handheld at work: the real web app, the real server, a wedge scanner."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Route, expect

from tests.e2e.conftest import HANDHELD_SIZE, House, enrolled_handheld
from tests.e2e.floor import GS, Handheld

SOAP = "6901234567892"
GLOVE_LABEL = f"]C10106920000000012{'17270331'}10L24{GS}"


def test_received_goods_are_put_away_moved_and_picked(house: House, handheld: Handheld) -> None:
    places = ("DOCK-1", "A-01-01", "A-01-02")
    before = [int(house.on_hand("SOAP-500", place)) for place in places]
    handheld.start("receive")
    handheld.scan_all("L:DOCK-1", SOAP)
    handheld.type_quantity("12")
    handheld.quantity("12")
    handheld.press("main")
    handheld.said("洗手液")
    handheld.start("put_away")
    handheld.scan_all("DOCK-1", SOAP)
    handheld.type_quantity("10")
    handheld.scan("A-01-01")
    handheld.said("已上架")
    handheld.start("move")
    handheld.scan_all("A-01-01", SOAP)
    handheld.type_quantity("4")
    handheld.scan("A-01-02")
    handheld.said("已移")
    handheld.start("pick")
    handheld.scan_all("A-01-02", "SOAP-500")
    handheld.press("main")
    handheld.said("已拣")
    handheld.unsent(0)
    after = [int(house.on_hand("SOAP-500", place)) for place in places]
    assert [now - was for now, was in zip(after, before, strict=True)] == [2, 6, 3]


def test_a_gs1_label_brings_lot_and_expiry(house: House, handheld: Handheld) -> None:
    handheld.start("receive")
    handheld.scan("DOCK-1")
    handheld.scan(GLOVE_LABEL)
    expect(handheld.page.locator(".chips")).to_contain_text("L24")
    expect(handheld.page.locator(".chips")).to_contain_text("2027-03-31")
    handheld.press("main")
    handheld.said("已收")
    handheld.unsent(0)
    rows = house.get("/stock", item="GLOVE-M", group="balance")["rows"]
    assert [(row["lot"], row["on_hand"]) for row in rows] == [("L24", "1")]


def test_the_text_lane_scans_as_well_as_the_key_lane(handheld: Handheld) -> None:
    handheld.start("receive")
    handheld.commit("L:DOCK-1")
    handheld.said("DOCK-1")
    handheld.commit(GLOVE_LABEL)
    expect(handheld.page.locator(".chips")).to_contain_text("L24")


def test_twenty_scans_back_to_back_are_all_counted(handheld: Handheld) -> None:
    handheld.start("receive")
    handheld.scan("DOCK-1")
    for _ in range(10):
        handheld.wedge("BEARING-6204")
        handheld.wedge("CARTON-5")
    expect(handheld.page.locator(".status")).to_contain_text("19")
    handheld.press("main")
    expect(handheld.page.locator(".status")).to_contain_text("20")
    handheld.unsent(0)


def test_the_wrong_code_stops_and_the_right_one_goes_on(handheld: Handheld) -> None:
    handheld.start("pick")
    handheld.scan("SOAP-500")
    handheld.stopped("SOAP-500")
    handheld.scan("A-02-01")
    expect(handheld.page.locator(".stop")).to_have_count(0)
    handheld.touch()
    handheld.scan("4006381333931")
    handheld.stopped("4006381333931")
    handheld.page.click(".stop footer button")
    expect(handheld.page.locator(".stop")).to_have_count(0)


def test_a_count_posts_what_was_seen(house: House, handheld: Handheld) -> None:
    handheld.start("receive")
    handheld.scan_all("A-03-03", "PAPER-60")
    handheld.type_quantity("5")
    handheld.press("main")
    handheld.start("count")
    handheld.scan_all("A-03-03", "PAPER-60")
    handheld.type_quantity("4")
    handheld.said("4")
    handheld.press("main")
    handheld.answer(0)
    handheld.said("已盘完")
    handheld.unsent(0)


def test_undo_takes_a_pick_back(house: House, handheld: Handheld) -> None:
    handheld.start("receive")
    handheld.scan_all("A-02-02", "CARTON-5")
    handheld.press("main")
    handheld.press("undo")
    handheld.answer(1)
    handheld.said("已撤销")
    handheld.unsent(0)
    assert house.on_hand("CARTON-5", "A-02-02") == "0"


def test_offline_work_is_kept_over_a_reload_and_drains(house: House, handheld: Handheld) -> None:
    page = handheld.page
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    handheld.start("receive")
    handheld.scan("A-03-01")
    page.context.set_offline(True)
    for sku in ("BEARING-6204", "CARTON-5", "BEARING-6204"):
        handheld.scan(sku)
        handheld.press("main")
        handheld.said("已收")
    handheld.unsent(3)
    page.reload()
    handheld.unsent(3)
    handheld.scan("PAPER-60")
    handheld.press("main")
    handheld.unsent(4)
    page.context.set_offline(False)
    handheld.unsent(0)
    found = {sku: house.on_hand(sku, "A-03-01") for sku in ("BEARING-6204", "CARTON-5", "PAPER-60")}
    assert found == {"BEARING-6204": "2", "CARTON-5": "1", "PAPER-60": "1"}


def test_a_refused_command_waits_for_its_person(handheld: Handheld) -> None:
    def rename(route: Route) -> None:
        body = route.request.post_data_json
        body["commands"][0]["body"]["item"] = "NEVER-HEARD-OF"
        route.continue_(post_data=body)

    page = handheld.page
    page.route("**/api/v1/commands", rename)
    handheld.start("pick")
    handheld.scan_all("A-02-03", "SOAP-500")
    handheld.press("main")
    expect(page.locator(".pill.bad")).to_have_text("1")
    handheld.unsent(0)
    page.click(".status .who")
    expect(page.locator(".attention")).to_contain_text("NEVER-HEARD-OF")
    page.locator(".attention button").click()
    expect(page.locator(".attention")).to_have_count(0)


@pytest.mark.parametrize("hand", ["left", "right"])
def test_the_main_key_lies_under_the_thumb(handheld: Handheld, hand: str) -> None:
    page = handheld.page
    page.evaluate(f"localStorage.setItem('stockturn.hand', '{hand}')")
    page.reload()
    handheld.start("pick")
    boxes = [key.bounding_box() for key in page.locator(".keys button").all()]
    widths = [round(box["width"]) for box in boxes if box]
    main = page.locator(".keys .main").bounding_box()
    assert main
    assert all(box and box["height"] >= 64 for box in boxes)
    assert main["width"] == pytest.approx(max(widths), abs=1)
    assert (main["x"] < 100) == (hand == "left")


def test_another_person_takes_over(house: House, contexts: Callable[..., BrowserContext]) -> None:
    device = enrolled_handheld(house, contexts(HANDHELD_SIZE).new_page(), badge="B-2")
    expect(device.page.locator(".status")).to_contain_text("Ann Lee")
    expect(device.page.locator("[data-task=pick]")).to_have_text("Pick")
    device.page.click(".status .who")
    device.page.locator(".sheet .answers > button").nth(1).click()
    expect(device.page.locator("h1")).to_have_text("Scan your badge")
