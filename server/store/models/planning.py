"""What the jobs derive from the ledger: day roll-ups, turnover, reorder alerts."""

from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from server.store.db import Model
from server.store.types import BigId, Instant, Money, Quantity


class DayRollup(Model):
    """One item at one site on one day: quantities by occurred_at, money by value_date.

    value_change_rest: Σ Δvalue × milliseconds of the day left, money-scaled (10^-4): what a
    time-weighted average needs. Only our own stock carries money; openings are sums when read.
    """

    __tablename__ = "day_rollup"
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), primary_key=True)
    day: Mapped[Any] = mapped_column(Date, primary_key=True)
    in_quantity: Mapped[Decimal] = mapped_column(Quantity, default=Decimal(0))
    out_quantity: Mapped[Decimal] = mapped_column(Quantity, default=Decimal(0))
    sold_quantity: Mapped[Decimal] = mapped_column(Quantity, default=Decimal(0))
    cogs: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))
    value_change: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))
    value_change_rest: Mapped[str] = mapped_column(default="0")


class Turnover(Model):
    """Turnover ratio and days of stock of one item at one site, as last computed."""

    __tablename__ = "turnover"
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), primary_key=True)
    method: Mapped[str]
    first_day: Mapped[Any] = mapped_column(Date)
    last_day: Mapped[Any] = mapped_column(Date)
    cogs: Mapped[Decimal] = mapped_column(Money)
    average_inventory: Mapped[Decimal] = mapped_column(Money)
    ratio: Mapped[str | None]
    days_of_stock: Mapped[str | None]
    flags: Mapped[str] = mapped_column(default="")
    on_hand: Mapped[Decimal] = mapped_column(Quantity)
    available: Mapped[Decimal] = mapped_column(Quantity)
    inventory_position: Mapped[Decimal] = mapped_column(Quantity)
    stock_value: Mapped[Decimal] = mapped_column(Money)
    computed_at: Mapped[int] = mapped_column(Instant)


class ReorderAlert(Model):
    """state: triggered | acknowledged | snoozed | resolved; one not resolved per kind, item and
    site. level: usual | red (a red line of the house is crossed).

    kind: reorder (inventory_position is at or below reorder_point) | expired | negative: then
    inventory_position is the quantity it is about, and reorder_point 0.
    """

    __tablename__ = "reorder_alert"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    kind: Mapped[str] = mapped_column(default="reorder")
    level: Mapped[str] = mapped_column(default="usual")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    state: Mapped[str] = mapped_column(default="triggered")
    inventory_position: Mapped[Decimal] = mapped_column(Quantity)
    reorder_point: Mapped[Decimal] = mapped_column(Quantity)
    triggered_at: Mapped[int] = mapped_column(Instant)
    acknowledged_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    acknowledged_at: Mapped[int | None] = mapped_column(Instant)
    snoozed_until: Mapped[int | None] = mapped_column(Instant)
    resolved_at: Mapped[int | None] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)
    __table_args__ = (
        Index(
            "uq_reorder_alert_open",
            "kind",
            "item_id",
            "site_id",
            unique=True,
            sqlite_where=text("state <> 'resolved'"),
            postgresql_where=text("state <> 'resolved'"),
        ),
        CheckConstraint("state in ('triggered','acknowledged','snoozed','resolved')", name="state"),
    )


class AlertEvent(Model):
    """What happened to an alert: opened, decided by somebody, or closed by the system (no user).

    event: triggered | assigned | acknowledged | snoozed | snooze_ended | reddened | eased |
    resolved. owner_id, until: what was decided.
    """

    __tablename__ = "alert_event"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    alert_id: Mapped[int] = mapped_column(ForeignKey("reorder_alert.id"))
    event: Mapped[str]
    at: Mapped[int] = mapped_column(Instant)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    until: Mapped[int | None] = mapped_column(Instant)
    quantity: Mapped[Decimal | None] = mapped_column(Quantity)
    __table_args__ = (Index("ix_alert_event_alert", "alert_id", "id"),)
