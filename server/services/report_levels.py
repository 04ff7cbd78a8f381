"""低于下限 and 近效期: what to buy, and what to sell first."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final

from server.domain.numbers import EXACT, ZERO, round_money
from server.domain.reports import ITEM_COLUMNS, Column
from server.domain.settings import EXPIRY_DAYS
from server.services.report_asking import Answered, Asked, Keyed
from server.store.queries.level_rows import below_minimum_rows, expiry_rows
from server.store.queries.records import Record

ROWS_AT_ONCE: Final = 1_000
BELOW_COLUMNS: Final = (
    *ITEM_COLUMNS,
    Column("site"),
    Column("on_hand", "quantity"),
    Column("available", "quantity"),
    Column("on_order", "quantity"),
    Column("in_transit", "quantity"),
    Column("backorder", "quantity"),
    Column("position", "quantity"),
    Column("reorder_point", "quantity"),
    Column("target_level", "quantity"),
    Column("shortage", "quantity"),
    Column("to_buy", "quantity"),
)
EXPIRY_COLUMNS: Final = (
    *ITEM_COLUMNS,
    Column("lot"),
    Column("production_date", "date"),
    Column("expires_on", "date"),
    Column("days_left", "integer"),
    Column("site"),
    Column("location"),
    Column("unit"),
    Column("status"),
    Column("owner"),
    Column("quantity", "quantity"),
    Column("value", "money"),
)


def below_minimum(asked: Asked) -> Answered:
    """Items whose available stock (by=position: stock, orders and promises) is at or below the
    reorder point; to_buy fills them up to their target level."""
    by = asked.filters.get("by") or "available"
    how = {
        "formula": f"{by} <= reorder_point",
        "position": "available + on_order + in_transit - backorder",
        "to_buy": "max(target_level, reorder_point) - position",
    }
    return Answered(BELOW_COLUMNS, _below(asked, by), _counted(asked, _below, by), how)


def expiry(asked: Asked) -> Answered:
    """Lots in stock that expire within so many days, or have expired."""
    days = asked.filters.get("days")
    days = asked.setting(EXPIRY_DAYS) if days is None else days
    until = asked.today + timedelta(days=days)
    totals = _counted(asked, _expiring, until)
    how = {"formula": f"expires_on <= {until.isoformat()}", "as_of": asked.today.isoformat()}
    return Answered(EXPIRY_COLUMNS, _expiring(asked, until), totals, how)


def _below(asked: Asked, by: str) -> Iterator[Keyed]:
    after = asked.key(str, int)
    things = asked.narrowed("site", "category", "item", "q")
    size = min((asked.page or ROWS_AT_ONCE) + 1, ROWS_AT_ONCE)
    while rows := below_minimum_rows(asked.session, asked.sites, things, by, after, size):
        for row in rows:
            after = row.pop("key")
            yield after, _planned(row)


def _planned(row: Record) -> Record:
    point, position = row["reorder_point"], row["position"]
    wanted = max(row["target_level"] or ZERO, point) - position
    drill = {"report": "item_ledger", "item": row["item"], "site": row["site"]}
    shortage = max(point - row["available"], ZERO)
    return row | {"shortage": shortage, "to_buy": max(wanted, ZERO), "drill": drill}


def _expiring(asked: Asked, until: date) -> Iterator[Keyed]:
    after = _after_lot(asked)
    things = asked.narrowed("site", "category", "item", "q", "owner")
    size = min((asked.page or ROWS_AT_ONCE) + 1, ROWS_AT_ONCE)
    while rows := expiry_rows(asked.session, asked.sites, things, until, after, size):
        for row in rows:
            after = row.pop("key")
            yield [after[0].isoformat(), *after[1:]], _dated(asked, row)


def _after_lot(asked: Asked) -> list[Any]:
    after = asked.key(str, str, int, int)
    return [date.fromisoformat(after[0]), *after[1:]] if after else []


def _dated(asked: Asked, row: Record) -> Record:
    expires = row.pop("expires")
    held, worth = row.pop("pool_quantity"), row.pop("pool_value")
    value = ZERO
    if held:
        value = round_money(EXACT.divide(EXACT.multiply(worth, row["quantity"]), held))
    drill = {"path": "/movements", "item": row["item"], "lot": row["lot"], "site": row["site"]}
    left = (expires - asked.today).days
    return row | {"expires_on": expires, "days_left": left, "value": value, "drill": drill}


def _counted(asked: Asked, rows: Any, *how: Any) -> Record | None:
    """What the rows add up to, read once more over all of them."""
    if not asked.is_first_page:
        return None
    total: Record = {"rows": 0}
    every = Asked(asked.session, asked.actor, asked.filters, asked.today)
    for _, row in rows(every, *how):
        total["rows"] += 1
        for name in ("quantity", "value", "shortage", "to_buy"):
            if name in row:
                total[name] = total.get(name, ZERO) + row[name]
    return total
