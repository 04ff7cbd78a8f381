"""People, their rights, and the devices and tokens they use."""

from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from server.store.db import Model
from server.store.types import BigId, Instant


class User(Model):
    """role: operator | clerk | supervisor | planner | administrator | station.

    badge_key: the badge's code NFKC-casefolded: a user name, never a secret. all_sites: not bound
    to rows of user_site. epoch: raised to revoke every session and user pass at once.
    """

    __tablename__ = "user"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str]
    login_key: Mapped[str | None] = mapped_column(unique=True)
    badge: Mapped[str | None]
    badge_key: Mapped[str | None] = mapped_column(unique=True)
    role: Mapped[str]
    language: Mapped[str] = mapped_column(default="zh")
    password_hash: Mapped[str | None]
    pin_hash: Mapped[str | None]
    all_sites: Mapped[bool] = mapped_column(default=False)
    epoch: Mapped[int] = mapped_column(default=1)
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[int] = mapped_column(Instant)
    retired_at: Mapped[int | None] = mapped_column(Instant)
    __table_args__ = (
        CheckConstraint(
            "role in ('operator','clerk','supervisor','planner','administrator','station')",
            name="role",
        ),
    )


class UserSite(Model):
    __tablename__ = "user_site"
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), primary_key=True)


class SignIn(Model):
    """A desk session (cookie). Tokens are stored as SHA-256 only."""

    __tablename__ = "sign_in"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    user_epoch: Mapped[int]
    created_at: Mapped[int] = mapped_column(Instant)
    last_seen_at: Mapped[int] = mapped_column(Instant)
    expires_at: Mapped[int] = mapped_column(Instant)
    stepped_up_at: Mapped[int | None] = mapped_column(Instant)
    ended_at: Mapped[int | None] = mapped_column(Instant)


class ApiToken(Model):
    """For other systems; made by `stockturn token`. Acts as its user, within site_id if set."""

    __tablename__ = "api_token"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    created_at: Mapped[int] = mapped_column(Instant)
    expires_at: Mapped[int | None] = mapped_column(Instant)
    revoked_at: Mapped[int | None] = mapped_column(Instant)


class Device(Model):
    """A handheld bound to a site. accepted_seq: the last seq answered finally, without gaps.

    state: active | revoked. keyless: enrolled over plain HTTP by a typed code, online only.
    ring_until: it rings until then, so that somebody finds it. status_at: when it last told its
    battery.
    """

    __tablename__ = "device"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    uid: Mapped[UUID] = mapped_column(Uuid, unique=True)
    name: Mapped[str]
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    cart_location_id: Mapped[int | None] = mapped_column(ForeignKey("location.id"))
    token_hash: Mapped[str] = mapped_column(unique=True)
    public_key: Mapped[str | None]
    keyless: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(default="active")
    quarantined: Mapped[bool] = mapped_column(default=False)
    accepted_seq: Mapped[int] = mapped_column(BigId, default=0)
    next_seq: Mapped[int] = mapped_column(BigId, default=1)
    last_occurred_at: Mapped[int] = mapped_column(Instant, default=0)
    wall_offset_ms: Mapped[int] = mapped_column(BigId, default=0)
    app_version: Mapped[str] = mapped_column(default="")
    enrolled_at: Mapped[int] = mapped_column(Instant)
    enrolled_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    last_seen_at: Mapped[int | None] = mapped_column(Instant)
    revoked_at: Mapped[int | None] = mapped_column(Instant)
    ring_until: Mapped[int | None] = mapped_column(Instant)
    battery_percent: Mapped[int | None]
    status_at: Mapped[int | None] = mapped_column(Instant)
    __table_args__ = (CheckConstraint("state in ('active','revoked')", name="state"),)


class EnrolmentCode(Model):
    """Single use, ten minutes."""

    __tablename__ = "enrolment_code"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    code_hash: Mapped[str] = mapped_column(unique=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    device_name: Mapped[str] = mapped_column(default="")
    keyless: Mapped[bool] = mapped_column(default=False)
    created_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[int] = mapped_column(Instant)
    expires_at: Mapped[int] = mapped_column(Instant)
    used_at: Mapped[int | None] = mapped_column(Instant)


class Lockout(Model):
    """Failed sign-ins of one subject ("user:7", "device:3", "address:…"): counted, then locked."""

    __tablename__ = "lockout"
    subject: Mapped[str] = mapped_column(primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    last_failure_at: Mapped[int] = mapped_column(Instant)
    locked_until: Mapped[int | None] = mapped_column(Instant)


class Setting(Model):
    """A setting kept as data, per site or for all (site_id 0), as it is now; one without a row is
    as usual (server/domain/settings.py)."""

    __tablename__ = "setting"
    name: Mapped[str] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(BigId, primary_key=True, default=0)
    value: Mapped[Any] = mapped_column(JSON)
    changed_at: Mapped[int] = mapped_column(Instant)
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class SettingChange(Model):
    """What a setting was and became, by whom and why; None: as usual. version counts them."""

    __tablename__ = "setting_change"
    name: Mapped[str] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(BigId, primary_key=True, default=0)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    before: Mapped[Any | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[Any | None] = mapped_column(JSON(none_as_null=True))
    reason: Mapped[str] = mapped_column(default="")
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    at: Mapped[int] = mapped_column(Instant)


class SetUp(Model):
    """First run: the hash of the set-up token until somebody used it."""

    __tablename__ = "set_up"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token_hash: Mapped[str]
    created_at: Mapped[int] = mapped_column(Instant)
    used_at: Mapped[int | None] = mapped_column(Instant)
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)
