"""What must not cross with a movement that it does not see yet: counts approved, books closed.

Balances are locked by row, but a key the books do not have yet has no row. So postings share a
lock on each location they touch, and an approval takes it alone; and they share one on each site
whose open days they read, which closing its books takes alone. SQLite has one writer anyway.
"""

from collections.abc import Sequence

from sqlalchemy import Integer, TextClause, cast, func, literal_column, select, text
from sqlalchemy.orm import Session

from server.store.db import table_of
from server.store.models import Location, Site
from server.store.prepared import Asked, Question

LOCK_CLASS = 1
SITE_LOCK_CLASS = 2
_location = table_of(Location).c
_site = table_of(Site).c
_SHARE = Question(
    select(
        func.pg_advisory_xact_lock_shared(
            literal_column(str(LOCK_CLASS)), cast(_location.id, Integer)
        )
    ),
    _location.id,
    finish=lambda asked: asked.order_by(_location.id),
)
_SHARE_SITE = select(
    func.pg_advisory_xact_lock_shared(literal_column(str(SITE_LOCK_CLASS)), cast(_site.id, Integer))
).order_by(_site.id)
_SITES = Question(_SHARE_SITE, _site.id)
_SITES_BY_KEY = Question(_SHARE_SITE, _site.code_key)
_CLOSE = text("SELECT pg_advisory_xact_lock(:class, :place)")


def locations_shared(session: Session, location_ids: Sequence[int]) -> list[Asked]:
    """To be asked first: post at these locations, together with others; ids ascending."""
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    return [_SHARE.about(location_ids)] if on_postgresql else []


def close_location(session: Session, location_id: int) -> None:
    """Decide about this location alone, until the transaction ends."""
    _lock(session, _CLOSE, LOCK_CLASS, location_id)


def sites_shared(session: Session, site_ids: Sequence[int]) -> list[Asked]:
    """To be asked before reading which days of these sites are open: post there with others."""
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    return [_SITES.about(site_ids)] if on_postgresql else []


def sites_shared_by_key(session: Session, site_keys: Sequence[str]) -> list[Asked]:
    """The same by the sites' code keys."""
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    return [_SITES_BY_KEY.about(site_keys)] if on_postgresql else []


def close_site(session: Session, site_id: int) -> None:
    """Decide alone which days of this site are open, until the transaction ends."""
    _lock(session, _CLOSE, SITE_LOCK_CLASS, site_id)


def _lock(session: Session, statement: TextClause, lock_class: int, place: int) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(statement, {"class": lock_class, "place": place})
