"""A serial is where it was last seen, in whatever order we hear of it (RULES 15)."""

from collections.abc import Iterator
from itertools import permutations
from uuid import uuid4

import pytest
from flask import Flask

from server.services.approve_counts import approve_count
from server.services.reconcile_count import reconcile_count
from server.store.db import reading
from server.store.queries.counts import counts_page
from tests.arrivals import Fact, books_agree, handhelds, in_every_order, where_serial
from tests.floor import Floor, Handheld, handheld, open_floor

DRILL = {"sku": "DRILL", "tracking": "serial"}


@pytest.fixture
def floor(app: Flask) -> Iterator[Floor]:
    places = ("A-1", "A-2", "B-1", *(f"C-{n}" for n in range(60)))
    with open_floor(items=(DRILL,), locations=places) as opened:
        yield opened


@pytest.fixture
def quick_floor(sqlite_app: Flask) -> Iterator[Floor]:
    with open_floor(items=(DRILL,)) as opened:
        yield opened


@pytest.fixture
def olga(floor: Floor) -> Handheld:
    return handheld(floor)


def fact(kind: str, serial: str, **body: str) -> Fact:
    return kind, {"item": "DRILL", "quantity": "1", "serial": serial, **body}


def test_five_sightings_in_any_order_leave_it_at_the_last(quick_floor: Floor) -> None:
    def story(n: int) -> list[Fact]:
        serial = f"S{n}"
        return [
            fact("receive_line", serial, to="DOCK", unit_cost="90"),
            fact("put_away", serial, from_="DOCK", to="A-1"),
            fact("move_stock", serial, from_="A-1", to="A-2"),
            fact("pick_line", serial, from_="A-2"),
            fact("return_line", serial, to="B-1"),
        ]

    for n in in_every_order(quick_floor, story):
        assert where_serial(f"S{n}") == {"B-1": 1}, n
    books_agree()


def test_wrongly_stated_sources_are_put_right_in_any_order(floor: Floor) -> None:
    def story(n: int) -> list[Fact]:
        serial = f"W{n}"
        return [
            fact("receive_line", serial, to="DOCK"),
            fact("move_stock", serial, from_="B-1", to="A-1"),
            fact("move_stock", serial, from_="DOCK", to="A-2"),
            fact("scrap_stock", serial, from_="B-1", reason="broken"),
        ]

    for n in in_every_order(floor, story):
        assert where_serial(f"W{n}") == {}, n
    books_agree()


def test_a_scan_to_where_it_already_is_posts_nothing(floor: Floor, olga: Handheld) -> None:
    kind, body = fact("receive_line", "S1", to="A-1")
    olga.do(kind, **body)
    kind, body = fact("move_stock", "S1", from_="DOCK", to="A-1")
    again = olga.do(kind, **body)
    assert (again.codes, again.movement_ids) == (("already_there",), ())


def test_a_request_for_a_serial_that_is_elsewhere_is_refused(floor: Floor, olga: Handheld) -> None:
    kind, body = fact("receive_line", "S1", to="A-1")
    olga.do(kind, **body)
    kind, body = fact("move_stock", "S1", to="A-1")
    refused = floor.request(kind, **{"from": "A-2"}, **body)
    assert (refused.status, refused.code) == ("rejected", "serial_elsewhere")


def test_a_count_is_a_sighting_and_takes_it_from_where_it_was(floor: Floor, olga: Handheld) -> None:
    kind, body = fact("receive_line", "S1", to="A-1")
    olga.do(kind, **body)
    floor.wait()
    count(olga, "A-2", "S1")
    approve(floor)
    assert where_serial("S1") == {"A-2": 1}
    count(olga, "A-1")
    approve(floor)
    assert where_serial("S1") == {"A-2": 1}
    books_agree()


def test_a_count_in_any_order_with_late_moves_says_where_it_was(floor: Floor) -> None:
    """Received at C-n, moved to A-1, C-n counted whole without it: it is still at A-1."""
    devices = handhelds(floor, 3)
    for n, order in enumerate(permutations(range(3))):
        place, serial = f"C-{n}", f"S{n}"
        kind, body = fact("receive_line", serial, to=place)
        devices[0].make(kind, **body)
        floor.wait()
        kind, body = fact("move_stock", serial, from_=place, to="A-1")
        devices[1].make(kind, **body)
        floor.wait()
        make_count(devices[2], place)
        for index in order:
            devices[index].send()
            if index == 2:
                approve(floor)
        assert where_serial(serial) == {"A-1": 1}, order
    books_agree()


