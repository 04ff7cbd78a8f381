"""Writing many master records with few statements."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import (
    Column,
    Connection,
    Dialect,
    Table,
    bindparam,
    func,
    insert,
    select,
    tuple_,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.schema import (
    CallableColumnDefault,
    DefaultGenerator,
    ScalarElementColumnDefault,
)

from server.store.db import Model, table_of

ROWS_PER_STATEMENT = 1_000
ROWS_PER_COPY = 10_000
Values = Mapping[str, Any]


def rows_where(
    session: Session, column: InstrumentedAttribute[Any], keys: Sequence[Any]
) -> Iterator[Any]:
    """The rows of the column's table whose column is one of the keys."""
    wanted = list(dict.fromkeys(keys))
    for start in range(0, len(wanted), ROWS_PER_STATEMENT):
        chunk = wanted[start : start + ROWS_PER_STATEMENT]
        yield from session.execute(select(column.class_.__table__).where(column.in_(chunk)))


def rows_by_identity(
    session: Session, model: type[Model], identities: Sequence[tuple[int, ...]]
) -> dict[tuple[int, ...], Any]:
    """The rows with these primary keys, locked."""
    table = table_of(model)
    keys = list(table.primary_key)
    found: dict[tuple[int, ...], Any] = {}
    for start in range(0, len(identities), ROWS_PER_STATEMENT):
        chunk = identities[start : start + ROWS_PER_STATEMENT]
        wanted = keys[0].in_([i[0] for i in chunk]) if len(keys) == 1 else tuple_(*keys).in_(chunk)
        for row in session.execute(select(table).where(wanted).with_for_update()):
            found[tuple(getattr(row, key.name) for key in keys)] = row
    return found


def insert_rows(session: Session, model: type[Model], rows: Sequence[Values]) -> list[int]:
    """Insert the rows and answer their ids in the same order; [] for tables without `id`."""
    if not rows:
        return []
    table = table_of(model)
    filled = _filled(table, rows)
    ids: list[int] = []
    if "id" in table.c:
        ids = next_ids(session, model, len(filled))
        filled = [row | {"id": new_id} for row, new_id in zip(filled, ids, strict=True)]
    _write(session, table, filled)
    return ids


def next_ids(session: Session, model: type[Model], count: int) -> list[int]:
    """As many ids nobody else will get: from the sequence, or behind the last one (SQLite lets in
    one writer at a time)."""
    table = table_of(model)
    if session.get_bind().dialect.name == "postgresql":
        sequence = func.pg_get_serial_sequence(_quoted(table), "id")
        series = func.generate_series(1, count).table_valued("value")
        return list(session.scalars(select(func.nextval(sequence)).select_from(series)))
    last = session.scalar(select(func.max(table.c.id))) or 0
    return list(range(last + 1, last + 1 + count))


def _quoted(table: Table) -> str:
    """ "user" is a word of SQL, and the function reads names as SQL does."""
    return f'"{table.name}"'


def _write(session: Session, table: Table, rows: list[dict[str, Any]]) -> None:
    if session.get_bind().dialect.name == "postgresql":
        for start in range(0, len(rows), ROWS_PER_COPY):
            _copy(session.connection(), table, rows[start : start + ROWS_PER_COPY])
    else:
        session.execute(insert(table), rows)


def _copy(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """COPY: ten times as fast as statements full of parameters, which the driver must parse."""
    names = list(rows[0])
    to_driver = [_to_driver(connection.dialect, table.c[name]) for name in names]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    driver: Any = connection.connection.driver_connection
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(
                    [each(row[name]) for name, each in zip(names, to_driver, strict=True)]
                )
    except psycopg.IntegrityError as problem:
        raise IntegrityError("COPY", None, problem) from problem


def _to_driver(dialect: Dialect, column: Column[Any]) -> Callable[[Any], Any]:
    processor = column.type.dialect_impl(dialect).bind_processor(dialect)
    return processor or _as_it_is


def _as_it_is(value: Any) -> Any:
    return value


def _filled(table: Table, rows: Sequence[Values]) -> list[dict[str, Any]]:
    """The rows with the same columns each: what one leaves out is what the table would take."""
    names = {name for row in rows for name in row}
    usual = {
        column.name: _usual(column.default)
        for column in table.c
        if column.name in names or column.default is not None
    }
    return [usual | dict(row) for row in rows]


def _usual(default: DefaultGenerator | None) -> Any:
    if isinstance(default, CallableColumnDefault):
        return default.arg(None)  # type: ignore[arg-type]
    return default.arg if isinstance(default, ScalarElementColumnDefault) else None


def update_rows(
    session: Session, model: type[Model], rows: Sequence[tuple[tuple[int, ...], Values]]
) -> int:
    """Set these columns, `version` among them, of the row with each primary key, if it still is
    at the version before; one statement per set of columns. Answers how many rows were."""
    table = table_of(model)
    keys = [key.name for key in table_of(model).primary_key]
    by_columns: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for identity, values in rows:
        bound = dict(zip((f"key_{key}" for key in keys), identity, strict=True))
        bound |= {f"new_{name}": value for name, value in values.items()}
        bound["version_before"] = values["version"] - 1
        by_columns.setdefault(tuple(sorted(values)), []).append(bound)
    written = 0
    for columns, bound_rows in by_columns.items():
        statement = (
            update(table)
            .where(*(table.c[key] == bindparam(f"key_{key}") for key in keys))
            .where(table.c.version == bindparam("version_before"))
            .values({name: bindparam(f"new_{name}") for name in columns})
        )
        written += session.connection().execute(statement, bound_rows).rowcount
    return written
