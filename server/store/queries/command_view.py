"""One command as people read it: who reported what and when, its scans, and the answer."""

import json
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from server.store.models import Command, Device, Movement, Reversal, Site, User
from server.store.queries.records import Record, Sites

_Later = aliased(Command)


def command_view(session: Session, command_id: UUID, sites: Sites) -> Record | None:
    """The command, or None if there is none or its site is out of scope."""
    asked = (
        select(
            Command.id,
            Command.type,
            Command.intent,
            Command.status,
            Command.seq,
            Command.device_id,
            Device.name.label("device"),
            Command.user_id,
            User.name.label("user"),
            Site.code.label("site"),
            Command.occurred_at,
            Command.uncertainty_ms,
            Command.received_at,
            Command.request_id,
            Command.replaces,
            Command.body,
            Command.answer,
        )
        .outerjoin(Device, Device.id == Command.device_id)
        .outerjoin(User, User.id == Command.user_id)
        .outerjoin(Site, Site.id == Command.site_id)
        .where(Command.id == command_id)
    )
    if sites is not None:
        asked = asked.where(Command.site_id.in_(sites))
    row = session.execute(asked).one_or_none()
    if row is None:
        return None
    own = select(Movement.id).where(Movement.command_id == command_id)
    # Only a refused command is replaced, and only by one of its own device.
    replaced = select(_Later.id).where(
        _Later.device_id == row.device_id, _Later.replaces == command_id
    )
    return {
        **_opened(dict(row._mapping)),
        "replaced_by": session.scalar(replaced.limit(1)) if row.status == "rejected" else None,
        "movement_count": session.scalar(select(func.count()).select_from(own.subquery())),
        "undone_by": session.scalar(
            select(Reversal.command_id).where(Reversal.movement_id.in_(own)).limit(1)
        ),
    }


def _opened(row: Record) -> Record:
    """With what its texts say: the body (the person's pass left out), the scans and the codes."""
    told, answer = json.loads(row.pop("body")), json.loads(row.pop("answer"))
    # What the house itself decides (an approval) is kept as its body alone.
    body: dict[str, Any] = told.get("body") or {} if "type" in told else told
    return {
        **row,
        "body": body,
        "scans": told.get("scans") or [],
        "codes": answer.get("codes", []),
        "code": answer.get("code"),
        "fields": answer.get("fields", {}),
    }
