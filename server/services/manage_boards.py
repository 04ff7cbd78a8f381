"""Boards: screens on a wall, opened by an address with a token in it; made at the desk, revocable.

The token stands behind the # of the address, which browsers send to nobody; it is shown once and
kept as SHA-256. It reads one site's board and opens nothing else.
"""

from dataclasses import dataclass

from server.domain.errors import NotFound, NotPermitted
from server.domain.fields import one_of
from server.domain.message_templates import LANGUAGES
from server.domain.people import Actor
from server.domain.texts import checked_text
from server.services.clock import now_ms
from server.services.find_in_scope import site_in_scope
from server.services.hashing import new_token, token_hash
from server.services.recent import forget
from server.store.db import unit_of_work
from server.store.feed import announce
from server.store.models import Board

PREFIX = "brd"


@dataclass(frozen=True, slots=True)
class BoardMade:
    """The only moment the token is known."""

    id: int
    token: str


def make_board(
    name: str,
    site: str,
    *,
    language: str = "zh",
    include_cost: bool = False,
    lasts_ms: int | None = None,
    actor: Actor,
) -> BoardMade:
    """A board of one site.

    Raises NotFound `unknown_site`, NotPermitted `needs_administrator` (to show cost), InvalidInput
    for an unusable name.
    """
    if include_cost and actor.role != "administrator":
        raise NotPermitted("needs_administrator")
    token, now = new_token(PREFIX), now_ms()
    with unit_of_work() as session:
        row = Board(
            name=checked_text(name, "name"),
            site_id=site_in_scope(session, site, actor).id,
            token_hash=token_hash(token),
            include_cost=include_cost,
            language=one_of(language, "language", LANGUAGES),
            created_at=now,
            created_by=actor.user_id,
            expires_at=None if lasts_ms is None else now + lasts_ms,
        )
        session.add(row)
        session.flush()
        facts = {"id": row.id, "name": row.name}
        announce(session, "board.made", facts, actor=actor, at=now, site_id=row.site_id)
        return BoardMade(row.id, token)


def revoke_board(board_id: int, *, actor: Actor) -> None:
    """Dark within a second; again changes nothing. Raises NotFound `unknown_board`."""
    now = now_ms()
    with unit_of_work() as session:
        row = session.get(Board, board_id, with_for_update=True)
        if row is None or not actor.sees_site(row.site_id):
            raise NotFound("unknown_board", board=str(board_id))
        if row.revoked_at is None:
            row.revoked_at = now
            facts = {"id": board_id, "name": row.name}
            announce(session, "board.revoked", facts, actor=actor, at=now, site_id=row.site_id)
    forget("boards")
