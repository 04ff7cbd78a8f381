"""One command: what stands behind a movement."""

import re
from typing import Any, Final
from uuid import UUID

from flask.views import MethodView

from server.api.access import current_actor, requires
from server.api.openapi import Blueprint
from server.api.schemas.command_view import CommandViewSchema
from server.domain.errors import NotFound
from server.store.db import reading
from server.store.queries.command_view import command_view
from server.store.queries.records import Record

blueprint = Blueprint("command_view", __name__, description="What stands behind a movement")

COSTS: Final = re.compile(r"(^|_)(cost|price|value|amount)$")
"""Fields of any command's body that say what something cost."""


@blueprint.route("/commands/<uuid:command_id>")
class OneCommand(MethodView):
    @requires("movements.read")
    @blueprint.response(200, CommandViewSchema)
    def get(self, command_id: UUID) -> Record:
        """A command with its scans and its answer.

        Errors: unknown_command.
        """
        actor = current_actor()
        with reading() as session:
            row = command_view(session, command_id, actor.site_ids)
        if row is None:
            raise NotFound("unknown_command", command=str(command_id))
        return row if actor.may("cost.read") else row | {"body": _without_costs(row["body"])}


def _without_costs(told: Any) -> Any:
    if isinstance(told, list):
        return [_without_costs(each) for each in told]
    if not isinstance(told, dict):
        return told
    return {name: _without_costs(each) for name, each in told.items() if not COSTS.search(name)}
