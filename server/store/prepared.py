"""The statements of the hot path: compiled once for each database, sent straight to its driver.

    rows, others = ask(session, QUESTION.about(keys), OTHER.about(keys, site=7))
    ITEMS_IN.write(session, rows)

SQLAlchemy still writes the SQL and converts the values; saved is its work for every execution and,
on PostgreSQL, the waiting: what is asked together travels together, in the order asked, and writes
travel with the next question or the commit.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, ColumnElement, Dialect, Insert, Select, Update, and_, or_
from sqlalchemy.dialects.postgresql import psycopg as postgresql_dialects
from sqlalchemy.dialects.sqlite import pysqlite as sqlite_dialects
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from server.store.db import translated
from server.store.pipeline import Sent, exchange, send_later

KEYS_MOST = 512
Convert = Callable[[Any], Any]
_DIALECTS: Mapping[str, Dialect] = {
    "postgresql": postgresql_dialects.dialect(paramstyle="numeric_dollar"),  # type: ignore[no-untyped-call]
    "sqlite": sqlite_dialects.dialect(paramstyle="qmark"),
}


class Asked(NamedTuple):
    """A question about some keys. `keys` are tuples where the question has several columns."""

    question: "Question"
    keys: Sequence[Any]
    values: Mapping[str, Any]


class Question:
    """SELECT … WHERE key columns IN (keys); further bindparams of the statement by name.

    `finish` may add what follows the WHERE: an order, a lock.
    """

    def __init__(
        self,
        statement: Select[Any],
        *key: ColumnElement[Any],
        finish: Callable[[Select[Any]], Select[Any]] | None = None,
    ) -> None:
        self._statement = statement
        self._key = key
        self._finish = finish
        self._forms: dict[tuple[str, int], _Form] = {}

    def about(self, keys: Sequence[Any], **values: Any) -> Asked:
        """Ask it about these keys; rows come in chunks of KEYS_MOST keys, in the order of those."""
        return Asked(self, keys, values)

    def texts(self, asked: Asked, database: str) -> Iterator[tuple["_Form", list[Any]]]:
        """The statements to send, with their parameters."""
        most = KEYS_MOST
        if database == "sqlite" and len(self._key) > 1:
            most = 1  # no way to travel, and one key is what its index finds best
        for start in range(0, len(asked.keys), most):
            chunk = list(asked.keys[start : start + most])
            count = 1 << (len(chunk) - 1).bit_length()
            chunk += [chunk[-1]] * (count - len(chunk))
            form = self._form(database, count)
            yield form, form.parameters_of_keys(chunk, asked.values)

    def _form(self, database: str, count: int) -> "_Form":
        """One for each power of two: what is missing to it repeats the last key."""
        found = self._forms.get((database, count))
        if found is None:
            statement = self._statement.where(_one_of(self._key, count))
            statement = self._finish(statement) if self._finish else statement
            found = self._forms[database, count] = _Form(statement, database)
        return found


class Writing:
    """An INSERT, upsert or UPDATE of one row, executed for many; values nobody gives are the
    columns' defaults."""

    def __init__(self, statement: Callable[[str], Insert | Update], *columns: str) -> None:
        """`statement` makes it for a database; `columns` are given in every row (inserts)."""
        self._statement = statement
        self._columns = columns
        self._forms: dict[str, _Form] = {}

    def write(self, session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
        """Execute it for each row, in order. Raises IntegrityError, OperationalError; on
        PostgreSQL whoever asks next, or commits, raises them."""
        if not rows:
            return
        database = _database(session)
        form = self._forms.get(database)
        if form is None:
            form = _Form(self._statement(database), database, self._columns or None)
            self._forms[database] = form
        driver = _driver(session)
        if database == "postgresql":
            send_later(driver, [Sent(form.raw, form.parameters(row)) for row in rows])
            return
        with translated():
            driver.executemany(form.sql, [form.parameters(row) for row in rows])


class _Form:
    """One statement for one database."""

    def __init__(self, statement: Any, database: str, columns: Sequence[str] | None = None) -> None:
        dialect = _DIALECTS[database]
        compiled: SQLCompiler = statement.compile(dialect=dialect, column_keys=columns)
        self.sql = str(compiled)
        self.raw = self.sql.encode()
        types = {name: bind.type for name, bind in compiled.binds.items()}
        names = compiled.positiontup or []
        defaults = {**_literals(compiled), **_defaults(compiled)}
        self._parameters = [
            (name, _binder(types[name], dialect), defaults.get(name)) for name in names
        ]
        self._results = [
            (at, convert)
            for at, column in enumerate(_columns(statement))
            if (convert := column.type.dialect_impl(dialect).result_processor(dialect, None))
        ]

    def parameters(self, values: Mapping[str, Any]) -> list[Any]:
        """The values in the statement's order, as the driver wants them."""
        return [
            convert(values.get(name, default)) if convert else values.get(name, default)
            for name, convert, default in self._parameters
        ]

    def parameters_of_keys(self, keys: Sequence[Any], values: Mapping[str, Any]) -> list[Any]:
        """The same with the keys as k0_0, k0_1 …"""
        named = dict(values)
        for at, key in enumerate(keys):
            for part, value in enumerate(key if isinstance(key, tuple) else (key,)):
                named[f"k{at}_{part}"] = value
        return self.parameters(named)

    def rows(self, raw: Iterable[Sequence[Any]]) -> list[Any]:
        """Driver rows as Python values."""
        if not self._results:
            return list(raw)
        rows = []
        for row in raw:
            values = list(row)
            for at, convert in self._results:
                values[at] = convert(values[at])
            rows.append(values)
        return rows


def ask(session: Session, *asked: Asked) -> list[list[Any]]:
    """The rows of each question, in the order asked; without keys it is not sent.

    Raises OperationalError.
    """
    if not any(len(one.keys) for one in asked):
        return [[] for _ in asked]
    database = _database(session)
    driver = _driver(session)
    texts = [list(one.question.texts(one, database)) for one in asked]
    with translated():
        if database == "postgresql":
            sent = [Sent(form.raw, values) for one in texts for form, values in one]
            answers = iter(exchange(driver, sent))
        else:
            answers = (driver.execute(form.sql, values) for one in texts for form, values in one)
        return [[row for form, _ in one for row in form.rows(next(answers))] for one in texts]


def _driver(session: Session) -> Any:
    """Found once a session: a session is one transaction, so it has one connection."""
    found = session.info.get("driver")
    if found is None:
        found = session.info["driver"] = session.connection().connection.driver_connection
    return found


def _database(session: Session) -> str:
    bind = session.bind
    assert bind is not None
    return bind.dialect.name


def _one_of(key: Sequence[ColumnElement[Any]], count: int) -> ColumnElement[bool]:
    if len(key) == 1:
        return key[0].in_([BindParameter(f"k{at}_0", type_=key[0].type) for at in range(count)])
    return or_(
        *(
            and_(
                *(
                    column == BindParameter(f"k{at}_{part}", type_=column.type)
                    for part, column in enumerate(key)
                )
            )
            for at in range(count)
        )
    )


def _columns(statement: Any) -> list[ColumnElement[Any]]:
    return list(statement.selected_columns) if isinstance(statement, Select) else []


def _binder(kind: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _literals(compiled: SQLCompiler) -> dict[str, Any]:
    """Values the statement itself brings along, such as the 1 in `wanted + 1`."""
    return {name: bind.value for name, bind in compiled.binds.items() if not bind.required}


def _defaults(compiled: SQLCompiler) -> dict[str, Any]:
    return {column.key: column.default.arg for column in compiled.insert_prefetch}  # type: ignore[union-attr]
