"""The change feed: everything that happened, in the order it was numbered."""

import json
from typing import Any

from flask import Response
from flask.views import MethodView

from server.api.access import current_actor, requires
from server.api.etags import not_modified
from server.api.openapi import Blueprint
from server.api.schemas.feed import FeedQuery, FeedSchema
from server.domain.errors import InvalidInput
from server.domain.feed import may_read_topic, shown_payload
from server.domain.people import Actor
from server.store.db import reading
from server.store.queries.feed_rows import FeedRow, feed_after, feed_head

blueprint = Blueprint("feed", __name__, description="What happened, in order")


@blueprint.route("/feed")
class Feed(MethodView):
    @requires("feed.read")
    @blueprint.arguments(FeedQuery, location="query")
    @blueprint.response(200, FeedSchema)
    def get(self, query: dict[str, Any]) -> Response | tuple[dict[str, Any], int, dict[str, str]]:
        """Rows behind the cursor. The ETag is the head of the feed: poll with If-None-Match.

        Errors: bad_cursor (the feed has not reached it: an older backup was restored).
        """
        actor, limit = current_actor(), query["limit"]
        with reading() as session:
            head = feed_head(session)
            unchanged = not_modified(str(head))
            if unchanged is not None:
                return unchanged
            cursor = head if query["cursor"] == "head" else int(query["cursor"] or 0)
            if cursor > head:
                raise InvalidInput("bad_cursor")
            rows = feed_after(session, cursor, limit, actor.site_ids)
        more = len(rows) == limit
        reached = rows[-1].seq if more else max([head, *(row.seq for row in rows)])
        shown = [_shown(actor, row) for row in rows if may_read_topic(actor, row.topic)]
        # An answer cut short is not all there is at this head, so it may not carry its tag.
        tag = f"{head}-{reached}" if more else str(reached)
        content = {"rows": shown, "cursor": reached, "head": max(head, reached), "more": more}
        return content, 200, {"ETag": f'"{tag}"'}


def _shown(actor: Actor, row: FeedRow) -> dict[str, Any]:
    return {**row._asdict(), "payload": shown_payload(actor, json.loads(row.payload))}
