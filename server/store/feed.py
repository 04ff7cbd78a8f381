"""Writing to the change feed: in the transaction of the change, numbered later by the relay."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from server.domain.people import Actor
from server.store.db import inserting, table_of
from server.store.models import PendingFeed
from server.store.prepared import Writing

_CANONICAL = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str
)
_INSERT = Writing(
    lambda _: inserting(PendingFeed),
    *(column.key for column in table_of(PendingFeed).c if column.key != "id"),
)


def announce(
    session: Session,
    topic: str,
    payload: Mapping[str, Any],
    *,
    actor: Actor,
    at: int,
    site_id: int | None = None,
    command_id: UUID | None = None,
) -> None:
    """Add one row, e.g. topic "item.changed" with payload {"id": 7}: ids and facts, no secrets."""
    session.execute(
        insert(PendingFeed),
        feed_row(topic, payload, actor=actor, at=at, site_id=site_id, command_id=command_id),
    )


def announce_many(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add rows made by `feed_row`."""
    _INSERT.write(session, rows)


def feed_row(
    topic: str,
    payload: Mapping[str, Any],
    *,
    actor: Actor,
    at: int,
    site_id: int | None = None,
    command_id: UUID | None = None,
) -> dict[str, Any]:
    """The same row as values, for writing many at once."""
    return {
        "topic": topic,
        "site_id": site_id,
        "command_id": command_id,
        "user_id": actor.user_id,
        "device_id": actor.device_id,
        "request_id": actor.request_id,
        "at": at,
        "payload": canonical_json(payload),
    }


def canonical_json(value: Any) -> str:
    """One text for one value: sorted keys, no spaces, UTF-8 kept."""
    return _CANONICAL.encode(value)