def test_what_a_whole_count_did_not_see_is_gone_in_any_order(floor: Floor) -> None:
    """Received at C-n, C-n counted whole without it; then seen at A-2 after all, or never."""
    devices = handhelds(floor, 3)
    for n, order in enumerate(permutations(range(3))):
        for seen_again in (True, False):
            place, serial = f"C-{2 * n + seen_again}", f"S{n}-{seen_again}"
            kind, body = fact("receive_line", serial, to=place)
            devices[0].make(kind, **body)
            floor.wait()
            make_count(devices[1], place)
            floor.wait()
            if seen_again:
                kind, body = fact("move_stock", serial, from_=place, to="A-2")
                devices[2].make(kind, **body)
                floor.wait()
            for index in order:
                devices[index].send()
                if index == 1:
                    approve(floor)
            assert where_serial(serial) == ({"A-2": 1} if seen_again else {}), order
    books_agree()


def test_undoing_the_move_away_brings_the_counts_absence_back(floor: Floor, olga: Handheld) -> None:
    kind, body = fact("receive_line", "S1", to="A-1")
    olga.do(kind, **body)
    floor.wait()
    kind, body = fact("move_stock", "S1", from_="A-1", to="A-2")
    moved = olga.do(kind, **body)
    floor.wait()
    count(olga, "A-1")
    approve(floor)
    assert where_serial("S1") == {"A-2": 1}
    olga.do("undo", command=str(moved.id), how="never")
    assert where_serial("S1") == {}
    books_agree()


@pytest.mark.parametrize("how", ["never", "put_back"])
def test_undo_takes_a_serial_back_to_where_it_was(floor: Floor, olga: Handheld, how: str) -> None:
    kind, body = fact("receive_line", "S1", to="A-1")
    olga.do(kind, **body)
    floor.wait()
    kind, body = fact("move_stock", "S1", from_="A-1", to="A-2")
    moved = olga.do(kind, **body)
    floor.wait()
    assert olga.do("undo", command=str(moved.id), how=how).status == "applied"
    assert where_serial("S1") == {"A-1": 1}
    books_agree()


def test_undo_never_of_a_middle_sighting_leaves_the_last_standing(
    floor: Floor, olga: Handheld
) -> None:
    answers = []
    for kind, body in (
        fact("receive_line", "S1", to="DOCK"),
        fact("move_stock", "S1", from_="DOCK", to="A-1"),
        fact("move_stock", "S1", from_="A-1", to="A-2"),
    ):
        answers.append(olga.do(kind, **body))
        floor.wait()
    olga.do("undo", command=str(answers[1].id), how="never")
    assert where_serial("S1") == {"A-2": 1}
    olga.do("undo", command=str(answers[2].id), how="never")
    assert where_serial("S1") == {"DOCK": 1}
    books_agree()


def test_undoing_a_scan_that_posted_nothing_forgets_the_sighting(
    floor: Floor, olga: Handheld
) -> None:
    kind, body = fact("receive_line", "S1", to="A-1")
    olga.do(kind, **body)
    late = handheld(floor, "H2")
    kind, body = fact("move_stock", "S1", from_="A-1", to="A-2")
    late.make(kind, **body)
    floor.wait()
    kind, body = fact("move_stock", "S1", from_="DOCK", to="A-1")
    scanned = olga.do(kind, **body)
    assert scanned.codes == ("already_there",)
    olga.do("undo", command=str(scanned.id), how="never")
    late.send()
    assert where_serial("S1") == {"A-2": 1}
    books_agree()


def make_count(device: Handheld, place: str, *serials: str) -> None:
    uid = str(uuid4())
    for serial in serials:
        device.make(
            "count_line", count=uid, location=place, item="DRILL", serial=serial, counted="1"
        )
        device.floor.wait()
    device.make("finish_count", count=uid, location=place, whole=True)


def count(device: Handheld, place: str, *serials: str) -> None:
    make_count(device, place, *serials)
    device.send()
    device.floor.wait()


def approve(floor: Floor) -> None:
    with reading() as session:
        newest = counts_page(session, None, ["finished"], None, 1)[0]
    silent = reconcile_count(newest.id, floor.desk()).silent_devices
    approve_count(newest.id, newest.version, [d.id for d in silent], floor.desk())
