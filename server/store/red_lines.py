"""What crosses a red line whatever is planned: stock negative for long, expired stock on hand."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.domain.numbers import ZERO
from server.domain.places import PHYSICAL_KINDS
from server.domain.settings import RED_EXPIRED, RED_NEGATIVE_HOURS
from server.store.exceptions import HOUR_MS
from server.store.models import (
    Balance,
    ExceptionCase,
    Lot,
    Position,
    ReorderAlert,
    Site,
    StockStatus,
)
from server.store.planning import Pair
from server.store.settings import setting_of

Crossed = dict[Pair, Decimal]
"""How much of an item at a site is beyond the line, base units."""


def live_sites(session: Session, now: int) -> dict[int, str]:
    """Time zones of the sites that raise alerts."""
    rows = session.execute(
        select(Site.id, Site.time_zone).where(Site.live_at <= now, Site.retired_at.is_(None))
    )
    return {row[0]: row[1] for row in rows}


def negative_for_long(session: Session, now: int) -> Crossed:
    """Stock below zero for longer than the house allows, as the exceptions inbox has it."""
    rows = session.execute(
        select(ExceptionCase.item_id, ExceptionCase.site_id, ExceptionCase.opened_at, Balance)
        .join(Position, Position.location_id == ExceptionCase.location_id)
        .join(
            Balance,
            (Balance.position_id == Position.id) & (Balance.item_id == ExceptionCase.item_id),
        )
        .where(ExceptionCase.standing, ExceptionCase.source == "negative", Balance.on_hand < 0)
    )
    found: dict[Pair, dict[tuple[int, ...], Decimal]] = {}
    for item_id, site_id, opened_at, b in rows:
        hours = setting_of(session, RED_NEGATIVE_HOURS, site_id)
        if item_id and site_id and opened_at <= now - hours * HOUR_MS:
            key = (b.position_id, b.lot_id, b.serial_id)
            found.setdefault(Pair(item_id, site_id), {})[key] = -b.on_hand
    return {pair: sum(parts.values(), ZERO) for pair, parts in found.items()}


def expired_on_hand(session: Session, today: Mapping[int, date]) -> Crossed:
    """Lots past their expiry at a site's own day, in an available status, where it is a line."""
    if not today:
        return {}
    rows = session.execute(
        select(
            Balance.item_id,
            Position.site_id,
            Lot.expires_on,
            func.sum(Balance.on_hand, type_=Balance.on_hand.type),
        )
        .join(Lot, Lot.id == Balance.lot_id)
        .join(Position, Position.id == Balance.position_id)
        .join(StockStatus, StockStatus.id == Position.status_id)
        .where(
            Lot.expires_on < max(today.values()),
            Balance.on_hand > 0,
            StockStatus.available,
            Position.kind.in_(PHYSICAL_KINDS),
        )
        .group_by(Balance.item_id, Position.site_id, Lot.expires_on)
    )
    found: Crossed = {}
    for item_id, site_id, expires_on, quantity in rows:
        day = today.get(site_id)
        if day and expires_on < day and setting_of(session, RED_EXPIRED, site_id):
            pair = Pair(item_id, site_id)
            found[pair] = found.get(pair, ZERO) + quantity
    return found


def alerted(session: Session, kind: str) -> set[Pair]:
    """Pairs with an alert of this kind that is not resolved."""
    rows = session.execute(
        select(ReorderAlert.item_id, ReorderAlert.site_id).where(
            ReorderAlert.kind == kind, ReorderAlert.state != "resolved"
        )
    )
    return {Pair(*row) for row in rows}
