"""A handling unit is in one location, and late facts follow its later moves (RULES 16)."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from server.store.db import reading
from server.store.models import CountTask
from tests.arrivals import Fact, books_agree, in_every_order, where_unit
from tests.floor import Floor, Handheld, handheld, open_floor, open_site


@pytest.fixture
def floor(app: Flask) -> Iterator[Floor]:
    with open_floor() as opened:
        yield opened


@pytest.fixture
def quick_floor(sqlite_app: Flask) -> Iterator[Floor]:
    with open_floor() as opened:
        yield opened


@pytest.fixture
def olga(floor: Floor) -> Handheld:
    device = handheld(floor)
    device.do("receive_line", to="DOCK", item="NUT", quantity="100", unit_cost="2")
    floor.wait()
    return device


def test_a_pallet_received_and_moved_about_is_whole_in_any_order(quick_floor: Floor) -> None:
    def story(n: int) -> list[Fact]:
        unit = f"P{n}"
        return [
            ("receive_line", {"to": "DOCK", "item": "NUT", "quantity": "10", "unit": unit}),
            ("receive_line", {"to": "DOCK", "item": "BOLT", "quantity": "4", "unit": unit}),
            ("pick_line", {"from": "DOCK", "from_unit": unit, "item": "NUT", "quantity": "3"}),
            ("issue_other", {"from": "DOCK", "from_unit": unit, "item": "BOLT", "quantity": "1",
                             "reason": "sample"}),
        ]  # fmt: skip

    for n in in_every_order(quick_floor, story):
        assert where_unit(f"P{n}") == {"DOCK": 10}, n
    books_agree()


def test_late_facts_about_a_unit_follow_its_moves_in_any_order(floor: Floor) -> None:
    """What went in and out before a move the books know already goes along with it."""

    def story(n: int) -> list[Fact]:
        unit = f"P{n}"
        return [
            ("pack_unit", {"location": "DOCK", "item": "NUT", "quantity": "5", "unit": unit}),
            ("pick_line", {"from": "DOCK", "from_unit": unit, "item": "NUT", "quantity": "2"}),
            ("move_stock", {"from": "A-1", "to": "A-1", "to_unit": unit, "item": "BOLT",
                            "quantity": "1"}),
        ]  # fmt: skip

    mover = handheld(floor, "MOVER")
    for n in in_every_order(floor, story):
        mover.do("move_stock", unit=f"P{n}", to="A-1")
        assert where_unit(f"P{n}") == {"A-1": 4}, n
    books_agree()


def test_whole_unit_moves_out_of_order_end_where_the_last_one_went(floor: Floor) -> None:
    packer = handheld(floor, "PACKER")

    def story(n: int) -> list[Fact]:
        return [
            ("move_stock", {"unit": f"P{n}", "to": "A-1"}),
            ("move_stock", {"unit": f"P{n}", "to": "A-2"}),
            ("move_stock", {"unit": f"P{n}", "to": "B-1"}),
            ("pick_line", {"from": "B-1", "from_unit": f"P{n}", "item": "NUT", "quantity": "1"}),
        ]

    for n in range(24):
        body = {"to": "DOCK", "item": "NUT", "quantity": "6", "unit": f"P{n}"}
        packer.do("receive_line", **body)
    floor.wait()
    for n in in_every_order(floor, story):
        assert where_unit(f"P{n}") == {"B-1": 5}, n
    books_agree()


def test_a_late_pack_follows_the_moves_the_books_know(floor: Floor, olga: Handheld) -> None:
    olga.do("pack_unit", location="DOCK", item="NUT", quantity="5", unit="P1")
    late = handheld(floor, "LATE")
    floor.wait()
    late.make("pack_unit", location="DOCK", item="NUT", quantity="7", unit="P1")
    floor.wait()
    olga.do("move_stock", unit="P1", to="A-1")
    floor.wait()
    olga.do("move_stock", unit="P1", to="A-2")
    late.send()
    assert where_unit("P1") == {"A-2": 12}
    assert floor.on_hand("DOCK", "NUT") == 88
    books_agree()


def test_pack_and_move_in_one_envelope(floor: Floor, olga: Handheld) -> None:
    olga.make("pack_unit", location="DOCK", item="NUT", quantity="5", unit="P1")
    floor.wait()
    olga.make("pack_unit", location="DOCK", item="NUT", quantity="1", unit="P1")
    floor.wait()
    olga.make("put_away", unit="P1", to="A-1")
    floor.wait()
    olga.make("pick_line", from_="A-1", from_unit="P1", item="NUT", quantity="2")
    assert [a.status for a in olga.send()] == ["applied"] * 4
    assert where_unit("P1") == {"A-1": 4}
    assert floor.on_hand("DOCK", "NUT") == 94
    books_agree()


def test_moving_a_unit_to_where_it_is_posts_nothing(floor: Floor, olga: Handheld) -> None:
    olga.do("pack_unit", location="DOCK", item="NUT", quantity="5", unit="P1")
    floor.wait()
    again = olga.do("move_stock", unit="P1", to="DOCK")
    assert (again.codes, again.movement_ids) == (("already_there",), ())


def test_a_unit_named_at_the_wrong_place_is_taken_where_it_is(floor: Floor, olga: Handheld) -> None:
    olga.do("pack_unit", location="DOCK", item="NUT", quantity="5", unit="P1")
    floor.wait()
    answer = olga.do("pick_line", from_="A-2", from_unit="P1", item="NUT", quantity="2")
    assert answer.codes == ("unit_elsewhere",)
    assert where_unit("P1") == {"DOCK": 3}


def test_taking_a_unit_onto_my_cart_and_putting_it_down(floor: Floor, olga: Handheld) -> None:
    olga.do("pack_unit", location="DOCK", item="NUT", quantity="5", unit="P1")
    floor.wait()
    olga.do("take_stock", unit="P1")
    assert where_unit("P1") == {"CART-1": 5}
    floor.wait()
    olga.do("put_stock", unit="P1", to="B-1")
    assert where_unit("P1") == {"B-1": 5}


def test_serials_travel_in_their_unit_and_stay_where_the_unit_is(app: Flask) -> None:
    with open_floor(items=({"sku": "DRILL", "tracking": "serial"},)) as floor:
        olga = handheld(floor)
        body = {"item": "DRILL", "quantity": "1", "serial": "S1"}
        olga.do("receive_line", to="DOCK", unit="P1", **body)
        floor.wait()
        olga.do("move_stock", unit="P1", to="A-1")
        assert where_unit("P1") == {"A-1": 1}
        floor.wait()
        olga.do("pick_line", from_="A-1", from_unit="P1", **body)
        assert where_unit("P1") == {}
        books_agree()


@pytest.mark.parametrize("how", ["never", "put_back"])
def test_undo_takes_a_whole_unit_back(floor: Floor, olga: Handheld, how: str) -> None:
    olga.do("pack_unit", location="DOCK", item="NUT", quantity="5", unit="P1")
    floor.wait()
    moved = olga.do("move_stock", unit="P1", to="A-1")
    floor.wait()
    olga.do("undo", command=str(moved.id), how=how)
    assert where_unit("P1") == {"DOCK": 5}
    floor.wait()
    olga.do("move_stock", unit="P1", to="A-2")
    assert where_unit("P1") == {"A-2": 5}
    books_agree()


def test_undo_never_of_a_middle_move_leaves_the_unit_at_its_last(
    floor: Floor, olga: Handheld
) -> None:
    olga.do("pack_unit", location="DOCK", item="NUT", quantity="5", unit="P1")
    floor.wait()
    middle = olga.do("move_stock", unit="P1", to="A-1")
    floor.wait()
    olga.do("move_stock", unit="P1", to="A-2")
    floor.wait()
    olga.do("undo", command=str(middle.id), how="never")
    assert where_unit("P1") == {"A-2": 5}
    books_agree()


def test_what_left_a_unit_at_a_place_it_never_was_left_it_where_it_stood(
    floor: Floor, olga: Handheld
) -> None:
    olga.do("pack_unit", location="DOCK", item="NUT", quantity="9", unit="P1")
    floor.wait()
    moved = olga.do("move_stock", unit="P1", to="A-1")
    floor.wait()
    olga.do("pick_line", from_="A-1", from_unit="P1", item="NUT", quantity="2")
    floor.wait()
    olga.do("move_stock", unit="P1", to="A-2")
    floor.wait()
    olga.do("pick_line", from_="A-2", from_unit="P1", item="NUT", quantity="1")
    olga.do("undo", command=str(moved.id), how="never")
    assert where_unit("P1") == {"A-2": 6}
    books_agree()


def test_a_late_move_of_a_unit_with_serials_takes_them_along_in_any_order(app: Flask) -> None:
    def story(n: int) -> list[Fact]:
        unit, body = f"P{n}", {"item": "DRILL", "quantity": "1", "serial": f"S{n}"}
        return [
            ("move_stock", {"unit": unit, "to": "A-1"}),
            ("pack_unit", {"location": "A-1", "unit": unit, **body}),
            ("move_stock", {"unit": unit, "to": "A-2"}),
        ]

    with open_floor(items=("NUT", {"sku": "DRILL", "tracking": "serial"})) as floor:
        packer = handheld(floor, "PACKER")
        for n in range(6):
            packer.do("receive_line", to="DOCK", item="NUT", quantity="2", unit=f"P{n}")
        floor.wait()
        for n in in_every_order(floor, story):
            assert where_unit(f"P{n}") == {"A-2": 3}, n
        books_agree()


@pytest.mark.parametrize("how", ["never", "put_back"])
def test_undo_of_a_pack_finds_the_unit_wherever_it_went(
    floor: Floor, olga: Handheld, how: str
) -> None:
    olga.do("pack_unit", location="DOCK", item="NUT", quantity="5", unit="P1")
    floor.wait()
    packed = olga.do("pack_unit", location="DOCK", item="NUT", quantity="2", unit="P1")
    floor.wait()
    olga.do("move_stock", unit="P1", to="A-1")
    floor.wait()
    olga.do("undo", command=str(packed.id), how=how)
    assert where_unit("P1") == {"A-1": 5}
    books_agree()


def test_a_unit_code_nobody_knows_cannot_be_moved(floor: Floor, olga: Handheld) -> None:
    answer = olga.do("move_stock", unit=f"P-{uuid4().hex[:6]}", to="A-1")
    assert (answer.status, answer.code) == ("rejected", "unknown_unit")


def test_what_a_handheld_says_of_a_unit_the_books_have_at_another_site_is_not_lost(
    floor: Floor, olga: Handheld
) -> None:
    """Picked from where the unit is; the whole unit comes over with what is left, at its cost."""
    zoe = handheld(floor, "Z1", site_id=open_site(floor, "S2", ["Z-1"]))
    olga.do("receive_line", to="DOCK", item="NUT", quantity="5", unit="P1", unit_cost="2")
    floor.wait()
    picked = zoe.do("pick_line", from_="Z-1", from_unit="P1", item="NUT", quantity="1")
    assert picked.codes == ("unit_at_other_site", "unit_elsewhere")
    assert where_unit("P1") == {"DOCK": 4}
    assert looks_ordered() == [(floor.locations["DOCK"], "unit_at_other_site")]
    floor.wait()
    assert zoe.do("move_stock", unit="P1", to="Z-1").codes == ("unit_at_other_site",)
    assert where_unit("P1") == {"Z-1": 4}
    books_agree()


def test_nobody_asks_for_a_unit_of_another_site(floor: Floor, olga: Handheld) -> None:
    open_site(floor, "S2", ["Z-1"])
    olga.do("receive_line", to="DOCK", item="NUT", quantity="5", unit="P1")
    floor.wait()
    answer = floor.request("put_away", site="S2", unit="P1", to="Z-1")
    assert (answer.status, answer.code) == ("rejected", "unknown_unit")
    assert where_unit("P1") == {"DOCK": 5}


def looks_ordered() -> list[tuple[int, str]]:
    with reading() as session:
        rows = session.execute(select(CountTask.location_id, CountTask.reason))
        return [(row[0], row[1]) for row in rows]


def test_a_unit_moved_away_and_back_is_back_in_any_order(quick_floor: Floor) -> None:
    """To be moved to where the books have it says that it is there then, whatever comes late."""
    packer = handheld(quick_floor, "PACKER")

    def story(n: int) -> list[Fact]:
        return [
            ("move_stock", {"unit": f"P{n}", "to": "A-1"}),
            ("move_stock", {"unit": f"P{n}", "to": "DOCK"}),
            ("pick_line", {"from": "DOCK", "from_unit": f"P{n}", "item": "NUT", "quantity": "1"}),
        ]

    for n in range(6):
        packer.do("receive_line", to="DOCK", item="NUT", quantity="6", unit=f"P{n}")
    quick_floor.wait()
    for n in in_every_order(quick_floor, story):
        assert where_unit(f"P{n}") == {"DOCK": 5}, n
    books_agree()


def test_undoing_a_move_to_where_the_unit_was_changes_nothing(floor: Floor, olga: Handheld) -> None:
    olga.do("pack_unit", location="DOCK", item="NUT", quantity="5", unit="P1")
    floor.wait()
    again = olga.do("move_stock", unit="P1", to="DOCK")
    floor.wait()
    olga.do("pick_line", from_="DOCK", from_unit="P1", item="NUT", quantity="1")
    olga.do("undo", command=str(again.id), how="never")
    assert where_unit("P1") == {"DOCK": 4}
    books_agree()
