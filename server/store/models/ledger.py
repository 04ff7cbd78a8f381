"""The ledger: movements are only ever added; balances and cost pools are caches of them."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from server.store.db import Model
from server.store.types import BigId, Instant, Money, Quantity


class Movement(Model):
    """`quantity` base units of one key went from one position to another.

    value: what left the cost pool (or entered it), 0 while stock stays in its pool.
    cogs: the part of value that is cost of goods sold (negative for returns).
    occurred_at ± uncertainty_ms: when it happened; recorded_at: when we heard of it.
    value_date: the day it counts for in money; differs after a period was closed.
    """

    __tablename__ = "movement"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    command_id: Mapped[UUID] = mapped_column(ForeignKey("command.id"))
    line: Mapped[int]
    kind: Mapped[str]
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"))
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    serial_id: Mapped[int] = mapped_column(ForeignKey("serial.id"))
    quantity: Mapped[Decimal] = mapped_column(Quantity)
    second_quantity: Mapped[Decimal | None] = mapped_column(Quantity)
    from_position_id: Mapped[int] = mapped_column(ForeignKey("position.id"))
    to_position_id: Mapped[int] = mapped_column(ForeignKey("position.id"))
    unit_cost: Mapped[Decimal | None] = mapped_column(Money)
    value: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))
    cogs: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))
    estimated: Mapped[bool] = mapped_column(default=False)
    occurred_at: Mapped[int] = mapped_column(Instant)
    uncertainty_ms: Mapped[int] = mapped_column(BigId, default=0)
    recorded_at: Mapped[int] = mapped_column(Instant)
    value_date: Mapped[Any] = mapped_column(Date)
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"))
    device_seq: Mapped[int | None] = mapped_column(BigId)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    document: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("movement.id"))
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("from_position_id <> to_position_id", name="goes_somewhere"),
        Index("ix_movement_command", "command_id", "line", unique=True),
        Index("ix_movement_item_occurred", "item_id", "occurred_at"),
        Index("ix_movement_item_value_date", "item_id", "value_date"),
        Index("ix_movement_recorded", "recorded_at"),
        Index("ix_movement_from", "from_position_id", "id"),
        Index("ix_movement_to", "to_position_id", "id"),
        Index(
            "ix_movement_user",
            "user_id",
            "id",
            sqlite_where=text("user_id is not null"),
            postgresql_where=text("user_id is not null"),
        ),
        Index(
            "ix_movement_device",
            "device_id",
            "id",
            sqlite_where=text("device_id is not null"),
            postgresql_where=text("device_id is not null"),
        ),
        Index(
            "ix_movement_estimated",
            "recorded_at",
            sqlite_where=text("estimated"),
            postgresql_where=text("estimated"),
        ),
    )


class Reversal(Model):
    """A movement is reversed at most once: its primary key says so."""

    __tablename__ = "reversal"
    movement_id: Mapped[int] = mapped_column(ForeignKey("movement.id"), primary_key=True)
    command_id: Mapped[UUID] = mapped_column(ForeignKey("command.id"))


class Balance(Model):
    """What is where now: derived from the ledger, changed in the same transaction.

    Kept for every position stock can stand in (physical ones, production and transit), not for
    suppliers, customers, adjustment and scrap. Negative on_hand is an exception, not corruption.
    """

    __tablename__ = "balance"
    position_id: Mapped[int] = mapped_column(ForeignKey("position.id"), primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), primary_key=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"), primary_key=True)
    serial_id: Mapped[int] = mapped_column(ForeignKey("serial.id"), primary_key=True)
    on_hand: Mapped[Decimal] = mapped_column(Quantity, default=Decimal(0))
    second_on_hand: Mapped[Decimal] = mapped_column(Quantity, default=Decimal(0))
    reserved: Mapped[Decimal] = mapped_column(Quantity, default=Decimal(0))
    __table_args__ = (
        Index("ix_balance_item", "item_id", "position_id"),
        Index(
            "ix_balance_negative",
            "item_id",
            sqlite_where=text("on_hand < 0"),
            postgresql_where=text("on_hand < 0"),
        ),
    )


class CostPool(Model):
    """Quantity and value of one item of one owner at one site, with its `cost_layer` rows."""

    __tablename__ = "cost_pool"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    owner_id: Mapped[int] = mapped_column(ForeignKey("owner.id"))
    method: Mapped[str]
    quantity: Mapped[Decimal] = mapped_column(Quantity, default=Decimal(0))
    value: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))
    last_cost: Mapped[Decimal | None] = mapped_column(Money)
    __table_args__ = (
        Index("ix_cost_pool_key", "item_id", "site_id", "owner_id", unique=True),
        CheckConstraint("quantity <> 0 or value = 0", name="empty_is_worthless"),
    )


class CostLayer(Model):
    """An open FIFO layer, or (negative) a shortage waiting for the receipt that covers it."""

    __tablename__ = "cost_layer"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    pool_id: Mapped[int] = mapped_column(ForeignKey("cost_pool.id"))
    movement_id: Mapped[int] = mapped_column(ForeignKey("movement.id"))
    quantity: Mapped[Decimal] = mapped_column(Quantity)
    value: Mapped[Decimal] = mapped_column(Money)
    cogs: Mapped[bool] = mapped_column(default=False)
    estimated: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (Index("ix_cost_layer_pool", "pool_id", "id"),)


class Revaluation(Model):
    """A correction of value only; summed with the movements in every valuation (RULES 17).

    value: change of the pool's value; cogs: change of cost of goods sold.
    """

    __tablename__ = "revaluation"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    command_id: Mapped[UUID] = mapped_column(ForeignKey("command.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    owner_id: Mapped[int] = mapped_column(ForeignKey("owner.id"))
    kind: Mapped[str]
    value: Mapped[Decimal] = mapped_column(Money)
    cogs: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))
    cause_movement_id: Mapped[int | None] = mapped_column(ForeignKey("movement.id"))
    corrects_movement_id: Mapped[int | None] = mapped_column(ForeignKey("movement.id"))
    occurred_at: Mapped[int] = mapped_column(Instant)
    recorded_at: Mapped[int] = mapped_column(Instant)
    value_date: Mapped[Any] = mapped_column(Date)
    __table_args__ = (
        Index("ix_revaluation_item_value_date", "item_id", "value_date"),
        Index("ix_revaluation_corrects", "corrects_movement_id"),
    )


class Reservation(Model):
    """A promise of stock; ends by pick, release or cancellation, never by time.

    state: open | done | released
    """

    __tablename__ = "reservation"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    uid: Mapped[UUID] = mapped_column(Uuid, unique=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"))
    quantity: Mapped[Decimal] = mapped_column(Quantity)
    reference: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="open")
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[int] = mapped_column(Instant)
    ended_at: Mapped[int | None] = mapped_column(Instant)
    __table_args__ = (
        Index("ix_reservation_item", "item_id", "site_id"),
        CheckConstraint("state in ('open','done','released')", name="state"),
    )


class ReservationLine(Model):
    """What of a reservation stands on which balance; `open` is not yet picked or released."""

    __tablename__ = "reservation_line"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    reservation_id: Mapped[int] = mapped_column(ForeignKey("reservation.id"))
    position_id: Mapped[int] = mapped_column(ForeignKey("position.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"))
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    serial_id: Mapped[int] = mapped_column(ForeignKey("serial.id"))
    quantity: Mapped[Decimal] = mapped_column(Quantity)
    open: Mapped[Decimal] = mapped_column(Quantity)
    __table_args__ = (
        Index("ix_reservation_line_reservation", "reservation_id"),
        Index("ix_reservation_line_balance", "position_id", "item_id"),
        CheckConstraint("open >= 0 and open <= quantity", name="open_within"),
    )


class SerialSighting(Model):
    """Where a serial was seen and when; its place is the last one by occurred_at (RULES 15).

    place_position_id: where it stood after the sighting; source_position_id: what the person said
    or the books held before it.
    """

    __tablename__ = "serial_sighting"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    serial_id: Mapped[int] = mapped_column(ForeignKey("serial.id"))
    occurred_at: Mapped[int] = mapped_column(Instant)
    device_id: Mapped[int] = mapped_column(BigId, default=0)
    device_seq: Mapped[int] = mapped_column(BigId, default=0)
    place_position_id: Mapped[int] = mapped_column(ForeignKey("position.id"))
    source_position_id: Mapped[int] = mapped_column(ForeignKey("position.id"))
    command_id: Mapped[UUID] = mapped_column(
        ForeignKey("command.id", deferrable=True, initially="DEFERRED")
    )
    undone: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (
        Index("ix_serial_sighting_serial", "serial_id", "occurred_at"),
        Index("ix_serial_sighting_command", "command_id", "serial_id"),
    )
