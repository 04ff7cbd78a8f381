"""What lies where in the demo warehouse, how well it sells, and when it is ordered again."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_CEILING, Decimal
from hashlib import blake2b

from server.domain.demo_catalogue import DemoItem
from server.domain.demo_places import DemoSite

WEEK = (1.15, 1.05, 1.0, 1.0, 1.1, 0.45, 0.0)  # Monday … Sunday
FAST_SHARE = 0.3
SERIALS_AT_ONCE = 6


@dataclass(slots=True)
class Batch:
    """Pieces that lie together: of one lot, in one handling unit; serials one by one."""

    quantity: int
    lot: str = ""
    expires_on: date = date.max
    unit: str = ""
    serial: str = ""

    @property
    def names(self) -> dict[str, str]:
        """How a command names them, but for the unit."""
        return {n: v for n, v in (("lot", self.lot), ("serial", self.serial)) if v}


@dataclass
class Keeping:
    """One item at one site: how it sells, where it lies, what is on its way."""

    item: DemoItem
    home: str
    reserve: str
    rate: float
    mean: int
    home_stock: list[Batch] = field(default_factory=list)
    reserve_stock: list[Batch] = field(default_factory=list)
    arrivals: list[tuple[date, int]] = field(default_factory=list)
    serials: int = 0

    @property
    def is_fast(self) -> bool:
        """Whether it has a place in the reserve, too."""
        return bool(self.reserve)

    @property
    def daily(self) -> float:
        """Pieces on an average day."""
        return self.rate * self.mean * sum(WEEK) / 7

    @property
    def lead_days(self) -> int:
        """From order to arrival."""
        return 3 + self.item.number % 9

    @property
    def reorder_point(self) -> int:
        """Demand of the lead time with some to spare."""
        return int(self.daily * (self.lead_days + 3) * 1.25) + 1

    @property
    def order_quantity(self) -> int:
        """Whole cartons, for the 18 days ahead of what sells fast, 12 weeks of the rest."""
        wanted = Decimal(self.daily * (18 if self.is_fast else 84)) / self.item.pack
        cartons = max(int(wanted.to_integral_value(ROUND_CEILING)), 1)
        pieces = cartons * self.item.pack
        return min(pieces, SERIALS_AT_ONCE) if self.item.tracking == "serial" else pieces

    @property
    def home_capacity(self) -> int:
        """What the pick face takes."""
        return int(self.daily * 6) + 2 * self.mean + 2

    @property
    def position(self) -> int:
        """In stock and on its way."""
        stock = (*self.home_stock, *self.reserve_stock)
        return sum(b.quantity for b in stock) + sum(quantity for _, quantity in self.arrivals)


def draw(*about: object) -> float:
    """A number in [0, 1) that only depends on what it is about."""
    text = "/".join(map(str, about))
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest()) / 2**64


def keepings_of(site: DemoSite, items: Sequence[DemoItem], seed: int) -> list[Keeping]:
    """The site's items by how well they sell: few sell often, many seldom."""
    chosen = [item for item in items if draw(seed, site.code, "kept", item.sku) < site.share]
    ranked = sorted(chosen, key=lambda item: draw(seed, "rank", item.sku) * _dearness(item))
    weights = [(rank + 6) ** -0.85 for rank in range(len(ranked))]
    homes, reserves = site.homes, site.reserves
    scale = site.lines_a_day / sum(weights)
    return [
        Keeping(
            item,
            homes[rank % len(homes)],
            reserves[rank % len(reserves)] if rank < FAST_SHARE * len(ranked) else "",
            weights[rank] * scale,
            max(1, min(10, int(40 / item.cost))),
        )
        for rank, item in enumerate(ranked)
    ]


def _dearness(item: DemoItem) -> float:
    """Dear things sell less often."""
    return 1.0 + math.sqrt(item.cost)


def times(expected: float, chance: float) -> int:
    """How often something expected so often happens, by one draw (inverse of the distribution)."""
    probability = share = math.exp(-expected)
    count = 0
    while chance > share and count < 12:
        count += 1
        probability *= expected / count
        share += probability
    return count


def put_together(stock: list[Batch], batch: Batch) -> None:
    """Pieces that cannot be told apart lie together."""
    for other in stock:
        if (other.lot, other.unit, other.serial) == (batch.lot, batch.unit, batch.serial):
            other.quantity += batch.quantity
            return
    stock.append(batch)


def split_off(batch: Batch, quantity: int) -> Batch:
    """Take pieces from a batch; what is taken may be nothing."""
    batch.quantity -= quantity
    return Batch(quantity, batch.lot, batch.expires_on, batch.unit, batch.serial)
