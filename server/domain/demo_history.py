"""Eighteen months in the demo warehouse: what its people would have said, day by day.

Everything follows from a seed: every draw is a hash of what it is about, so the same days always
see the same events. Stock is kept in step here, so that no request asks for what is not there.

A day: counts before seven thirty, refills and scrap at eight, picks from half past eight, goods in
after lunch, returns at the end.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any
from uuid import UUID, uuid5

from server.domain.demo_catalogue import DemoItem
from server.domain.demo_places import DemoSite
from server.domain.demo_stock import (
    WEEK,
    Batch,
    Keeping,
    draw,
    keepings_of,
    put_together,
    split_off,
    times,
)

NAMESPACE = UUID("7f1f7a52-54a4-5d0c-9a51-6f2f0c0d9520")
SEASON = {  # January … December
    "HOUSE": (1.0, 0.7, 0.9, 1.0, 1.0, 1.2, 0.9, 0.9, 1.0, 1.1, 1.7, 1.2),
    "TOOLS": (0.8, 0.5, 1.3, 1.3, 1.2, 1.0, 0.9, 0.9, 1.1, 1.1, 1.1, 0.9),
    "FOOD": (1.6, 0.9, 0.9, 0.9, 1.0, 1.0, 0.9, 0.9, 1.3, 1.0, 1.1, 1.3),
    "MED": (1.3, 1.1, 1.0, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 1.0, 1.2, 1.4),
}
RETURN_SHARE = 0.012
SAMPLE_SHARE = 0.004
VARIANCE_SHARE = 0.05
UNDECIDED_DAYS = 14


@dataclass(frozen=True, slots=True)
class Doing:
    """One thing somebody said: a command's id, type and body, and the minute of the day."""

    id: UUID
    minute: int
    type: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class DemoCount:
    """One place counted before work; some wait for a supervisor still."""

    uid: UUID
    doings: tuple[Doing, ...]
    is_decided: bool


@dataclass(frozen=True, slots=True)
class DemoDay:
    """One working day of a site, in the order in which it happened."""

    day: date
    counts: tuple[DemoCount, ...]
    doings: tuple[Doing, ...]


