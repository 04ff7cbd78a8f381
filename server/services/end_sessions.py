"""Desk sessions as administrators see and end them."""

from typing import Any

from sqlalchemy import select

from server.domain.errors import NotFound
from server.domain.people import Actor
from server.services.clock import now_ms
from server.services.manage_people import in_scope
from server.services.recent import forget
from server.store.db import reading, unit_of_work
from server.store.feed import announce
from server.store.models import SignIn
from server.store.queries.people import open_sign_ins, user_by_id


def open_sessions(after_id: int, limit: int, *, actor: Actor) -> list[dict[str, Any]]:
    """Sessions of people in the actor's scope that have not ended, in order of id."""
    with reading() as session:
        return open_sign_ins(session, actor.site_ids, now_ms(), after_id, limit)


def end_session(session_id: int, *, actor: Actor) -> None:
    """End it; it stops working everywhere within a second. Raises NotFound `unknown_session`."""
    now = now_ms()
    with unit_of_work() as session:
        row = session.scalars(
            select(SignIn).where(SignIn.id == session_id).with_for_update()
        ).one_or_none()
        user = None if row is None else user_by_id(session, row.user_id)
        if row is None or user is None or row.ended_at is not None or not in_scope(user, actor):
            raise NotFound("unknown_session")
        row.ended_at = now
        session.flush()
        facts = {"id": session_id, "user": user.id}
        announce(session, "session.ended", facts, actor=actor, at=now)
    forget("sessions")
