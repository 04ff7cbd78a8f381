"""What is where now: lines of the books, or their sums by item or location."""

from collections.abc import Callable
from typing import Any, Final

from flask.views import MethodView
from sqlalchemy.orm import Session

from server.api.access import current_actor, requires
from server.api.openapi import Blueprint
from server.api.pagination import cursor_key, page
from server.api.schemas.stock import (
    StockPageSchema,
    StockQuery,
    StockTableQuery,
    StockTableSchema,
)
from server.domain.people import Actor
from server.store.db import reading
from server.store.queries.records import Record
from server.store.queries.stock import (
    balances_page,
    counting_at,
    items_page,
    locations_page,
    stock_value,
)
from server.store.queries.stock_table import stock_table

blueprint = Blueprint("stock", __name__, description="What is where")

KEY_KINDS: Final[dict[str, tuple[type, ...]]] = {
    "balance": (str, int, int, int),
    "item": (str, int, int),
    "location": (int, int),
}
COST_FACTS: Final = ("unit_cost", "value")


@blueprint.route("/stock")
class Stock(MethodView):
    @requires("stock.read")
    @blueprint.arguments(StockQuery, location="query")
    @blueprint.response(200, StockPageSchema)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Stock by sku. Whoever is counting a place does not see here what the books hold there."""
        group, limit, cursor = query.pop("group"), query.pop("limit"), query.pop("cursor")
        after = cursor_key(cursor, *KEY_KINDS[group])
        actor = current_actor()
        with reading() as session:
            hidden = counting_at(session, actor.user_id)
            read = _reader(group, session, actor, query, hidden)
            rows = read(after, limit + 1)
            first = not cursor and group != "location" and actor.may("cost.read")
            value = stock_value(session, actor.site_ids, query) if first else None
        shown = page(
            rows, limit, lambda row: [row[f"key_{n}"] for n in range(len(KEY_KINDS[group]))]
        )
        shown["rows"] = [_shown(actor, row) for row in shown["rows"]]
        return {**shown, "value": value, "withheld": hidden}


@blueprint.route("/stock/table")
class StockTable(MethodView):
    @requires("stock.read")
    @blueprint.arguments(StockTableQuery, location="query")
    @blueprint.response(200, StockTableSchema)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Stock whole, up to 50,000 rows by columns: for tables that are sorted and searched where
        they are shown. Whoever is counting a place does not see what the books hold there."""
        group, limit = query.pop("group"), query.pop("limit")
        actor = current_actor()
        cost = actor.may("cost.read")
        with reading() as session:
            hidden = counting_at(session, actor.user_id)
            columns, rows = stock_table(
                session,
                group,
                actor.site_ids,
                query,
                limit + 1,
                with_cost=cost,
                hidden=hidden,
            )
            value = stock_value(session, actor.site_ids, query) if cost else None
        more = len(rows) > limit
        return {
            "columns": columns,
            "rows": rows[:limit],
            "more": more,
            "value": value,
            "withheld": hidden,
        }


def _reader(
    group: str, session: Session, actor: Actor, filters: dict[str, Any], hidden: list[int]
) -> Callable[[list[Any], int], list[Record]]:
    scope = (session, actor.site_ids, filters)
    if group == "item":
        return lambda after, limit: items_page(*scope, after, limit)
    if group == "location":
        return lambda after, limit: locations_page(*scope, after, limit, hidden=hidden)
    return lambda after, limit: balances_page(*scope, after, limit, hidden=hidden)


def _shown(actor: Actor, row: Record) -> Record:
    if actor.may("cost.read"):
        return row
    return {name: fact for name, fact in row.items() if name not in COST_FACTS}
