"""The first run: open until somebody used the token, then as if it had never been there."""

from typing import Any

from flask.views import MethodView

from server.api.access import public
from server.api.limits import guess_limited
from server.api.openapi import Blueprint
from server.api.schemas.set_up import SetUpDoneSchema, SetUpSchema, SitesToTakeOverSchema
from server.services.manage_people import UserDraft
from server.services.set_up import SetUpDone, complete_set_up, sites_to_take_over

blueprint = Blueprint("set_up", __name__, description="The first run")


@blueprint.route("/set-up")
class SetUp(MethodView):
    @public
    @blueprint.response(200, SitesToTakeOverSchema)
    def get(self) -> dict[str, Any]:
        """The sites that are there already (the demo's), while nobody is; 404 afterwards."""
        return {"sites": sites_to_take_over()}

    @guess_limited
    @public
    @blueprint.arguments(SetUpSchema)
    @blueprint.response(201, SetUpDoneSchema)
    def post(self, body: dict[str, Any]) -> SetUpDone:
        """Make the first administrator and the first site; 404 afterwards.

        Where there are sites already, none need be named: the administrator takes them all over.
        Errors: not_found, wrong_set_up_token, password_too_short, unknown_time_zone,
        field_required.
        """
        user: UserDraft = {
            "name": body["name"],
            "login": body["login"],
            "password": body["password"],
            "language": body["language"],
        }
        return complete_set_up(body["token"], user, body["site"])
