"""What one movement or revaluation adds to the day roll-ups of the sites it touches.

Quantities count on the day it happened (occurred_at), at the physical boundary of a site's own
stock: put-aways and changes of status add nothing, a change of owner does. Money counts on
value_date, at the boundary of the site's own cost pool, which also holds what is in production and
in transit.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from server.domain.days import start_of_day
from server.domain.ledger import STOCK_KINDS
from server.domain.numbers import ZERO
from server.domain.places import PHYSICAL_KINDS
from server.domain.turnover import rest_of_day


@dataclass(frozen=True, slots=True)
class Side:
    """One end of a movement: `own` is whether the stock there is ours."""

    site_id: int
    kind: str
    own: bool

    @property
    def in_stock(self) -> bool:
        """Whether it is our own stock standing at its site."""
        return self.own and self.kind in PHYSICAL_KINDS

    @property
    def in_pool(self) -> bool:
        """Whether it is part of the cost pool of its site."""
        return self.own and self.kind in STOCK_KINDS


@dataclass(frozen=True, slots=True)
class Moved:
    """What a roll-up needs to know of one movement."""

    item_id: int
    quantity: Decimal
    value: Decimal
    cogs: Decimal
    occurred_at: int
    value_date: date
    source: Side
    target: Side


@dataclass(frozen=True, slots=True)
class Revalued:
    """What a roll-up needs to know of one revaluation of our own stock."""

    item_id: int
    site_id: int
    value: Decimal
    cogs: Decimal
    occurred_at: int
    value_date: date


@dataclass(slots=True)
class DaySums:
    """One item at one site on one day, being added up; `value_change_rest` in 10^-4 money × ms."""

    in_quantity: Decimal = ZERO
    out_quantity: Decimal = ZERO
    sold_quantity: Decimal = ZERO
    cogs: Decimal = ZERO
    value_change: Decimal = ZERO
    value_change_rest: int = 0

    def add_quantities(self, moved: Moved, site_id: int) -> None:
        """Add what the movement means for this site on the day it happened."""
        source, target = moved.source, moved.target
        leaves = source.in_stock and source.site_id == site_id
        enters = target.in_stock and target.site_id == site_id
        if enters and not leaves:
            self.in_quantity += moved.quantity
        if leaves and not enters:
            self.out_quantity += moved.quantity
        if target.kind == "customer" and source.in_pool and source.site_id == site_id:
            self.sold_quantity += moved.quantity
        if source.kind == "customer" and target.in_pool and target.site_id == site_id:
            self.sold_quantity -= moved.quantity

    def add_money(self, moved: Moved, site_id: int, time_zone: str) -> None:
        """Add what the movement means for this site's books on its value date."""
        source, target = moved.source, moved.target
        change = ZERO
        if source.in_pool and source.site_id == site_id:
            change -= moved.value
        if target.in_pool and target.site_id == site_id:
            change += moved.value
        self._change_value(change, moved.occurred_at, moved.value_date, time_zone)
        if cogs_site(moved) == site_id:
            self.cogs += moved.cogs

    def add_revaluation(self, revalued: Revalued, time_zone: str) -> None:
        """Add a correction of value on its value date."""
        self._change_value(revalued.value, revalued.occurred_at, revalued.value_date, time_zone)
        self.cogs += revalued.cogs

    def _change_value(self, change: Decimal, at_ms: int, day: date, time_zone: str) -> None:
        if not change:
            return
        start, end = day_bounds(day, time_zone)
        # A late fact of a closed period counts from the start of the day it was booked on.
        moment = at_ms if start <= at_ms < end else start
        self.value_change += change
        self.value_change_rest += rest_of_day(change, moment, start, end)


def cogs_site(moved: Moved) -> int | None:
    """The site whose cost of goods sold a movement changes: that of the pool it left or entered."""
    if moved.source.in_pool:
        return moved.source.site_id
    return moved.target.site_id if moved.target.in_pool else None


def touched_sites(moved: Moved) -> Iterator[int]:
    """The sites whose roll-ups the movement may change, each once."""
    yield moved.source.site_id
    if moved.target.site_id != moved.source.site_id:
        yield moved.target.site_id


@lru_cache(maxsize=4096)
def day_bounds(day: date, time_zone: str) -> tuple[int, int]:
    """[first instant, first instant of the next day) in ms: 23, 24 or 25 hours."""
    return start_of_day(day, time_zone), start_of_day(day + timedelta(days=1), time_zone)
