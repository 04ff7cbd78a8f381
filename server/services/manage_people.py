"""People: made, changed and retired; every change is in the feed, never a secret with it.

Changing what somebody may do, or a password or PIN, raises their epoch: sessions and user passes
end within a second.
"""

from typing import Any, TypedDict

from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.domain.codes import checked_code, code_key
from server.domain.errors import Conflict, InvalidInput, NotFound, RuleViolated
from server.domain.passwords import check_password, check_pin
from server.domain.people import ROLES, Actor
from server.domain.texts import checked_text
from server.services.clock import now_ms
from server.services.hashing import hash_password, hash_pin
from server.services.recent import forget
from server.store.db import reading, unit_of_work
from server.store.feed import announce
from server.store.models import Site, User, UserSite
from server.store.queries.people import UserRow, user_by_id

REVOKING = frozenset({"role", "sites", "password", "pin", "retired"})
MEMORIES = ("users", "sessions", "tokens")


class UserDraft(TypedDict, total=False):
    """What may be given for a user; `sites` are codes, None means every site."""

    name: str
    login: str | None
    badge: str | None
    role: str
    language: str
    sites: list[str] | None
    password: str | None
    pin: str | None
    retired: bool


def add_user(draft: UserDraft, *, actor: Actor) -> UserRow:
    """A new person. Raises Conflict `login_taken`, `badge_taken`, InvalidInput as in `_apply`."""
    with unit_of_work() as session:
        user = insert_user(session, draft, actor=actor, at=now_ms())
    return _shown(user.id)


def insert_user(session: Session, draft: UserDraft, *, actor: Actor, at: int) -> User:
    """The same inside an open unit of work."""
    user = User(name="", role="operator", language="zh", changed_at=at, all_sites=False)
    _apply(session, user, draft)
    if "sites" in draft:
        _set_sites(session, user, draft["sites"], actor)
    _tell(session, user, draft, actor, at)
    return user


def change_user(user_id: int, draft: UserDraft, version: int | None, *, actor: Actor) -> UserRow:
    """Change what the draft names, if the user still is at `version` (None: whatever it is).

    Raises NotFound `unknown_user`, Conflict `stale_version`, RuleViolated `last_administrator`,
    `own_account` for one's own role, sites or retirement, and what `add_user` raises.
    """
    with unit_of_work() as session:
        user = session.get(User, user_id, with_for_update=True)
        if user is None:
            raise NotFound("unknown_user", id=str(user_id))
        require_in_scope(session, user_id, actor)
        if version is not None and user.version != version:
            raise Conflict("stale_version", version=user.version)
        if user_id == actor.user_id and draft.keys() & {"role", "sites", "retired"}:
            raise RuleViolated("own_account")
        _keep_an_administrator(session, user, draft)
        _apply(session, user, draft)
        if "sites" in draft:
            _set_sites(session, user, draft["sites"], actor)
        user.version += 1
        user.epoch += bool(REVOKING & draft.keys())
        user.changed_at = now_ms()
        _tell(session, user, draft, actor, user.changed_at)
    forget(*MEMORIES)
    return _shown(user_id)


def require_in_scope(session: Session, user_id: int, actor: Actor) -> UserRow:
    """The user, if every site of theirs is in the actor's scope; else NotFound `unknown_user`."""
    row = user_by_id(session, user_id)
    if row is None or not in_scope(row, actor):
        raise NotFound("unknown_user", id=str(user_id))
    return row


def in_scope(user: UserRow, actor: Actor) -> bool:
    """Whether the actor sees every site this user sees."""
    if actor.site_ids is None:
        return True
    return user.site_ids is not None and user.site_ids <= actor.site_ids


def user_id_of(login: str) -> int:
    """The user with this login. Raises NotFound `unknown_user`."""
    with reading() as session:
        found = session.scalar(select(User.id).where(User.login_key == code_key(login)))
    if found is None:
        raise NotFound("unknown_user", login=login)
    return found


def _apply(session: Session, user: User, draft: UserDraft) -> None:
    if "name" in draft:
        user.name = checked_text(draft["name"], "name")
    if "language" in draft:
        user.language = draft["language"]
    if "role" in draft:
        user.role = _role(draft["role"])
    if "login" in draft:
        user.login_key = code_key(checked_code(draft["login"], "login")) if draft["login"] else None
    if "badge" in draft:
        user.badge = checked_code(draft["badge"], "badge") if draft["badge"] else None
        user.badge_key = code_key(user.badge) if user.badge else None
    if "retired" in draft:
        user.retired_at = now_ms() if draft["retired"] else None
    _set_secrets(user, draft)
    session.add(user)
    _save(session, user, draft)


def _set_secrets(user: User, draft: UserDraft) -> None:
    password, pin = draft.get("password"), draft.get("pin")
    if password:
        check_password(password, user.login_key or "")
        user.password_hash = hash_password(password)
    elif "password" in draft:
        user.password_hash = None
    if pin:
        check_pin(pin)
        user.pin_hash = hash_pin(pin)
    elif "pin" in draft:
        user.pin_hash = None
    if user.password_hash and not user.login_key:
        raise InvalidInput("login_required")
    if user.pin_hash and not user.badge_key:
        raise InvalidInput("badge_required")


def _save(session: Session, user: User, draft: UserDraft) -> None:
    """Flush; which of the two unique columns clashed is looked up before, for a clear answer."""
    for name, column, key in (
        ("login", User.login_key, user.login_key),
        ("badge", User.badge_key, user.badge_key),
    ):
        taken = select(User.id).where(column == key, User.id != (user.id or 0))
        if name in draft and key is not None and session.scalar(taken) is not None:
            raise Conflict(f"{name}_taken", **{name: key})
    try:
        session.flush()
    except IntegrityError:
        raise Conflict("login_taken", login=user.login_key) from None


def _set_sites(session: Session, user: User, codes: list[str] | None, actor: Actor) -> None:
    session.execute(delete(UserSite).where(UserSite.user_id == user.id))
    user.all_sites = codes is None
    if codes is None and actor.site_ids is not None:
        raise NotFound("unknown_site", site="*")
    for code in dict.fromkeys(code_key(code) for code in codes or []):
        site_id = session.scalar(select(Site.id).where(Site.code_key == code))
        if site_id is None or not actor.sees_site(site_id):
            raise NotFound("unknown_site", site=code)
        session.execute(insert(UserSite).values(user_id=user.id, site_id=site_id))
    session.flush()


def _role(role: str) -> str:
    if role not in ROLES:
        raise InvalidInput("bad_role", role=role)
    return role


def _keep_an_administrator(session: Session, user: User, draft: UserDraft) -> None:
    stays = draft.get("role", user.role) == "administrator" and not draft.get("retired", False)
    if user.role != "administrator" or user.retired_at or stays:
        return
    others = select(func.count()).where(
        User.role == "administrator", User.retired_at.is_(None), User.id != user.id
    )
    if not session.scalar(others):
        raise RuleViolated("last_administrator")


def _tell(session: Session, user: User, draft: UserDraft, actor: Actor, at: int) -> None:
    facts: dict[str, Any] = {"id": user.id, "role": user.role, "fields": sorted(draft)}
    announce(session, "user.changed", facts, actor=actor, at=at)


def _shown(user_id: int) -> UserRow:
    with reading() as session:
        row = user_by_id(session, user_id)
    assert row is not None
    return row
