"""Turnover by item, category or site over any days, with the figures it was computed from."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from server.domain.numbers import plain
from server.domain.reports import Column
from server.domain.turnover import AverageMethod, aggregate
from server.services.measure_turnover import (
    Figure,
    Measure,
    figure_row,
    group_figures,
    measure,
    turnover_facts,
)
from server.services.report_asking import Answered, Asked, Keyed
from server.store.installation import settings
from server.store.queries.records import Record
from server.store.queries.turnover_rows import measured_page

METHOD: Final[AverageMethod] = "time_weighted"
_NAMES: Final = {
    "item": (
        Column("item"),
        Column("name_zh"),
        Column("name_en"),
        Column("category"),
        Column("site"),
    ),
    "category": (Column("category"),),
    "site": (Column("site"),),
    "all": (),
}
_ENDS: Final = (Column("opening_value", "money"), Column("closing_value", "money"))
"""Of single items only."""
_FIGURES: Final = (
    *_ENDS,
    Column("average_inventory", "money"),
    Column("cogs", "money"),
    Column("ratio", "number"),
    Column("annualised_ratio", "number"),
    Column("days_of_stock", "number"),
    Column("method"),
    Column("flags"),
)


def turnover(asked: Asked) -> Answered:
    """Ratio and days of stock of each group; of a group Σ cogs ÷ Σ averages.

    Raises InvalidInput `bad_period`."""
    days = asked.days()
    # What has not been yet is not measured: the period ends today.
    last = min(days.last, asked.today)
    method = asked.filters.get("method") or METHOD
    how = Measure(method, min(days.first, last), last, 1, settings().year_days)
    told = _FIGURES if asked.group == "item" else _FIGURES[len(_ENDS) :]
    columns = (*_NAMES[asked.group], *told)
    rows: Iterator[Keyed]
    if asked.group == "item":
        after = asked.key(str, int)
        figures = _figures(asked, how, after, None if asked.page is None else asked.page + 1)
        rows = (_item_row(asked, figure) for figure in figures)
    else:
        rows = _group_rows(asked, how)
    if not asked.is_first_page:
        return Answered(columns, rows)
    return Answered(columns, rows, *_totals(asked, how))


def _figures(
    asked: Asked, how: Measure, after: Sequence[Any] = (), limit: int | None = None
) -> Iterator[Figure]:
    filters = asked.narrowed("site", "category", "item")
    measured = measured_page(asked.session, asked.sites, filters, after, limit)
    return measure(asked.session, measured, how)


def _item_row(asked: Asked, figure: Figure) -> Keyed:
    inputs = figure.inputs
    values = {name: inputs[name] for name in ("opening_value", "closing_value")}
    row = _flagged({**figure_row(figure), **values})
    drill = {
        "report": "item_ledger",
        "item": row["item"],
        "site": row["site"],
        "from": figure.period.first_day.isoformat(),
        "to": figure.period.last_day.isoformat(),
    }
    key = [figure.of.sku_key, figure.of.pair.site_id]
    return key, row | {"drill": drill, "how": {**inputs, **_ratio(row)}}


def _group_rows(asked: Asked, how: Measure) -> Iterator[Keyed]:
    seen = asked.key(str, str)
    for row in group_figures(_figures(asked, how), asked.group):
        named = row.get(asked.group) or ""
        key = [named, row["first_day"].isoformat()]
        if key <= seen:
            continue
        drill: Record = {
            "report": "turnover",
            **asked.narrowed("site", "category"),
            **({asked.group: named} if named and asked.group != "all" else {}),
            "from": row["first_day"].isoformat(),
            "to": row["last_day"].isoformat(),
            "group": "item",
        }
        yield key, _flagged(row) | {"drill": drill, "how": {**row["inputs"], **_ratio(row)}}


def _totals(asked: Asked, how: Measure) -> tuple[Record | None, Record]:
    """Of everything asked for; sites in different zones may end their day apart, then of those
    that end it last."""
    figures = list(_figures(asked, how))
    if not figures:
        return None, {"method": how.method, "formula": "cogs / average_inventory"}
    period = max(figure.period for figure in figures)
    own = [figure for figure in figures if figure.period == period]
    row = turnover_facts(aggregate(figure.turnover for figure in own))
    told = {
        "formula": "sum of cogs / sum of average_inventory",
        "method": how.method,
        "from": period.first_day.isoformat(),
        "to": period.last_day.isoformat(),
        "members": len(own),
        **_ratio(row),
    }
    return _flagged(row), told


def _ratio(row: Record) -> Record:
    return {
        "cogs": plain(row["cogs"]),
        "average_inventory": plain(row["average_inventory"]),
        "ratio": row["ratio"],
        "days_of_stock": row["days_of_stock"],
        "period_days": row["period_days"],
    }


def _flagged(row: Record) -> Record:
    return {**row, "flags": ", ".join(row["flags"])}
