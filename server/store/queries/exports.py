"""What leaves as files and has no list of its own: stock as opening stock, and movements."""

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from server.store.models import (
    Balance,
    Barcode,
    HandlingUnit,
    Item,
    Location,
    Lot,
    Movement,
    Owner,
    Packaging,
    Position,
    Serial,
    Site,
    StockStatus,
    User,
)
from server.store.queries.records import Listing

STOCK_EXPORT = Listing(
    select(
        Site.code.label("site"),
        Location.code.label("location"),
        Item.sku.label("item"),
        Item.name_zh,
        Item.name_en,
        Item.base_unit,
        Balance.on_hand.label("quantity"),
        Balance.reserved,
        Balance.second_on_hand.label("second_quantity"),
        Lot.code.label("lot"),
        Serial.code.label("serial"),
        Lot.production_date,
        Lot.expires_on,
        HandlingUnit.code.label("unit"),
        StockStatus.code.label("status"),
        Owner.code.label("owner"),
    )
    .join(Position, Position.id == Balance.position_id)
    .join(Location, Location.id == Position.location_id)
    .join(Site, Site.id == Position.site_id)
    .join(Item, Item.id == Balance.item_id)
    .join(Lot, Lot.id == Balance.lot_id)
    .join(Serial, Serial.id == Balance.serial_id)
    .join(HandlingUnit, HandlingUnit.id == Position.handling_unit_id)
    .join(StockStatus, StockStatus.id == Position.status_id)
    .join(Owner, Owner.id == Position.owner_id)
    .where(Balance.on_hand != 0),
    (Balance.position_id, Balance.item_id, Balance.lot_id, Balance.serial_id),
    site=Position.site_id,
)

_From, _To = aliased(Position), aliased(Position)
_FromPlace, _ToPlace = aliased(Location), aliased(Location)

MOVEMENT_EXPORT = Listing(
    select(
        Movement.id,
        Movement.kind,
        Item.sku.label("item"),
        Lot.code.label("lot"),
        Serial.code.label("serial"),
        Movement.quantity,
        Movement.second_quantity,
        Site.code.label("site"),
        _FromPlace.code.label("from"),
        _ToPlace.code.label("to"),
        Movement.unit_cost,
        Movement.value,
        Movement.cogs,
        Movement.estimated,
        Movement.occurred_at,
        Movement.recorded_at,
        Movement.value_date,
        User.name.label("user"),
        Movement.document,
        Movement.reason,
        Movement.reverses_id,
    )
    .join(Item, Item.id == Movement.item_id)
    .join(Lot, Lot.id == Movement.lot_id)
    .join(Serial, Serial.id == Movement.serial_id)
    .join(_From, _From.id == Movement.from_position_id)
    .join(_To, _To.id == Movement.to_position_id)
    .join(_FromPlace, _FromPlace.id == _From.location_id)
    .join(_ToPlace, _ToPlace.id == _To.location_id)
    .join(Site, Site.id == _To.site_id)
    .outerjoin(User, User.id == Movement.user_id),
    (Movement.id,),
    site=_To.site_id,
)


def barcodes_of(session: Session, item_ids: Iterable[int]) -> dict[int, list[tuple[str, str]]]:
    """Each item's (code, packaging or "") in use."""
    rows = session.execute(
        select(Barcode.target_id, Barcode.code, Packaging.name)
        .outerjoin(Packaging, Packaging.id == Barcode.packaging_id)
        .where(
            Barcode.kind == "item",
            Barcode.target_id.in_(list(item_ids)),
            Barcode.retired_at.is_(None),
        )
        .order_by(Barcode.id)
    )
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for item_id, code, packaging in rows:
        found[item_id].append((code, packaging or ""))
    return found


def attribute_names(session: Session) -> list[str]:
    """The names of all user-defined attributes in use."""
    return sorted({name for row in session.scalars(select(Item.attributes)) for name in row})
