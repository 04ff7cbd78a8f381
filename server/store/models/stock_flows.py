"""What reports add up: stock flows by book day and by month."""

from datetime import date
from decimal import Decimal

from sqlalchemy import Date, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from server.store.db import Model
from server.store.types import Money, Quantity


class _Flows:
    """One item of one owner at one site on one book day (or month), by kind of movement.

    Reversals are negative in the kind they take back; kind `revaluation`: value only."""

    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("owner.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    in_quantity: Mapped[Decimal] = mapped_column(Quantity, default=Decimal(0))
    in_value: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))
    out_quantity: Mapped[Decimal] = mapped_column(Quantity, default=Decimal(0))
    out_value: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))


class StockFlowDay(_Flows, Model):
    """Derived from the ledger; `recalculation.flowed` says which days are up to date."""

    __tablename__ = "stock_flow_day"
    __table_args__ = (Index("ix_stock_flow_day_day", "day"), {"sqlite_with_rowid": False})


class StockFlowMonth(_Flows, Model):
    """The days of a month summed, under its first day; always in step with them."""

    __tablename__ = "stock_flow_month"
    __table_args__ = ({"sqlite_with_rowid": False},)
