"""The ledger, newest first."""

from typing import Any, Final

from flask.views import MethodView

from server.api.access import current_actor, requires
from server.api.openapi import Blueprint
from server.api.pagination import cursor_key, page, page_of
from server.api.schemas.stock import MovementQuery, MovementSchema
from server.domain.errors import NotFound
from server.domain.people import Actor
from server.store.db import reading
from server.store.queries.movement_list import movements_page
from server.store.queries.records import Record

blueprint = Blueprint("movements", __name__, description="What went from where to where")

COST_FACTS: Final = ("unit_cost", "value", "cogs", "estimated")
FIELD_OF: Final = {"since": "from", "until": "to"}


@blueprint.route("/movements")
class Movements(MethodView):
    @requires("movements.read")
    @blueprint.arguments(MovementQuery, location="query")
    @blueprint.response(200, page_of(MovementSchema))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Movements in or out of the caller's sites, newest first."""
        before = cursor_key(query.pop("cursor"), int)
        limit = query.pop("limit")
        filters = {FIELD_OF.get(name, name): value for name, value in query.items()}
        actor = current_actor()
        with reading() as session:
            rows = movements_page(
                session, actor.site_ids, filters, before[0] if before else None, limit + 1
            )
        return page([_shown(actor, row) for row in rows], limit, lambda row: [row["id"]])


@blueprint.route("/movements/<int:movement_id>")
class OneMovement(MethodView):
    @requires("movements.read")
    @blueprint.response(200, MovementSchema)
    def get(self, movement_id: int) -> Record:
        """One movement."""
        actor = current_actor()
        with reading() as session:
            rows = movements_page(session, actor.site_ids, {}, None, 1, movement_id=movement_id)
        if not rows:
            raise NotFound("unknown_movement", movement=str(movement_id))
        return _shown(actor, rows[0])


def _shown(actor: Actor, row: Record) -> Record:
    if actor.may("cost.read"):
        return row
    return {name: fact for name, fact in row.items() if name not in COST_FACTS}
