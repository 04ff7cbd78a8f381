"""The statements of the hot path: compiled once for each database, sent straight to its driver.

    rows, others = ask(session, QUESTION.about(keys), OTHER.about(keys, site=7))
    ITEMS_IN.write(session, rows)

SQLAlchemy still writes the SQL and converts the values; saved is its work for every execution and,
on PostgreSQL, the waiting: what is asked together travels together, in the order asked, and writes
travel with the next question or the commit. There, keys and rows travel as arrays: one statement,
planned once, however many they are.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    BindParameter,
    ColumnElement,
    Dialect,
    Insert,
    Select,
    Table,
    TableValuedAlias,
    Update,
    and_,
    any_,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.postgresql import psycopg as postgresql_dialects
from sqlalchemy.dialects.sqlite import pysqlite as sqlite_dialects
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from server.store.db import translated
from server.store.pipeline import Sent, encoded, encoded_array, exchange, send_later
from server.store.types import Scaled

KEYS_MOST = 512
_KEY_ARRAYS = ("k0", "k1", "k2", "k3")
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
        """Ask it about these keys; without an order of its own it answers chunk by chunk."""
        return Asked(self, keys, values)

    def sent(self, asked: Asked) -> tuple["_Form", Sent]:
        """For PostgreSQL: one statement, the keys in one array for each column."""
        form = self._form("postgresql", 0)
        columns = zip(*asked.keys, strict=True) if len(self._key) > 1 else [asked.keys]
        named = {f"k{part}": column for part, column in enumerate(columns)}
        return form, Sent(form.raw, form.encoded(named | dict(asked.values)))

    def texts(self, asked: Asked) -> Iterator[tuple["_Form", list[Any]]]:
        """For SQLite: the statements to execute, with their parameters. One key of several
        columns at a time is what its index finds best, and nothing has to travel."""
        most = KEYS_MOST if len(self._key) == 1 else 1
        for start in range(0, len(asked.keys), most):
            chunk = list(asked.keys[start : start + most])
            count = 1 << (len(chunk) - 1).bit_length()
            chunk += [chunk[-1]] * (count - len(chunk))
            form = self._form("sqlite", count)
            yield form, form.parameters_of_keys(chunk, asked.values)

    def _form(self, database: str, count: int) -> "_Form":
        """On SQLite one for each power of two: what is missing to it repeats the last key."""
        found = self._forms.get((database, count))
        if found is None:
            if database == "postgresql":
                statement = _among_arrays(self._statement, self._key)
            else:
                statement = self._statement.where(_one_of(self._key, count))
            statement = self._finish(statement) if self._finish else statement
            found = self._forms[database, count] = _Form(statement, database)
        return found


class Opening(Question):
    """INSERT of the rows with these keys that are not there yet, the other columns 0; answers the
    keys that were new. Only PostgreSQL needs it: SQLite has one writer."""

    def __init__(self, table: Table, *key: ColumnElement[Any]) -> None:
        names = [str(column.key) for column in key]
        rest = [str(column.key) for column in table.c if column.key not in names]
        keys = _keys_of_arrays(key)
        rows = select(*keys.c, *(literal_column("0") for _ in rest)).order_by(*keys.c)
        insert = postgresql_insert(table).from_select([*names, *rest], rows, include_defaults=False)
        self._key = key
        self._forms = {}
        self._opening = insert.on_conflict_do_nothing().returning(*key)

    def _form(self, database: str, count: int) -> "_Form":
        assert database == "postgresql"
        found = self._forms.get((database, count))
        if found is None:
            found = self._forms[database, count] = _Form(self._opening, database)
        return found


class Writing:
    """An INSERT, upsert or UPDATE of one row, executed for many; values nobody gives are the
    columns' defaults."""

    def __init__(self, statement: Callable[[str], Insert | Update], *columns: str) -> None:
        """`statement` makes it for a database; `columns` are given in every row (inserts)."""
        self._statement = statement
        self._columns = columns
        self._forms: dict[str, _Form] = {}
        self._many: _ManyRows | None = None

    def write(self, session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
        """Execute it for each row, in order. Raises IntegrityError, OperationalError; on
        PostgreSQL whoever asks next, or commits, raises them."""
        if not rows:
            return
        driver, database = _driver(session), _database(session)
        if database == "postgresql":
            send_later(driver, self._sent(rows))
            return
        form = self._form(database)
        with translated():
            driver.executemany(form.sql, [form.parameters(row) for row in rows])

    def _sent(self, rows: Sequence[Mapping[str, Any]]) -> Iterable[Sent]:
        """An insert of many rows is one statement, with an array for each column."""
        form = self._form("postgresql")
        if len(rows) == 1 or not self._columns:
            return [Sent(form.raw, form.encoded(row)) for row in rows]
        if self._many is None:
            insert = self._statement("postgresql")
            assert isinstance(insert, Insert)
            self._many = _ManyRows(insert, form, self._columns)
        return [self._many.sent(rows)]

    def _form(self, database: str) -> "_Form":
        form = self._forms.get(database)
        if form is None:
            form = _Form(self._statement(database), database, self._columns or None)
            self._forms[database] = form
        return form


class _Form:
    """One statement for one database.

    taken: name, conversion and default of each parameter, in the statement's order.
    """

    def __init__(self, statement: Any, database: str, columns: Sequence[str] | None = None) -> None:
        dialect = _DIALECTS[database]
        compiled: SQLCompiler = statement.compile(dialect=dialect, column_keys=columns)
        self.sql = str(compiled)
        self.raw = self.sql.encode()
        types = {name: bind.type for name, bind in compiled.binds.items()}
        names = compiled.positiontup or []
        defaults = {**_literals(compiled), **_defaults(compiled)}
        self.taken = [(name, _binder(types[name], dialect), defaults.get(name)) for name in names]
        self._results = [
            (at, convert)
            for at, column in enumerate(_columns(statement))
            if (convert := _reader(column.type, dialect))
        ]

    def parameters(self, values: Mapping[str, Any]) -> list[Any]:
        """The values in the statement's order, as the driver wants them."""
        return [
            convert(values.get(name, default)) if convert else values.get(name, default)
            for name, convert, default in self.taken
        ]

    def encoded(self, values: Mapping[str, Any]) -> list[bytes | None]:
        """The same as PostgreSQL reads them; the value of a key column is all its keys."""
        return [
            encoded_array(value)
            if name in _KEY_ARRAYS
            else encoded(convert(value) if convert and value is not None else value)
            for name, convert, default in self.taken
            for value in (values.get(name, default),)
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


class _ManyRows:
    """The INSERT of a Writing, taking all rows from arrays; as in VALUES, in order."""

    def __init__(self, insert: Insert, single: _Form, given: Sequence[str]) -> None:
        table = insert.table
        columns = [taken for taken in single.taken if taken[0] in table.c]
        names = [name for name, _, _ in columns]
        arrays = [BindParameter(name, type_=ARRAY(table.c[name].type)) for name in names]
        rows = func.unnest(*arrays).table_valued(*names).render_derived("rows")
        chosen = select(*(rows.c[name] for name in names))
        form = _Form(insert.from_select(names, chosen, include_defaults=False), "postgresql")
        self._raw = form.raw
        self._pick = itemgetter(*given)
        self._given = given
        self._columns = {name: (convert, default) for name, convert, default in columns}
        self._taken = form.taken

    def sent(self, rows: Sequence[Mapping[str, Any]]) -> Sent:
        """The statement with these rows."""
        given = dict(zip(self._given, zip(*map(self._pick, rows), strict=True), strict=True))
        return Sent(
            self._raw,
            [
                self._column(name, given, len(rows)) if name in self._columns else encoded(literal)
                for name, _, literal in self._taken
            ],
        )

    def _column(self, name: str, given: Mapping[str, Sequence[Any]], count: int) -> bytes:
        convert, default = self._columns[name]
        values = given[name] if name in given else (default,) * count
        return encoded_array(list(map(convert, values)) if convert else values)


def ask(session: Session, *asked: Asked) -> list[list[Any]]:
    """The rows of each question, in the order asked; without keys it is not sent.

    Raises OperationalError.
    """
    if not any(len(one.keys) for one in asked):
        return [[] for _ in asked]
    driver = _driver(session)
    with translated():
        if _database(session) == "postgresql":
            return _asked_together(driver, asked)
        return [_asked_one_by_one(driver, one) for one in asked]


def _asked_together(driver: Any, asked: Sequence[Asked]) -> list[list[Any]]:
    sent = [one.question.sent(one) if len(one.keys) else None for one in asked]
    answers = iter(exchange(driver, [one[1] for one in sent if one]))
    return [one[0].rows(next(answers)) if one else [] for one in sent]


def _asked_one_by_one(driver: Any, asked: Asked) -> list[Any]:
    texts = asked.question.texts(asked)
    return [row for form, values in texts for row in form.rows(driver.execute(form.sql, values))]


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


def _among_arrays(statement: Select[Any], key: Sequence[ColumnElement[Any]]) -> Select[Any]:
    """Its rows with one of the keys given as arrays k0, k1 …, one for each column."""
    if len(key) == 1:
        return statement.where(key[0] == any_(_arrays(key)[0]))
    keys = _keys_of_arrays(key)
    matches = (column == keys.c[name] for name, column in zip(_KEY_ARRAYS, key, strict=False))
    return statement.join(keys, and_(*matches))


def _arrays(key: Sequence[ColumnElement[Any]]) -> list[BindParameter[Any]]:
    return [
        BindParameter(name, type_=ARRAY(column.type))
        for name, column in zip(_KEY_ARRAYS, key, strict=False)
    ]


def _keys_of_arrays(key: Sequence[ColumnElement[Any]]) -> TableValuedAlias:
    """The keys given as arrays, as rows with a column for each."""
    unnested = func.unnest(*_arrays(key)).table_valued(*_KEY_ARRAYS[: len(key)])
    return unnested.render_derived("asked")


def _columns(statement: Any) -> list[ColumnElement[Any]]:
    return list(statement.selected_columns) if isinstance(statement, Select) else []


def _binder(kind: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    if isinstance(kind, Scaled):
        return kind.scaled
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _reader(kind: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    if isinstance(kind, Scaled):
        return kind.unscaled
    return kind.dialect_impl(dialect).result_processor(dialect, None)


def _literals(compiled: SQLCompiler) -> dict[str, Any]:
    """Values the statement itself brings along, such as the 1 in `wanted + 1`."""
    return {name: bind.value for name, bind in compiled.binds.items() if not bind.required}


def _defaults(compiled: SQLCompiler) -> dict[str, Any]:
    return {column.key: column.default.arg for column in compiled.insert_prefetch}  # type: ignore[union-attr]
