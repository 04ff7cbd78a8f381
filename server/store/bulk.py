"""Writing many master records with few statements."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Table, bindparam, insert, select, tuple_, update
from sqlalchemy.orm import InstrumentedAttribute, Session
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
    rows = _filled(table_of(model), rows)
    if "id" not in table_of(model).c:
        session.execute(insert(model), rows)
        return []
    returning = insert(model).returning(table_of(model).c.id, sort_by_parameter_order=True)
    return list(session.scalars(returning, rows))


def _filled(table: Table, rows: Sequence[Values]) -> list[dict[str, Any]]:
    """The rows with the same columns each: what one leaves out is what the table would take."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    usual = {name: _usual(table.c[name].default) for name in names}
    return [usual | dict(row) for row in rows]


def _usual(default: DefaultGenerator | None) -> Any:
    return default.arg if isinstance(default, ScalarElementColumnDefault) else None


def update_rows(
    session: Session, model: type[Model], rows: Sequence[tuple[tuple[int, ...], Values]]
) -> None:
    """Set these columns of the row with each primary key; one statement per set of columns."""
    keys = [key.name for key in table_of(model).primary_key]
    by_columns: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for identity, values in rows:
        bound = dict(zip((f"key_{key}" for key in keys), identity, strict=True))
        by_columns.setdefault(tuple(sorted(values)), []).append(bound | dict(values))
    for columns, bound_rows in by_columns.items():
        statement = (
            update(table_of(model))
            .where(*(table_of(model).c[key] == bindparam(f"key_{key}") for key in keys))
            .values({name: bindparam(name) for name in columns})
        )
        session.connection().execute(statement, bound_rows)
