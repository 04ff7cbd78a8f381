"""API tokens for other systems."""

from typing import Any

from flask import Response
from flask.views import MethodView

from server.api.access import current_actor, requires
from server.api.openapi import Blueprint
from server.api.pagination import PageQuery, cursor_key, page, page_of
from server.api.schemas.tokens import NewTokenSchema, TokenMadeSchema, TokenSchema
from server.services.issue_tokens import TokenMade, issue_token, revoke_token, tokens_listed

blueprint = Blueprint("tokens", __name__, description="API tokens for other systems")
DAY_MS = 86_400_000


@blueprint.route("/tokens")
class Tokens(MethodView):
    @requires("people.read")
    @blueprint.arguments(PageQuery, location="query")
    @blueprint.response(200, page_of(TokenSchema))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Tokens by id, revoked ones too."""
        after = cursor_key(query["cursor"], int) or [0]
        rows = tokens_listed(after[0], query["limit"] + 1, current_actor().site_ids)
        return page(rows, query["limit"], lambda row: [row.id])

    @requires("people.write", step_up=True)
    @blueprint.arguments(NewTokenSchema)
    @blueprint.response(201, TokenMadeSchema)
    def post(self, body: dict[str, Any]) -> TokenMade:
        """A new token, shown only in this answer. Errors: unknown_user, unknown_site."""
        lasts_ms = body["days"] * DAY_MS if body["days"] else None
        return issue_token(
            body["user_id"],
            body["name"],
            site=body["site"],
            lasts_ms=lasts_ms,
            actor=current_actor(),
        )


@blueprint.route("/tokens/<int:token_id>")
class OneToken(MethodView):
    @requires("people.write", step_up=True)
    @blueprint.response(204)
    def delete(self, token_id: int) -> Response:
        """Revoke it; it stops working everywhere within a second. Errors: unknown_token."""
        revoke_token(token_id, actor=current_actor())
        return Response(status=204)
