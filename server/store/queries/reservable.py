"""Which balances a reservation may stand on, in the order they should leave."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.ledger import Key
from server.domain.places import PHYSICAL_KINDS
from server.store.founding import OWN_OWNER_ID
from server.store.models import Balance, Lot, Position, StockStatus


def reservable_lines(
    session: Session, site_id: int, item_id: int, location_id: int | None, lot_id: int | None
) -> list[Key]:
    """Own stock in an available status at a site: first to expire, then oldest lot, first."""
    asked = (
        select(Balance.position_id, Balance.item_id, Balance.lot_id, Balance.serial_id)
        .join(Position, Position.id == Balance.position_id)
        .join(StockStatus, StockStatus.id == Position.status_id)
        .join(Lot, Lot.id == Balance.lot_id)
        .where(
            Balance.item_id == item_id,
            Balance.on_hand > Balance.reserved,
            Position.site_id == site_id,
            Position.owner_id == OWN_OWNER_ID,
            Position.kind.in_(PHYSICAL_KINDS),
            StockStatus.available,
        )
        .order_by(Lot.expires_on.is_(None), Lot.expires_on, Balance.lot_id, Balance.position_id)
    )
    if location_id is not None:
        asked = asked.where(Position.location_id == location_id)
    if lot_id is not None:
        asked = asked.where(Balance.lot_id == lot_id)
    return [Key(*row) for row in session.execute(asked)]
