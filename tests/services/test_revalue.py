"""Later knowledge of cost: prices, landed cost, and returns that came before their issue."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from server.domain.errors import NotFound, RuleViolated
from server.domain.people import Actor
from server.services.revalue_receipts import add_landed_cost, price_receipt
from server.store.db import reading
from server.store.models import CostPool, IssueReturn, Movement, Revaluation
from tests.arrivals import books_agree, handhelds
from tests.floor import Floor, Handheld, handheld, open_floor


@pytest.fixture(params=["average", "fifo"])
def floor(app: Flask, request: pytest.FixtureRequest) -> Iterator[Floor]:
    items = [{"sku": sku, "costing": request.param} for sku in ("NUT", "BOLT")]
    with open_floor(items=items) as opened:
        yield opened


@pytest.fixture
def olga(floor: Floor) -> Handheld:
    return handheld(floor)


def receive(olga: Handheld, quantity: str = "10", **more: Any) -> int:
    answer = olga.do("receive_line", to="A-1", item="NUT", quantity=quantity, **more)
    olga.floor.wait()
    return answer.movement_ids[0]


def books() -> tuple[Decimal, Decimal]:
    """(value on hand, cost of goods sold) of everything."""
    with reading() as session:
        value = session.scalar(select(func.sum(CostPool.value)))
        sold = session.scalar(select(func.sum(Movement.cogs)))
        corrected = session.scalar(select(func.sum(Revaluation.cogs)))
    return value or Decimal(0), (sold or Decimal(0)) + (corrected or Decimal(0))


def test_an_unpriced_receipt_takes_its_invoice_price_later(floor: Floor, olga: Handheld) -> None:
    movement_id = receive(olga)
    olga.do("pick_line", from_="A-1", item="NUT", quantity="4")
    assert books() == (60, 40)
    done = price_receipt(movement_id, Decimal(12), "invoice", floor.desk())
    assert (done.value, done.cogs, done.receipt_value) == (12, 8, 120)
    assert books() == (72, 48)
    books_agree()


def test_a_second_price_starts_from_the_first(floor: Floor, olga: Handheld) -> None:
    movement_id = receive(olga, unit_cost="10")
    price_receipt(movement_id, Decimal(12), "", floor.desk())
    add_landed_cost(movement_id, Decimal(5), "freight", floor.desk())
    done = price_receipt(movement_id, Decimal(11), "", floor.desk())
    assert (done.value, done.receipt_value) == (-10, 115)
    assert books() == (115, 0)
    assert price_receipt(movement_id, Decimal(11), "", floor.desk()).command_id is None
    books_agree()


def test_the_price_that_was_estimated_settles_the_estimate(floor: Floor, olga: Handheld) -> None:
    movement_id = receive(olga)
    done = price_receipt(movement_id, Decimal(10), "", floor.desk())
    assert (done.value, done.cogs) == (0, 0)
    assert done.command_id is not None
    assert price_receipt(movement_id, Decimal(10), "", floor.desk()).command_id is None
    with reading() as session:
        assert session.scalars(select(Revaluation.kind)).all() == ["price"]
    books_agree()


def test_an_undone_receipt_takes_its_later_prices_with_it(floor: Floor, olga: Handheld) -> None:
    made = olga.make("receive_line", to="A-1", item="NUT", quantity="10", unit_cost="10")
    answer = olga.send()[0]
    floor.wait()
    price_receipt(answer.movement_ids[0], Decimal(12), "", floor.desk())
    olga.do("undo", command=made["id"], how="never")
    assert books() == (0, 0)
    with pytest.raises(RuleViolated, match="receipt_undone"):
        price_receipt(answer.movement_ids[0], Decimal(13), "", floor.desk())
    books_agree()


def test_what_is_no_receipt_here_is_not_priced(floor: Floor, olga: Handheld) -> None:
    movement_id = receive(olga)
    sold = olga.do("pick_line", from_="A-1", item="NUT", quantity="1").movement_ids[0]
    with pytest.raises(RuleViolated, match="not_a_receipt"):
        price_receipt(sold, Decimal(1), "", floor.desk())
    with pytest.raises(NotFound, match="unknown_movement"):
        price_receipt(movement_id + 1000, Decimal(1), "", floor.desk())
    stranger = Actor(floor.users["sam"], "supervisor", frozenset())
    with pytest.raises(NotFound, match="unknown_movement"):
        price_receipt(movement_id, Decimal(1), "", stranger)
    with pytest.raises(RuleViolated, match="below_nothing"):
        add_landed_cost(movement_id, Decimal(-101), "", floor.desk())


def test_a_return_gets_the_cost_of_its_issue_in_any_order(app: Flask) -> None:
    """Pick, two returns of it; cost 2 a piece; then the price rises to 8 before any arrives."""
    skus = [f"N{n}" for n in range(6)]
    with open_floor(items=skus) as floor:
        olga = handheld(floor, "OLGA")
        devices = handhelds(floor, 3)
        for sku, order in zip(skus, permutations(range(3)), strict=True):
            olga.do("receive_line", to="A-1", item=sku, quantity="10", unit_cost="2")
            floor.wait()
            picked = devices[0].make("pick_line", from_="A-1", item=sku, quantity="4")
            for device, quantity in ((devices[1], "1"), (devices[2], "3")):
                floor.wait()
                body = {"item": sku, "quantity": quantity, "returns": picked["id"]}
                device.make("return_line", to="B-1", **body)
            for index in order:
                assert devices[index].send()[0].status in ("applied", "applied_flagged")
            assert _pool(floor.items[sku]) == (10, 20), order
        with reading() as session:
            waiting = select(func.count()).where(IssueReturn.issue_movement_id.is_(None))
            assert session.scalar(waiting) == 0
        books_agree()


def test_a_return_before_its_issue_takes_current_cost_and_is_trued_up(
    floor: Floor, olga: Handheld
) -> None:
    receive(olga, unit_cost="2")
    otto = handheld(floor, "H2", user="otto")
    picked = otto.make("pick_line", from_="A-1", item="NUT", quantity="10")
    floor.wait()
    body = {"item": "NUT", "quantity": "10", "returns": picked["id"]}
    olga.do("receive_line", to="A-1", item="NUT", quantity="10", unit_cost="8")
    back = olga.do("return_line", to="B-1", **body)
    assert back.status == "applied"
    otto.send()
    with reading() as session:
        issue = session.scalar(select(Movement.value).where(Movement.kind == "pick_line"))
        came = session.scalar(select(Movement.value).where(Movement.kind == "return_line"))
        trued = session.scalar(select(Revaluation.value).where(Revaluation.kind == "return"))
    assert came + (trued or 0) == issue
    assert books()[1] == 0
    books_agree()


def test_a_pick_and_its_return_in_one_envelope(floor: Floor, olga: Handheld) -> None:
    receive(olga, unit_cost="2")
    picked = olga.make("pick_line", from_="A-1", item="NUT", quantity="4")
    floor.wait()
    olga.make("return_line", to="B-1", item="NUT", quantity="4", returns=picked["id"])
    assert [a.status for a in olga.send()] == ["applied", "applied"]
    assert books() == (20, 0)
    books_agree()


def _pool(item_id: int) -> tuple[Decimal, Decimal]:
    with reading() as session:
        row = session.execute(
            select(CostPool.quantity, CostPool.value).where(CostPool.item_id == item_id)
        ).one()
    return row[0], row[1]
