"""Rules of time, delivery and scope that hold whatever a handheld or a desk sends."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import insert, select, update

from server.services.approve_counts import approve_count
from server.services.reconcile_count import reconcile_count
from server.services.use_reservations import Wish, release_reservation, reserve_stock
from server.store.db import reading, unit_of_work
from server.store.models import (
    Balance,
    CountLine,
    HandlingUnit,
    HandlingUnitMove,
    Item,
    Location,
    Movement,
    Owner,
    Reservation,
    StockStatus,
    UndoneCommand,
)
from server.store.queries.counts import counts_page
from tests.arrivals import books_agree
from tests.floor import Floor, Handheld, handheld, open_floor

ITEMS = (
    "NUT",
    "BOLT",
    {"sku": "DRILL", "tracking": "serial"},
    {"sku": "MILK", "tracking": "lot", "shelf_life": 10, "shelf_life_unit": "day"},
)


@pytest.fixture
def floor(app: Flask) -> Iterator[Floor]:
    with open_floor(ITEMS) as opened:
        yield opened


@pytest.fixture
def olga(floor: Floor) -> Handheld:
    return handheld(floor)


def scalars(column: Any, *conditions: Any) -> list[Any]:
    with reading() as session:
        return list(session.scalars(select(column).where(*conditions)))


# Half writes


def test_a_refused_request_to_move_a_unit_leaves_the_unit_where_it_is(
    floor: Floor, olga: Handheld
) -> None:
    olga.do("receive_line", to="A-1", item="NUT", quantity="10", unit="P1")
    reserve_stock(Wish(floor.site_id, floor.items["NUT"], Decimal(4)), floor.desk())
    floor.wait()
    answer = floor.request("put_away", unit="P1", to="B-1")
    assert answer.status == "rejected"
    assert scalars(HandlingUnit.location_id, HandlingUnit.code == "P1") == [floor.locations["A-1"]]
    assert len(scalars(HandlingUnitMove.id)) == 1


def test_a_refused_undo_is_no_undo(floor: Floor, olga: Handheld) -> None:
    uid = str(uuid4())
    olga.do("count_line", count=uid, location="A-1", item="NUT", counted="3")
    floor.wait()
    done = olga.do("finish_count", count=uid, location="A-1", whole=True)
    floor.wait()
    approve(floor)
    answer = olga.do("undo", command=str(done.id), how="never")
    assert (answer.status, answer.code) == ("rejected", "count_decided")
    assert scalars(UndoneCommand.command_id) == []


def approve(floor: Floor, user: str = "sam") -> UUID:
    with reading() as session:
        newest = counts_page(session, None, ["finished"], None, 1)[0]
    silent = reconcile_count(newest.id, floor.desk(user)).silent_devices
    return approve_count(newest.id, newest.version, [d.id for d in silent], floor.desk(user))


def test_a_count_line_of_a_decided_count_cannot_be_undone(floor: Floor, olga: Handheld) -> None:
    uid = str(uuid4())
    line = olga.do("count_line", count=uid, location="A-1", item="NUT", counted="3")
    floor.wait()
    olga.do("finish_count", count=uid, location="A-1", whole=True)
    floor.wait()
    approve(floor)
    answer = olga.do("undo", command=str(line.id), how="never")
    assert (answer.status, answer.code) == ("rejected", "count_decided")
    assert len(scalars(CountLine.id)) == 1


def test_undoing_a_line_keyed_at_the_desk_leaves_the_other_lines(floor: Floor) -> None:
    uid = str(uuid4())
    floor.request("count_line", count=uid, location="A-1", item="NUT", counted="3")
    wrong = floor.request("count_line", count=uid, location="A-1", item="BOLT", counted="9")
    floor.request("undo", command=str(wrong.id), how="never")
    assert scalars(CountLine.counted) == [3]


def test_an_adjustment_is_not_undone_but_counted_again(floor: Floor, olga: Handheld) -> None:
    uid = str(uuid4())
    olga.do("count_line", count=uid, location="A-1", item="NUT", counted="3")
    floor.wait()
    olga.do("finish_count", count=uid, location="A-1", whole=True)
    floor.wait()
    adjustment = approve(floor)
    answer = floor.request("undo", command=str(adjustment), how="never")
    assert (answer.status, answer.code) == ("rejected", "nothing_to_undo")


def test_a_line_that_comes_late_changes_the_version_the_approver_saw(
    floor: Floor, olga: Handheld
) -> None:
    uid = str(uuid4())
    olga.do("count_line", count=uid, location="A-1", item="NUT", counted="3")
    floor.wait()
    olga.do("finish_count", count=uid, location="A-1", whole=True)
    with reading() as session:
        seen = counts_page(session, None, ["finished"], None, 1)[0]
    floor.wait()
    olga.do("count_line", count=uid, location="A-1", item="NUT", counted="4", attempt=2)
    with reading() as session:
        now = counts_page(session, None, ["finished"], None, 1)[0]
    assert now.version > seen.version


# Sizes


def test_values_beyond_the_books_are_rejected_by_their_code(floor: Floor, olga: Handheld) -> None:
    most = {"quantity": "1000000000", "unit_cost": "1000000000000"}
    olga.make("receive_line", to="A-1", item="NUT", **most)
    olga.make("receive_line", to="A-1", item="BOLT", quantity="1")
    big, small = olga.send()
    assert (big.status, big.code) == ("rejected", "money_too_large")
    assert small.status == "applied"


def test_sums_beyond_the_books_are_rejected_by_their_code(floor: Floor, olga: Handheld) -> None:
    most = {"quantity": "1000000000", "unit_cost": "70000"}
    first, second = (olga.do("receive_line", to="A-1", item="NUT", **most) for _ in range(2))
    assert first.status == "applied"
    assert (second.status, second.code) == ("rejected", "money_too_large")
    assert floor.on_hand("A-1", "NUT") == 10**9


@pytest.mark.parametrize("mono_ms", [2**53, 10**12])
def test_a_command_from_the_future_is_rejected(floor: Floor, olga: Handheld, mono_ms: int) -> None:
    made = olga.make("receive_line", to="A-1", item="NUT", quantity="1")
    made["mono_ms"] = mono_ms
    assert olga.send()[0].status == "rejected"
    assert olga.do("receive_line", to="A-1", item="NUT", quantity="1").status == "applied"


@pytest.mark.parametrize("at", [-62_135_596_800_000, 253_402_300_799_000, 4_000_000_000_000])
def test_a_desk_cannot_say_an_impossible_time(floor: Floor, at: int) -> None:
    answer = floor.request("receive_line", to="A-1", item="NUT", quantity="1", occurred_at=at)
    assert answer.status == "rejected"


def test_a_production_date_at_the_end_of_time_has_no_expiry(floor: Floor, olga: Handheld) -> None:
    answer = olga.do(
        "receive_line",
        to="A-1",
        item="MILK",
        quantity="1",
        lot="L",
        production_date="9999-12-31",
    )
    assert answer.status == "applied"


def test_a_blank_name_is_malformed(floor: Floor, olga: Handheld) -> None:
    answer = olga.do("receive_line", to="A-1", item="MILK", quantity="1", lot=" ")
    assert (answer.status, answer.code) == ("rejected", "malformed")


# Reservations


def test_a_pick_uses_only_a_reservation_of_its_own_item(floor: Floor, olga: Handheld) -> None:
    olga.do("receive_line", to="A-1", item="NUT", quantity="10")
    olga.do("receive_line", to="A-1", item="BOLT", quantity="10")
    uid = reserve_stock(Wish(floor.site_id, floor.items["NUT"], Decimal(4)), floor.desk())
    floor.wait()
    answer = olga.do("pick_line", from_="A-1", item="BOLT", quantity="4", reservation=str(uid))
    assert (answer.status, answer.code) == ("rejected", "unknown_reservation")
    assert scalars(Reservation.state) == ["open"]


def test_a_late_pick_does_not_revive_a_released_reservation(floor: Floor, olga: Handheld) -> None:
    olga.do("receive_line", to="A-1", item="NUT", quantity="10")
    uid = reserve_stock(Wish(floor.site_id, floor.items["NUT"], Decimal(4)), floor.desk())
    release_reservation(uid, floor.desk())
    floor.wait()
    answer = olga.do("pick_line", from_="A-1", item="NUT", quantity="4", reservation=str(uid))
    assert answer.status == "applied"
    assert scalars(Reservation.state) == ["released"]


# Serials


def test_a_serial_keeps_the_lot_it_came_with(floor: Floor, olga: Handheld) -> None:
    olga.do("receive_line", to="A-1", item="DRILL", quantity="1", serial="D1", lot="L1")
    floor.wait()
    olga.do("move_stock", from_="A-1", to="B-1", item="DRILL", quantity="1", serial="D1")
    with reading() as session:
        asked = select(Balance.lot_id, Balance.on_hand).where(Balance.on_hand != 0)
        rows = session.execute(asked).all()
    assert len(rows) == 1
    books_agree()


# Delivery


def test_a_lost_number_used_twice_is_quarantined(floor: Floor, olga: Handheld) -> None:
    made = [olga.make("receive_line", to="A-1", item="NUT", quantity=str(n)) for n in (1, 2, 3)]
    olga.outbox = made[2:]
    olga.send()
    late = olga.deliver(olga.envelope(made[:1]))[0]
    assert "after_loss" in late.codes
    clone = {**made[0], "id": str(uuid4())}
    answer = olga.deliver(olga.envelope([clone]))[0]
    assert (answer.status, answer.codes) == ("held", ("quarantined",))


def test_a_rejected_command_is_replaced_once_even_in_one_envelope(
    floor: Floor, olga: Handheld
) -> None:
    wrong = olga.make("receive_line", to="NOWHERE", item="NUT", quantity="1")
    olga.send()
    for _ in range(2):
        olga.make("receive_line", replaces=wrong["id"], to="A-1", item="NUT", quantity="1")
    assert [a.status for a in olga.send()] == ["applied", "rejected"]


def test_a_handheld_reports_facts_only(floor: Floor, olga: Handheld) -> None:
    raw = {
        "id": str(uuid4()),
        "v": 1,
        "type": "receive_line",
        "intent": "request",
        "body": {"to": "A-1", "item": "NUT", "quantity": "1"},
    }
    answer = olga.deliver(olga.envelope([raw]))[0]
    assert (answer.status, answer.code) == ("rejected", "not_permitted")


def test_a_handheld_speaks_of_its_own_site_only(floor: Floor, olga: Handheld) -> None:
    answer = olga.do("receive_line", to="A-1", item="NUT", quantity="1", site="S9")
    assert (answer.status, answer.code) == ("rejected", "unknown_site")


def test_doubtful_commands_of_one_envelope_stay_in_order(floor: Floor, olga: Handheld) -> None:
    olga.do("receive_line", to="A-1", item="NUT", quantity="9")
    floor.wait()
    olga.reboot()
    floor.wait(10_000)
    olga.make("move_stock", from_="A-1", to="A-2", item="NUT", quantity="1")
    olga.reboot()
    olga.wall_skew_ms = -8_000
    floor.wait(1_000)
    olga.make("move_stock", from_="A-2", to="B-1", item="NUT", quantity="1")
    olga.wall_skew_ms = 0
    floor.wait(1000)
    olga.reboot()
    olga.send()
    with reading() as session:
        times = list(session.scalars(select(Movement.occurred_at).order_by(Movement.id)))
    assert times == sorted(times)


# Cost


def test_goods_that_cost_nothing_come_back_at_nothing(floor: Floor, olga: Handheld) -> None:
    olga.do("receive_line", to="A-1", item="NUT", quantity="5", unit_cost="0")
    floor.wait()
    pick = olga.do("pick_line", from_="A-1", item="NUT", quantity="5")
    floor.wait()
    olga.do("receive_line", to="A-1", item="NUT", quantity="5", unit_cost="7")
    floor.wait()
    olga.do("return_line", to="A-1", item="NUT", quantity="5", returns=str(pick.id))
    assert scalars(Movement.value, Movement.kind == "return_line") == [0]
    books_agree()


def test_a_return_comes_back_at_what_its_issue_turned_out_to_cost(
    floor: Floor, olga: Handheld
) -> None:
    pick = olga.do("pick_line", from_="A-1", item="NUT", quantity="5")
    floor.wait()
    olga.do("receive_line", to="A-1", item="NUT", quantity="5", unit_cost="7")
    floor.wait()
    olga.do("return_line", to="A-1", item="NUT", quantity="5", returns=str(pick.id))
    assert scalars(Movement.value, Movement.kind == "return_line") == [35]
    books_agree()


# What is retired


@pytest.mark.parametrize(
    ("model", "body"),
    [
        (StockStatus, {"status": "FROZEN"}),
        (Owner, {"owner": "ACME"}),
        (Location, {"to": "B-1"}),
        (Item, {"item": "BOLT"}),
    ],
)
def test_a_retired_name_is_refused_in_requests_and_flagged_in_facts(
    floor: Floor, olga: Handheld, model: Any, body: dict[str, str]
) -> None:
    column = model.sku if model is Item else model.code
    with unit_of_work() as session:
        session.execute(insert(Owner).values(code="ACME", code_key="acme", kind="supplier"))
        retired = update(model).where(column == next(iter(body.values())))
        session.execute(retired.values(retired_at=floor.now))
    receipt = {"to": "A-1", "item": "NUT", "quantity": "1", **body}
    asked = floor.request("receive_line", **receipt)
    assert (asked.status, asked.code) == ("rejected", "retired")
    assert olga.do("receive_line", **receipt).codes == ("retired",)


def test_no_stock_is_asked_into_a_retired_status(floor: Floor, olga: Handheld) -> None:
    olga.do("receive_line", to="A-1", item="NUT", quantity="2")
    floor.wait()
    with unit_of_work() as session:
        retired = update(StockStatus).where(StockStatus.code == "FROZEN")
        session.execute(retired.values(retired_at=floor.now))
    body = {"location": "A-1", "item": "NUT", "quantity": "1"}
    statuses = {"from_status": "GOOD", "to_status": "FROZEN"}
    assert floor.request("change_status", **body, **statuses).code == "retired"
    assert olga.do("change_status", **body, **statuses).codes == ("retired",)


RETIRED = {
    StockStatus: ("FROZEN", {"status": "FROZEN"}),
    Owner: ("ACME", {"owner": "ACME"}),
    Location: ("A-1", {}),
    Item: ("NUT", {}),
}


@pytest.mark.parametrize("model", list(RETIRED))
def test_what_is_left_of_something_retired_is_asked_out_of_it_but_never_into_it(
    floor: Floor, olga: Handheld, model: Any
) -> None:
    code, named = RETIRED[model]
    column = model.sku if model is Item else model.code
    with unit_of_work() as session:
        session.execute(insert(Owner).values(code="ACME", code_key="acme", kind="supplier"))
    olga.do("receive_line", to="A-1", item="NUT", quantity="5", **named)
    floor.wait()
    with unit_of_work() as session:
        session.execute(update(model).where(column == code).values(retired_at=floor.now))
    goods = {"item": "NUT", "quantity": "1", **named}
    assert floor.request("receive_line", **goods, to="A-1").code == "retired"
    for kind, body in (
        ("move_stock", {"from": "A-1", "to": "A-2"}),
        ("take_stock", {"from": "A-1", "cart": "CART-1"}),
        ("pick_line", {"from": "A-1"}),
        ("scrap_stock", {"from": "A-1", "reason": "old"}),
    ):
        assert floor.request(kind, **goods, **body).status == "applied", kind
    if model is StockStatus:
        leaving = {"from_status": code, "to_status": "GOOD"}
        body = {"location": "A-1", "item": "NUT", "quantity": "1"}
        assert floor.request("change_status", **body, **leaving).status == "applied"
    if model is Location:
        assert (
            floor.request("move_stock", **goods, **{"from": "A-2", "to": "A-1"}).code == "retired"
        )
    books_agree()
