"""Who asks: by API token, desk session or device token; one cheap read, kept for a second."""

from dataclasses import dataclass

from server.domain.errors import NotAuthenticated
from server.domain.people import BOARD_ROLE, DEVICE_ROLE, REVOKED_DEVICE_ROLE
from server.services.clock import now_ms
from server.services.hashing import token_hash
from server.services.recent import forget, recently
from server.services.sign_in import check_user_pass, known_user
from server.store.db import reading, unit_of_work
from server.store.queries.people import (
    BoardRow,
    DeviceRow,
    SignInRow,
    TokenRow,
    UserRow,
    board_by_hash,
    device_by_hash,
    sign_in_by_hash,
    token_by_hash,
)
from server.store.sign_ins import mark_board_seen, mark_seen

STEP_UP_MS = 15 * 60_000
SEEN_EVERY_MS = 60_000


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. `stepped_up_until` None means always (API tokens), 0 never (handhelds)."""

    source: str
    role: str
    site_ids: frozenset[int] | None
    user: UserRow | None
    device: DeviceRow | None = None
    sign_in_id: int | None = None
    stepped_up_until: int | None = 0
    board: BoardRow | None = None


def caller_of_board(token: str) -> Caller:
    """A screen on a wall: one site, no person. Raises NotAuthenticated `board_over` when it was
    revoked, has expired, or never was."""
    hashed, now = token_hash(token), now_ms()
    row = recently("boards", hashed, lambda: _board(hashed))
    if row is None or row.revoked_at or _past(row.expires_at):
        raise NotAuthenticated("board_over")
    if now - (row.seen_at or 0) >= SEEN_EVERY_MS:
        with unit_of_work() as session:
            mark_board_seen(session, row.id, now)
        forget("boards")
    return Caller("token", BOARD_ROLE, frozenset({row.site_id}), None, board=row)


def caller_of_token(token: str) -> Caller:
    """The user an API token acts as. Raises NotAuthenticated `bad_token`."""
    hashed = token_hash(token)
    row = recently("tokens", hashed, lambda: _token(hashed))
    if row is None or row.revoked_at or row.user.retired_at or _past(row.expires_at):
        raise NotAuthenticated("bad_token")
    sites = row.user.site_ids
    if row.site_id is not None:
        only = frozenset({row.site_id})
        sites = only if sites is None else sites & only
    return Caller("token", row.user.role, sites, row.user, stepped_up_until=None)


def caller_of_session(token: str, idle_ms: int, *, active: bool = True) -> Caller:
    """The person of a desk session; `active` keeps it from falling idle.

    Raises NotAuthenticated `session_over` when it ended, expired, was idle too long, or its user
    was retired or had everything revoked.
    """
    hashed = token_hash(token)
    row = recently("sessions", hashed, lambda: _sign_in(hashed))
    now = now_ms()
    if row is None or _is_over(row, now, idle_ms):
        raise NotAuthenticated("session_over")
    if active and now - row.last_seen_at >= SEEN_EVERY_MS:
        with unit_of_work() as session:
            mark_seen(session, row.id, now)
        forget("sessions")
    until = row.stepped_up_at + STEP_UP_MS if row.stepped_up_at else 0
    user = row.user
    return Caller("session", user.role, user.site_ids, user, None, row.id, until)


def caller_of_device(token: str, user_pass: str = "") -> Caller:
    """A handheld, with the person of the pass if one is given; its site is its only site.

    Raises NotAuthenticated `bad_token`, or `bad_user_pass` when the pass is not valid here now.
    """
    hashed = token_hash(token)
    row = recently("devices", hashed, lambda: _device(hashed))
    if row is None:
        raise NotAuthenticated("bad_token")
    sites = frozenset({row.site_id})
    if row.state != "active":
        return Caller("device", REVOKED_DEVICE_ROLE, sites, None, row)
    if not user_pass:
        return Caller("device", DEVICE_ROLE, sites, None, row)
    check = check_user_pass(user_pass, row.id, now_ms())
    user = known_user(check.user_id) if check.user_id is not None else None
    if check.state != "valid" or user is None:
        raise NotAuthenticated("bad_user_pass", state=check.state)
    return Caller("device", user.role, sites, user, row)


def _past(instant: int | None) -> bool:
    return instant is not None and instant <= now_ms()


def _is_over(row: SignInRow, now: int, idle_ms: int) -> bool:
    return bool(
        row.ended_at
        or row.user.retired_at
        or row.user_epoch != row.user.epoch
        or row.expires_at <= now
        or row.last_seen_at + idle_ms <= now
    )


def _board(hashed: str) -> BoardRow | None:
    with reading() as session:
        return board_by_hash(session, hashed)


def _token(hashed: str) -> TokenRow | None:
    with reading() as session:
        return token_by_hash(session, hashed)


def _sign_in(hashed: str) -> SignInRow | None:
    with reading() as session:
        return sign_in_by_hash(session, hashed)


def _device(hashed: str) -> DeviceRow | None:
    with reading() as session:
        return device_by_hash(session, hashed)
