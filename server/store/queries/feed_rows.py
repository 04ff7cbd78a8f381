"""Reading the numbered change feed from where somebody stopped."""

from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from server.store.models import Feed, Site


class FeedRow(NamedTuple):
    """One change as everybody is told of it; payload: canonical JSON."""

    seq: int
    topic: str
    site_id: int | None
    site: str | None
    command_id: UUID | None
    user_id: int | None
    device_id: int | None
    request_id: str
    at: int
    payload: str


def feed_head(session: Session) -> int:
    """The number of the last row; 0 for an empty feed."""
    return session.scalar(select(func.max(Feed.seq))) or 0


def feed_after(
    session: Session, cursor: int, limit: int, site_ids: Iterable[int] | None
) -> list[FeedRow]:
    """Up to `limit` rows with seq > cursor of no site or one of these (None: of all), in order."""
    asked: Select[*tuple[Any, ...]] = (
        select(
            Feed.seq,
            Feed.topic,
            Feed.site_id,
            Site.code,
            Feed.command_id,
            Feed.user_id,
            Feed.device_id,
            Feed.request_id,
            Feed.at,
            Feed.payload,
        )
        .outerjoin(Site, Site.id == Feed.site_id)
        .where(Feed.seq > cursor)
        .order_by(Feed.seq)
        .limit(limit)
    )
    if site_ids is not None:
        asked = asked.where(or_(Feed.site_id.is_(None), Feed.site_id.in_(site_ids)))
    return [FeedRow(*row) for row in session.execute(asked)]
