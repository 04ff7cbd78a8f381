"""Sessions and transactions: the only place that commits or rolls back.

`unit_of_work()` is one write transaction: it always begins fresh and never nests. `reading()` is
a separate session that leaves nothing behind. On SQLite every write begins IMMEDIATE: a deferred
transaction that upgrades fails at once without waiting, or loses updates.
"""

import importlib
import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from threading import Lock
from types import ModuleType
from typing import Any

import psycopg
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Engine, Insert, MetaData, Table, event, text
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import DBAPIError, DisconnectionError, IntegrityError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry

from server.domain.errors import Unavailable
from server.store.pipeline import forget_rest, send_rest

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
WAL_RESET_FIXED = (3, 51, 3)
BUSY_TIMEOUT_MS = 5_000
LOOK_AGAIN_S = (0.001, 0.004)
PING_AFTER_S = 1.0


class Model(DeclarativeBase):
    """Base of every table."""

    metadata = MetaData(naming_convention=NAMING)


db = SQLAlchemy(model_class=Model)
_writing: ContextVar[bool] = ContextVar("writing", default=False)
_one_writer = Lock()


@contextmanager
def unit_of_work(*, patient: bool = False) -> Iterator[Session]:
    """One write transaction: committed at the end, rolled back when anything is raised.

    `patient`: large work that stands or falls as one; the database waits for its statements, and
    for what is computed between them, for as long as it takes. Raises Unavailable `database_busy`
    when the database does not answer in time and `database_full` when it has no room left, and
    RuntimeError when one unit of work is opened inside another.
    """
    if _writing.get():
        raise RuntimeError("a unit of work never nests")
    mark = _writing.set(True)
    try:
        with _turn(db.engine), _transaction(db.engine) as session:
            if patient:
                _wait_for(session)
            yield session
    finally:
        _writing.reset(mark)


@contextmanager
def _transaction(engine: Engine) -> Iterator[Session]:
    """A session over a transaction that is the connection's own: to begin, carry and commit one by
    the session costs more than the statements of a small one."""
    try:
        with engine.connect() as plain:
            connection = plain.execution_options(stockturn_writes=True)
            with connection.begin():  # which, unlike closing, rolls back what failed to commit
                driver = connection.connection.driver_connection
                with Session(
                    connection, expire_on_commit=False, autoflush=False, info={"driver": driver}
                ) as session:
                    yield session
                    session.flush()
    except BaseException as problem:
        raise _translated(problem) from problem


def _wait_for(session: Session) -> None:
    """Until the transaction ends. Locks others hold are waited for no longer than usual."""
    if session.get_bind().dialect.name == "postgresql":
        for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
            session.execute(text(f"SET LOCAL {limit} = 0"))


@contextmanager
def _turn(engine: Engine) -> Iterator[None]:
    """SQLite's waiters poll and overtake each other; our own threads queue up instead."""
    if engine.dialect.name != "sqlite":
        yield
        return
    if not _one_writer.acquire(timeout=BUSY_TIMEOUT_MS / 1000):
        raise Unavailable("database_busy", reason="writers_queue")
    try:
        yield
    finally:
        _one_writer.release()


@contextmanager
def reading() -> Iterator[Session]:
    """A session for reading; whatever it did is rolled back.

    Raises Unavailable `database_busy` when the database does not answer in time.
    """
    session = Session(db.engine, autoflush=False)
    try:
        yield session
    except DBAPIError as problem:
        raise _translated(problem) from problem
    finally:
        session.rollback()
        session.close()


@contextmanager
def translated() -> Iterator[None]:
    """The drivers' errors as SQLAlchemy's, for whoever speaks to a driver itself: what raced, and
    what may go better another time. A mistake of ours stays what it is, lest it be tried for ever.
    """
    try:
        yield
    except (psycopg.IntegrityError, sqlite_module().IntegrityError) as problem:
        raise IntegrityError(None, None, problem) from problem
    except (psycopg.OperationalError, sqlite_module().OperationalError) as problem:
        raise OperationalError(None, None, problem) from problem


def is_writing() -> bool:
    """Whether this thread is inside a unit of work."""
    return _writing.get()


def upsert(session: Session, model: type[Model]) -> Any:
    """The INSERT into this model's table that knows ON CONFLICT, for this session's database."""
    return upsert_for(session.get_bind().dialect.name, model)


