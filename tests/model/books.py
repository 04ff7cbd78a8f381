"""What the books say, in the words of the model."""

from collections import Counter

from sqlalchemy import exists, func, select

from server.store.db import reading
from server.store.models import (
    Balance,
    CountTask,
    HandlingUnit,
    Item,
    Location,
    Lot,
    Position,
    Serial,
    StockStatus,
)
from tests.model.world import Holder, Stuff, Thing


def contents_of_books() -> dict[tuple[str, Holder, Stuff], int]:
    """By place, unit ("" for none) and what it is, where it is not zero."""
    asked = (
        select(
            Location.code,
            HandlingUnit.code,
            Item.sku,
            Lot.code,
            Serial.code,
            StockStatus.code,
            func.sum(Balance.on_hand),
        )
        .select_from(Balance)
        .join(Position, Position.id == Balance.position_id)
        .join(Location, Location.id == Position.location_id)
        .join(HandlingUnit, HandlingUnit.id == Position.handling_unit_id)
        .join(StockStatus, StockStatus.id == Position.status_id)
        .join(Item, Item.id == Balance.item_id)
        .join(Lot, Lot.id == Balance.lot_id)
        .join(Serial, Serial.id == Balance.serial_id)
        .group_by(
            Location.code, HandlingUnit.code, Item.sku, Lot.code, Serial.code, StockStatus.code
        )
    )
    with reading() as session:
        rows = session.execute(asked).all()
    return {
        (place, f"U:{unit}" if unit else "", Stuff(Thing(sku, lot, serial), status)): int(quantity)
        for place, unit, sku, lot, serial, status, quantity in rows
        if quantity
    }


def promised_in_books() -> Counter[str]:
    """What is reserved of each item."""
    asked = select(Item.sku, func.sum(Balance.reserved)).join(Item, Item.id == Balance.item_id)
    with reading() as session:
        rows = session.execute(asked.group_by(Item.sku)).all()
    return +Counter({sku: int(reserved) for sku, reserved in rows})


def looks_for_nothing() -> list[str]:
    """Places somebody is to look at because they are below zero, though none of their balances
    is any more."""
    low = exists(
        select(Balance.item_id)
        .join(Position, Position.id == Balance.position_id)
        .where(Position.location_id == Location.id, Balance.on_hand < 0)
    )
    look = exists(
        select(CountTask.id).where(
            CountTask.location_id == Location.id,
            CountTask.state == "open",
            CountTask.reason == "below_zero",
        )
    )
    with reading() as session:
        return list(session.scalars(select(Location.code).where(look, ~low)))


def seen_by_counters(
    contents: dict[tuple[str, Holder, Stuff], int],
) -> dict[tuple[str, Holder, Thing], int]:
    """The same without statuses, which nobody sees."""
    seen: Counter[tuple[str, Holder, Thing]] = Counter()
    for (place, unit, stuff), quantity in contents.items():
        seen[place, unit, stuff.thing] += quantity
    return {key: quantity for key, quantity in seen.items() if quantity}
