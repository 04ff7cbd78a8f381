"""Undo, both ways, for each type of command (RULES 7): the books stand as if it had not been."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select

from server.services.reconcile_count import reconcile_count
from server.store.db import reading
from server.store.models import Barcode, CostPool, Count, CountLine, Movement
from server.store.queries.counts import counts_page
from tests.arrivals import books_agree, stock
from tests.floor import START_MS, Floor, Handheld, handheld, open_floor

PLACES = ("A-1", "A-2", "B-1", "DOCK", "CART-1")
COMMANDS: dict[str, dict[str, Any]] = {
    "receive_line": {"to": "A-2", "quantity": "5", "unit_cost": "7"},
    "receive_other": {"to": "A-1", "quantity": "5", "reason": "found"},
    "put_away": {"from": "A-1", "to": "B-1", "quantity": "5"},
    "move_stock": {"from": "A-1", "to": "B-1", "quantity": "500"},
    "take_stock": {"from": "A-1", "quantity": "5"},
    "put_stock": {"to": "B-1", "quantity": "5"},
    "pick_line": {"from": "A-1", "quantity": "5"},
    "return_line": {"to": "A-1", "quantity": "5"},
    "issue_other": {"from": "A-1", "quantity": "5", "reason": "sample"},
    "scrap_stock": {"from": "A-1", "quantity": "5", "reason": "broken"},
    "change_status": {
        "location": "A-1", "quantity": "5", "from_status": "GOOD", "to_status": "FROZEN",
    },
    "pack_unit": {"location": "A-1", "unit": "P1", "quantity": "5"},
}  # fmt: skip


@pytest.fixture
def floor(app: Flask) -> Iterator[Floor]:
    with open_floor() as opened:
        yield opened


@pytest.fixture
def olga(floor: Floor) -> Handheld:
    device = handheld(floor)
    device.do("receive_line", to="A-1", item="NUT", quantity="100", unit_cost="2")
    floor.wait()
    return device


def everywhere() -> dict[str, dict[str, int]]:
    return {place: stock(place) for place in PLACES}


def worth() -> list[tuple[Any, ...]]:
    with reading() as session:
        pools = session.execute(select(CostPool.quantity, CostPool.value))
        sold = session.scalar(select(func.sum(Movement.cogs)))
        return [*(tuple(row) for row in pools), (sold,)]


@pytest.mark.parametrize("how", ["never", "put_back"])
@pytest.mark.parametrize("kind", COMMANDS)
def test_taking_back_leaves_the_books_as_before(
    floor: Floor, olga: Handheld, kind: str, how: str
) -> None:
    before, value = everywhere(), worth()
    done = olga.do(kind, item="NUT", **COMMANDS[kind])
    assert done.status in ("applied", "applied_flagged"), done
    floor.wait()
    undone = olga.do("undo", command=str(done.id), how=how)
    assert undone.status in ("applied", "applied_flagged"), undone
    assert everywhere() == before
    assert worth() == value
    again = olga.do("undo", command=str(done.id), how="never")
    assert again.codes == ("already_undone",)
    assert everywhere() == before
    books_agree()


@pytest.mark.parametrize("how", ["never", "put_back"])
def test_a_command_and_its_undo_may_come_in_one_envelope(
    floor: Floor, olga: Handheld, how: str
) -> None:
    before, value = everywhere(), worth()
    made = olga.make("pick_line", from_="A-1", item="NUT", quantity="5")
    floor.wait()
    olga.make("undo", command=made["id"], how=how)
    assert [a.status for a in olga.send()] == ["applied", "applied"]
    assert (everywhere(), worth()) == (before, value)
    books_agree()


def test_only_ones_own_commands_are_taken_back(floor: Floor, olga: Handheld) -> None:
    done = olga.do("pick_line", from_="A-1", item="NUT", quantity="5")
    other = handheld(floor, "H2", user="otto")
    assert other.do("undo", command=str(done.id), how="never").code == "unknown_command"
    assert floor.request("undo", command=str(done.id), how="never").code == "unknown_command"


def test_neither_a_rejected_command_nor_an_undo_is_taken_back(floor: Floor, olga: Handheld) -> None:
    wrong = olga.do("pick_line", from_="NOWHERE", item="NUT", quantity="5")
    assert olga.do("undo", command=str(wrong.id), how="never").code == "nothing_to_undo"
    done = olga.do("pick_line", from_="A-1", item="NUT", quantity="5")
    undone = olga.do("undo", command=str(done.id), how="never")
    assert olga.do("undo", command=str(undone.id), how="never").code == "nothing_to_undo"


def test_a_line_counted_by_mistake_is_forgotten(floor: Floor, olga: Handheld) -> None:
    uid = str(uuid4())
    body = {"count": uid, "location": "A-1"}
    wrong = olga.do("count_line", item="BOLT", counted="7", **body)
    olga.do("count_line", item="NUT", counted="99", **body)
    olga.do("undo", command=str(wrong.id), how="never")
    floor.wait()
    olga.do("finish_count", whole=True, **body)
    with reading() as session:
        count = counts_page(session, None, ["finished"], None, 1)[0]
    assert [line.variance for line in reconcile_count(count.id, floor.desk()).lines] == [-1]


def test_a_count_finished_too_early_goes_on(floor: Floor, olga: Handheld) -> None:
    body = {"count": str(uuid4()), "location": "A-1"}
    olga.do("count_line", item="NUT", counted="99", **body)
    finished = olga.do("finish_count", whole=True, **body)
    olga.do("undo", command=str(finished.id), how="never")
    with reading() as session:
        assert session.execute(select(Count.state, Count.counted_at)).one() == ("counting", None)


def test_a_barcode_bound_by_mistake_is_released(floor: Floor, olga: Handheld) -> None:
    bound = olga.do("bind_barcode", barcode="4006381333931", item="NUT")
    olga.do("undo", command=str(bound.id), how="never")
    with reading() as session:
        assert session.scalar(select(func.count()).where(Barcode.retired_at.is_(None))) == 0


def test_undoing_a_receipt_takes_its_later_price_back_too(floor: Floor, olga: Handheld) -> None:
    done = olga.do("receive_line", to="A-2", item="BOLT", quantity="5", unit_cost="7")
    floor.wait()
    olga.do("pick_line", from_="A-2", item="BOLT", quantity="5")
    olga.do("undo", command=str(done.id), how="never")
    assert stock("A-2") == {"A-2": -5}
    books_agree()


def totals() -> list[int]:
    with reading() as session:
        return [int(total) for total in session.scalars(select(CountLine.counted))]


def test_undoing_a_corrected_total_brings_the_earlier_one_back(
    floor: Floor, olga: Handheld
) -> None:
    body = {"count": str(uuid4()), "location": "A-1"}
    first = olga.do("count_line", item="NUT", counted="99", **body)
    floor.wait()
    second = olga.do("count_line", item="NUT", counted="98", **body)
    other = olga.do("count_line", item="NUT", counted="50", attempt=2, **body)
    floor.wait()
    third = olga.do("count_line", item="NUT", counted="9", **body)
    assert sorted(totals()) == [9, 50]
    olga.do("undo", command=str(third.id), how="never")
    assert sorted(totals()) == [50, 98]
    olga.do("undo", command=str(first.id), how="never")
    assert sorted(totals()) == [50, 98]
    olga.do("undo", command=str(other.id), how="never")
    assert totals() == [98]
    olga.do("undo", command=str(second.id), how="never")
    assert totals() == []


def test_a_slip_and_its_undo_in_one_envelope_leave_the_total_of_the_other_counter(
    floor: Floor, olga: Handheld
) -> None:
    """Each counts by their own clock; what stands is the last that was seen."""
    otto = handheld(floor, "H2", user="otto")
    body = {"count": str(uuid4()), "location": "A-1"}
    olga.make("count_line", item="NUT", counted="99", **body)
    floor.wait()
    begun = otto.mono_ms
    floor.wait()
    otto.do("count_line", item="nut", counted="97", first_mono_ms=begun, **body)
    floor.wait()
    slip = olga.make("count_line", item="NUT", counted="9", **body)
    olga.make("undo", command=slip["id"], how="never")
    assert [answer.status for answer in olga.send()] == ["applied"] * 3
    with reading() as session:
        seen = select(CountLine.counted, CountLine.last_at - CountLine.first_at)
        assert session.execute(seen).one() == (97, 1000)


def test_a_total_keyed_at_the_desk_comes_back_with_its_times(floor: Floor) -> None:
    body = {"count": str(uuid4()), "location": "A-1", "item": "NUT"}
    raw = {"id": str(uuid4()), "v": 1, "type": "count_line", "intent": "request"}
    seen = {"first_at": "2026-01-04T23:00:00Z", "last_at": "2026-01-04T23:00:02.500Z"}
    floor.send_request({**raw, "body": {"site": "S1", **body, "counted": "7", **seen}})
    floor.wait()
    wrong = floor.request("count_line", **body, counted="8")
    floor.request("undo", command=str(wrong.id), how="never")
    with reading() as session:
        line = select(CountLine.counted, CountLine.first_at, CountLine.last_at)
        assert session.execute(line).one() == (7, START_MS - 3_600_000, START_MS - 3_597_500)
