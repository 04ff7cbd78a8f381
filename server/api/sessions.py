"""Desk sessions: sign in, sign out, who am I, and giving the password again."""

from typing import Any

from flask import Response, current_app, g, jsonify, make_response
from flask.views import MethodView

from server.api.access import (
    SESSION_COOKIE,
    clear_cookie,
    current_actor,
    current_caller,
    public,
    requires,
    set_cookie,
)
from server.api.limits import guess_limited
from server.api.openapi import Blueprint
from server.api.pagination import PageQuery, cursor_key, page, page_of
from server.api.schemas.sessions import (
    CredentialsSchema,
    MeSchema,
    PasswordSchema,
    SessionSchema,
    SignedInSchema,
)
from server.bootstrap import settings_of
from server.domain.errors import NotPermitted
from server.domain.people import PERMISSIONS, Actor
from server.services.authenticate import STEP_UP_MS
from server.services.clock import now_ms
from server.services.end_sessions import end_session, open_sessions
from server.services.sign_in import sign_in, sign_out, step_up
from server.store.queries.people import UserRow

blueprint = Blueprint("sessions", __name__, description="Signing in at the desk")


@blueprint.route("/sessions")
class Sessions(MethodView):
    @guess_limited
    @public
    @blueprint.arguments(CredentialsSchema)
    @blueprint.response(201, SignedInSchema)
    def post(self, body: dict[str, str]) -> Response:
        """Sign in with login and password; the session is a cookie.

        Errors: wrong_password, locked_out, too_many_requests.
        """
        lasts_ms = settings_of(current_app).session_hours * 3_600_000
        signed_in = sign_in(
            body["login"], body["password"], lasts_ms=lasts_ms, request_id=g.request_id
        )
        user = signed_in.user
        actor = Actor(user.id, user.role, user.site_ids)
        me = _me(user, actor, now_ms() + STEP_UP_MS)
        answer = SignedInSchema().dump({"user": me, "expires_at": signed_in.expires_at})
        response = make_response(jsonify(answer), 201)
        set_cookie(response, SESSION_COOKIE, signed_in.token, lasts_ms // 1000)
        return response


@blueprint.route("/sessions/open")
class OpenSessions(MethodView):
    @requires("people.read")
    @blueprint.arguments(PageQuery, location="query")
    @blueprint.response(200, page_of(SessionSchema))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Desk sessions that have not ended, by id."""
        after = cursor_key(query["cursor"], int) or [0]
        caller = current_caller()
        rows = open_sessions(after[0], query["limit"] + 1, actor=current_actor())
        shown = [row | {"own": row["id"] == caller.sign_in_id} for row in rows]
        return page(shown, query["limit"], lambda row: [row["id"]])


@blueprint.route("/sessions/<int:session_id>")
class OneSession(MethodView):
    @requires("people.write", step_up=True)
    @blueprint.response(204)
    def delete(self, session_id: int) -> Response:
        """End somebody's session, everywhere within a second. Errors: unknown_session."""
        end_session(session_id, actor=current_actor())
        return Response(status=204)


@blueprint.route("/sessions/current")
class CurrentSession(MethodView):
    @requires("self")
    @blueprint.response(204)
    def delete(self) -> Response:
        """Sign out."""
        caller = current_caller()
        if caller.sign_in_id is None or caller.user is None:
            raise NotPermitted("session_required")
        sign_out(caller.user, caller.sign_in_id, g.request_id)
        response = Response(status=204)
        clear_cookie(response, SESSION_COOKIE)
        return response


@blueprint.route("/sessions/step-up")
class StepUp(MethodView):
    @guess_limited
    @requires("self")
    @blueprint.arguments(PasswordSchema)
    @blueprint.response(200, MeSchema)
    def post(self, body: dict[str, str]) -> dict[str, Any]:
        """Give the password again; approvals are then open for 15 minutes.

        Errors: wrong_password, locked_out, session_required.
        """
        caller = current_caller()
        if caller.sign_in_id is None or caller.user is None:
            raise NotPermitted("session_required")
        step_up(caller.user, caller.sign_in_id, body["password"])
        return _me(caller.user, current_actor(), now_ms() + STEP_UP_MS)


@blueprint.route("/me")
class Me(MethodView):
    @requires("self")
    @blueprint.response(200, MeSchema)
    def get(self) -> dict[str, Any]:
        """Who is asking."""
        caller = current_caller()
        assert caller.user is not None
        return _me(caller.user, current_actor(), caller.stepped_up_until)


def _me(user: UserRow, actor: Actor, stepped_up_until: int | None) -> dict[str, Any]:
    return {
        "id": user.id,
        "name": user.name,
        "role": user.role,
        "language": user.language,
        "site_ids": None if actor.site_ids is None else sorted(actor.site_ids),
        "permissions": sorted(name for name in PERMISSIONS[actor.role] if actor.may(name)),
        "source": actor.source,
        "device_id": actor.device_id,
        "stepped_up_until": stepped_up_until or None,
    }
