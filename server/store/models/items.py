"""What is kept: items, their packagings, barcodes, lots and serials."""

from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.store.db import Model
from server.store.types import BigId, Instant, Money, Quantity

NONE_ID = 0
"""Row 0 of lot, serial and handling_unit means "none", so that no NULL takes part in a key."""


class Category(Model):
    __tablename__ = "category"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    code: Mapped[str]
    code_key: Mapped[str] = mapped_column(unique=True)
    name_zh: Mapped[str] = mapped_column(default="")
    name_en: Mapped[str] = mapped_column(default="")
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("category.id"))
    version: Mapped[int] = mapped_column(default=1)
    retired_at: Mapped[int | None] = mapped_column(Instant)


class Item(Model):
    """An item: `sku_key` is its sku NFKC-casefolded, `search` what people look it up by."""

    __tablename__ = "item"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sku: Mapped[str]
    sku_key: Mapped[str] = mapped_column(unique=True)
    name_zh: Mapped[str] = mapped_column(default="")
    name_en: Mapped[str] = mapped_column(default="")
    specification: Mapped[str] = mapped_column(default="")
    base_unit: Mapped[str]
    second_unit: Mapped[str] = mapped_column(default="")
    tracking: Mapped[str] = mapped_column(default="none")
    shelf_life: Mapped[int | None]
    shelf_life_unit: Mapped[str] = mapped_column(default="day")
    standard_cost: Mapped[Decimal | None] = mapped_column(Money)
    costing: Mapped[str] = mapped_column(default="average")
    category_id: Mapped[int | None] = mapped_column(ForeignKey("category.id"))
    attributes: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    search: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[int] = mapped_column(Instant)
    retired_at: Mapped[int | None] = mapped_column(Instant)
    __table_args__ = (
        CheckConstraint("tracking in ('none','lot','serial')", name="tracking"),
        CheckConstraint("costing in ('average','fifo')", name="costing"),
        CheckConstraint("shelf_life_unit in ('day','month')", name="shelf_life_unit"),
    )


class Packaging(Model):
    """A named multiple of the base unit: box of 12."""

    __tablename__ = "packaging"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"))
    name: Mapped[str]
    quantity: Mapped[Decimal] = mapped_column(Quantity)
    version: Mapped[int] = mapped_column(default=1)
    retired_at: Mapped[int | None] = mapped_column(Instant)
    __table_args__ = (UniqueConstraint("item_id", "name"),)


class Picture(Model):
    __tablename__ = "picture"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), unique=True)
    media_type: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    changed_at: Mapped[int] = mapped_column(Instant)


class Barcode(Model):
    """One code of one thing. A code may stand for several things: then context decides, or asks.

    kind: item | location | handling_unit | document | user; target_id is that thing's id.
    packaging_id: for items, which packaging the code is on (None: one base unit).
    """

    __tablename__ = "barcode"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    code: Mapped[str]
    code_key: Mapped[str]
    kind: Mapped[str]
    target_id: Mapped[int] = mapped_column(BigId)
    packaging_id: Mapped[int | None] = mapped_column(ForeignKey("packaging.id"))
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[int] = mapped_column(Instant)
    retired_at: Mapped[int | None] = mapped_column(Instant)
    __table_args__ = (
        UniqueConstraint("code_key", "kind", "target_id"),
        Index("ix_barcode_target", "kind", "target_id"),
    )


class Lot(Model):
    __tablename__ = "lot"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("item.id"))
    code: Mapped[str]
    code_key: Mapped[str]
    production_date: Mapped[Any | None] = mapped_column(Date)
    expires_on: Mapped[Any | None] = mapped_column(Date)
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[int] = mapped_column(Instant)
    __table_args__ = (
        UniqueConstraint("item_id", "code_key"),
        Index("ix_lot_code", "code_key"),
        Index("ix_lot_changed", "changed_at"),
    )


class Serial(Model):
    __tablename__ = "serial"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("item.id"))
    code: Mapped[str]
    code_key: Mapped[str]
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"), default=NONE_ID)
    changed_at: Mapped[int] = mapped_column(Instant)
    __table_args__ = (
        UniqueConstraint("item_id", "code_key"),
        Index("ix_serial_code", "code_key"),
    )


class ItemSite(Model):
    """How one item is planned at one site."""

    __tablename__ = "item_site"
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), primary_key=True)
    reorder_point: Mapped[Decimal | None] = mapped_column(Quantity)
    reorder_hysteresis: Mapped[Decimal] = mapped_column(Quantity, default=Decimal(0))
    safety_stock: Mapped[Decimal] = mapped_column(Quantity, default=Decimal(0))
    target_level: Mapped[Decimal | None] = mapped_column(Quantity)
    on_order: Mapped[Decimal] = mapped_column(Quantity, default=Decimal(0))
    backorder: Mapped[Decimal] = mapped_column(Quantity, default=Decimal(0))
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[int] = mapped_column(Instant)
