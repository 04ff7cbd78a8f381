"""Quarantine: what handhelds reported and nobody believed yet, and what they have lost."""

from typing import Any

from flask.views import MethodView

from server.api.access import current_actor, requires
from server.api.openapi import Blueprint
from server.api.pagination import cursor_key, page, page_of
from server.api.schemas.commands import read_command
from server.api.schemas.devices import DeviceSchema
from server.api.schemas.quarantine import (
    DecidedSchema,
    LostRangeSchema,
    QuarantinedSchema,
    QuarantineQuery,
)
from server.domain.commands import Command
from server.domain.delivery import Loss
from server.services.mend_devices import (
    accept_quarantined,
    declare_lost,
    quarantined_command,
    refuse_quarantined,
)
from server.store.db import reading
from server.store.quarantine import quarantine_page
from server.store.queries.people import DeviceRow

blueprint = Blueprint("quarantine", __name__, description="What nobody has believed yet")


@blueprint.route("/quarantine")
class Quarantine(MethodView):
    @requires("exceptions.decide")
    @blueprint.arguments(QuarantineQuery, location="query")
    @blueprint.response(200, page_of(QuarantinedSchema))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Commands of one state in the order they came."""
        after = cursor_key(query["cursor"], int) or [0]
        limit = query["limit"]
        with reading() as session:
            rows = quarantine_page(
                session,
                current_actor().site_ids,
                query["state"],
                query["device"],
                after[0],
                limit + 1,
            )
        for row in rows:
            row.command.pop("user_pass", None)
        return page(rows, limit, lambda row: [row.id])


@blueprint.route("/quarantine/<int:row_id>/accept")
class Acceptance(MethodView):
    @requires("exceptions.decide")
    @blueprint.response(200, DecidedSchema)
    def post(self, row_id: int) -> Any:
        """It did happen: post it at its own time, flagged.

        Errors: unknown_quarantined_command, already_decided, and what the command itself would
        be rejected with (409); then it still waits.
        """
        return accept_quarantined(row_id, _command(row_id), current_actor()).as_json()


@blueprint.route("/quarantine/<int:row_id>/refuse")
class Refusal(MethodView):
    @requires("exceptions.decide")
    @blueprint.response(200, DecidedSchema)
    def post(self, row_id: int) -> Any:
        """It did not happen: rejected for good, as `refused_by_supervisor`.

        Errors: unknown_quarantined_command, already_decided.
        """
        return refuse_quarantined(row_id, _command(row_id), current_actor()).as_json()


@blueprint.route("/devices/<int:device_id>/lost-ranges")
class LostRanges(MethodView):
    @requires("devices.write")
    @blueprint.arguments(LostRangeSchema)
    @blueprint.response(200, DeviceSchema)
    def post(self, body: dict[str, int], device_id: int) -> DeviceRow:
        """These commands of a handheld will never come: go on after them.

        Errors: unknown_device, not_the_gap.
        """
        loss = Loss(body["first_seq"], body["last_seq"])
        return declare_lost(device_id, loss, current_actor())


def _command(row_id: int) -> Command:
    """The command as it was kept, read as when it came."""
    row = quarantined_command(row_id, current_actor())
    return read_command(row.command_id, row.command)
