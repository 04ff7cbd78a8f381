"""The two sites of the demo warehouse and their 400 locations."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

TIME_ZONE = "Asia/Shanghai"


class DemoZone(NamedTuple):
    """Part of a site."""

    code: str
    name_zh: str
    name_en: str


class DemoLocation(NamedTuple):
    """One place with its kind, zone and place in the walk."""

    code: str
    kind: str
    zone: str
    walking_order: int


ZONES = (
    DemoZone("A", "拣货区", "Picking"),
    DemoZone("B", "存储区", "Reserve"),
    DemoZone("D", "收发货区", "Docks"),
    DemoZone("Q", "质检区", "Quality"),
)


@dataclass(frozen=True, slots=True)
class DemoSite:
    """A site: share of the items it keeps, order lines on an average working day, how many aisles
    of ten bays it has for picking and for the reserve, and a count every how many days."""

    code: str
    name_zh: str
    name_en: str
    share: float
    lines_a_day: float
    pick_aisles: int
    reserve_aisles: int
    carts: int
    count_every: int

    @property
    def homes(self) -> list[str]:
        """Pick faces."""
        return [f"A-{aisle:02d}-{bay:02d}" for aisle, bay in _bays(self.pick_aisles)]

    @property
    def reserves(self) -> list[str]:
        """Reserve bins."""
        return [f"B-{aisle:02d}-{bay:02d}" for aisle, bay in _bays(self.reserve_aisles)]

    @property
    def dock(self) -> str:
        """Where goods arrive."""
        return "DOCK-1"

    @property
    def quality(self) -> str:
        """Where returns are looked at."""
        return "QC-1"

    def locations(self) -> Iterator[DemoLocation]:
        """All of them in walking order."""
        yield DemoLocation(self.dock, "dock", "D", 1)
        yield DemoLocation("STAGE-1", "staging", "D", 2)
        yield DemoLocation(self.quality, "quality", "Q", 3)
        for number in range(1, self.carts + 1):
            yield DemoLocation(f"CART-{number}", "mobile", "", 0)
        for order, code in enumerate(self.homes, 10):
            yield DemoLocation(code, "pick_face", "A", order)
        for order, code in enumerate(self.reserves, 1_000):
            yield DemoLocation(code, "bin", "B", order)


SITES = (
    DemoSite("SH", "上海仓", "Shanghai", 1.0, 26, 15, 9, 8, 4),
    DemoSite("CD", "成都仓", "Chengdu", 0.4, 9, 9, 5, 6, 9),
)


def _bays(aisles: int) -> Iterator[tuple[int, int]]:
    return ((aisle, bay) for aisle in range(1, aisles + 1) for bay in range(1, 11))
