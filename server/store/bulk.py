"""Writing many master records with few statements."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Insert, Table, bindparam, func, insert, select, tuple_, update
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.dml import ReturningInsert
from sqlalchemy.sql.schema import DefaultGenerator, ScalarElementColumnDefault

from server.store.db import Model, table_of

ROWS_PER_STATEMENT = 1000
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
    session.execute(_many(session, table), filled)
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


def _many(session: Session, table: Table) -> Insert | ReturningInsert[Any]:
    """SQLite is fastest with plain rows; asked to return keys, the driver of PostgreSQL gets a
    thousand rows in one statement."""
    statement = insert(table)
    if session.get_bind().dialect.name == "postgresql":
        return statement.returning(*table.primary_key)
    return statement


def _filled(table: Table, rows: Sequence[Values]) -> list[dict[str, Any]]:
    """The rows with the same columns each: what one leaves out is what the table would take."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    usual = {name: _usual(table.c[name].default) for name in names}
    return [usual | dict(row) for row in rows]


def _usual(default: DefaultGenerator | None) -> Any:
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
