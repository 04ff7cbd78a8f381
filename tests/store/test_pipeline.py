"""Several statements, one journey: in order, in one transaction, and honest about what failed."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.pq import TransactionStatus

from server.store.db import translated
from server.store.pipeline import (
    Sent,
    encoded,
    encoded_array,
    exchange,
    forget_rest,
    send_later,
    send_rest,
)

ADD = b"INSERT INTO thing (id, name) VALUES ($1, $2)"
NAMES = b"SELECT name FROM thing WHERE id >= $1 ORDER BY id"


def _sent(sql: bytes, values: list[Any]) -> Sent:
    return Sent(sql, [encoded(value) for value in values])


@pytest.fixture
def connection(empty_postgresql_url: str) -> Iterator[psycopg.Connection[Any]]:
    url = empty_postgresql_url.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(url, prepare_threshold=None) as opened:
        opened.execute("CREATE TABLE thing (id bigint PRIMARY KEY, name text)")
        opened.commit()
        yield opened
        if not opened.closed:
            opened.rollback()


def test_every_kind_of_value_comes_back_as_it_went(connection: psycopg.Connection[Any]) -> None:
    asked = b"SELECT $1::bigint, $2::text, $3::boolean, $4::uuid, $5::date, $6::numeric, $7::text"
    uuid = UUID("0192f3c1-0000-7000-8000-000000000001")
    values = [-(2**63), "量 ^~\\'\"\n", True, uuid, date(2026, 11, 23), Decimal("0.10"), None]
    assert exchange(connection, [_sent(asked, values)]) == [[values]]


def test_every_kind_of_array_comes_back_as_it_went(connection: psycopg.Connection[Any]) -> None:
    texts = ["a,b", "", None, "NULL", '"', "\\", "{量}", "'; --", " x ", "\n"]
    asked = b"SELECT * FROM unnest($1::text[], $2::bigint[], $3::uuid[], $4::boolean[])"
    numbers, truths = list(range(9)) + [None], [True, False] * 5
    uuids = [UUID(int=n) for n in range(10)]
    columns: list[list[Any]] = [texts, numbers, uuids, truths]
    [rows] = exchange(connection, [Sent(asked, [encoded_array(column) for column in columns])])
    assert [list(column) for column in zip(*rows, strict=True)] == columns


def test_rows_come_in_the_order_asked_whether_prepared_before_or_not(
    connection: psycopg.Connection[Any],
) -> None:
    for turn in range(3):
        first, second = turn * 2, turn * 2 + 1
        sent = [_sent(ADD, [first, "a"]), _sent(NAMES, [first]), _sent(ADD, [second, "b"])]
        assert exchange(connection, [*sent, _sent(NAMES, [first])]) == [
            [],
            [["a"]],
            [],
            [["a"], ["b"]],
        ]


def test_what_is_sent_later_goes_first_and_ends_with_the_commit(
    connection: psycopg.Connection[Any],
) -> None:
    send_later(connection, [_sent(ADD, [1, "one"])])
    assert connection.info.transaction_status == TransactionStatus.IDLE
    assert exchange(connection, [_sent(NAMES, [0])]) == [[["one"]]]
    send_later(connection, [_sent(ADD, [2, "two"])])
    send_rest(connection, commit=True)
    assert connection.info.transaction_status == TransactionStatus.IDLE
    connection.rollback()
    assert exchange(connection, [_sent(NAMES, [0])]) == [[["one"], ["two"]]]


def test_what_is_forgotten_is_never_sent(connection: psycopg.Connection[Any]) -> None:
    send_later(connection, [_sent(ADD, [1, "one"])])
    forget_rest(connection)
    send_rest(connection, commit=True)
    assert exchange(connection, [_sent(NAMES, [0])]) == [[]]


def test_a_failure_is_raised_undoes_everything_and_the_connection_goes_on(
    connection: psycopg.Connection[Any],
) -> None:
    exchange(connection, [_sent(ADD, [1, "one"])], commit=True)
    with pytest.raises(psycopg.errors.UniqueViolation):
        exchange(
            connection,
            [_sent(ADD, [2, "two"]), _sent(ADD, [1, "again"]), _sent(NAMES, [0])],
            commit=True,
        )
    connection.rollback()
    for _ in range(2):
        assert exchange(connection, [_sent(NAMES, [0])]) == [[["one"]]]


def test_a_plan_that_no_longer_fits_its_table_is_made_anew(
    connection: psycopg.Connection[Any],
) -> None:
    every = b"SELECT * FROM thing WHERE id >= $1"
    exchange(connection, [_sent(every, [0])], commit=True)
    connection.execute("ALTER TABLE thing ADD COLUMN colour text DEFAULT 'red'")
    connection.commit()
    with pytest.raises(psycopg.OperationalError):
        exchange(connection, [_sent(every, [0])])
    connection.rollback()
    exchange(connection, [_sent(ADD, [1, "one"])])
    assert exchange(connection, [_sent(every, [0])]) == [[[1, "one", "red"]]]


def test_a_mistake_of_ours_is_not_taken_for_a_busy_database(
    connection: psycopg.Connection[Any],
) -> None:
    with pytest.raises(psycopg.DataError), translated():
        exchange(connection, [_sent(NAMES, ["no number"])])


def test_more_than_the_socket_takes_at_once_arrives_whole(
    connection: psycopg.Connection[Any],
) -> None:
    long = "货" * 100_000
    sent = [_sent(ADD, [n, long]) for n in range(40)]
    *_, names = exchange(connection, [*sent, _sent(NAMES, [0])])
    assert names == [[long]] * 40


def test_a_server_that_is_gone_is_an_error_at_once(connection: psycopg.Connection[Any]) -> None:
    with psycopg.connect(connection.info.dsn, password=connection.info.password) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [connection.info.backend_pid])
    with pytest.raises(psycopg.OperationalError):
        exchange(connection, [_sent(NAMES, [0])])
    assert connection.closed
