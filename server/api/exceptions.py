"""The exceptions inbox: what was flagged, refused or is out of order, and what would mend it."""

from typing import Any

from flask.views import MethodView

from server.api.access import current_actor, requires
from server.api.etags import expected_version, version_tag
from server.api.openapi import Blueprint
from server.api.pagination import cursor_key, page, page_of
from server.api.schemas.exceptions import (
    ExceptionCountsSchema,
    ExceptionDetailSchema,
    ExceptionQuery,
    ExceptionSchema,
    ResolveSchema,
)
from server.domain.errors import NotFound
from server.domain.exceptions import explain
from server.services.resolve_exceptions import look_at_exception, resolve_exception
from server.store.db import reading
from server.store.queries.exception_rows import exception_counts, exceptions_page, one_exception
from server.store.queries.records import Record
from server.text import WORDS, worded

blueprint = Blueprint("exceptions", __name__, description="What is out of order")
Answer = tuple[Record, int, dict[str, str]]


@blueprint.route("/exceptions")
class Exceptions(MethodView):
    @requires("exceptions.read")
    @blueprint.arguments(ExceptionQuery, location="query")
    @blueprint.response(200, page_of(ExceptionSchema))
    def get(self, query: dict[str, Any]) -> Record:
        """Exceptions, newest first; the open ones unless asked otherwise."""
        before = cursor_key(query.pop("cursor"), int)
        limit = query.pop("limit")
        if query["state"] == "all":
            del query["state"]
        with reading() as session:
            rows = exceptions_page(
                session, current_actor().site_ids, query, before[0] if before else None, limit + 1
            )
        return page([_shown(row) for row in rows], limit, lambda row: [row["id"]])


@blueprint.route("/exceptions/counts")
class ExceptionCounts(MethodView):
    @requires("exceptions.read")
    @blueprint.response(200, ExceptionCountsSchema)
    def get(self) -> Record:
        """How many are open, by site, source, code and weight."""
        with reading() as session:
            return {"rows": exception_counts(session, current_actor().site_ids)}


@blueprint.route("/exceptions/<int:case_id>")
class OneException(MethodView):
    @requires("exceptions.read")
    @blueprint.response(200, ExceptionDetailSchema)
    def get(self, case_id: int) -> Answer:
        """One with the commands and scans behind it, and its ETag. Errors: unknown_exception."""
        return _answer(case_id)


@blueprint.route("/exceptions/<int:case_id>/resolve")
class ResolveException(MethodView):
    @requires("exceptions.decide")
    @blueprint.arguments(ResolveSchema)
    @blueprint.response(200, ExceptionDetailSchema)
    def post(self, body: dict[str, str], case_id: int) -> Answer:
        """Somebody dealt with it and says how; If-Match names the version seen.

        Errors: unknown_exception, exception_resolved, reason_required, if_match_required,
        stale_version.
        """
        resolve_exception(case_id, expected_version(), body["reason"], actor=current_actor())
        return _answer(case_id)


@blueprint.route("/exceptions/<int:case_id>/look")
class LookAtException(MethodView):
    @requires("exceptions.decide")
    @blueprint.response(200, ExceptionDetailSchema)
    def post(self, case_id: int) -> Answer:
        """Have its place looked at; If-Match names the version seen. It stays open.

        Errors: unknown_exception, exception_resolved, exception_without_place, site_not_live,
        if_match_required, stale_version.
        """
        look_at_exception(case_id, expected_version(), actor=current_actor())
        return _answer(case_id)


def _answer(case_id: int) -> Answer:
    with reading() as session:
        row = one_exception(session, current_actor().site_ids, case_id)
    if row is None:
        raise NotFound("unknown_exception", exception=str(case_id))
    return _shown(row), 200, version_tag(row["version"])


def _shown(row: Record) -> Record:
    """With the words of both languages: a rejected command also says why, as it was told."""
    meant = explain(row["source"], row["code"])
    why = {"zh": meant.zh, "en": meant.en}
    if row["source"] == "rejected" and row["code"] in WORDS:
        facts = row["facts"].get("fields", {})
        why = {name: f"{says} {worded(row['code'], facts, name)}" for name, says in why.items()}
    return row | {
        "action": meant.action,
        "zh": {"says": why["zh"], "do": meant.zh_do},
        "en": {"says": why["en"], "do": meant.en_do},
    }
