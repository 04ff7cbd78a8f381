"""Commands through the real services: every answer, on both databases."""

from collections.abc import Iterator
from decimal import Decimal
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select

from server.store.db import reading
from server.store.models import CostPool, CountTask, Movement
from tests.floor import Floor, Handheld, handheld, open_floor


@pytest.fixture
def floor(app: Flask) -> Iterator[Floor]:
    with open_floor() as opened:
        yield opened


@pytest.fixture
def olga(floor: Floor) -> Handheld:
    return handheld(floor)


def test_a_receipt_puts_stock_on_the_shelf_and_value_into_the_books(
    floor: Floor, olga: Handheld
) -> None:
    answer = olga.do("receive_line", to="A-1", item="NUT", quantity="12", unit_cost="2.5")
    assert answer.status == "applied"
    assert floor.on_hand("A-1", "NUT") == 12
    with reading() as session:
        pool = session.execute(select(CostPool.quantity, CostPool.value)).one()
    assert pool == (Decimal(12), Decimal(30))


def test_the_same_command_is_applied_once_and_answered_the_same(
    floor: Floor, olga: Handheld
) -> None:
    olga.make("receive_line", to="A-1", item="NUT", quantity="12")
    envelope = olga.envelope(olga.outbox)
    first = olga.deliver(envelope)[0]
    again = olga.deliver(envelope)[0]
    assert (first.status, again.status) == ("applied", "duplicate")
    assert again.first == first.as_json()
    assert floor.on_hand("A-1", "NUT") == 12


def test_the_same_id_with_another_body_is_a_conflict_and_changes_nothing(
    floor: Floor, olga: Handheld
) -> None:
    made = olga.make("receive_line", to="A-1", item="NUT", quantity="12")
    olga.deliver(olga.envelope([made]))
    other = {**made, "body": {**made["body"], "quantity": "13"}}
    assert olga.deliver(olga.envelope([other]))[0].status == "conflict"
    assert floor.on_hand("A-1", "NUT") == 12


def test_what_follows_a_gap_is_held_until_the_gap_arrives(floor: Floor, olga: Handheld) -> None:
    first = olga.make("receive_line", to="A-1", item="NUT", quantity="1")
    second = olga.make("receive_line", to="A-1", item="NUT", quantity="2")
    held = olga.deliver(olga.envelope([second]))[0]
    assert (held.status, held.expected_seq) == ("held", 1)
    assert [a.status for a in olga.deliver(olga.envelope([first, second]))] == ["applied"] * 2
    assert floor.on_hand("A-1", "NUT") == 3


def test_a_rejected_command_never_blocks_the_next(floor: Floor, olga: Handheld) -> None:
    olga.make("receive_line", to="NOWHERE", item="NUT", quantity="1")
    olga.make("receive_line", to="A-1", item="NUT", quantity="2")
    rejected, applied = olga.send()
    assert (rejected.status, rejected.code) == ("rejected", "unknown_location")
    assert applied.status == "applied"


def test_a_replacing_command_mends_a_rejected_one_at_its_own_time(
    floor: Floor, olga: Handheld
) -> None:
    wrong = olga.make("receive_line", to="NOWHERE", item="NUT", quantity="1")
    olga.send()
    happened = floor.now
    floor.wait(60_000)
    olga.make("receive_line", replaces=wrong["id"], to="A-1", item="NUT", quantity="1")
    assert olga.send()[0].status == "applied"
    with reading() as session:
        assert session.scalar(select(Movement.occurred_at)) == happened


def test_a_fact_posts_below_zero_flagged_and_orders_a_look_that_clears_itself(
    floor: Floor, olga: Handheld
) -> None:
    picked = olga.do("pick_line", from_="A-1", item="NUT", quantity="5")
    assert (picked.status, picked.codes) == ("applied_flagged", ("below_zero",))
    assert floor.on_hand("A-1", "NUT") == -5
    assert _tasks() == [("look", "below_zero", "open")]
    olga.do("receive_line", to="A-1", item="NUT", quantity="5", unit_cost="12")
    assert _tasks() == [("look", "below_zero", "cleared")]


def test_a_request_is_refused_when_there_is_not_enough(floor: Floor, olga: Handheld) -> None:
    olga.do("receive_line", to="A-1", item="NUT", quantity="5")
    refused = floor.request("pick_line", **{"from": "A-1"}, item="NUT", quantity="6")
    assert (refused.status, refused.code) == ("rejected", "not_enough_available")
    assert floor.request("pick_line", **{"from": "A-1"}, item="NUT", quantity="5").status == (
        "applied"
    )


