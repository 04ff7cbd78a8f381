"""Handhelds: enrolled by a single-use code, seen, and revoked at once.

A code lives ten minutes. With TLS (or on this machine) a handheld brings the public half of a key
it cannot hand out; over plain HTTP only a keyless code works, and the handheld is online only.
"""

import secrets
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.domain.codes import code_key
from server.domain.errors import Conflict, InvalidInput, NotFound, RuleViolated
from server.domain.people import SYSTEM, Actor
from server.domain.texts import checked_text
from server.services.clock import now_ms
from server.services.hashing import new_token, token_hash
from server.services.recent import forget
from server.store.db import reading, unit_of_work
from server.store.feed import announce
from server.store.models import Device, EnrolmentCode, Site
from server.store.quarantine import anything_waits
from server.store.queries.people import DeviceRow, device_by_id

CODE_MS = 10 * 60_000
RING_MS = 2 * 60_000
CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # without 0 O 1 I L
CODE_LENGTH = 10


@dataclass(frozen=True, slots=True)
class CodeMade:
    """An enrolment code, shown once."""

    code: str
    expires_at: int


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A handheld that may speak; its token is handed out only now."""

    device: DeviceRow
    token: str


def make_enrolment_code(site: str, name: str, *, keyless: bool, actor: Actor) -> CodeMade:
    """A code for one handheld of this site. Raises NotFound `unknown_site`."""
    assert actor.user_id is not None
    code = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
    now = now_ms()
    with unit_of_work() as session:
        site_id = session.scalar(select(Site.id).where(Site.code_key == code_key(site)))
        if site_id is None or not actor.sees_site(site_id):
            raise NotFound("unknown_site", site=site)
        row = EnrolmentCode(
            code_hash=token_hash(code),
            site_id=site_id,
            device_name=checked_text(name, "device_name"),
            keyless=keyless,
            created_by=actor.user_id,
            created_at=now,
            expires_at=now + CODE_MS,
        )
        session.add(row)
        session.flush()
        facts = {"id": row.id, "keyless": keyless}
        announce(session, "enrolment_code.made", facts, actor=actor, at=now, site_id=site_id)
    return CodeMade(code, now + CODE_MS)


def enrol_device(
    code: str, uid: UUID, name: str, public_key: str | None, *, safe_line: bool
) -> Enrolled:
    """Turn a code into an enrolled handheld; `safe_line`: TLS, or the same machine.

    Raises InvalidInput `bad_enrolment_code`, `keyless_needs_supervisor` for a code that needs a
    safe line, Conflict `device_uid_taken`: a handheld enrolled again comes with a new uid, so
    that its commands are numbered from 1.
    """
    token, now = new_token("std"), now_ms()
    with unit_of_work() as session:
        row = session.scalar(
            select(EnrolmentCode)
            .where(EnrolmentCode.code_hash == token_hash(_typed(code)))
            .with_for_update()
        )
        if row is None or row.used_at is not None or row.expires_at <= now:
            raise InvalidInput("bad_enrolment_code")
        if not safe_line and not row.keyless:
            raise InvalidInput("keyless_needs_supervisor")
        row.used_at = now
        device = Device(
            uid=uid,
            name=checked_text(name or row.device_name, "name"),
            site_id=row.site_id,
            token_hash=token_hash(token),
            public_key=None if row.keyless else public_key,
            keyless=row.keyless,
            enrolled_at=now,
            enrolled_by=row.created_by,
        )
        session.add(device)
        try:
            session.flush()
        except IntegrityError:
            raise Conflict("device_uid_taken", uid=str(uid)) from None
        facts = {"id": device.id, "uid": str(uid), "name": device.name}
        announce(session, "device.enrolled", facts, actor=SYSTEM, at=now, site_id=device.site_id)
    return Enrolled(_shown(device.id), token)


def revoke_device(device_id: int, *, actor: Actor) -> DeviceRow:
    """Revoke it: what it sends from now on is quarantined. Raises NotFound `unknown_device`."""
    now = now_ms()
    with unit_of_work() as session:
        device = _locked(session, device_id, actor)
        if device.state != "revoked":
            device.state, device.revoked_at = "revoked", now
            session.flush()
            facts = {"id": device_id}
            announce(session, "device.revoked", facts, actor=actor, at=now, site_id=device.site_id)
    forget("devices")
    return _shown(device_id)


def device_seen(device_id: int, *, actor: Actor) -> DeviceRow:
    """One handheld as it is known now. Raises NotFound `unknown_device`."""
    with reading() as session:
        row = device_by_id(session, device_id)
    if row is None or not actor.sees_site(row.site_id):
        raise NotFound("unknown_device", id=str(device_id))
    return row


def ring_device(device_id: int, ring: bool, *, actor: Actor) -> DeviceRow:
    """Let it ring for RING_MS, so that somebody finds it, or be quiet again; it hears of it with
    its next sync. Raises NotFound `unknown_device`, RuleViolated `device_revoked`."""
    now = now_ms()
    with unit_of_work() as session:
        device = _locked(session, device_id, actor)
        if device.state == "revoked":
            raise RuleViolated("device_revoked", device=device.name)
        device.ring_until = now + RING_MS if ring else None
        session.flush()
        facts = {"id": device_id, "ring": ring}
        announce(session, "device.rung", facts, actor=actor, at=now, site_id=device.site_id)
    forget("devices")
    return _shown(device_id)


def quarantine_device(device_id: int, doubted: bool, *, actor: Actor) -> DeviceRow:
    """From now on what it sends waits for a supervisor, until nothing of it waits any more or
    somebody says that it is trusted again (not `doubted`).

    Raises NotFound `unknown_device`, RuleViolated `commands_wait`: decide those first.
    """
    now = now_ms()
    with unit_of_work() as session:
        device = _locked(session, device_id, actor)
        if not doubted and anything_waits(session, device_id):
            raise RuleViolated("commands_wait", device=device.name)
        if device.quarantined != doubted:
            device.quarantined = doubted
            session.flush()
            topic, facts = "device.quarantined" if doubted else "device.trusted", {"id": device_id}
            announce(session, topic, facts, actor=actor, at=now, site_id=device.site_id)
    return _shown(device_id)


def note_status(device_id: int, battery_percent: int | None) -> None:
    """What a handheld tells about itself."""
    with unit_of_work() as session:
        session.execute(
            update(Device)
            .where(Device.id == device_id)
            .values(battery_percent=battery_percent, status_at=now_ms())
        )


def _locked(session: Session, device_id: int, actor: Actor) -> Device:
    device = session.get(Device, device_id, with_for_update=True)
    if device is None or not actor.sees_site(device.site_id):
        raise NotFound("unknown_device", id=str(device_id))
    return device


def _typed(code: str) -> str:
    return "".join(code_key(code).upper().split()).replace("-", "")


def _shown(device_id: int) -> DeviceRow:
    with reading() as session:
        row = device_by_id(session, device_id)
    assert row is not None
    return row
