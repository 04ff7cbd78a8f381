"""Approving a count must not cross with a movement at the same place that it does not see yet.

Balances are locked by row, but a key the books do not have yet has no row. So postings share a
lock on each location they touch, and an approval takes it alone. SQLite has one writer anyway.
"""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

LOCK_CLASS = 1
_SHARE = text(
    "SELECT pg_advisory_xact_lock_shared(:class, place) FROM unnest(CAST(:places AS int[])) place"
)
_CLOSE = text("SELECT pg_advisory_xact_lock(:class, :place)")


def share_locations(session: Session, location_ids: Sequence[int]) -> None:
    """Post at these locations, together with others; ids ascending."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_SHARE, {"class": LOCK_CLASS, "places": list(location_ids)})


def close_location(session: Session, location_id: int) -> None:
    """Decide about this location alone, until the transaction ends."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_CLOSE, {"class": LOCK_CLASS, "place": location_id})
