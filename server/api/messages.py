"""Templates of messages, and the log of what was sent."""

from typing import Any

from flask import Response
from flask.views import MethodView

from server.api.access import current_actor, requires
from server.api.etags import expected_version, version_tag
from server.api.openapi import Blueprint
from server.api.pagination import cursor_key, page, page_of
from server.api.schemas.messages import (
    MessagePreviewSchema,
    MessageQuery,
    MessageSchema,
    MessageTemplateSchema,
    MessageTemplatesSchema,
    RenderedMessageSchema,
    TemplateTextSchema,
)
from server.domain.message_templates import PLACES
from server.services.keep_templates import (
    Template,
    every_template,
    restore_template,
    save_template,
    template_in_force,
)
from server.services.preview_message import preview_message
from server.services.queue_messages import Rendered
from server.services.send_messages import retry_message
from server.store.db import reading
from server.store.queries.outbound_lists import message_page

blueprint = Blueprint("messages", __name__, description="What was sent, and in which words")
Answer = tuple[dict[str, Any], int, dict[str, str]]


@blueprint.route("/message-templates")
class Templates(MethodView):
    @requires("messages.read")
    @blueprint.response(200, MessageTemplatesSchema)
    def get(self) -> dict[str, Any]:
        """All templates in force, by kind and language."""
        with reading() as session:
            return {"rows": [_shown(template) for template in every_template(session)]}


@blueprint.route("/message-templates/<string:kind>/<string:language>")
class OneTemplate(MethodView):
    @requires("messages.read")
    @blueprint.response(200, MessageTemplateSchema)
    def get(self, kind: str, language: str) -> Answer:
        """One template, with its ETag. Errors: unknown_template."""
        return _answer(kind, language)

    @requires("messages.write")
    @blueprint.arguments(TemplateTextSchema)
    @blueprint.response(200, MessageTemplateSchema)
    def put(self, body: dict[str, Any], kind: str, language: str) -> Answer:
        """Keep it; If-Match names the version seen.

        Errors: unknown_template, unknown_place, bad_template, if_match_required, stale_version.
        """
        version, actor = expected_version(), current_actor()
        save_template(kind, language, body["title"], body["body"], version=version, actor=actor)
        return _answer(kind, language)

    @requires("messages.write")
    @blueprint.response(200, MessageTemplateSchema)
    def delete(self, kind: str, language: str) -> Answer:
        """The shipped one again; If-Match names the version seen.

        Errors: unknown_template, if_match_required, stale_version.
        """
        restore_template(kind, language, version=expected_version(), actor=current_actor())
        return _answer(kind, language)


@blueprint.route("/message-templates/<string:kind>/<string:language>/preview")
class PreviewTemplate(MethodView):
    @requires("messages.read")
    @blueprint.arguments(MessagePreviewSchema)
    @blueprint.response(200, RenderedMessageSchema)
    def post(self, body: dict[str, Any], kind: str, language: str) -> Rendered:
        """What this text would say now, of this site; nothing is sent or kept.

        Errors: unknown_template, unknown_site, unknown_place, bad_template.
        """
        words = (body["title"], body["body"], body["site"])
        return preview_message(kind, language, *words, actor=current_actor())


@blueprint.route("/messages")
class Messages(MethodView):
    @requires("messages.read")
    @blueprint.arguments(MessageQuery, location="query")
    @blueprint.response(200, page_of(MessageSchema))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """What was sent or waits, newest first; kept 90 days."""
        before, limit = cursor_key(query.pop("cursor"), int), query.pop("limit")
        with reading() as session:
            rows = message_page(
                session, current_actor().site_ids, query, before[0] if before else None, limit + 1
            )
        return page(rows, limit, lambda row: [row["id"]])


@blueprint.route("/messages/<int:message_id>/retry")
class RetryMessage(MethodView):
    @requires("messages.write")
    @blueprint.response(204)
    def post(self, message_id: int) -> Response:
        """Send a message that was given up once more. Errors: unknown_message,
        message_not_failed."""
        retry_message(message_id, current_actor())
        return Response(status=204)


def _answer(kind: str, language: str) -> Answer:
    with reading() as session:
        template = template_in_force(session, kind, language)
    return _shown(template), 200, version_tag(template.version)


def _shown(template: Template) -> dict[str, Any]:
    return {
        "kind": template.kind,
        "language": template.language,
        "title": template.title,
        "body": template.body,
        "version": template.version,
        "shipped": template.shipped,
        "places": list(PLACES[template.kind]),
    }
