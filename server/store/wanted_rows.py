"""A few rows of ours as a table to join with, in a statement that is compiled once.

A VALUES list of changing length would be compiled anew for every length; one JSON parameter is not.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Date,
    Text,
    bindparam,
    cast,
    func,
    select,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

ID = BigInteger()
DAY = Date()


def wanted_rows(
    session: Session,
    columns: Mapping[str, Any],
    rows: Iterable[Sequence[int | date]],
) -> CTE:
    """The rows as a CTE `wanted` with these columns (ID or DAY), on both databases."""
    text = bindparam(
        "wanted", json.dumps([list(row) for row in rows], default=_iso), Text, unique=True
    )
    if session.get_bind().dialect.name == "sqlite":
        each = func.json_each(text).table_valued("value")
        cells = [_sqlite_cell(each.c.value, at, kind) for at, kind in enumerate(columns.values())]
    else:
        row = func.jsonb_array_elements(cast(text, JSONB)).column_valued("row")
        cells = [cast(row.op("->>")(at), kind) for at, kind in enumerate(columns.values())]
    named = [cell.label(name) for cell, name in zip(cells, columns, strict=True)]
    return select(*named).cte("wanted")


def _sqlite_cell(value: Any, at: int, kind: Any) -> ColumnElement[Any]:
    """JSON's own types are SQLite's: integers, and days as the text they are stored as."""
    return type_coerce(func.json_extract(value, f"$[{at}]"), kind)


def _iso(value: object) -> str:
    assert isinstance(value, date)
    return value.isoformat()
