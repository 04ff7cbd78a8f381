"""What is not settled at a site by the end of a book day: one number each."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from server.domain.days import start_of_day
from server.domain.places import PHYSICAL_KINDS
from server.store.models import (
    Balance,
    Count,
    Device,
    Document,
    ExceptionCase,
    Item,
    Movement,
    Position,
    Revaluation,
    Reversal,
    Site,
)
from server.store.queries.counts import silent_devices

OPEN_DOCUMENTS = ("draft", "approved", "in_progress")


def open_counts_of(session: Session, site: Site, last: date) -> dict[str, int]:
    """How many of each check are open, by the check's name."""
    end = start_of_day(last + timedelta(days=1), site.time_zone)
    return {
        "open_documents": _count(
            session,
            select(Document.id).where(
                or_(Document.site_id == site.id, Document.to_site_id == site.id),
                Document.state.in_(OPEN_DOCUMENTS),
                Document.document_date <= last,
            ),
        ),
        "unsent_devices": _unsent(session, site.id, end),
        "negative_stock": _count(
            session,
            select(Balance.item_id)
            .join(Position, Position.id == Balance.position_id)
            .where(
                Position.site_id == site.id,
                Position.kind.in_(sorted(PHYSICAL_KINDS)),
                Balance.on_hand < 0,
            ),
        ),
        "estimated_prices": _count(session, _estimated(site.id, last)),
        "open_counts": _count(
            session,
            select(Count.id).where(
                Count.site_id == site.id,
                Count.state.in_(("counting", "finished")),
                Count.first_at < end,
            ),
        ),
        "exceptions": _count(
            session,
            select(ExceptionCase.id).where(
                ExceptionCase.site_id == site.id,
                ExceptionCase.state == "open",
                ExceptionCase.occurred_at < end,
            ),
        ),
    }


def estimated_rows(session: Session, site_id: int, last: date) -> list[Any]:
    """Receipts whose price is still an estimate: (movement, day, item, quantity, value)."""
    asked = _estimated(site_id, last).add_columns(
        Movement.value_date, Item.sku, Item.name_zh, Movement.quantity, Movement.value
    )
    asked = asked.join(Item, Item.id == Movement.item_id).order_by(Movement.id)
    return list(session.execute(asked))


def difference_rows(session: Session, site_id: int, first: date, last: date) -> list[Any]:
    """盘盈盘亏 of these book days: (movement, day, item, found, lost, value)."""
    source, target = aliased(Position), aliased(Position)
    asked = (
        select(
            Movement.id,
            Movement.value_date,
            Item.sku,
            Item.name_zh,
            Movement.quantity,
            Movement.value,
            source.kind,
            Movement.reason,
        )
        .join(Item, Item.id == Movement.item_id)
        .join(source, source.id == Movement.from_position_id)
        .join(target, target.id == Movement.to_position_id)
        .where(
            Movement.kind.in_(("count_adjustment", "count_correction")),
            Movement.value_date.between(first, last),
            or_(source.site_id == site_id, target.site_id == site_id),
        )
        .order_by(Movement.value_date, Movement.id)
    )
    return list(session.execute(asked))


def _estimated(site_id: int, last: date) -> Select[Any]:
    priced = select(Revaluation.id).where(
        Revaluation.corrects_movement_id == Movement.id, Revaluation.kind == "price"
    )
    undone = select(Reversal.movement_id).where(Reversal.movement_id == Movement.id)
    still: ColumnElement[bool] = and_(~priced.exists(), ~undone.exists())
    return (
        select(Movement.id)
        .join(Position, Position.id == Movement.to_position_id)
        .where(
            Movement.estimated.is_(True),
            Movement.value_date <= last,
            Position.site_id == site_id,
            still,
        )
    )


def _unsent(session: Session, site_id: int, end: int) -> int:
    """Of the handhelds that have worked here, those with commands we lack, or silent since then."""
    used = select(Device.id).where(Device.site_id == site_id, Device.next_seq > 1)
    known = set(session.scalars(used))
    return sum(device.id in known for device in silent_devices(session, site_id, end))


def _count(session: Session, asked: Select[Any]) -> int:
    return session.scalar(select(func.count()).select_from(asked.subquery())) or 0
