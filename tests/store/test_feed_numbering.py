"""The numbered feed: no gaps, no row twice, no row lost, and nobody rewrites it unseen."""

import threading

import pytest
from flask import Flask
from sqlalchemy import text

from server.domain.errors import StockturnError
from server.domain.people import SYSTEM
from server.services.number_feed import number_feed
from server.store.db import reading, unit_of_work
from server.store.feed import announce
from server.store.feed_numbering import BrokenRow, broken_feed_rows
from server.store.models import Feed, PendingFeed

pytestmark = pytest.mark.usefixtures("app")


def test_an_empty_feed_is_sound_and_gives_nothing_to_number() -> None:
    assert number_feed() is None
    assert _broken() == []


def test_rows_get_numbers_from_one_in_the_order_they_were_written() -> None:
    _announce(*range(5))
    numbered = number_feed()
    assert numbered is not None
    assert (numbered.rows, numbered.last_seq) == (5, 5)
    assert numbered.topics == {"item.changed"}
    assert numbered.request_ids == ("r0", "r1", "r2", "r3", "r4")
    assert _payloads() == [(n + 1, f'{{"id":{n}}}') for n in range(5)]


def test_numbering_goes_on_where_it_stopped_when_a_round_is_full() -> None:
    _announce(*range(7))
    while number_feed(limit=3):
        pass
    assert [seq for seq, _ in _payloads()] == list(range(1, 8))
    assert _broken() == []


def test_a_row_that_became_visible_late_is_numbered_by_the_next_round() -> None:
    _announce(1, 2)
    with unit_of_work() as session:
        session.execute(text("update pending_feed set id = id + 100"))
    number_feed()
    _announce(3)
    number_feed()
    assert [payload for _, payload in _payloads()] == ['{"id":1}', '{"id":2}', '{"id":3}']


def test_four_relays_and_four_writers_leave_no_gap_and_number_each_row_once(app: Flask) -> None:
    written = threading.Event()
    failures: list[StockturnError] = []

    def write(first: int) -> None:
        with app.app_context():
            for n in range(first, first + 25):
                _announce(n)

    def relay() -> None:
        with app.app_context():
            try:
                while number_feed(limit=10) or not written.is_set():
                    pass
            except StockturnError as problem:
                failures.append(problem)

    relays = [threading.Thread(target=relay) for _ in range(4)]
    writers = [threading.Thread(target=write, args=(n * 100,)) for n in range(4)]
    for thread in (*relays, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    written.set()
    for thread in relays:
        thread.join()
    while number_feed():
        pass
    assert failures == []
    rows = _payloads()
    assert [seq for seq, _ in rows] == list(range(1, 101))
    assert len({payload for _, payload in rows}) == 100
    assert _broken() == []


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("topic", "'user.changed'"),
        ("site_id", "7"),
        ("command_id", "'00000000000000000000000000000001'"),
        ("user_id", "7"),
        ("device_id", "7"),
        ("request_id", "'other'"),
        ("at", "at + 1"),
        ("payload", "'{}'"),
        ("hash", "'00'"),
    ],
)
def test_changing_any_column_of_a_row_names_the_row(column: str, value: str) -> None:
    _announce(*range(6))
    number_feed()
    _tamper(f"update feed set {column} = {value} where seq = 3")
    assert BrokenRow(3, "hash_differs") in _broken()


def test_a_removed_row_is_named_as_missing() -> None:
    _announce(*range(4))
    number_feed()
    _tamper("delete from feed where seq = 2")
    assert BrokenRow(2, "missing") in _broken()


def test_the_database_itself_refuses_to_change_a_numbered_row() -> None:
    _announce(1)
    number_feed()
    with pytest.raises(Exception, match="never changed"), unit_of_work() as session:
        session.execute(text("update feed set payload = '{}'"))


def _announce(*numbers: int) -> None:
    with unit_of_work() as session:
        for n in numbers:
            announce(session, "item.changed", {"id": n}, actor=SYSTEM, at=1_000 + n)
            session.execute(
                text("update pending_feed set request_id = :r where payload = :p"),
                {"r": f"r{n}", "p": f'{{"id":{n}}}'},
            )


def _payloads() -> list[tuple[int, str]]:
    with reading() as session:
        assert session.query(PendingFeed).count() == 0
        rows = session.query(Feed.seq, Feed.payload).order_by(Feed.seq)
        return [(row.seq, row.payload) for row in rows]


def _broken() -> list[BrokenRow]:
    with reading() as session:
        return list(broken_feed_rows(session))


def _tamper(statement: str) -> None:
    """What somebody with the database's own password could do."""
    with unit_of_work() as session:
        if session.get_bind().dialect.name == "sqlite":
            session.execute(text("drop trigger feed_refuses_update"))
            session.execute(text("drop trigger feed_refuses_delete"))
        else:
            session.execute(text("drop trigger feed_refuses_change on feed"))
        session.execute(text(statement))
