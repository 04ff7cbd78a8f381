"""库存明细账: one item's movements with the balance after each."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final

from server.domain.errors import InvalidInput
from server.domain.numbers import plain
from server.domain.reports import Column
from server.domain.stock_flows import Flow, parts_of, parts_through
from server.services.report_asking import Answered, Asked, Keyed
from server.services.report_stock import whole_of
from server.store.queries.flow_sums import flow_groups
from server.store.queries.item_ledger import LedgerOf, Mark, flow_until, item_id_of, ledger_rows
from server.store.queries.records import Record

ROWS_AT_ONCE: Final = 1_000
COLUMNS: Final = (
    Column("value_date", "date"),
    Column("occurred_at", "instant"),
    Column("kind"),
    Column("document"),
    Column("reason"),
    Column("site"),
    Column("lot"),
    Column("serial"),
    Column("from"),
    Column("to"),
    Column("in_quantity", "quantity"),
    Column("in_value", "money"),
    Column("out_quantity", "quantity"),
    Column("out_value", "money"),
    Column("balance_quantity", "quantity"),
    Column("balance_value", "money"),
    Column("user"),
    Column("movement_id", "integer"),
)


def item_ledger(asked: Asked) -> Answered:
    """Opening, every movement across the item's boundary, and the balance after each (not with a
    filter by kind: the rows shown would not make it).

    Raises InvalidInput `field_required` without an item."""
    if not asked.filters.get("item"):
        raise InvalidInput("field_required", field="item")
    first, last = asked.days()
    of = _ledger_of(asked)
    columns = tuple(c for c in COLUMNS if of.kind is None or not c.name.startswith("balance"))
    if not asked.is_first_page:
        return Answered(columns, _balanced(asked, of, first, last, None))
    whole = whole_of(asked, parts_of(first, last))
    rows = _balanced(asked, of, first, last, whole.opening)
    flows = [flow for kind, flow in whole.flows.items() if of.kind in (None, kind)]
    moved = sum(flows, Flow())
    closing = {"balance_quantity": whole.closing.quantity, "balance_value": whole.closing.value}
    totals = {**_columns(moved), **closing}
    how = {
        "formula": "opening + in - out = closing",
        "from": first.isoformat(),
        "to": last.isoformat(),
        "figures": {
            "opening": _told(whole.opening.quantity, whole.opening.value),
            "in": _told(moved.in_quantity, moved.in_value),
            "out": _told(moved.out_quantity, moved.out_value),
            "closing": _told(whole.closing.quantity, whole.closing.value),
        },
    }
    return Answered(columns, rows, totals, how)


def _ledger_of(asked: Asked) -> LedgerOf:
    get = asked.filters.get
    item_id = item_id_of(asked.session, str(get("item")))
    return LedgerOf(item_id, asked.sites, get("site"), get("owner"), get("kind"))


def _balanced(
    asked: Asked, of: LedgerOf, first: date, last: date, opening: Flow | None
) -> Iterator[Keyed]:
    """The rows; `opening`: the balance before the first of them, None where it is yet unknown."""
    after = _mark(asked.key(str, int, int, int))
    balance = _balance_at(asked, of, first, after) if opening is None else opening
    size = min((asked.page or ROWS_AT_ONCE) + 1, ROWS_AT_ONCE)
    while rows := ledger_rows(asked.session, of, first, last, after, size):
        for mark, row in rows:
            balance += row["flow"]
            yield [mark.day.isoformat(), *mark[1:]], _shown(row, balance)
            after = mark


def _balance_at(asked: Asked, of: LedgerOf, first: date, after: Mark | None) -> Flow:
    """The balance before the first row to show: of the days before, and of that day so far."""
    day = after.day if after else first
    things = asked.narrowed("site", "item", "owner")
    parts = parts_through(day - timedelta(days=1))
    found = next(flow_groups(asked.session, "all", parts, asked.sites, things), None)
    balance = found.closing if found else Flow()
    if after is not None:
        balance += flow_until(asked.session, of._replace(kind=None), day, after)
    return balance


def _mark(key: Any) -> Mark | None:
    return Mark(date.fromisoformat(key[0]), *key[1:]) if key else None


def _shown(row: Record, balance: Flow) -> Record:
    flow: Flow = row.pop("flow")
    is_movement = row["kind"] != "revaluation"
    movement = row["id"] if is_movement else row["corrects"]
    drill = {"path": f"/movements/{movement}"} if movement else None
    return {
        **row,
        **_columns(flow),
        "balance_quantity": balance.quantity,
        "balance_value": balance.value,
        "movement_id": movement,
        "drill": drill,
    }


def _columns(flow: Flow) -> Record:
    return {
        "in_quantity": flow.in_quantity,
        "in_value": flow.in_value,
        "out_quantity": flow.out_quantity,
        "out_value": flow.out_value,
    }


def _told(quantity: Any, value: Any) -> Record:
    return {"quantity": plain(quantity), "value": plain(value)}
