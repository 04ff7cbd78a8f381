"""First sync and what changed since: complete, de-duplicated, and right while writes go on."""

from typing import Any

import pytest

from server.domain.people import SYSTEM
from server.services.keep_records import change_record, create_record
from server.services.manage_items import ITEMS, PACKAGINGS, create_item
from server.services.manage_places import LOCATIONS, go_live
from server.services.number_feed import number_feed
from server.services.sync_handhelds import KINDS
from server.store.db import unit_of_work
from server.store.feed import announce
from tests.api.conftest import Clock, World
from tests.api.shelves import PLACES, furnish, receive, request

NAMES = [name for name, _, _ in KINDS]


class Handheld:
    """What a handheld would have stored after the pages it fetched."""

    def __init__(self, world: World, clock: Clock) -> None:
        self.world = world
        self.clock = clock
        self.cursor = ""
        self.known: dict[str, dict[Any, dict[str, Any]]] = {name: {} for name in NAMES}
        self.short: dict[str, Any] = {}

    def fetch(self, limit: int = 500) -> dict[str, Any]:
        self.clock.turn(ms=250)
        number_feed()
        page = self.world.as_device().get(f"/sync?cursor={self.cursor}&limit={limit}")
        assert page.status_code == 200, page.json
        for name in NAMES:
            self._store(name, page.json[name])
        for name in ("site", "statuses", "tasks"):
            if page.json[name] is not None:
                self.short[name] = page.json[name]
        self.cursor = page.json["cursor"]
        whole: dict[str, Any] = page.json
        return whole

    def catch_up(self, limit: int = 500) -> int:
        pages = 1
        while self.fetch(limit)["more"]:
            pages += 1
        return pages

    def codes(self, name: str, column: str = "code") -> set[str]:
        return {row[column] for row in self.known[name].values()}

    def kept(self) -> set[tuple[str, str]]:
        items, places = self.known["items"], self.known["locations"]
        return {(places[where]["code"], items[what]["sku"]) for where, what in self.known["kept"]}

    def _store(self, name: str, rows: list[dict[str, Any]]) -> None:
        keys = [_key(name, row) for row in rows]
        assert len(keys) == len(set(keys)), "a page tells each thing once"
        for key, row in zip(keys, rows, strict=True):
            if row.get("retired") or row.get("kept") is False:
                self.known[name].pop(key, None)
            else:
                self.known[name][key] = row


def _key(name: str, row: dict[str, Any]) -> Any:
    return (row["location_id"], row["item_id"]) if name == "kept" else row["id"]


@pytest.fixture
def handheld(world: World, clock: Clock) -> Handheld:
    furnish(world)
    return Handheld(world, clock)


@pytest.mark.parametrize("limit", [1, 2, 7, 500])
def test_the_first_sync_tells_everything_whatever_the_size_of_pages(world, handheld, limit):
    receive(world, "M8", "5")
    receive(world, "MILK", "3", to="A-02", lot="L1", unit="PALLET-1")
    receive(world, "M8", "4", to="Z-01", site="BJ2")
    handheld.catch_up(limit)
    assert handheld.codes("items", "sku") == {"M8", "MILK", "DRILL"}
    assert set(PLACES) <= handheld.codes("locations")
    assert not [code for code in handheld.codes("locations") if code.startswith("@")]
    assert "Z-01" not in handheld.codes("locations") | handheld.codes("barcodes")
    assert handheld.codes("lots") == {"L1"}
    assert handheld.codes("units") == {"PALLET-1"}
    assert handheld.kept() == {("A-01", "M8"), ("A-02", "MILK")}
    assert handheld.short["site"]["code"] == "SH1"
    assert {"GOOD", "INSPECTION"} <= {row["code"] for row in handheld.short["statuses"]}


def test_no_quantity_of_stock_is_ever_told(world, handheld):
    receive(world, "M8", "5432")
    page = handheld.fetch()
    assert "5432" not in str(page)
    assert {"on_hand", "reserved"} & set(str(page).split("'")) == set()


def test_packagings_and_barcodes_say_how_many_base_units_a_scan_is(handheld):
    handheld.catch_up()
    (bolt,) = [row for row in handheld.known["items"].values() if row["sku"] == "M8"]
    assert [(p["name"], p["quantity"]) for p in bolt["packagings"]] == [("box", "12")]
    by_code = {row["code"]: row for row in handheld.known["barcodes"].values()}
    assert by_code["6901234567892"]["packaging_quantity"] == "1"
    assert by_code["16901234567899"]["packaging_quantity"] == "12"


def test_afterwards_only_what_changed_comes_and_each_thing_once(world, handheld):
    handheld.catch_up()
    assert handheld.fetch() | {"cursor": ""} == {
        **{name: [] for name in NAMES},
        **dict.fromkeys(("site", "statuses", "tasks")),
        "cursor": "",
        "more": False,
        "ring": False,
    }
    bolt = int(next(key for key, row in handheld.known["items"].items() if row["sku"] == "M8"))
    for version, name in enumerate(("one", "two", "three"), start=1):
        change_record(ITEMS, (bolt,), {"name_en": name}, version=version, actor=SYSTEM)
    page = handheld.fetch()
    assert [row["name_en"] for row in page["items"]] == ["three"]
    assert page["locations"] == page["kept"] == []


