"""Turnover: how often stock is sold and replaced."""

from datetime import timedelta
from typing import Any

from flask import current_app
from flask.views import MethodView
from sqlalchemy.orm import Session

from server.api.access import current_actor, requires
from server.api.openapi import Blueprint
from server.api.pagination import cursor_key, page, page_of
from server.api.schemas.turnover import TurnoverQuery, TurnoverSchema
from server.bootstrap import settings_of
from server.domain.numbers import plain
from server.domain.people import Actor
from server.services.measure_turnover import Measure, figure_row, group_figures, measure
from server.services.recalculate import TurnoverPolicy
from server.store.db import reading
from server.store.queries.records import Record
from server.store.queries.turnover_rows import measured_page, stored_page

blueprint = Blueprint("turnover", __name__, description="How often stock is sold and replaced")


@blueprint.route("/turnover")
class TurnoverFigures(MethodView):
    @requires("turnover.read")
    @blueprint.arguments(TurnoverQuery, location="query")
    @blueprint.response(200, page_of(TurnoverSchema))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Turnover ratio and days of stock, with the method and the inputs of each figure.

        Errors: bad_period.
        """
        group, limit = query.pop("group"), query.pop("limit")
        after = cursor_key(query.pop("cursor"), str, int)
        asked = {name: query.pop(name, None) for name in ("method", "first_day", "last_day")}
        actor = current_actor()
        with reading() as session:
            if group != "item":
                return _groups(session, actor, query, group, _measure(asked))
            if any(asked.values()):
                return _computed(session, actor, query, _measure(asked), after, limit)
            rows = stored_page(session, actor.site_ids, query, after, limit + 1)
        return page([_stored(row) for row in rows], limit, lambda row: [row["key_0"], row["key_1"]])


def _measure(asked: dict[str, Any]) -> Measure:
    settings = settings_of(current_app)
    usual = TurnoverPolicy.of(settings.turnover_days, settings.turnover_method, settings.year_days)
    return Measure(
        method=asked["method"] or usual.method,
        first_day=asked["first_day"],
        last_day=asked["last_day"],
        window_days=usual.days,
        year_days=usual.year_days,
    )


def _computed(
    session: Session,
    actor: Actor,
    filters: dict[str, Any],
    how: Measure,
    after: list[Any],
    limit: int,
) -> dict[str, Any]:
    measured = measured_page(session, actor.site_ids, filters, after, limit + 1)
    figures = list(measure(session, measured, how))
    shown = page(figures, limit, lambda figure: [figure.of.sku_key, figure.of.pair.site_id])
    return {**shown, "rows": [figure_row(figure) for figure in shown["rows"]]}


def _groups(
    session: Session, actor: Actor, filters: dict[str, Any], group: str, how: Measure
) -> dict[str, Any]:
    measured = measured_page(session, actor.site_ids, filters)
    rows = group_figures(measure(session, measured, how), group)
    return {"rows": rows, "next_cursor": None}


def _stored(row: Record) -> Record:
    period_days = (row["last_day"] - row["first_day"] + timedelta(days=1)).days
    return row | {
        "flags": [flag for flag in row["flags"].split(",") if flag],
        "period_days": period_days,
        "inputs": {
            "formula": "cogs / average_inventory",
            "closing_value": plain(row["stock_value"]),
        },
    }
