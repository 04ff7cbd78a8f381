"""What a handheld knows by heart: everything once, then what changed."""

from typing import Any

from flask import Response, jsonify
from flask.views import MethodView

from server.api.access import current_caller, requires
from server.api.openapi import Blueprint
from server.api.pagination import cursor_key, make_cursor
from server.api.schemas.fields import instant_text
from server.api.schemas.sync import SyncQuery, SyncSchema
from server.domain.errors import InvalidInput, NotPermitted
from server.services.clock import now_ms
from server.services.sync_handhelds import KINDS, cursor_from, sync
from server.store.db import reading

blueprint = Blueprint("sync", __name__, description="What a handheld knows by heart")


@blueprint.route("/sync")
class Sync(MethodView):
    @requires("sync.read")
    @blueprint.arguments(SyncQuery, location="query")
    @blueprint.response(200, SyncSchema)
    def get(self, query: dict[str, Any]) -> Response:
        """Everything of this handheld's site, then what changed since; never a quantity.

        Errors: device_required, bad_cursor (begin again without one).
        """
        device = current_caller().device
        if device is None:
            raise NotPermitted("device_required")
        cursor = cursor_from(_parts(query["cursor"]), device.site_id)
        with reading() as session:
            answer = sync(session, device.site_id, cursor, query["limit"])
        short = answer.short or {"site": None, "statuses": None, "tasks": None}
        content: dict[str, Any] = {name: answer.found.get(name, []) for name, _, _ in KINDS}
        return jsonify(
            {
                **content,
                **short,
                "tasks": short["tasks"] and [_task(task) for task in short["tasks"]],
                "cursor": make_cursor(answer.cursor.as_list()),
                "more": answer.more,
                "ring": (device.ring_until or 0) > now_ms(),
            }
        )


def _parts(cursor: str) -> list[int]:
    """Three numbers, or six while the first sync lasts. Raises InvalidInput `bad_cursor`."""
    try:
        return cursor_key(cursor, int, int, int)
    except InvalidInput:
        return cursor_key(cursor, *[int] * 6)


def _task(task: dict[str, Any]) -> dict[str, Any]:
    return {**task, "ordered_at": instant_text(task["ordered_at"])}
