"""Approving a count must not cross with a movement at the same place that it does not see yet.

Balances are locked by row, but a key the books do not have yet has no row. So postings share a
lock on each location they touch, and an approval takes it alone. SQLite has one writer anyway.
"""

from collections.abc import Sequence

from sqlalchemy import Integer, cast, func, literal_column, select, text
from sqlalchemy.orm import Session

from server.store.db import table_of
from server.store.models import Location
from server.store.prepared import Asked, Question

LOCK_CLASS = 1
_location = table_of(Location).c
_SHARE = Question(
    select(
        func.pg_advisory_xact_lock_shared(
            literal_column(str(LOCK_CLASS)), cast(_location.id, Integer)
        )
    ),
    _location.id,
    finish=lambda asked: asked.order_by(_location.id),
)
_CLOSE = text("SELECT pg_advisory_xact_lock(:class, :place)")


def locations_shared(session: Session, location_ids: Sequence[int]) -> list[Asked]:
    """To be asked first: post at these locations, together with others; ids ascending."""
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    return [_SHARE.about(location_ids)] if on_postgresql else []


def close_location(session: Session, location_id: int) -> None:
    """Decide about this location alone, until the transaction ends."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_CLOSE, {"class": LOCK_CLASS, "place": location_id})