def test_retired_things_come_as_retired_and_new_ones_as_new(world, handheld):
    handheld.catch_up()
    drill = int(next(key for key, row in handheld.known["items"].items() if row["sku"] == "DRILL"))
    change_record(ITEMS, (drill,), {"retired": True}, version=1, actor=SYSTEM)
    place = create_record(LOCATIONS, {"site": "SH1", "code": "C-09", "kind": "bin"}, actor=SYSTEM)
    create_record(LOCATIONS, {"site": "BJ2", "code": "Z-09", "kind": "bin"}, actor=SYSTEM)
    page = handheld.fetch()
    assert [(row["sku"], row["retired"]) for row in page["items"]] == [("DRILL", True)]
    assert [row["id"] for row in page["locations"]] == [str(place[0])]
    assert [row["code"] for row in page["barcodes"]] == ["C-09"]


def test_a_changed_packaging_renews_its_item_and_the_barcodes_on_it(world, handheld):
    handheld.catch_up()
    (bolt,) = [row for row in handheld.known["items"].values() if row["sku"] == "M8"]
    box = int(bolt["packagings"][0]["id"])
    change_record(PACKAGINGS, (box,), {"quantity": 10}, version=1, actor=SYSTEM)
    page = handheld.fetch()
    assert page["items"][0]["packagings"][0]["quantity"] == "10"
    assert [row["packaging_quantity"] for row in page["barcodes"]] == ["10"]


def test_a_row_of_an_import_that_names_only_ids_is_understood(world, handheld):
    handheld.catch_up()
    (bolt,) = [row for row in handheld.known["items"].values() if row["sku"] == "M8"]
    with unit_of_work() as session:
        facts = {"id": int(bolt["packagings"][0]["id"]), "fields": ["quantity"]}
        announce(session, "packaging.changed", facts, actor=SYSTEM, at=1)
    assert [row["sku"] for row in handheld.fetch()["items"]] == ["M8"]


def test_where_things_are_follows_the_movements(world, handheld):
    receive(world, "M8", "5")
    handheld.catch_up()
    request(world, "move_stock", from_="A-01", to="B-01", item="M8", quantity="5")
    page = handheld.fetch()
    assert handheld.kept() == {("B-01", "M8")}
    assert sorted(row["kept"] for row in page["kept"]) == [False, True]


def test_lots_and_units_made_on_the_way_are_told(world, handheld):
    handheld.catch_up()
    receive(world, "MILK", "3", lot="L7", expires_on="2027-01-31", unit="PALLET-7")
    handheld.fetch()
    (lot,) = handheld.known["lots"].values()
    assert (lot["code"], lot["expires_on"]) == ("L7", "2027-01-31")
    (unit,) = handheld.known["units"].values()
    assert unit["location_id"] in handheld.known["locations"]


def test_open_tasks_come_whole_when_they_change(world, handheld):
    go_live(world.sites["SH1"], actor=SYSTEM)
    handheld.catch_up()
    user_pass = world.user_pass()
    fact = {
        "id": "00000000-0000-4000-8000-000000000001",
        "seq": 1,
        "v": 1,
        "type": "pick_line",
        "intent": "fact",
        "wall_ms": 1,
        "mono_ms": 1,
        "boot_id": "00000000-0000-4000-8000-00000000000b",
        "user_pass": user_pass,
        "body": {"from": "A-01", "item": "M8", "quantity": "2"},
    }
    envelope = {
        "sent_at": "2026-11-18T11:06:40.000Z",
        "mono_ms": 2,
        "boot_id": fact["boot_id"],
        "oldest_unsent_seq": 1,
        "next_seq": 2,
        "commands": [fact],
    }
    answer = world.as_device().post("/commands", json=envelope)
    assert answer.json["answers"][0]["codes"] == ["below_zero"]
    page = handheld.fetch()
    assert [(row["location"], row["reason"]) for row in page["tasks"]] == [("A-01", "below_zero")]
    assert handheld.fetch()["tasks"] is None


def test_pages_fetched_while_writes_go_on_end_in_the_present(world, handheld):
    """Between any two pages something behind, before and at the place of paging changes."""
    for n in range(6):
        create_item({"sku": f"X{n}", "base_unit": "pcs"}, actor=SYSTEM)
        receive(world, f"X{n}", "1", to=PLACES[n % 3])
    changes = iter(range(1_000))
    more = True
    while more:
        n = next(changes)
        if n < 24:
            _disturb(world, handheld, n)
        more = handheld.fetch(limit=2)["more"]
    handheld.catch_up(2)
    fresh = Handheld(world, handheld.clock)
    fresh.catch_up()
    assert handheld.known == fresh.known
    assert handheld.kept() == fresh.kept()
    assert handheld.short == fresh.short


def _disturb(world: World, handheld: Handheld, n: int) -> None:
    first = min(handheld.known["items"], key=int, default=None)
    match n % 4:
        case 0 if first is not None:
            item = world.as_role("administrator").get(f"/items/{first}")
            world.as_role("administrator").patch(
                f"/items/{first}",
                json={"name_en": f"changed {n}"},
                headers={"If-Match": item.headers["ETag"]},
            )
        case 1:
            create_item(
                {"sku": f"NEW-{n}", "base_unit": "pcs", "barcodes": [{"code": f"N{n}"}]},
                actor=SYSTEM,
            )
        case 2:
            source, target = PLACES[(n // 4) % 3], PLACES[(n // 4 + 1) % 3]
            request(world, "move_stock", from_=source, to=target, item=f"X{n // 4}", quantity="1")
        case _:
            receive(world, "MILK", "1", lot=f"L{n}", unit=f"U{n}")


def test_a_cursor_of_another_place_or_time_means_to_begin_again(world, handheld):
    handheld.catch_up()
    ask = world.as_device()
    assert ask.get("/sync?cursor=WzksOSw5XQ").json["code"] == "bad_cursor"
    assert ask.get("/sync?cursor=%21").json["code"] == "bad_cursor"
    assert world.as_role("operator").get("/sync").json["code"] == "device_required"
