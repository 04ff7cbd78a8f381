"""Every closing and reopening of a site's books."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.store.models import Period, User
from server.store.queries.records import Record


def periods_page(session: Session, site_id: int, before: int | None, limit: int) -> list[Record]:
    """The site's closings and reopenings, newest first."""
    asked = (
        select(
            Period.id,
            Period.action,
            Period.closed_through,
            Period.reason,
            User.name.label("user"),
            Period.at,
        )
        .outerjoin(User, User.id == Period.user_id)
        .where(Period.site_id == site_id)
        .order_by(Period.id.desc())
        .limit(limit)
    )
    if before is not None:
        asked = asked.where(Period.id < before)
    return [dict(row._mapping) for row in session.execute(asked)]
