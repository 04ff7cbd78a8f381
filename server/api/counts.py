"""Counts: what was seen beside what the books say, decided by somebody who did not count."""

from typing import Any

from flask import request
from flask.views import MethodView
from sqlalchemy.orm import Session

from server.api.access import current_actor, requires
from server.api.etags import version_tag
from server.api.openapi import Blueprint
from server.api.pagination import cursor_key, page, page_of
from server.api.schemas.counts import (
    ApprovalSchema,
    CountDetailSchema,
    CountQuery,
    CountSchema,
    CountTaskQuery,
    CountTaskSchema,
    LinkCheckQuery,
    LinkCheckSchema,
    LinkSchema,
    RefusalSchema,
    WaitingCountSchema,
    WaitingQuery,
)
from server.domain.errors import NotFound
from server.domain.people import Actor
from server.services.approve_counts import approve_count, refuse_count
from server.services.deep_links import check_count_link, count_link
from server.services.reconcile_count import VarianceLine, reconcile_count
from server.store.db import reading
from server.store.queries.count_views import (
    COUNT_TASK_LIST,
    count_page,
    count_view,
    grain_of,
    line_views,
    names_of,
    waiting_counts,
)
from server.store.queries.counts import participant_role
from server.store.queries.records import Record
from server.store.queries.records import page as page_of_records

blueprint = Blueprint("counts", __name__, description="What was seen beside what the books say")

Answer = tuple[Record, int, dict[str, str]]


@blueprint.route("/counts")
class Counts(MethodView):
    @requires("counts.read")
    @blueprint.arguments(CountQuery, location="query")
    @blueprint.response(200, page_of(CountSchema))
    def get(self, query: dict[str, Any]) -> Any:
        """Counts, newest first."""
        before = cursor_key(query["cursor"], int)
        limit = query["limit"]
        with reading() as session:
            rows = count_page(
                session, current_actor().site_ids, query, before[0] if before else None, limit + 1
            )
        return page(rows, limit, lambda row: [row["id"]])


@blueprint.route("/counts/<int:count_id>")
class OneCount(MethodView):
    @requires("counts.read")
    @blueprint.response(200, CountDetailSchema)
    def get(self, count_id: int) -> Answer:
        """One count with its lines; the books' side only once it is finished, never on a handheld
        and never for who counted it before it is decided. Errors: unknown_count."""
        return _answer(count_id, current_actor())


@blueprint.route("/counts/waiting")
class WaitingCounts(MethodView):
    @requires("counts.read")
    @blueprint.arguments(WaitingQuery, location="query")
    @blueprint.response(200, page_of(WaitingCountSchema))
    def get(self, query: dict[str, Any]) -> Any:
        """Finished counts that wait for a decision, the longest waiting first, each in short."""
        after = cursor_key(query["cursor"], int)
        limit, actor = query["limit"], current_actor()
        with reading() as session:
            rows = waiting_counts(
                session, actor.site_ids, query.get("site"), after[0] if after else 0, limit + 1
            )
        shown: dict[str, Any] = page(rows, limit, lambda row: [row["id"]])
        shown["rows"] = [_in_short(row, actor) for row in shown["rows"]]
        return shown


@blueprint.route("/counts/<int:count_id>/link")
class CountLink(MethodView):
    @requires("counts.read")
    @blueprint.response(200, LinkSchema)
    def get(self, count_id: int) -> dict[str, Any]:
        """A link to this count for a phone, good for a day. It decides nothing by itself.

        Errors: unknown_count.
        """
        _known(count_id, current_actor())
        path, ends = count_link(count_id)
        return {"url": request.host_url.rstrip("/") + path, "expires_at": ends}


@blueprint.route("/counts/<int:count_id>/link-check")
class CountLinkCheck(MethodView):
    @requires("counts.read")
    @blueprint.arguments(LinkCheckQuery, location="query")
    @blueprint.response(200, LinkCheckSchema)
    def get(self, query: dict[str, str], count_id: int) -> dict[str, Any]:
        """Whether a link to this count is ours and still good.

        Errors: unknown_count, bad_link, link_expired.
        """
        ends = check_count_link(count_id, query["signature"])
        _known(count_id, current_actor())
        return {"expires_at": ends}


@blueprint.route("/counts/<int:count_id>/approve")
class Approval(MethodView):
    @requires("counts.decide", step_up=True)
    @blueprint.arguments(ApprovalSchema)
    @blueprint.response(200, CountDetailSchema)
    def post(self, body: dict[str, Any], count_id: int) -> Answer:
        """Post the variances at the instants they were seen.

        Errors: unknown_count, stale_version, count_not_finished, count_already_decided, own_count,
        devices_silent, moved_while_counting (a recount is ordered).
        """
        actor = current_actor()
        approve_count(
            count_id,
            body["version"],
            body["acknowledged_devices"],
            actor,
            accept_movement=body["accept_movement"],
        )
        return _answer(count_id, actor)


