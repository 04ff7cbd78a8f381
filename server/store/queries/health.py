"""How far the database and what follows it are behind; cheap enough to ask every few seconds."""

from typing import NamedTuple

from sqlalchemy.orm import Session

from server.store.feed_numbering import pending_since
from server.store.recalculations import backlog


class Lag(NamedTuple):
    """Milliseconds the oldest waiting row has waited, 0 when none waits; keys due."""

    feed_ms: int
    recalculation_ms: int
    recalculation_keys: int


def read_lag(session: Session, now_ms: int) -> Lag:
    """How long the oldest feed row waits for its number and the oldest key for its job."""
    waiting = backlog(session)
    return Lag(_age(pending_since(session), now_ms), _age(waiting.oldest_at, now_ms), waiting.keys)


def _age(since: int | None, now_ms: int) -> int:
    return 0 if since is None else max(now_ms - since, 0)
