"""Users: who they are, what they may do, where, and with which secrets."""

from typing import Any

from flask.views import MethodView
from marshmallow import fields

from server.api.access import current_actor, requires
from server.api.etags import expected_version, version_tag
from server.api.idempotency import idempotent
from server.api.openapi import Blueprint
from server.api.pagination import PageQuery, cursor_key, page, page_of
from server.api.schemas.people import NewUserSchema, UserChangeSchema, UserSchema
from server.services.manage_people import (
    UserDraft,
    add_user,
    change_user,
    require_in_scope,
)
from server.store.db import reading
from server.store.queries.people import UserRow, user_page

blueprint = Blueprint("users", __name__, description="People and their rights")
Answer = tuple[UserRow, int, dict[str, str]]


class UserQuery(PageQuery):
    """Retired people are left out unless asked for."""

    retired = fields.Boolean(load_default=False)


@blueprint.route("/users")
class Users(MethodView):
    @requires("people.read")
    @blueprint.arguments(UserQuery, location="query")
    @blueprint.response(200, page_of(UserSchema))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Users by id."""
        after = cursor_key(query["cursor"], int) or [0]
        sites = current_actor().site_ids
        with reading() as session:
            rows = user_page(session, after[0], query["limit"] + 1, query["retired"], sites)
        return page(rows, query["limit"], lambda row: [row.id])

    @requires("people.write", step_up=True)
    @idempotent
    @blueprint.arguments(NewUserSchema)
    @blueprint.response(201, UserSchema)
    def post(self, body: UserDraft) -> Answer:
        """A new user.

        Errors: login_taken, badge_taken, password_too_short, bad_pin, unknown_site.
        """
        made = add_user(body, actor=current_actor())
        return made, 201, version_tag(made.version)


@blueprint.route("/users/<int:user_id>")
class OneUser(MethodView):
    @requires("people.read")
    @blueprint.response(200, UserSchema)
    def get(self, user_id: int) -> Answer:
        """One user."""
        with reading() as session:
            row = require_in_scope(session, user_id, current_actor())
        return row, 200, version_tag(row.version)

    @requires("people.write", step_up=True)
    @blueprint.arguments(UserChangeSchema)
    @blueprint.response(200, UserSchema)
    def patch(self, body: UserDraft, user_id: int) -> Answer:
        """Change what is named. Role, sites, secrets and retiring end the person's sessions.

        Errors: if_match_required, stale_version, unknown_user, last_administrator, own_account.
        """
        row = change_user(user_id, body, expected_version(), actor=current_actor())
        return row, 200, version_tag(row.version)
