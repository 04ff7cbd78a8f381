"""A count is a sighting of the handling units it saw (RULES 15, 16)."""

from collections.abc import Iterator
from itertools import permutations
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from server.services.reconcile_count import reconcile_count
from server.store.db import reading
from server.store.models import CountTask
from server.store.queries.counts import counts_page
from tests.arrivals import books_agree, where_unit
from tests.floor import Floor, Handheld, handheld, open_floor, open_site
from tests.services.test_approve_counts import approve

ITEMS = ("NUT", "BOLT", {"sku": "DRILL", "tracking": "serial"})


@pytest.fixture
def floor(app: Flask) -> Iterator[Floor]:
    with open_floor(ITEMS) as opened:
        yield opened


@pytest.fixture
def quick_floor(sqlite_app: Flask) -> Iterator[Floor]:
    with open_floor(ITEMS) as opened:
        yield opened


@pytest.fixture
def olga(floor: Floor) -> Handheld:
    device = handheld(floor)
    device.do("receive_line", to="DOCK", item="NUT", quantity="10", unit="P1", unit_cost="2")
    device.do("receive_line", to="DOCK", item="BOLT", quantity="4", unit="P1", unit_cost="1")
    floor.wait()
    return device


def make_count(
    olga: Handheld, location: str, unit: str = "P1", whole: bool = True, **seen: str
) -> None:
    body = {"count": str(uuid4()), "location": location}
    for item, counted in seen.items():
        olga.make("count_line", **body, item=item, counted=counted, unit=unit)
        olga.floor.wait(10)
    olga.make("finish_count", **body, whole=whole)
    olga.floor.wait()


def shown(floor: Floor) -> list[int]:
    """What the desk is shown that the newest count differs by."""
    with reading() as session:
        newest = counts_page(session, None, ["finished"], None, 1)[0]
    return [int(line.variance) for line in reconcile_count(newest.id, floor.desk()).lines]


def test_a_unit_seen_where_the_books_do_not_have_it_is_there_with_all_it_holds(
    floor: Floor, olga: Handheld
) -> None:
    make_count(olga, "A-1", whole=False, NUT="9")
    olga.send()
    assert shown(floor) == [-1]
    approve(floor)
    assert where_unit("P1") == {"A-1": 13}
    assert floor.on_hand("A-1", "BOLT") == 4
    books_agree()


def test_what_a_whole_count_did_not_see_in_a_unit_is_not_in_it(
    floor: Floor, olga: Handheld
) -> None:
    make_count(olga, "A-1", NUT="10")
    olga.send()
    assert shown(floor) == [0, -4]
    approve(floor)
    assert where_unit("P1") == {"A-1": 10}
    books_agree()


def test_a_unit_first_heard_of_by_a_count_is_where_it_was_counted(
    floor: Floor, olga: Handheld
) -> None:
    make_count(olga, "A-1", unit="P2", NUT="3")
    olga.send()
    approve(floor)
    assert where_unit("P2") == {"A-1": 3}
    books_agree()


def test_what_a_count_finds_in_a_unit_goes_where_the_unit_has_gone(
    floor: Floor, olga: Handheld
) -> None:
    make_count(olga, "DOCK", NUT="8", BOLT="4")
    olga.do("move_stock", unit="P1", to="A-1")
    floor.wait()
    olga.do("move_stock", unit="P1", to="A-2")
    approve(floor)
    assert where_unit("P1") == {"A-2": 12}
    books_agree()


def test_what_a_count_takes_back_of_a_unit_is_not_carried_on(floor: Floor, olga: Handheld) -> None:
    late = handheld(floor, "LATE", user="otto")
    late.make("pick_line", from_="DOCK", from_unit="P1", item="NUT", quantity="2")
    floor.wait()
    make_count(olga, "DOCK", NUT="8", BOLT="4")
    olga.send()
    approve(floor)
    olga.do("move_stock", unit="P1", to="A-1")
    late.send()
    assert where_unit("P1") == {"A-1": 12}
    books_agree()


def test_serials_come_along_with_the_unit_that_was_seen(floor: Floor, olga: Handheld) -> None:
    body = {"item": "DRILL", "quantity": "1", "serial": "D1"}
    olga.do("receive_line", to="DOCK", unit="P1", **body)
    floor.wait()
    make_count(olga, "A-1", whole=False, NUT="10")
    olga.send()
    approve(floor)
    assert where_unit("P1") == {"A-1": 15}
    books_agree()


def test_a_unit_of_another_site_comes_over_at_its_cost(floor: Floor, olga: Handheld) -> None:
    zoe = handheld(floor, "Z1", site_id=open_site(floor, "S2", ["Z-1"]), user="otto")
    make_count(zoe, "Z-1", NUT="10", BOLT="4")
    zoe.send()
    approve(floor)
    assert where_unit("P1") == {"Z-1": 14}
    with reading() as session:
        assert list(session.scalars(select(CountTask.reason))) == ["unit_at_other_site"]
    books_agree()


def test_a_counted_unit_is_the_same_in_any_order_of_arrival(quick_floor: Floor) -> None:
    """Picked from, moved to A-1, counted there (one is missing), moved to A-2."""
    floor = quick_floor
    packer, devices = handheld(floor, "PACKER"), [handheld(floor, f"H{i}") for i in range(4)]
    for number, order in enumerate(permutations(range(4))):
        unit = f"P{number}"
        packer.do("receive_line", to="DOCK", item="NUT", quantity="10", unit=unit)
        floor.wait()
        devices[0].make("pick_line", from_="DOCK", from_unit=unit, item="NUT", quantity="1")
        floor.wait()
        devices[1].make("move_stock", unit=unit, to="A-1")
        floor.wait()
        make_count(devices[2], "A-1", unit, whole=False, NUT="8")
        devices[3].make("move_stock", unit=unit, to="A-2")
        floor.wait()
        for index in order:
            devices[index].send()
            if index == 2:
                approve(floor)
        assert where_unit(unit) == {"A-2": 8}, order
    books_agree()
