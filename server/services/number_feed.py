"""Number what has been committed to the change feed: the relay's one task."""

from server.store.db import reading, unit_of_work
from server.store.feed_numbering import Numbered, is_anything_pending, number_pending

ROWS_MOST = 2_000


def number_feed(limit: int = ROWS_MOST) -> Numbered | None:
    """Give the oldest waiting rows their numbers; None when nothing waits or another relay does it.

    Looks before it opens a write transaction: an idle relay never holds SQLite's only write lock.
    """
    with reading() as session:
        if not is_anything_pending(session):
            return None
    with unit_of_work() as session:
        return number_pending(session, limit)
