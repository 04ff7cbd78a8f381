"""PostgreSQL's pipeline spoken by libpq itself: what is sent together makes one journey.

    send_later(connection, [Sent(INSERT, [encoded(1), encoded("A")])])
    [rows] = exchange(connection, [Sent(LOCK, [encoded(7)])])    the INSERT first, same journey
    send_rest(connection, commit=True)

Only for the hot path: statements are prepared once for each connection, values travel as text and
no cursor is made. What psycopg knows of the connection (its transaction above all) stays true,
because both read it from libpq. Writes nobody reads from wait for the next journey; whoever uses
the connection in another way sends them first (server.store.db sees to that).
"""

import select
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID
from weakref import WeakKeyDictionary

import psycopg
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult

Rows = list[list[Any]]
SILENCE_MOST_MS = 30_000
_FORGET = b"DEALLOCATE ALL"
_BEGIN = b"BEGIN"
_COMMIT = b"COMMIT"
_PLAN_ONCE = (
    b"SELECT set_config('plan_cache_mode', 'force_generic_plan', true),"
    b" set_config('enable_seqscan', 'off', true)"
)
"""Planning a statement anew for its values costs more than executing it; and a plan made while a
table was small must not read all of it once it has grown. Until the transaction ends."""
_STALE = (psycopg.errors.InvalidSqlStatementName, psycopg.errors.FeatureNotSupported)
_DONE = frozenset({ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK, ExecStatus.EMPTY_QUERY})


class Sent(NamedTuple):
    """A statement with $1, $2 … and its values, `encoded` or `encoded_array`."""

    sql: bytes
    values: Sequence[bytes | None]


def encoded(value: Any) -> bytes | None:
    """One value as PostgreSQL reads it. int, str, bool, UUID, date, Decimal or None."""
    return None if value is None else _WRITERS[type(value)](value).encode()


def encoded_array(values: Iterable[Any]) -> bytes:
    """Several of one kind as one array."""
    elements = ["NULL" if v is None else _ELEMENTS[type(v)](v) for v in values]
    return ("{" + ",".join(elements) + "}").encode()


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def exchange(
    connection: psycopg.Connection[Any], statements: Sequence[Sent], *, commit: bool = False
) -> list[Rows]:
    """The rows of each statement, all executed in one journey and one transaction.

    The transaction is begun where none is open, and ended with `commit`. At the first failure the
    rest is not executed. Raises psycopg.Error as the database said it; OperationalError also where
    what was prepared no longer fits its tables, which another try mends.
    """
    waiting = _unsent.pop(connection, [])
    return _exchange(connection, [*waiting, *statements], commit)[len(waiting) :]


def send_later(connection: psycopg.Connection[Any], statements: Iterable[Sent]) -> None:
    """Send these with the next exchange, at the latest with the commit."""
    _unsent.setdefault(connection, []).extend(statements)


def send_rest(connection: psycopg.Connection[Any], *, commit: bool = False) -> None:
    """Send what waits, if anything does; with `commit` that ends the transaction."""
    if connection in _unsent:
        exchange(connection, (), commit=commit)


def forget_rest(connection: psycopg.Connection[Any]) -> None:
    """What waits is rolled back."""
    _unsent.pop(connection, None)


def _exchange(
    connection: psycopg.Connection[Any], statements: Sequence[Sent], commit: bool
) -> list[Rows]:
    raw = connection.pgconn
    prepared = _prepared.get(connection)
    before = [] if prepared is not None else [_FORGET]
    if prepared is None:
        prepared = _prepared[connection] = {}
    if raw.transaction_status == TransactionStatus.IDLE:
        before += [_BEGIN, _PLAN_ONCE]
    news = []
    raw.enter_pipeline_mode()
    try:
        for plain in before:
            raw.send_query_params(plain, None)
        for sql, values in statements:
            name = prepared.get(sql)
            news.append(name is None)
            if name is None:
                name = prepared[sql] = b"st%d" % len(prepared)
                raw.send_prepare(name, sql)
            raw.send_query_prepared(name, values)
        if commit:
            raw.send_query_params(_COMMIT, None)
        raw.pipeline_sync()
        following = iter(_results(raw)[len(before) :])
        return [_decoded(_last_of(following, 2 if is_new else 1)) for is_new in news]
    except _STALE as problem:
        _prepared.pop(connection, None)
        raise psycopg.OperationalError(str(problem)) from problem
    except BaseException:
        _prepared.pop(connection, None)  # which of them the server has we cannot know
        raise
    finally:
        if raw.status == ConnStatus.OK:
            raw.exit_pipeline_mode()


def _results(raw: PGconn) -> list[PGresult]:
    """One for each message sent, all good; read to the end whatever happened."""
    poll = select.poll()
    poll.register(raw.socket, select.POLLIN)
    while raw.flush():
        _await_room(raw)
    results: list[PGresult] = []
    while True:
        while raw.is_busy():
            _wait(raw, poll)
            raw.consume_input()
        result = raw.get_result()
        if result is None:
            continue  # the end of one statement's results
        if result.status == ExecStatus.PIPELINE_SYNC:
            break
        results.append(result)
    for result in results:
        if result.status not in _DONE:
            raise psycopg.errors.error_from_result(result, encoding="utf-8")
    return results


def _last_of(results: Iterator[PGresult], count: int) -> PGresult:
    """A statement prepared just now has a result for that, too."""
    return [next(results) for _ in range(count)][-1]


def _await_room(raw: PGconn) -> None:
    """Until the server took some of what we send; it may have to say something first."""
    poll = select.poll()
    poll.register(raw.socket, select.POLLIN | select.POLLOUT)
    if _wait(raw, poll) & select.POLLIN:
        raw.consume_input()


def _wait(raw: PGconn, poll: select.poll) -> int:
    """What there is to do. The server ends slow statements itself: silence means it is gone."""
    for _, events in poll.poll(SILENCE_MOST_MS):
        return events
    raw.finish()
    raise psycopg.OperationalError("the database does not answer")


def _decoded(result: PGresult) -> Rows:
    width, value = result.nfields, result.get_value
    if not width or not result.ntuples:
        return []
    readers = [_READERS[result.ftype(column)] for column in range(width)]
    return [
        [
            None if (cell := value(row, column)) is None else reader(cell)
            for column, reader in enumerate(readers)
        ]
        for row in range(result.ntuples)
    ]


def _text(value: bytes) -> str:
    return value.decode()


_unsent: WeakKeyDictionary[psycopg.Connection[Any], list[Sent]] = WeakKeyDictionary()
_prepared: WeakKeyDictionary[psycopg.Connection[Any], dict[bytes, bytes]] = WeakKeyDictionary()
_WRITERS: Mapping[type, Callable[[Any], str]] = {
    int: int.__repr__,
    str: str,
    bool: lambda value: "t" if value else "f",
    UUID: str,
    date: date.isoformat,
    Decimal: str,
}
_ELEMENTS = {**_WRITERS, str: _quoted}
_READERS: Mapping[int, Callable[[bytes], Any]] = {
    16: lambda value: value == b"t",
    20: int,
    21: int,
    23: int,
    25: _text,
    1042: _text,
    1043: _text,
    1082: lambda value: date.fromisoformat(value.decode()),
    1700: lambda value: Decimal(value.decode()),
    2278: lambda value: None,
    2950: lambda value: UUID(value.decode()),
}
"""By the type's number in pg_type: bool, integers, texts, date, numeric, void, uuid."""
