"""A small ledger by plain inserts: for tests of what is derived from it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from server.domain.days import day_of, start_of_day
from server.domain.places import VIRTUAL_KINDS
from server.store.db import unit_of_work, upsert
from server.store.founding import GOOD_STATUS_ID, OWN_OWNER_ID
from server.store.models import (
    Balance,
    Command,
    Item,
    ItemSite,
    Location,
    Movement,
    Owner,
    Position,
    Revaluation,
    Site,
)
from server.store.recalculations import mark

KINDS = ("bin", "dock", "mobile", "supplier", "customer", "adjustment", "scrap", "transit")


@dataclass
class Warehouse:
    """A site with one location of each kind, and items; movements are written as they come."""

    site_id: int
    time_zone: str
    item_ids: list[int]
    locations: dict[str, int]
    positions: dict[tuple[str, int, int], int] = field(default_factory=dict)

    def position(self, session: Session, kind: str, owner_id: int, status_id: int) -> int:
        """The position of that kind, owner and status, made when new."""
        key = (kind, owner_id, status_id)
        if key not in self.positions:
            self.positions[key] = session.scalars(
                insert(Position)
                .values(
                    location_id=self.locations[kind],
                    handling_unit_id=0,
                    owner_id=owner_id,
                    status_id=status_id,
                    site_id=self.site_id,
                    kind=kind,
                )
                .returning(Position.id)
            ).one()
        return self.positions[key]

    def move(
        self,
        source: str,
        target: str,
        quantity: int | str,
        at: int,
        *,
        item: int = 0,
        value: str = "0",
        cogs: str = "0",
        value_date: date | None = None,
        owners: tuple[int, int] = (OWN_OWNER_ID, OWN_OWNER_ID),
        statuses: tuple[int, int] = (GOOD_STATUS_ID, GOOD_STATUS_ID),
        to: "Warehouse | None" = None,
        request_id: str = "",
    ) -> None:
        """Post one movement with its balances and marks, in a transaction of its own."""
        there = to or self
        item_id = self.item_ids[item]
        with unit_of_work() as session:
            from_id = self.position(session, source, owners[0], statuses[0])
            to_id = there.position(session, target, owners[1], statuses[1])
            booked = value_date or day_of(at, self.time_zone)
            session.execute(
                insert(Movement),
                {
                    "command_id": new_command(session, at),
                    "line": 1,
                    "kind": "test",
                    "item_id": item_id,
                    "lot_id": 0,
                    "serial_id": 0,
                    "quantity": Decimal(quantity),
                    "from_position_id": from_id,
                    "to_position_id": to_id,
                    "value": Decimal(value),
                    "cogs": Decimal(cogs),
                    "occurred_at": at,
                    "recorded_at": at,
                    "value_date": booked,
                },
            )
            add_balance(session, from_id, item_id, -Decimal(quantity))
            add_balance(session, to_id, item_id, Decimal(quantity))
            keys = {
                (item_id, place.site_id, day)
                for place in (self, there)
                for day in (booked, day_of(at, place.time_zone))
            }
            mark(session, keys, at, request_id)

    def revalue(
        self, value: str, cogs: str, at: int, *, item: int = 0, value_date: date | None = None
    ) -> None:
        """Post one revaluation of our own stock, with its mark."""
        booked = value_date or day_of(at, self.time_zone)
        with unit_of_work() as session:
            session.execute(
                insert(Revaluation),
                {
                    "command_id": new_command(session, at),
                    "item_id": self.item_ids[item],
                    "site_id": self.site_id,
                    "owner_id": OWN_OWNER_ID,
                    "kind": "price",
                    "value": Decimal(value),
                    "cogs": Decimal(cogs),
                    "occurred_at": at,
                    "recorded_at": at,
                    "value_date": booked,
                },
            )
            mark(session, [(self.item_ids[item], self.site_id, booked)], at)

    def plan(self, reorder_point: str, *, item: int = 0, **others: Any) -> None:
        """Give an item its reorder point here and ask for it to be looked at."""
        with unit_of_work() as session:
            session.execute(
                insert(ItemSite),
                {
                    "item_id": self.item_ids[item],
                    "site_id": self.site_id,
                    "reorder_point": Decimal(reorder_point),
                    "changed_at": 0,
                    **others,
                },
            )
            mark(session, [(self.item_ids[item], self.site_id, date(2026, 1, 1))], 0)

    def at(self, day: date, hour: int = 0, minute: int = 0) -> int:
        """An instant (ms UTC) of a day here."""
        return start_of_day(day, self.time_zone) + (hour * 60 + minute) * 60_000


def make_warehouse(
    code: str = "S1",
    *,
    items: int = 1,
    time_zone: str = "Asia/Shanghai",
    live_at: int | None = 0,
    of: Warehouse | None = None,
) -> Warehouse:
    """A new site; with the items of another warehouse when one is given."""
    with unit_of_work() as session:
        site_id = session.scalars(
            insert(Site)
            .values(
                code=code,
                code_key=code.casefold(),
                time_zone=time_zone,
                live_at=live_at,
                changed_at=0,
            )
            .returning(Site.id)
        ).one()
        locations = {kind: _location(session, site_id, kind) for kind in KINDS}
        item_ids = of.item_ids if of else [_item(session, f"{code}-{n}") for n in range(items)]
    return Warehouse(site_id, time_zone, item_ids, locations)


def make_owner(code: str) -> int:
    """Somebody else whose stock we keep."""
    with unit_of_work() as session:
        return session.scalars(
            insert(Owner).values(code=code, code_key=code.casefold()).returning(Owner.id)
        ).one()


def new_command(session: Session, at: int) -> Any:
    """A command that carries a movement."""
    uid = uuid4()
    session.execute(
        insert(Command),
        {
            "id": uid,
            "type": "test",
            "intent": "request",
            "body_hash": "",
            "body": "{}",
            "status": "applied",
            "answer": "{}",
            "occurred_at": at,
            "received_at": at,
        },
    )
    return uid


def add_balance(session: Session, position_id: int, item_id: int, change: Decimal) -> None:
    """Keep the balance of a position in step, where positions have one."""
    kind = session.scalar(select(Position.kind).where(Position.id == position_id))
    if kind in ("supplier", "customer", "adjustment", "scrap"):
        return
    statement = upsert(session, Balance).values(
        position_id=position_id, item_id=item_id, lot_id=0, serial_id=0, on_hand=change
    )
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["position_id", "item_id", "lot_id", "serial_id"],
            set_={"on_hand": Balance.on_hand + statement.excluded.on_hand},
        )
    )


def _location(session: Session, site_id: int, kind: str) -> int:
    code = f"@{kind}" if kind in VIRTUAL_KINDS else kind
    return session.scalars(
        insert(Location)
        .values(site_id=site_id, code=code, code_key=code, kind=kind, changed_at=0)
        .returning(Location.id)
    ).one()


def _item(session: Session, sku: str) -> int:
    return session.scalars(
        insert(Item)
        .values(sku=sku, sku_key=sku.casefold(), base_unit="pcs", changed_at=0)
        .returning(Item.id)
    ).one()


def marked_keys(rows: Iterable[Any]) -> set[tuple[int, int, date]]:
    """(item, site, day) of rows of `recalculation`."""
    return {(row.item_id, row.site_id, row.day) for row in rows}
