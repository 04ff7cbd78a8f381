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
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID
from weakref import WeakKeyDictionary

import psycopg
from psycopg.adapt import Transformer
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult

Rows = list[list[Any]]
SILENCE_MOST_MS = 30_000
_FORGET = b"DEALLOCATE ALL"
_BEGIN = b"BEGIN"
_COMMIT = b"COMMIT"
_STALE = (psycopg.errors.InvalidSqlStatementName, psycopg.errors.FeatureNotSupported)
_DONE = frozenset({ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK, ExecStatus.EMPTY_QUERY})


class Sent(NamedTuple):
    """A statement with $1, $2 … and its values, `encoded` or `encoded_array`."""

    sql: bytes
    values: Sequence[bytes | None]


_PLAN_ONCE = Sent(
    b"SELECT set_config('plan_cache_mode', 'force_generic_plan', true),"
    b" set_config('enable_seqscan', 'off', true)",
    (),
)
"""Planning a statement anew for its values costs more than executing it; and a plan made while a
table was small must not read all of it once it has grown. Until the transaction ends."""


def encoded(value: Any) -> bytes | None:
    """One value as PostgreSQL reads it. int, str, bool, UUID, date, Decimal or None."""
    return None if value is None else _WRITERS[type(value)](value)


def encoded_array(values: Sequence[Any]) -> bytes:
    """Several of one kind as one array."""
    kinds = set(map(type, values))
    if kinds == {int}:
        return ("{" + ",".join(map(int.__repr__, values)) + "}").encode()
    if kinds == {str}:
        return _text_array(values)
    return b"{" + b",".join(map(_element, values)) + b"}"


def _element(value: Any) -> bytes:
    if type(value) is str:
        return _text_array((value,))[1:-1]
    return b"NULL" if value is None else _WRITERS[type(value)](value)


def _text_array(values: Iterable[str]) -> bytes:
    """Quoted all at once: the character between them is the one that no text in PostgreSQL has."""
    quoted = "\0".join(values).replace("\\", "\\\\").replace('"', '\\"')
    return ('{"' + quoted.replace("\0", '","') + '"}').encode()


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
    begins = raw.transaction_status == TransactionStatus.IDLE
    if begins:
        before.append(_BEGIN)
        statements = [_PLAN_ONCE, *statements]
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
        results = [_last_of(following, 2 if is_new else 1) for is_new in news]
        return [_decoded(result) for result in results[begins:]]
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
    """Read by psycopg's own readers, all rows at once."""
    if not result.nfields or not result.ntuples:
        return []
    reader = _readers.of_thread
    reader.set_pgresult(result)
    rows: Rows = reader.load_rows(0, result.ntuples, list)
    return rows


class _Readers(threading.local):
    """psycopg's readers keep a result while they read it: each thread has its own."""

    def __init__(self) -> None:
        self.of_thread = Transformer()


_readers = _Readers()
_unsent: WeakKeyDictionary[psycopg.Connection[Any], list[Sent]] = WeakKeyDictionary()
_prepared: WeakKeyDictionary[psycopg.Connection[Any], dict[bytes, bytes]] = WeakKeyDictionary()
_WRITERS: Mapping[type, Callable[[Any], bytes]] = {
    int: b"%d".__mod__,
    str: str.encode,
    bool: lambda value: b"t" if value else b"f",
    UUID: lambda value: b"%032x" % value.int,
    date: lambda value: value.isoformat().encode(),
    Decimal: lambda value: str(value).encode(),
}