def upsert_for(database: str, model: type[Model]) -> Any:
    """The same for the database of that name."""
    insert = sqlite_insert if database == "sqlite" else postgresql_insert
    return insert(table_of(model)).inline()


@lru_cache
def inserting(model: type[Model]) -> Insert:
    """A plain INSERT into this model's table that does not ask for the new ids."""
    return table_of(model).insert().inline()


def table_of(model: type[Model]) -> Table:
    """The table itself, for statements that need no ORM."""
    table = model.__table__
    assert isinstance(table, Table)
    return table


def _translated(problem: BaseException) -> BaseException:
    if isinstance(problem, OperationalError) or getattr(problem, "connection_invalidated", False):
        said = getattr(problem, "orig", problem)
        code = "database_full" if _is_full(said) else "database_busy"
        return Unavailable(code, reason=type(said).__name__)
    return problem


def _is_full(said: BaseException) -> bool:
    return isinstance(said, psycopg.errors.DiskFull) or "disk is full" in str(said)


def engine_options(url: str) -> dict[str, Any]:
    """What create_engine() needs for this database address (SQLite or PostgreSQL by psycopg)."""
    if url.startswith("sqlite"):
        return {
            "module": sqlite_module(),
            "connect_args": {"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False},
        }
    return {
        "pool_size": 20,
        "max_overflow": 20,
        "connect_args": {
            "prepare_threshold": None,  # it would drop all of them, ours too, at every rollback
            "options": "-c lock_timeout=3000 -c statement_timeout=10000"
            " -c idle_in_transaction_session_timeout=15000 -c timezone=UTC",
        },
    }


def sqlite_module() -> ModuleType:
    """The newest SQLite at hand: pysqlite3 bundles one without the WAL-reset bug."""
    try:
        return importlib.import_module("pysqlite3.dbapi2")
    except ModuleNotFoundError:
        return sqlite3


def prepare_engine(engine: Engine) -> None:
    """Teach a SQLite engine to begin explicitly and to keep what it acknowledges, one on PostgreSQL
    to send what waits for the next journey before anything else."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return
    event.listen(engine, "checkin", _note_idle)
    event.listen(engine, "checkout", _ping_if_idle)
    event.listen(engine, "before_cursor_execute", _send_first)
    event.listen(engine, "commit", _commit_with_rest)
    event.listen(engine, "rollback", _forget_rest)


def _note_idle(_driver: Any, record: ConnectionPoolEntry) -> None:
    record.info["idle_since"] = time.monotonic()


def _ping_if_idle(driver: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
    """A connection just used is not asked whether it lives: that would be a journey each time."""
    if time.monotonic() - record.info.get("idle_since", time.monotonic()) < PING_AFTER_S:
        return
    try:
        driver.execute("")
        driver.rollback()
    except psycopg.Error as problem:
        raise DisconnectionError from problem


def _send_first(_connection: Connection, cursor: Any, *_statement: Any) -> None:
    with translated():
        send_rest(cursor.connection)


def _commit_with_rest(connection: Connection) -> None:
    with translated():
        send_rest(_driver_of(connection), commit=True)


def _forget_rest(connection: Connection) -> None:
    forget_rest(_driver_of(connection))


def _driver_of(connection: Connection) -> "psycopg.Connection[Any]":
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    return driver


def journal_mode() -> str:
    """WAL where the library has no WAL-reset bug (SQLite ≥ 3.51.3), else TRUNCATE."""
    return "WAL" if sqlite_module().sqlite_version_info >= WAL_RESET_FIXED else "TRUNCATE"


def _configure_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    cursor.execute(f"PRAGMA journal_mode={journal_mode()}")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    if connection.get_execution_options().get("stockturn_writes"):
        _begin_writing(connection)
    else:
        connection.exec_driver_sql("BEGIN")


def _begin_writing(connection: Connection) -> None:
    """SQLite's own wait sleeps up to 100 ms between looks, so that a worker starves beside a busy
    web process; looking every few milliseconds gives every process its turn."""
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA busy_timeout=0")
    try:
        end = time.monotonic() + BUSY_TIMEOUT_MS / 1000
        while time.monotonic() < end:
            try:
                driver.execute("BEGIN IMMEDIATE")
                return
            except sqlite_module().OperationalError as problem:
                if "locked" not in str(problem):
                    break
            time.sleep(random.uniform(*LOOK_AGAIN_S))
    finally:
        driver.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    connection.exec_driver_sql("BEGIN IMMEDIATE")
