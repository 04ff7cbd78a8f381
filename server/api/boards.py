"""Boards on a wall: made at the desk, opened by their address, read again and again."""

import hashlib
from typing import Any

from flask import Response, make_response
from flask.views import MethodView

from server.api.access import current_actor, current_caller, requires
from server.api.etags import not_modified
from server.api.openapi import Blueprint
from server.api.pagination import cursor_key, page, page_of
from server.api.schemas.boards import (
    BoardFiguresSchema,
    BoardMadeSchema,
    BoardQuery,
    BoardSchema,
    BoardsQuery,
    NewBoardSchema,
)
from server.api.schemas.fields import instant_text
from server.domain.errors import InvalidInput
from server.services.clock import now_ms
from server.services.find_in_scope import site_in_scope
from server.services.manage_boards import make_board, revoke_board
from server.services.show_board import board_figures
from server.store.db import reading
from server.store.installation import settings
from server.store.queries.outbound_lists import BOARD_LIST
from server.store.queries.records import identity_of
from server.store.queries.records import page as page_of_records

blueprint = Blueprint("boards", __name__, description="Screens on a wall")
DAY_MS = 86_400_000


@blueprint.route("/boards")
class Boards(MethodView):
    @requires("messages.read")
    @blueprint.arguments(BoardsQuery, location="query")
    @blueprint.response(200, page_of(BoardSchema))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Boards by id, revoked ones too."""
        after = cursor_key(query["cursor"], int)
        with reading() as session:
            rows = page_of_records(
                session,
                BOARD_LIST,
                sites=current_actor().site_ids,
                after=after,
                limit=query["limit"] + 1,
            )
        shown = [row | {"id": str(row["key_0"])} for row in rows]
        return page(shown, query["limit"], lambda row: list(identity_of(BOARD_LIST, row)))

    @requires("messages.write", step_up=True)
    @blueprint.arguments(NewBoardSchema)
    @blueprint.response(201, BoardMadeSchema)
    def post(self, body: dict[str, Any]) -> dict[str, Any]:
        """A new board; its address is in this answer only.

        Errors: unknown_site, needs_administrator.
        """
        days = body.pop("days")
        made = make_board(**body, lasts_ms=days * DAY_MS if days else None, actor=current_actor())
        address = f"{settings().base_url}/board#{made.token}"
        return {"id": made.id, "token": made.token, "url": address}


@blueprint.route("/boards/<int:board_id>")
class OneBoard(MethodView):
    @requires("messages.write")
    @blueprint.response(204)
    def delete(self, board_id: int) -> Response:
        """Revoke it: its address stops working within a second. Errors: unknown_board."""
        revoke_board(board_id, actor=current_actor())
        return Response(status=204)


@blueprint.route("/board")
class BoardFigures(MethodView):
    @requires("board.read")
    @blueprint.arguments(BoardQuery, location="query")
    @blueprint.response(200, BoardFiguresSchema)
    def get(self, query: dict[str, Any]) -> Response:
        """The figures of a site's day, in one small answer.

        A board's token names its site; people name one. Poll with If-None-Match: X-As-Of says when
        the figures were true, also with a 304. Errors: site_needed, unknown_site.
        """
        as_of = instant_text(now_ms())
        text = _figures_text(query.get("site"))
        tag = hashlib.sha256(text.encode()).hexdigest()[:20]
        response = not_modified(tag) or make_response(text)
        response.headers["X-As-Of"] = as_of
        response.headers["ETag"] = f'"{tag}"'
        response.headers["Content-Type"] = "application/json"
        return response


_SHAPE = BoardFiguresSchema()


def _figures_text(site: str | None) -> str:
    board = current_caller().board
    if board is not None:
        figures = board_figures(board.site_id, with_cost=board.include_cost)
        return _SHAPE.dumps({**figures, "language": board.language}, ensure_ascii=False)
    if site is None:
        raise InvalidInput("site_needed")
    actor = current_actor()
    with reading() as session:
        site_id = site_in_scope(session, site, actor).id
    figures = board_figures(site_id, with_cost=actor.may("cost.read"))
    user = current_caller().user
    language = user.language if user else "zh"
    return _SHAPE.dumps({**figures, "language": language}, ensure_ascii=False)