class SiteHistory:
    """What happens at one site; `days` may be asked for once."""

    def __init__(self, site: DemoSite, items: Sequence[DemoItem], seed: int) -> None:
        self.site = site
        self.seed = seed
        self.keepings = keepings_of(site, items, seed)
        self._number = 0
        self._doings: list[Doing] = []
        self._returned: list[tuple[Keeping, Batch, UUID]] = []
        self._inspected: list[tuple[Keeping, Batch]] = []

    def days(self, first: date, last: date) -> Iterator[DemoDay]:
        """Every day on which something happened."""
        self._open_stock(first)
        yield self._day(first, ())
        for ordinal in range(first.toordinal() + 1, last.toordinal() + 1):
            day = date.fromordinal(ordinal)
            if WEEK[day.weekday()]:
                counts = self._count(day, is_decided=(last - day).days >= UNDECIDED_DAYS)
                self._work(day)
                yield self._day(day, counts)

    def _day(self, day: date, counts: tuple[DemoCount, ...]) -> DemoDay:
        doings = tuple(sorted(self._doings, key=lambda doing: doing.minute))
        self._doings.clear()
        return DemoDay(day, counts, doings)

    def _work(self, day: date) -> None:
        inspected, returned = self._inspected, self._returned
        self._inspected, self._returned = [], []
        for keeping in self.keepings:
            if day.weekday() == 0:
                self._scrap_expired(keeping, day)
            if keeping.is_fast:
                self._refill(keeping)
            self._sell(keeping, day)
            self._receive(keeping, day)
            self._reorder(keeping, day)
        self._shelve(inspected)
        self._take_back(returned)

    # Goods in -------------------------------------------------------------------------------------

    def _open_stock(self, day: date) -> None:
        for keeping in self.keepings:
            quantity = keeping.order_quantity + keeping.reorder_point
            for batch in self._batches(keeping, quantity, day - timedelta(days=20)):
                self._say(
                    360,
                    "receive_other",
                    {
                        "to": keeping.home,
                        "reason": "opening_balance",
                        "unit_cost": keeping.item.cost,
                        **self._made(batch, day - timedelta(days=20)),
                        **self._goods(keeping, batch),
                    },
                )
                keeping.home_stock.append(batch)

    def _receive(self, keeping: Keeping, day: date) -> None:
        due = [arrival for arrival in keeping.arrivals if arrival[0] <= day]
        keeping.arrivals = [arrival for arrival in keeping.arrivals if arrival[0] > day]
        for ordered_for, quantity in due:
            minute = 800 + int(self._draw("dock", keeping.item.sku, day) * 120)
            document = f"PO-{ordered_for:%y%m%d}-{keeping.item.number:03d}"
            made_on = day - timedelta(days=6 + keeping.item.number % 20)
            for batch in self._batches(keeping, quantity, made_on):
                self._receive_batch(keeping, batch, made_on, minute, document)

    def _receive_batch(
        self, keeping: Keeping, batch: Batch, made_on: date, minute: int, document: str
    ) -> None:
        goes_up = keeping.is_fast
        if keeping.item.on_pallets and goes_up:
            self._number += 1
            batch.unit = f"P-{self.site.code}-{self._number:06d}"
        goods = self._goods(keeping, batch)
        unit = {"unit": batch.unit} if batch.unit else {}
        receipt = {
            "to": self.site.dock,
            "supplier": keeping.item.supplier,
            "unit_cost": self._price(keeping.item, made_on),
            "document": document,
        }
        self._say(minute, "receive_line", receipt | goods | unit | self._made(batch, made_on))
        target = keeping.reserve if goes_up else keeping.home
        move = {"to": target} | (unit or goods | {"from": self.site.dock})
        self._say(minute + 35, "put_away", move)
        put_together(keeping.reserve_stock if goes_up else keeping.home_stock, batch)

    def _reorder(self, keeping: Keeping, day: date) -> None:
        if keeping.position <= keeping.reorder_point:
            late = int(self._draw("late", keeping.item.sku, day) * 4)
            arrives = day + timedelta(days=keeping.lead_days + late)
            keeping.arrivals.append((arrives, keeping.order_quantity))

    def _batches(self, keeping: Keeping, quantity: int, made_on: date) -> list[Batch]:
        item = keeping.item
        if item.tracking == "serial":
            return [Batch(1, serial=self._new_serial(keeping)) for _ in range(quantity)]
        if item.tracking == "none" or item.shelf_life_days is None:
            return [Batch(quantity)]
        expires_on = made_on + timedelta(days=item.shelf_life_days)
        return [Batch(quantity, f"L{made_on:%y%m%d}", expires_on)]

    def _new_serial(self, keeping: Keeping) -> str:
        keeping.serials += 1
        return f"{self.site.code}{keeping.item.number:03d}{keeping.serials:05d}"

    def _made(self, batch: Batch, made_on: date) -> dict[str, Any]:
        return {"production_date": made_on} if batch.lot else {}

    def _price(self, item: DemoItem, day: date) -> Decimal:
        drift = 0.97 + 0.06 * self._draw("price", item.sku, day) + 0.0001 * (day.toordinal() % 540)
        price = item.cost * Decimal(f"{drift:.4f}")
        return price.quantize(Decimal("0.01"), ROUND_HALF_EVEN)

    # Inside ---------------------------------------------------------------------------------------

    def _refill(self, keeping: Keeping) -> None:
        at_home = sum(batch.quantity for batch in keeping.home_stock)
        if at_home * 5 >= keeping.home_capacity * 2:
            return
        wanted = keeping.home_capacity - at_home
        for batch in sorted(keeping.reserve_stock, key=lambda b: b.expires_on):
            moved = split_off(batch, min(wanted, batch.quantity))
            if moved.quantity:
                unit = {"from_unit": batch.unit} if batch.unit else {}
                places = {"from": keeping.reserve, "to": keeping.home}
                goods = self._goods(keeping, moved)
                self._say(480 + keeping.item.number % 25, "move_stock", places | goods | unit)
                moved.unit = ""
                put_together(keeping.home_stock, moved)
                wanted -= moved.quantity
        keeping.reserve_stock = [batch for batch in keeping.reserve_stock if batch.quantity]

    def _scrap_expired(self, keeping: Keeping, day: date) -> None:
        for place, stock in (
            (keeping.home, keeping.home_stock),
            (keeping.reserve, keeping.reserve_stock),
        ):
            for batch in [batch for batch in stock if batch.expires_on <= day]:
                unit = {"from_unit": batch.unit} if batch.unit else {}
                body = {"from": place, "reason": "expired"} | self._goods(keeping, batch) | unit
                self._say(470, "scrap_stock", body)
                stock.remove(batch)

    def _count(self, day: date, is_decided: bool) -> tuple[DemoCount, ...]:
        """A pick face now and then; never one with serials, they are counted one by one."""
        if day.toordinal() % self.site.count_every:
            return ()
        turn = day.toordinal() // self.site.count_every
        place = self.site.homes[turn * 7 % len(self.site.homes)]
        here = [keeping for keeping in self.keepings if keeping.home == place]
        if not here or any(keeping.item.tracking == "serial" for keeping in here):
            return ()
        uid = self._new_id("count")
        lines = [
            self._counted(uid, keeping, batch, day, is_decided)
            for keeping in here
            for batch in list(keeping.home_stock)
        ]
        finish = {"count": uid, "location": place, "whole": True}
        done = Doing(self._new_id("finish"), 435, "finish_count", self._here(finish))
        return (DemoCount(uid, (*lines, done), is_decided),)

    def _counted(
        self, uid: UUID, keeping: Keeping, batch: Batch, day: date, is_decided: bool
    ) -> Doing:
        chance = self._draw("variance", keeping.item.sku, batch.lot, day)
        wrong = (-1, -2, 1, -1)[int(chance / VARIANCE_SHARE * 4)] if chance < VARIANCE_SHARE else 0
        counted = max(batch.quantity + wrong, 0)
        body = {
            "count": uid,
            "location": keeping.home,
            "item": keeping.item.sku,
            "counted": Decimal(counted),
            **batch.names,
        }
        if is_decided:
            batch.quantity = counted
            keeping.home_stock = [b for b in keeping.home_stock if b.quantity]
        return Doing(self._new_id("line"), 420, "count_line", self._here(body))

    # Goods out ------------------------------------------------------------------------------------

    def _sell(self, keeping: Keeping, day: date) -> None:
        season = SEASON[keeping.item.family][day.month - 1]
        expected = keeping.rate * WEEK[day.weekday()] * season
        for line in range(times(expected, self._draw("lines", keeping.item.sku, day))):
            draw = self._draw("pick", keeping.item.sku, day, line)
            wanted = 1 + int(draw * 2 * keeping.mean)
            minute = 510 + int(self._draw("minute", keeping.item.sku, day, line) * 260)
            self._pick(keeping, wanted, minute, day)

    def _pick(self, keeping: Keeping, wanted: int, minute: int, day: date) -> None:
        fresh = [batch for batch in keeping.home_stock if batch.expires_on > day]
        for batch in sorted(fresh, key=lambda b: b.expires_on):
            taken = split_off(batch, min(wanted, batch.quantity))
            wanted -= taken.quantity
            if taken.quantity:
                self._issue(keeping, taken, minute, day)
        keeping.home_stock = [batch for batch in keeping.home_stock if batch.quantity]

    def _issue(self, keeping: Keeping, batch: Batch, minute: int, day: date) -> None:
        body = {"from": keeping.home} | self._goods(keeping, batch)
        kind = self._draw("kind", keeping.item.sku, day, minute)
        if kind < SAMPLE_SHARE:
            self._say(minute, "issue_other", {**body, "reason": "sample"})
            return
        document = f"SO-{day:%y%m%d}-{minute % 97:02d}"
        sold = self._say(minute, "pick_line", {**body, "document": document})
        if kind > 1 - RETURN_SHARE and not batch.serial:
            self._returned.append((keeping, Batch(1, batch.lot, batch.expires_on), sold))

    def _take_back(self, returned: Iterable[tuple[Keeping, Batch, UUID]]) -> None:
        """Of yesterday's sales, for inspection."""
        for keeping, batch, sold in returned:
            body = {"to": self.site.quality, "returns": sold} | self._goods(keeping, batch)
            self._say(990, "return_line", body)
            self._inspected.append((keeping, batch))

    def _shelve(self, inspected: Iterable[tuple[Keeping, Batch]]) -> None:
        """What was inspected goes to its shelf."""
        for keeping, batch in inspected:
            goods = self._goods(keeping, batch)
            states = {"from_status": "INSPECTION", "to_status": "GOOD"}
            self._say(940, "change_status", {"location": self.site.quality} | goods | states)
            self._say(955, "move_stock", {"from": self.site.quality, "to": keeping.home} | goods)
            put_together(keeping.home_stock, batch)

    # Saying ---------------------------------------------------------------------------------------

    def _say(self, minute: int, kind: str, body: dict[str, Any]) -> UUID:
        doing = Doing(self._new_id(kind), minute, kind, self._here(body))
        self._doings.append(doing)
        return doing.id

    def _here(self, body: dict[str, Any]) -> dict[str, Any]:
        return {"site": self.site.code, **body}

    def _goods(self, keeping: Keeping, batch: Batch) -> dict[str, Any]:
        return {"item": keeping.item.sku, "quantity": Decimal(batch.quantity), **batch.names}

    def _new_id(self, kind: str) -> UUID:
        self._number += 1
        return uuid5(NAMESPACE, f"{self.seed}/{self.site.code}/{kind}/{self._number}")

    def _draw(self, *about: object) -> float:
        return draw(self.seed, self.site.code, *about)
