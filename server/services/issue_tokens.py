"""API tokens for other systems: shown once, kept as SHA-256, revoked within a second."""

from dataclasses import dataclass

from sqlalchemy import select

from server.domain.codes import code_key
from server.domain.errors import NotFound
from server.domain.people import Actor
from server.domain.texts import checked_text
from server.services.clock import now_ms
from server.services.hashing import new_token, token_hash
from server.services.manage_people import in_scope, require_in_scope
from server.services.recent import forget
from server.store.db import reading, unit_of_work
from server.store.feed import announce
from server.store.models import ApiToken, Site, User
from server.store.queries.people import user_by_id, users_beyond


@dataclass(frozen=True, slots=True)
class TokenMade:
    """The only moment the token itself is known."""

    id: int
    token: str


@dataclass(frozen=True, slots=True)
class TokenListed:
    """A token as administrators see it."""

    id: int
    name: str
    user_id: int
    user_name: str
    site_id: int | None
    created_at: int
    expires_at: int | None
    revoked_at: int | None


def issue_token(
    user_id: int, name: str, *, site: str | None = None, lasts_ms: int | None = None, actor: Actor
) -> TokenMade:
    """A token that acts as this user, within one site if given.

    Raises NotFound `unknown_user`, `unknown_site`, InvalidInput for an unusable name.
    """
    token, now = new_token("stk"), now_ms()
    with unit_of_work() as session:
        user = require_in_scope(session, user_id, actor)
        if user.retired_at:
            raise NotFound("unknown_user", id=str(user_id))
        site_id = None
        if site is not None:
            site_id = session.scalar(select(Site.id).where(Site.code_key == code_key(site)))
            if site_id is None:
                raise NotFound("unknown_site", site=site)
        row = ApiToken(
            name=checked_text(name, "name"),
            token_hash=token_hash(token),
            user_id=user_id,
            site_id=site_id,
            created_at=now,
            expires_at=None if lasts_ms is None else now + lasts_ms,
        )
        session.add(row)
        session.flush()
        facts = {"id": row.id, "user": user_id, "name": row.name}
        announce(session, "token.issued", facts, actor=actor, at=now, site_id=site_id)
    return TokenMade(row.id, token)


def revoke_token(token_id: int, *, actor: Actor) -> None:
    """Revoke it; again changes nothing. Raises NotFound `unknown_token`."""
    now = now_ms()
    with unit_of_work() as session:
        row = session.get(ApiToken, token_id, with_for_update=True)
        owner = None if row is None else user_by_id(session, row.user_id)
        if row is None or owner is None or not in_scope(owner, actor):
            raise NotFound("unknown_token", id=str(token_id))
        if row.revoked_at is None:
            row.revoked_at = now
            announce(session, "token.revoked", {"id": token_id}, actor=actor, at=now)
    forget("tokens")


def tokens_listed(
    after_id: int = 0, limit: int = 500, site_ids: frozenset[int] | None = None
) -> list[TokenListed]:
    """Tokens of users of only these sites (None: all), in order of id, revoked ones too."""
    statement = (
        select(
            ApiToken.id,
            ApiToken.name,
            ApiToken.user_id,
            User.name,
            ApiToken.site_id,
            ApiToken.created_at,
            ApiToken.expires_at,
            ApiToken.revoked_at,
        )
        .join(User, User.id == ApiToken.user_id)
        .where(ApiToken.id > after_id)
        .order_by(ApiToken.id)
        .limit(limit)
    )
    if site_ids is not None:
        statement = statement.where(ApiToken.user_id.not_in(users_beyond(site_ids)))
    with reading() as session:
        return [TokenListed(*row) for row in session.execute(statement)]
