"""What loses a race against others is tried again, but not for ever."""

from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest
from flask import Flask
from psycopg.errors import DeadlockDetected
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from server.domain.errors import Unavailable
from server.services.revalue_receipts import add_landed_cost, price_receipt
from server.services.use_reservations import Wish, release_reservation, reserve_stock
from server.store.book import Book
from server.store.db import reading
from server.store.models import Reservation, Revaluation
from tests.arrivals import books_agree
from tests.floor import Floor, handheld, open_floor


@pytest.fixture
def floor(app: Flask) -> Iterator[Floor]:
    with open_floor() as opened:
        yield opened


def reserve(floor: Floor, _: int) -> None:
    reserve_stock(Wish(floor.site_id, floor.items["NUT"], Decimal(2)), floor.desk())


def release(floor: Floor, _: int) -> None:
    with reading() as session:
        uid = session.scalars(select(Reservation.uid).where(Reservation.state == "open")).one()
    release_reservation(uid, floor.desk())


def price(floor: Floor, receipt: int) -> None:
    price_receipt(receipt, Decimal(3), "invoice", floor.desk())


def land(floor: Floor, receipt: int) -> None:
    add_landed_cost(receipt, Decimal(5), "freight", floor.desk())


def traces() -> list[str]:
    with reading() as session:
        promises = list(session.scalars(select(Reservation.state)))
        return promises + list(session.scalars(select(Revaluation.kind)))


@pytest.mark.parametrize(
    ("act", "left"),
    [
        (reserve, ["open", "open"]),
        (release, ["released"]),
        (price, ["open", "price"]),
        (land, ["open", "landed_cost"]),
    ],
)
def test_what_lost_a_race_is_tried_again_but_not_for_ever(
    floor: Floor,
    monkeypatch: pytest.MonkeyPatch,
    act: Callable[[Floor, int], None],
    left: list[str],
) -> None:
    olga = handheld(floor)
    received = olga.do("receive_line", to="A-1", item="NUT", quantity="10", unit_cost="2")
    reserve(floor, 0)
    lost, write = [DeadlockDetected() for _ in range(9)], Book.write

    def losing(book: Book) -> None:
        if lost:
            raise OperationalError("", {}, lost.pop())
        write(book)

    monkeypatch.setattr(Book, "write", losing)
    with pytest.raises(Unavailable):
        act(floor, received.movement_ids[0])
    assert traces() == ["open"]
    del lost[2:]
    act(floor, received.movement_ids[0])
    assert traces() == left
    books_agree()
