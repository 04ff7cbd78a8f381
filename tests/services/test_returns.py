"""Customers' returns: at the cost of their issue, never more of it than was issued (RULES 19)."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select

from server.store.db import reading
from server.store.models import CostPool, IssueReturn, Movement, Revaluation
from tests.arrivals import books_agree
from tests.floor import Floor, Handheld, handheld, open_floor, open_site


@pytest.fixture(params=["average", "fifo"])
def floor(app: Flask, request: pytest.FixtureRequest) -> Iterator[Floor]:
    items = [{"sku": sku, "costing": request.param} for sku in ("NUT", "BOLT")]
    with open_floor(items=items) as opened:
        yield opened


@pytest.fixture
def olga(floor: Floor) -> Handheld:
    return handheld(floor)


def books() -> tuple[Decimal, Decimal]:
    """(value on hand, cost of goods sold) of everything."""
    with reading() as session:
        value = session.scalar(select(func.sum(CostPool.value)))
        sold = session.scalar(select(func.sum(Movement.cogs)))
        corrected = session.scalar(select(func.sum(Revaluation.cogs)))
    return value or Decimal(0), (sold or Decimal(0)) + (corrected or Decimal(0))


def links() -> list[tuple[int, int | None]]:
    with reading() as session:
        rows = session.execute(select(IssueReturn.movement_id, IssueReturn.issue_movement_id))
        return [(row[0], row[1]) for row in rows]


def sell(olga: Handheld, quantity: str, **more: Any) -> str:
    sold = olga.do("pick_line", from_="A-1", item="NUT", quantity=quantity, **more)
    olga.floor.wait()
    return str(sold.id)


def bring_back(olga: Handheld, quantity: str, issue: str, to: str = "B-1") -> Any:
    answer = olga.do("return_line", to=to, item="NUT", quantity=quantity, returns=issue)
    olga.floor.wait()
    return answer


def test_a_return_is_trued_up_again_when_its_issue_turns_out_to_cost_something_else(
    floor: Floor, olga: Handheld
) -> None:
    """Sold below zero at the standard cost of 10, back at 10; then the goods turn out to cost 6.

    With FIFO what came back covered the shortage and is gone, so there is nothing to true up.
    """
    issue = sell(olga, "4")
    olga.do("receive_line", to="A-2", item="NUT", quantity="1", unit_cost="10")
    bring_back(olga, "1", issue)
    assert books() == (-20, 40 - 10)
    olga.do("receive_line", to="A-1", item="NUT", quantity="10", unit_cost="6")
    # The issue was covered by 1 at 10, its own return at 10, and 2 at 6: 32 for 4, 8 a piece.
    with reading() as session:
        trued = session.scalar(select(Revaluation.value).where(Revaluation.kind == "return"))
    assert trued == (-2 if _is_average() else None)
    books_agree()


def test_one_issue_cannot_come_back_more_than_once(floor: Floor, olga: Handheld) -> None:
    olga.do("receive_line", to="A-1", item="NUT", quantity="10", unit_cost="2")
    issue = sell(olga, "4")
    assert bring_back(olga, "3", issue).codes == ()
    body = {"to": "B-1", "item": "NUT", "quantity": "2", "returns": issue}
    refused = floor.request("return_line", **body)
    assert (refused.status, refused.code) == ("rejected", "returned_more_than_issued")
    assert (refused.fields["issued"], refused.fields["returned"]) == ("4", "3")
    assert floor.request("return_line", **{**body, "quantity": "1"}).status == "applied"
    assert bring_back(olga, "1", issue).codes == ("returned_more_than_issued",)
    assert floor.on_hand("B-1", "NUT") == 5
    books_agree()


def test_an_undone_return_may_come_back_again(floor: Floor, olga: Handheld) -> None:
    olga.do("receive_line", to="A-1", item="NUT", quantity="10", unit_cost="2")
    issue = sell(olga, "4")
    back = bring_back(olga, "4", issue)
    olga.do("undo", command=str(back.id), how="never")
    floor.wait()
    assert bring_back(olga, "4", issue).codes == ()
    assert books() == (20, 0)
    books_agree()


def test_an_issue_and_more_returns_than_it_had_in_one_envelope(
    floor: Floor, olga: Handheld
) -> None:
    olga.do("receive_line", to="A-1", item="NUT", quantity="10", unit_cost="2")
    made = olga.make("pick_line", from_="A-1", item="NUT", quantity="4")
    for _ in range(2):
        floor.wait()
        olga.make("return_line", to="B-1", item="NUT", quantity="3", returns=made["id"])
    flags = [answer.codes for answer in olga.send()]
    assert flags == [(), (), ("returned_more_than_issued",)]
    assert books() == (24, -4)
    books_agree()


def test_the_last_that_comes_back_takes_what_rounding_left(floor: Floor, olga: Handheld) -> None:
    olga.do("receive_line", to="A-1", item="NUT", quantity="3", unit_cost="3.3333")
    olga.do("receive_line", to="A-1", item="NUT", quantity="3", unit_cost="3.3334")
    issue = sell(olga, "6")
    for _ in range(6):
        bring_back(olga, "1", issue)
    assert books() == (Decimal("20.0001"), 0)
    books_agree()


def test_what_went_to_a_staging_place_was_not_issued_yet(floor: Floor, olga: Handheld) -> None:
    """In either order: the return costs what the ledger says, and waits for nothing."""
    olga.do("receive_line", to="A-1", item="NUT", quantity="10", unit_cost="2")
    staged = sell(olga, "4", to="DOCK")
    assert bring_back(olga, "1", staged).status == "applied"
    late = handheld(floor, "LATE")
    picked = late.make("pick_line", from_="A-1", item="NUT", quantity="4", to="DOCK")
    floor.wait()
    bring_back(olga, "1", picked["id"])
    assert [issue for _, issue in links()] == [None]
    late.send()
    assert links() == []
    assert books() == (24, -4)
    books_agree()


def test_another_sites_issue_is_not_returned_here(floor: Floor, olga: Handheld) -> None:
    olga.do("receive_line", to="A-1", item="NUT", quantity="10", unit_cost="2")
    issue = sell(olga, "4")
    open_site(floor, "S2", ["Z-1"])
    body = {"site": "S2", "item": "NUT", "quantity": "1", "to": "Z-1"}
    refused = floor.request("return_line", **body, returns=issue)
    assert (refused.status, refused.code) == ("rejected", "unknown_command")


def test_an_issue_of_another_site_that_comes_later_is_not_the_one(
    floor: Floor, olga: Handheld
) -> None:
    open_site(floor, "S2", ["Z-1"])
    late = handheld(floor, "LATE")
    olga.do("receive_line", to="A-1", item="NUT", quantity="10", unit_cost="2")
    picked = late.make("pick_line", from_="A-1", item="NUT", quantity="4")
    floor.wait()
    body = {"site": "S2", "item": "NUT", "quantity": "1", "to": "Z-1"}
    assert floor.request("return_line", **body, returns=picked["id"]).status == "applied"
    late.send()
    assert links() == []
    books_agree()


def test_a_return_of_what_nobody_ever_issued_waits(floor: Floor, olga: Handheld) -> None:
    bring_back(olga, "1", str(uuid4()))
    assert [issue for _, issue in links()] == [None]


def _is_average() -> bool:
    with reading() as session:
        return session.scalar(select(CostPool.method).limit(1)) == "average"
