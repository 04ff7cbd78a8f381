"""Where it is kept, whose it is and in what state: sites, locations, owners, statuses, units."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.store.db import Model
from server.store.types import BigId, Instant, Money, Quantity


class Site(Model):
    """A warehouse. Quiet (no alerts, no count triggers) until `live_at`.

    window_policy: what to do with a movement inside a count's window (RULES 12).
    closed_through: last day of the last closed period; later facts post into the next day.
    """

    __tablename__ = "site"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    code: Mapped[str]
    code_key: Mapped[str] = mapped_column(unique=True)
    name_zh: Mapped[str] = mapped_column(default="")
    name_en: Mapped[str] = mapped_column(default="")
    time_zone: Mapped[str] = mapped_column(default="Asia/Shanghai")
    location_mode: Mapped[str] = mapped_column(default="bin")
    window_policy: Mapped[str] = mapped_column(default="recount")
    live_at: Mapped[int | None] = mapped_column(Instant)
    closed_through: Mapped[Any | None] = mapped_column(Date)
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[int] = mapped_column(Instant)
    retired_at: Mapped[int | None] = mapped_column(Instant)
    __table_args__ = (
        CheckConstraint("location_mode in ('none','zone','bin')", name="location_mode"),
        CheckConstraint("window_policy in ('recount','ask','accept')", name="window_policy"),
    )


class Period(Model):
    """Every closing and reopening of a site's books, with who and why."""

    __tablename__ = "period"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    closed_through: Mapped[Any | None] = mapped_column(Date)
    action: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    at: Mapped[int] = mapped_column(Instant)


class Zone(Model):
    __tablename__ = "zone"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    code: Mapped[str]
    code_key: Mapped[str]
    name_zh: Mapped[str] = mapped_column(default="")
    name_en: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)
    retired_at: Mapped[int | None] = mapped_column(Instant)
    __table_args__ = (UniqueConstraint("site_id", "code_key"),)


class Location(Model):
    """kind: bin pick_face dock staging quality mobile, or virtual: supplier customer adjustment
    scrap production transit (one of each per site, made with the site)."""

    __tablename__ = "location"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    zone_id: Mapped[int | None] = mapped_column(ForeignKey("zone.id"))
    code: Mapped[str]
    code_key: Mapped[str]
    name: Mapped[str] = mapped_column(default="")
    kind: Mapped[str]
    capacity: Mapped[Decimal | None] = mapped_column(Quantity)
    walking_order: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[int] = mapped_column(Instant)
    retired_at: Mapped[int | None] = mapped_column(Instant)
    __table_args__ = (
        UniqueConstraint("site_id", "code_key"),
        CheckConstraint(
            "kind in ('bin','pick_face','dock','staging','quality','mobile','supplier','customer',"
            "'adjustment','scrap','production','transit')",
            name="kind",
        ),
    )


class Owner(Model):
    """Whose stock: row 1 is us; others are suppliers, whose stock has no value in our books."""

    __tablename__ = "owner"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    code: Mapped[str]
    code_key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(default="")
    kind: Mapped[str] = mapped_column(default="supplier")
    supplier_id: Mapped[int | None] = mapped_column(ForeignKey("supplier.id"))
    version: Mapped[int] = mapped_column(default=1)
    retired_at: Mapped[int | None] = mapped_column(Instant)
    __table_args__ = (CheckConstraint("kind in ('own','supplier')", name="kind"),)


class StockStatus(Model):
    """合格, 待检, 不合格, 冻结, 待退 …: only stock in an available status may be promised."""

    __tablename__ = "stock_status"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    code: Mapped[str]
    code_key: Mapped[str] = mapped_column(unique=True)
    name_zh: Mapped[str] = mapped_column(default="")
    name_en: Mapped[str] = mapped_column(default="")
    available: Mapped[bool]
    version: Mapped[int] = mapped_column(default=1)
    retired_at: Mapped[int | None] = mapped_column(Instant)


class Supplier(Model):
    __tablename__ = "supplier"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    code: Mapped[str]
    code_key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(default="")
    contact: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[int] = mapped_column(Instant)
    retired_at: Mapped[int | None] = mapped_column(Instant)


class SupplierItem(Model):
    """Terms: what one supplier asks for one item."""

    __tablename__ = "supplier_item"
    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"), primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), primary_key=True)
    supplier_sku: Mapped[str] = mapped_column(default="")
    price: Mapped[Decimal | None] = mapped_column(Money)
    lead_time_days: Mapped[int | None]
    minimum_order_quantity: Mapped[Decimal | None] = mapped_column(Quantity)
    pack_multiple: Mapped[Decimal | None] = mapped_column(Quantity)
    preferred: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[int] = mapped_column(Instant)
    retired_at: Mapped[int | None] = mapped_column(Instant)


class HandlingUnit(Model):
    """A pallet, carton or tote with its own label; it is in one location, or nowhere yet."""

    __tablename__ = "handling_unit"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    code: Mapped[str]
    code_key: Mapped[str] = mapped_column(unique=True)
    location_id: Mapped[int | None] = mapped_column(ForeignKey("location.id"))
    changed_at: Mapped[int] = mapped_column(Instant)
    retired_at: Mapped[int | None] = mapped_column(Instant)
    __table_args__ = (
        Index("ix_handling_unit_location", "location_id"),
        Index("ix_handling_unit_changed", "changed_at"),
    )


class HandlingUnitMove(Model):
    """Where a unit went and when: late facts into a unit follow its later moves (RULES 16)."""

    __tablename__ = "handling_unit_move"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    handling_unit_id: Mapped[int] = mapped_column(ForeignKey("handling_unit.id"))
    from_location_id: Mapped[int | None] = mapped_column(ForeignKey("location.id"))
    to_location_id: Mapped[int] = mapped_column(ForeignKey("location.id"))
    occurred_at: Mapped[int] = mapped_column(Instant)
    uncertainty_ms: Mapped[int] = mapped_column(BigId, default=0)
    command_id: Mapped[UUID] = mapped_column(
        ForeignKey("command.id", deferrable=True, initially="DEFERRED")
    )
    undone: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (Index("ix_handling_unit_move_unit", "handling_unit_id", "occurred_at"),)


class Position(Model):
    """(location, handling unit, owner, status), interned; site and kind ride along for reports."""

    __tablename__ = "position"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    location_id: Mapped[int] = mapped_column(ForeignKey("location.id"))
    handling_unit_id: Mapped[int] = mapped_column(ForeignKey("handling_unit.id"))
    owner_id: Mapped[int] = mapped_column(ForeignKey("owner.id"))
    status_id: Mapped[int] = mapped_column(ForeignKey("stock_status.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    kind: Mapped[str]
    __table_args__ = (
        UniqueConstraint("location_id", "handling_unit_id", "owner_id", "status_id"),
        Index("ix_position_site", "site_id", "kind"),
    )