@blueprint.route("/counts/<int:count_id>/refuse")
class Refusal(MethodView):
    @requires("counts.decide", step_up=True)
    @blueprint.arguments(RefusalSchema)
    @blueprint.response(200, CountDetailSchema)
    def post(self, body: dict[str, Any], count_id: int) -> Answer:
        """Post nothing, and have the place counted again.

        Errors: unknown_count, stale_version, count_not_finished, count_already_decided, own_count.
        """
        actor = current_actor()
        refuse_count(count_id, body["version"], body["reason"], actor)
        return _answer(count_id, actor)


@blueprint.route("/count-tasks")
class CountTasks(MethodView):
    @requires("tasks.read")
    @blueprint.arguments(CountTaskQuery, location="query")
    @blueprint.response(200, page_of(CountTaskSchema))
    def get(self, query: dict[str, Any]) -> Any:
        """Places to look at or to count again."""
        after, limit = cursor_key(query.pop("cursor"), int), query.pop("limit")
        with reading() as session:
            rows = page_of_records(
                session,
                COUNT_TASK_LIST,
                sites=current_actor().site_ids,
                after=after,
                limit=limit + 1,
                filters=query,
            )
        return page(rows, limit, lambda row: [row["id"]])


def _known(count_id: int, actor: Actor) -> Record:
    with reading() as session:
        count = count_view(session, count_id)
    if count is None or not actor.sees_site(count["site_id"]):
        raise NotFound("unknown_count")
    return count


def _in_short(count: Record, actor: Actor) -> Record:
    with reading() as session:
        count["blind"] = _is_blind(session, count, actor)
    count |= dict.fromkeys(_SHORT)
    if count["blind"]:
        return count
    found = reconcile_count(count["id"], actor)
    differing = [line for line in found.lines if line.variance]
    count["variance_count"] = len(differing)
    count["silent_device_count"] = len(found.silent_devices)
    if len(differing) == 1:
        with reading() as session:
            names = names_of(session, [differing[0].grain])
        count |= {**names[differing[0].grain], "variance": differing[0].variance}
    if actor.may("cost.read"):
        count["value"] = found.value
    return count


def _answer(count_id: int, actor: Actor) -> Answer:
    count = _known(count_id, actor)
    with reading() as session:
        lines = line_views(session, count_id)
        count["blind"] = _is_blind(session, count, actor)
    count["silent_devices"] = []
    if count["blind"]:
        lines = [{**line, **_UNKNOWN} for line in lines]
    elif count["state"] == "finished":
        lines = _beside_the_books(count, lines, actor)
    with reading() as session:
        names = names_of(session, [grain_of(line) for line in lines])
    count["lines"] = [_shown(line, names[grain_of(line)], actor) for line in lines]
    count["lines"].sort(key=lambda line: [line[name] or "" for name in _ORDER])
    if actor.may("cost.read"):
        known = [line["value"] for line in lines if line.get("value") is not None]
        count["value"] = sum(known) if known else None
    return count, 200, version_tag(count["version"])


def _is_blind(session: Session, count: Record, actor: Actor) -> bool:
    """Book quantities are no counter's business until the count is decided."""
    if count["state"] == "counting" or actor.source == "device":
        return True
    counted = actor.user_id and participant_role(session, count["id"], actor.user_id)
    return count["state"] == "finished" and counted in ("counter", "recounter")


def _beside_the_books(count: Record, seen: list[Record], actor: Actor) -> list[Record]:
    found = reconcile_count(count["id"], actor)
    count["silent_devices"] = found.silent_devices
    by_id = {line["line_id"]: line for line in seen}
    return [{**by_id.get(line.line_id, {}), **_judged(line)} for line in found.lines]


def _judged(line: VarianceLine) -> Record:
    return {
        **line.grain._asdict(),
        "line_id": line.line_id,
        "counted": line.counted,
        "first_at": line.window.first_at,
        "last_at": line.window.last_at,
        "expected": line.expected,
        "variance": line.variance,
        "value": line.value,
        "moved_since": line.moved_since,
        "moved_while_counting": line.moved_while_counting,
    }


def _shown(line: Record, names: Record, actor: Actor) -> Record:
    shown = {**_UNKNOWN, "attempt": None, "counted_by": None, **line, **names}
    shown["seen"] = line["line_id"] is not None
    if not actor.may("cost.read"):
        shown.pop("value")
    return shown


_UNKNOWN: Record = dict.fromkeys(
    ("expected", "variance", "value", "moved_since", "moved_while_counting")
)
_SHORT = (
    "variance_count",
    "silent_device_count",
    "item",
    "name_zh",
    "name_en",
    "base_unit",
    "variance",
)
_ORDER = ("item", "lot", "unit", "serial")
