"""Commands: how handhelds, desks and other systems tell what happened and ask for what should."""

import json
from collections.abc import Iterable
from typing import Any, Final

from flask import Response
from flask.views import MethodView

from server.api.access import current_actor, current_caller, requires
from server.api.metrics import COMMANDS
from server.api.openapi import Blueprint
from server.api.schemas.commands import ENVELOPE, AnswersSchema, envelope_of, read_envelope
from server.api.schemas.fields import instant_text
from server.domain.commands import Answer, Envelope, Status
from server.domain.errors import InvalidInput, NotPermitted
from server.domain.people import Actor
from server.services.apply_commands import apply_envelope
from server.services.clock import now_ms

blueprint = Blueprint("commands", __name__, description="What happened, and what should happen")


_JSON: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str)
_ANSWERED: Final = {status: COMMANDS.labels(status=status.value) for status in Status}


@blueprint.route("/commands")
class Commands(MethodView):
    init_every_request = False

    @requires("commands.send")
    @blueprint.arguments(ENVELOPE, quick=read_envelope)
    @blueprint.response(200, AnswersSchema)
    def post(self, values: dict[str, Any]) -> Response:
        """Up to 100 commands in order; one answer each. Send again whatever was not answered.

        Errors: device_mismatch, clock_required, not_permitted, database_busy.
        """
        received_at = now_ms()
        actor = current_actor()
        envelope = envelope_of(values, received_at)
        _check_author(actor, envelope, values)
        answers = apply_envelope(envelope, actor)
        for answer in answers:
            _ANSWERED[answer.status].inc()
        return Response(answers_json(answers, received_at), mimetype="application/json")


def answers_json(answers: Iterable[Answer], received_at: int) -> str:
    """What AnswersSchema describes, without asking it: answers know how they are written."""
    said = [answer.as_json() for answer in answers]
    content = {"answers": said, "server_time": instant_text(received_at)}
    return _JSON.encode(content)


def _check_author(actor: Actor, envelope: Envelope, values: dict[str, Any]) -> None:
    """A handheld speaks for itself and tells its clocks; only it reports facts."""
    device = current_caller().device
    if device is not None:
        if values.get("device") is not None and values["device"] != device.uid:
            raise NotPermitted("device_mismatch")
        if any(values.get(name) is None for name in ("sent_at", "mono_ms", "boot_id")):
            raise InvalidInput("clock_required")
        return
    if any(command.is_fact for command in envelope.commands):
        raise NotPermitted("facts_need_a_device")
    actor.require("commands.request")
