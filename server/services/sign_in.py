"""Signing in: password at the desk, badge and PIN on a handheld, and the pass that follows."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.codes import code_key
from server.domain.errors import NotAuthenticated
from server.domain.people import Actor
from server.domain.settings import PASS_HOURS
from server.services import lock_out
from server.services.clock import now_ms
from server.services.hashing import new_token, password_fits, pin_fits, token_hash
from server.services.recent import forget, recently
from server.store.db import reading, unit_of_work
from server.store.feed import announce
from server.store.installation import secret_key
from server.store.models import User
from server.store.queries.people import DeviceRow, UserRow, user_by_id
from server.store.settings import setting_of
from server.store.sign_ins import add_sign_in, end_sign_in, mark_stepped_up

HOUR_MS = 3_600_000
PassState = Literal["valid", "expired", "revoked", "foreign"]


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh desk session: its token is shown once, to the browser."""

    token: str
    expires_at: int
    user: UserRow


@dataclass(frozen=True, slots=True)
class PassIssued:
    """A signed user pass for one person on one handheld."""

    user_pass: str
    expires_at: int
    user: UserRow


@dataclass(frozen=True, slots=True)
class PassCheck:
    """What a user pass is worth. foreign: not ours, or another handheld's; then no user."""

    user_id: int | None
    role: str | None
    state: PassState


def sign_in(login: str, password: str, *, lasts_ms: int, request_id: str = "") -> SignedIn:
    """A desk session. Raises NotAuthenticated `wrong_password`, TooManyAttempts `locked_out`."""
    key = code_key(login)
    subject = lock_out.person("login", key)
    lock_out.begin_attempt(subject)
    user_id, hashed = _user_by(key, by_badge=False)
    fits = password_fits(hashed, password)
    user = known_user(user_id) if fits and user_id else None
    if user is None:
        raise NotAuthenticated("wrong_password")
    lock_out.attempt_was_right(subject)
    now, token = now_ms(), new_token("sts")
    with unit_of_work() as session:
        add_sign_in(session, token_hash(token), user.id, user.epoch, now, now + lasts_ms)
        _announce(session, user, "session.started", {}, now, request_id)
    return SignedIn(token, now + lasts_ms, user)


def step_up(user: UserRow, sign_in_id: int, password: str) -> None:
    """Give the password again. Raises NotAuthenticated `wrong_password`, `locked_out`."""
    key = user.login or ""
    subject = lock_out.person("login", key)
    lock_out.begin_attempt(subject)
    _, hashed = _user_by(key, by_badge=False)
    if not password_fits(hashed, password):
        raise NotAuthenticated("wrong_password")
    lock_out.attempt_was_right(subject)
    with unit_of_work() as session:
        mark_stepped_up(session, sign_in_id, now_ms())
    forget("sessions")


def sign_out(user: UserRow, sign_in_id: int, request_id: str = "") -> None:
    """End the desk session at once."""
    now = now_ms()
    with unit_of_work() as session:
        end_sign_in(session, sign_in_id, now)
        _announce(session, user, "session.ended", {}, now, request_id)
    forget("sessions")


def issue_user_pass(device: DeviceRow, badge: str, pin: str, request_id: str = "") -> PassIssued:
    """Badge and PIN, on an enrolled handheld only.

    Raises NotAuthenticated `wrong_pin` (also for unknown badges and people of other sites),
    TooManyAttempts `locked_out` per person and per handheld.
    """
    key = code_key(badge)
    subjects = (lock_out.person("badge", key), lock_out.device(device.id))
    lock_out.begin_attempt(*subjects)
    user_id, hashed = _user_by(key, by_badge=True)
    user = known_user(user_id) if pin_fits(hashed, pin) and user_id else None
    if user is None or not _works_at(user, device.site_id):
        raise NotAuthenticated("wrong_pin")
    lock_out.attempt_was_right(*subjects)
    now = now_ms()
    with unit_of_work() as session:
        ends = now + setting_of(session, PASS_HOURS, device.site_id) * HOUR_MS
        _announce(session, user, "user_pass.issued", {"device": device.id}, now, request_id)
    content = {
        "u": user.id,
        "d": device.id,
        "s": device.site_id,
        "e": user.epoch,
        "x": ends,
    }
    return PassIssued(_passes(secret_key()).dumps(content), ends, user)


def check_user_pass(text: str, device_id: int, now_ms: int) -> PassCheck:
    """What a pass is worth on this handheld at `now_ms` (UTC milliseconds); writes nothing.

    A revoked pass (person retired, moved off the site, or epoch raised) names its user still, so
    that what they did can wait in quarantine under their name.
    """
    try:
        content = _signed(secret_key(), text)
    except BadData:
        return PassCheck(None, None, "foreign")
    if content["d"] != device_id:
        return PassCheck(None, None, "foreign")
    user = known_user(content["u"])
    if user is None:
        return PassCheck(content["u"], None, "revoked")
    if user.epoch != content["e"] or not _works_at(user, content["s"]):
        return PassCheck(user.id, user.role, "revoked")
    return PassCheck(user.id, user.role, "valid" if now_ms < content["x"] else "expired")


def known_user(user_id: int) -> UserRow | None:
    """A user who is not retired, read at most a second ago."""
    user = recently("users", user_id, lambda: _read_user(user_id))
    return None if user is None or user.retired_at else user


def _read_user(user_id: int) -> UserRow | None:
    with reading() as session:
        return user_by_id(session, user_id)


def _user_by(key: str, *, by_badge: bool) -> tuple[int | None, str | None]:
    """(id, hash of the PIN or the password) of the user with this badge or login."""
    secret, column = (
        (User.pin_hash, User.badge_key) if by_badge else (User.password_hash, User.login_key)
    )
    with reading() as session:
        found = session.execute(
            select(User.id, secret).where(column == key, User.retired_at.is_(None))
        ).first()
    return (found[0], found[1]) if found else (None, None)


def _works_at(user: UserRow, site_id: int) -> bool:
    return user.site_ids is None or site_id in user.site_ids


def _passes(secret: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt="stockturn user pass")


@lru_cache(maxsize=4096)
def _signed(secret: str, text: str) -> Mapping[str, Any]:
    """What a pass says; a signature that was right once stays right. Raises BadData."""
    content: Mapping[str, Any] = _passes(secret).loads(text)
    return content


def _announce(
    session: Session, user: UserRow, topic: str, facts: dict[str, int], at: int, request_id: str
) -> None:
    actor = Actor(user.id, user.role, user.site_ids, request_id=request_id)
    announce(session, topic, {"user": user.id, **facts}, actor=actor, at=at)
