"""Stock that may be promised, with what decides the order of picking."""

from typing import Any

from sqlalchemy import func, select, type_coerce
from sqlalchemy.orm import Session

from server.domain.ledger import Key
from server.domain.picking import Candidate
from server.domain.places import PHYSICAL_KINDS
from server.store.founding import OWN_OWNER_ID
from server.store.models import Balance, Location, Lot, Movement, Position, StockStatus

OUT_OF_REACH = frozenset({"mobile", "dock"})
"""What is on somebody's cart or has just come in is not where a pick would find it."""


def pick_candidates(
    session: Session, site_id: int, item_id: int, location_id: int | None = None
) -> list[Candidate]:
    """Own available stock of an item at a site."""
    asked = (
        select(
            Balance.position_id,
            Balance.item_id,
            Balance.lot_id,
            Balance.serial_id,
            type_coerce(Balance.on_hand - Balance.reserved, Balance.on_hand.type),
            Lot.expires_on,
            Lot.code_key,
            Location.walking_order,
            Location.kind,
        )
        .join(Position, Position.id == Balance.position_id)
        .join(Location, Location.id == Position.location_id)
        .join(StockStatus, StockStatus.id == Position.status_id)
        .join(Lot, Lot.id == Balance.lot_id)
        .where(
            Balance.item_id == item_id,
            Balance.on_hand > Balance.reserved,
            Position.site_id == site_id,
            Position.owner_id == OWN_OWNER_ID,
            Position.kind.in_(set(PHYSICAL_KINDS) - OUT_OF_REACH),
            StockStatus.available,
        )
    )
    if location_id is not None:
        asked = asked.where(Position.location_id == location_id)
    rows = session.execute(asked).all()
    arrived = _arrivals(session, item_id, [row[0] for row in rows if not row[2]])
    return [_candidate(row, arrived) for row in rows]


def _candidate(row: Any, arrived: dict[int, int]) -> Candidate:
    return Candidate(
        Key(*row[:4]),
        row[4],
        row[5],
        arrived.get(row[0], 0),
        row[7],
        row[6],
        row[8] == "pick_face",
    )


def _arrivals(session: Session, item_id: int, position_ids: list[int]) -> dict[int, int]:
    """When stock that has no lot last came to each place: what lies longest goes first."""
    if len(position_ids) < 2:
        return {}
    asked = (
        select(Movement.to_position_id, func.max(Movement.occurred_at))
        .where(Movement.to_position_id.in_(position_ids), Movement.item_id == item_id)
        .group_by(Movement.to_position_id)
    )
    return {row[0]: row[1] for row in session.execute(asked)}
