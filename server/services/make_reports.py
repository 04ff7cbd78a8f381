"""One report, for a screen a page at a time or whole as a file."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, Final

from sqlalchemy.orm import Session

from server.domain.errors import InvalidInput, NotFound
from server.domain.people import Actor
from server.domain.reports import REPORTS, Column, Report
from server.services.report_ageing import ageing
from server.services.report_asking import (
    Answered,
    Making,
    asked_by,
    shown_columns,
    shown_row,
)
from server.services.report_item_ledger import item_ledger
from server.services.report_levels import below_minimum, expiry
from server.services.report_stock import stock_summary, valuation, without_value
from server.services.report_turnover import turnover
from server.services.write_table import csv_file, xlsx_file
from server.store.db import reading
from server.store.queries.records import Record
from server.store.queries.verification import begin_long_reading
from server.store.stock_flows import snapshot
from server.text import report_words

FORMATS: Final = ("csv", "xlsx")
_MAKERS: Final[Mapping[str, Making]] = {
    "stock_summary": stock_summary,
    "item_ledger": item_ledger,
    "valuation": valuation,
    "ageing": ageing,
    "turnover": turnover,
    "below_minimum": below_minimum,
    "expiry": expiry,
}


def reports_for(actor: Actor) -> list[Report]:
    """The reports this one may read."""
    return [report for report in REPORTS.values() if actor.may(report.permission)]


def report_named(name: str, filters: Mapping[str, Any], actor: Actor) -> Report:
    """The report, if it may be asked so.

    Raises NotFound `unknown_report`, NotPermitted, InvalidInput `unknown_report_filter`,
    `unknown_report_group`.
    """
    report = REPORTS.get(name)
    if report is None:
        raise NotFound("unknown_report", report=name[:40], known=", ".join(REPORTS))
    actor.require(report.permission)
    for each in filters:
        if not report.allows(each):
            known = ", ".join(sorted({*report.filters, *(["group"] if report.groups else [])}))
            raise InvalidInput("unknown_report_filter", filter=each, known=known)
    group = filters.get("group")
    if group is not None and group not in report.groups:
        raise InvalidInput("unknown_report_group", group=group, known=", ".join(report.groups))
    return report


def report_page(
    name: str,
    filters: Mapping[str, Any],
    *,
    actor: Actor,
    language: str,
    after: Sequence[Any] = (),
    limit: int,
) -> Record:
    """Up to `limit` + 1 rows as (key, row), columns with titles, totals and explanation.

    Raises what `report_named` and the report itself raise.
    """
    report_named(name, filters, actor)
    with reading() as session:
        snapshot(session)
        asked = asked_by(session, actor, filters, after=after, page=limit)
        with _good_cursor():
            answered = _MAKERS[name](asked)
            rows = list(islice(answered.rows, limit + 1))
        columns = shown_columns(answered.columns, actor)
        return {
            "report": name,
            "columns": [_titled(column, language) for column in columns],
            "rows": [(key, _told(columns, row, actor)) for key, row in rows],
            "totals": _totals(answered, columns),
            "how": answered.how if actor.may("cost.read") else without_value(answered.how),
        }


def report_file(
    name: str, filters: Mapping[str, Any], file_format: str, *, actor: Actor, language: str
) -> Iterator[bytes]:
    """The whole report in pieces; begin to read it at once, for it holds a database session.

    Raises NotFound `unknown_export`, and what `report_named` raises; what the report itself
    refuses is raised before the first piece.
    """
    if file_format not in FORMATS:
        raise NotFound("unknown_export", kind=f"{name}.{file_format}"[:40], known=list(FORMATS))
    report_named(name, filters, actor)
    pieces = _pieces(name, filters, file_format, actor, language)
    first = next(pieces)
    return _chained(first, pieces)


def report_rows(
    session: Session, name: str, filters: Mapping[str, Any], *, actor: Actor, language: str
) -> tuple[list[str], Iterator[list[Any]]]:
    """Titles and rows of the whole report, the totals last, inside a session of the caller's."""
    answered = _MAKERS[name](asked_by(session, actor, filters))
    columns = shown_columns(answered.columns, actor)
    return _titles(columns, language), _lines(answered, columns, language)


def _pieces(
    name: str, filters: Mapping[str, Any], file_format: str, actor: Actor, language: str
) -> Iterator[bytes]:
    write = csv_file if file_format == "csv" else xlsx_file
    with reading() as session:
        begin_long_reading(session)
        titles, rows = report_rows(session, name, filters, actor=actor, language=language)
        yield from write(titles, rows)


def _chained(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _lines(answered: Answered, columns: Sequence[Column], language: str) -> Iterator[list[Any]]:
    for _, row in answered.rows:
        yield [_cell(column, row, language) for column in columns]
    if answered.totals is not None and columns:
        total = [_cell(column, answered.totals, language) for column in columns]
        total[0] = total[0] or report_words("columns", "total", language)
        yield total


def _cell(column: Column, row: Mapping[str, Any], language: str) -> Any:
    value = row.get(column.name)
    if column.name == "kind" and value:
        return report_words("kinds", str(value), language)
    if column.kind in ("quantity", "money", "integer") and not isinstance(value, str):
        return value
    return shown_row([column], row)[column.name]


def _titles(columns: Sequence[Column], language: str) -> list[str]:
    return [str(_titled(column, language)["title"]) for column in columns]


def _titled(column: Column, language: str) -> Record:
    return {
        "name": column.name,
        "kind": column.kind,
        "title": _title(column, language),
        "movement_kind": column.of_kind if column.flow else "",
    }


def _title(column: Column, language: str) -> str:
    if not column.of_kind:
        return report_words("columns", column.name, language)
    kind = report_words("kinds", column.of_kind, language)
    what = "value" if column.is_money else "quantity"
    form = f"{column.flow or 'bucket'}_{what}"
    return report_words("forms", form, language).format(kind=kind)


def _told(columns: Sequence[Column], row: Record, actor: Actor) -> Record:
    told = {**shown_row(columns, row), "drill": row.get("drill")}
    if "how" in row:
        told["how"] = row["how"] if actor.may("cost.read") else without_value(row["how"])
    return told


def _totals(answered: Answered, columns: Sequence[Column]) -> Record | None:
    if answered.totals is None:
        return None
    numbers = [c for c in columns if c.kind in ("quantity", "money", "number")]
    told = {n: v for n, v in shown_row(numbers, answered.totals).items() if v is not None}
    return told | ({"rows": answered.totals["rows"]} if "rows" in answered.totals else {})


@contextmanager
def _good_cursor() -> Iterator[None]:
    """A cursor with a day that is none names no row."""
    try:
        yield
    except ValueError as problem:
        raise InvalidInput("bad_cursor") from problem
