"""Reading people: who a token, a session or a device belongs to, in one statement each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from server.store.models import ApiToken, Board, Device, SignIn, Site, User, UserSite


@dataclass(frozen=True, slots=True)
class UserRow:
    """A user as others may see them; `site_ids` None means every site."""

    id: int
    name: str
    login: str | None
    badge: str | None
    role: str
    language: str
    site_ids: frozenset[int] | None
    has_password: bool
    has_pin: bool
    epoch: int
    version: int
    changed_at: int
    retired_at: int | None


@dataclass(frozen=True, slots=True)
class TokenRow:
    """An API token with its user, as authentication needs it."""

    id: int
    site_id: int | None
    expires_at: int | None
    revoked_at: int | None
    user: UserRow


@dataclass(frozen=True, slots=True)
class SignInRow:
    """A desk session with its user, as authentication needs it."""

    id: int
    user_epoch: int
    last_seen_at: int
    expires_at: int
    stepped_up_at: int | None
    ended_at: int | None
    user: UserRow


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A handheld; state: active | revoked."""

    id: int
    uid: UUID
    name: str
    site_id: int
    site_code: str
    keyless: bool
    state: str
    quarantined: bool
    accepted_seq: int
    next_seq: int
    app_version: str
    enrolled_at: int
    last_seen_at: int | None
    revoked_at: int | None
    wall_offset_ms: int
    ring_until: int | None
    battery_percent: int | None
    status_at: int | None

    @property
    def unsent(self) -> int:
        """How many commands it has made that have not reached us in order."""
        return max(self.next_seq - 1 - self.accepted_seq, 0)


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A screen on a wall, as authentication needs it."""

    id: int
    site_id: int
    include_cost: bool
    language: str
    expires_at: int | None
    seen_at: int | None
    revoked_at: int | None


_USER_COLUMNS = (
    User.id,
    User.name,
    User.login_key,
    User.badge,
    User.role,
    User.language,
    User.all_sites,
    User.password_hash.is_not(None),
    User.pin_hash.is_not(None),
    User.epoch,
    User.version,
    User.changed_at,
    User.retired_at,
    UserSite.site_id,
)


def board_by_hash(session: Session, token_hash: str) -> BoardRow | None:
    """The board with this token, revoked ones too."""
    asked = select(
        Board.id,
        Board.site_id,
        Board.include_cost,
        Board.language,
        Board.expires_at,
        Board.seen_at,
        Board.revoked_at,
    )
    found = session.execute(asked.where(Board.token_hash == token_hash)).first()
    return BoardRow(*found) if found else None


def token_by_hash(session: Session, token_hash: str) -> TokenRow | None:
    """The API token with this hash, revoked ones too."""
    own = (ApiToken.id, ApiToken.site_id, ApiToken.expires_at, ApiToken.revoked_at)
    rows = session.execute(
        _with_sites(select(*own, *_USER_COLUMNS).join(User, User.id == ApiToken.user_id)).where(
            ApiToken.token_hash == token_hash
        )
    ).all()
    return (
        TokenRow(rows[0][0], rows[0][1], rows[0][2], rows[0][3], _user(rows, 4)) if rows else None
    )


def sign_in_by_hash(session: Session, token_hash: str) -> SignInRow | None:
    """The desk session with this hash, ended ones too."""
    own = (
        SignIn.id,
        SignIn.user_epoch,
        SignIn.last_seen_at,
        SignIn.expires_at,
        SignIn.stepped_up_at,
        SignIn.ended_at,
    )
    rows = session.execute(
        _with_sites(select(*own, *_USER_COLUMNS).join(User, User.id == SignIn.user_id)).where(
            SignIn.token_hash == token_hash
        )
    ).all()
    if not rows:
        return None
    sign_in_id, epoch, seen, expires, stepped_up, ended = rows[0][: len(own)]
    user = _user(rows, len(own))
    return SignInRow(sign_in_id, epoch, seen, expires, stepped_up, ended, user)


_DEVICE_COLUMNS = (
    Device.id,
    Device.uid,
    Device.name,
    Device.site_id,
    Site.code,
    Device.keyless,
    Device.state,
    Device.quarantined,
    Device.accepted_seq,
    Device.next_seq,
    Device.app_version,
    Device.enrolled_at,
    Device.last_seen_at,
    Device.revoked_at,
    Device.wall_offset_ms,
    Device.ring_until,
    Device.battery_percent,
    Device.status_at,
)


def device_by_hash(session: Session, token_hash: str) -> DeviceRow | None:
    """The device with this token, revoked ones too."""
    found = session.execute(_devices().where(Device.token_hash == token_hash)).first()
    return DeviceRow(*found) if found else None


def device_by_id(session: Session, device_id: int) -> DeviceRow | None:
    """One device."""
    found = session.execute(_devices().where(Device.id == device_id)).first()
    return DeviceRow(*found) if found else None


def device_page(
    session: Session, site_ids: frozenset[int] | None, after_id: int, limit: int
) -> list[DeviceRow]:
    """Devices of these sites in order of id, from the one after `after_id`."""
    statement = _devices().where(Device.id > after_id).order_by(Device.id).limit(limit)
    if site_ids is not None:
        statement = statement.where(Device.site_id.in_(site_ids))
    return [DeviceRow(*row) for row in session.execute(statement)]


def open_sign_ins(
    session: Session, site_ids: frozenset[int] | None, at: int, after_id: int, limit: int
) -> list[dict[str, Any]]:
    """Desk sessions that are still good, of users of only these sites (None: all)."""
    statement = (
        select(
            SignIn.id,
            SignIn.user_id,
            User.name.label("user"),
            User.role,
            SignIn.created_at,
            SignIn.last_seen_at,
            SignIn.expires_at,
        )
        .join(User, User.id == SignIn.user_id)
        .where(
            SignIn.id > after_id,
            SignIn.ended_at.is_(None),
            SignIn.expires_at > at,
            SignIn.user_epoch == User.epoch,
        )
        .order_by(SignIn.id)
        .limit(limit)
    )
    if site_ids is not None:
        statement = statement.where(SignIn.user_id.not_in(users_beyond(site_ids)))
    return [dict(row._mapping) for row in session.execute(statement)]


def user_by_id(session: Session, user_id: int) -> UserRow | None:
    """One user, retired ones too."""
    rows = session.execute(_with_sites(select(*_USER_COLUMNS)).where(User.id == user_id)).all()
    return _user(rows, 0) if rows else None


def user_page(
    session: Session, after_id: int, limit: int, retired: bool, site_ids: frozenset[int] | None
) -> list[UserRow]:
    """Users of only these sites (None: all users) in order of id, from the one after `after_id`."""
    chosen = select(User.id).where(User.id > after_id).order_by(User.id).limit(limit)
    if not retired:
        chosen = chosen.where(User.retired_at.is_(None))
    if site_ids is not None:
        chosen = chosen.where(User.id.not_in(users_beyond(site_ids)))
    rows = session.execute(
        _with_sites(select(*_USER_COLUMNS)).where(User.id.in_(chosen)).order_by(User.id)
    ).all()
    by_user: dict[int, list[Any]] = {}
    for row in rows:
        by_user.setdefault(row[0], []).append(row)
    return [_user(lines, 0) for lines in by_user.values()]


def users_beyond(site_ids: frozenset[int]) -> Select[int]:
    """Ids of users who see a site that is not among these."""
    elsewhere = select(UserSite.user_id).where(UserSite.site_id.not_in(site_ids))
    return select(User.id).where(or_(User.all_sites.is_(True), User.id.in_(elsewhere)))


def anybody_there(session: Session) -> bool:
    """Whether there is anybody yet who can sign in at a desk; names alone (of the demo) cannot."""
    able = select(User.id).where(User.password_hash.is_not(None)).limit(1)
    return session.scalar(able) is not None


def _with_sites(statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return statement.outerjoin(UserSite, UserSite.user_id == User.id)


def _devices() -> Select[*tuple[Any, ...]]:
    return select(*_DEVICE_COLUMNS).join(Site, Site.id == Device.site_id)


def _user(rows: Sequence[Any], start: int) -> UserRow:
    first: tuple[Any, ...] = tuple(rows[0][start:])
    sites = None if first[6] else frozenset(row[-1] for row in rows if row[-1] is not None)
    columns = (*first[:6], sites, *first[7:13])
    return UserRow(*columns)