def test_a_lost_range_is_released_and_the_places_around_it_are_looked_at(
    floor: Floor, olga: Handheld
) -> None:
    olga.do("receive_line", to="A-1", item="NUT", quantity="5")
    for _ in range(3):
        olga.make("put_away", from_="A-1", to="A-2", item="NUT", quantity="1")
    olga.outbox = olga.outbox[2:]
    answer = olga.send()[0]
    assert answer.status == "applied"
    reasons = {(reason, state) for _, reason, state in _tasks()}
    assert reasons == {("commands_lost", "open")}
    assert len(_tasks()) == 3  # and the cart


def test_a_reused_number_quarantines_the_device(floor: Floor, olga: Handheld) -> None:
    olga.do("receive_line", to="A-1", item="NUT", quantity="5")
    olga.next_seq = 1
    assert olga.do("receive_line", to="A-1", item="NUT", quantity="5").codes == ("quarantined",)
    assert olga.do("receive_line", to="A-1", item="NUT", quantity="5").status == "held"
    assert floor.on_hand("A-1", "NUT") == 5


def test_take_and_put_go_through_my_cart(floor: Floor, olga: Handheld) -> None:
    olga.do("receive_line", to="DOCK", item="NUT", quantity="5")
    assert olga.do("take_stock", from_="DOCK", item="NUT", quantity="5").status == "applied"
    assert floor.on_hand("CART-1", "NUT") == 5
    assert olga.do("put_stock", to="A-1", item="NUT", quantity="5").status == "applied"
    assert (floor.on_hand("CART-1", "NUT"), floor.on_hand("A-1", "NUT")) == (0, 5)


def test_undo_never_reverses_at_the_original_time_and_only_once(
    floor: Floor, olga: Handheld
) -> None:
    olga.do("receive_line", to="A-1", item="NUT", quantity="5", unit_cost="3")
    picked = olga.do("pick_line", from_="A-1", item="NUT", quantity="2")
    happened = floor.now
    floor.wait(60_000)
    assert olga.do("undo", command=str(picked.id), how="never").status == "applied"
    second = olga.do("undo", command=str(picked.id), how="put_back")
    assert (second.status, second.codes) == ("applied_flagged", ("already_undone",))
    assert floor.on_hand("A-1", "NUT") == 5
    with reading() as session:
        row = session.execute(
            select(Movement.occurred_at, Movement.value, Movement.cogs).where(
                Movement.kind == "reversal"
            )
        ).one()
        total = session.scalar(select(func.sum(Movement.cogs)))
    assert row == (happened, Decimal(6), Decimal(-6))
    assert total == 0


def test_scrap_and_own_use_are_never_cogs(floor: Floor, olga: Handheld) -> None:
    olga.do("receive_line", to="A-1", item="NUT", quantity="5", unit_cost="3")
    olga.do("scrap_stock", from_="A-1", item="NUT", quantity="1", reason="damaged")
    olga.do("issue_other", from_="A-1", item="NUT", quantity="1", reason="sample")
    with reading() as session:
        assert session.scalar(select(func.sum(Movement.cogs))) == 0
        assert session.scalar(select(CostPool.value)) == 9


@pytest.mark.parametrize(
    ("kind", "body", "code"),
    [
        ("receive_line", {"to": "A-1", "item": "NUT", "quantity": "-1"}, "malformed"),
        ("receive_line", {"to": "A-1", "item": "NUT", "quantity": 1}, "malformed"),
        ("receive_line", {"to": "A-1", "item": "NUT", "quantity": "1", "x": 1}, "malformed"),
        ("receive_line", {"to": "A-1", "item": "NUT", "quantity": "1e99"}, "malformed"),
        ("receive_line", {"to": "A-1", "item": "\x00", "quantity": "1"}, "malformed"),
        ("fly", {}, "unknown_command_type"),
        ("receive_line", {"to": "A-1", "item": "GOLD", "quantity": "1"}, "unknown_item"),
        ("receive_line", {"to": "@supplier", "item": "NUT", "quantity": "1"}, "unknown_location"),
        ("undo", {"command": str(uuid4()), "how": "never"}, "unknown_command"),
    ],
)
def test_bad_commands_are_rejected_with_a_code_and_consume_their_number(
    floor: Floor, olga: Handheld, kind: str, body: dict[str, object], code: str
) -> None:
    answer = olga.do(kind, **body)
    assert (answer.status, answer.code) == ("rejected", code)
    assert olga.do("receive_line", to="A-1", item="NUT", quantity="1").status == "applied"


def _tasks() -> list[tuple[str, str, str]]:
    with reading() as session:
        rows = session.execute(select(CountTask.kind, CountTask.reason, CountTask.state))
        return [(row[0], row[1], row[2]) for row in rows]
