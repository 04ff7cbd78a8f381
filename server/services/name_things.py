"""The codes in commands, turned into the rows they name: all of a batch with one query a kind.

Facts may name a lot, serial or unit nobody has told us of: a label on a shelf exists. It is made,
and the fact is flagged.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from server.domain.codes import code_key
from server.domain.errors import InvalidInput, NotFound, RuleViolated
from server.store.db import upsert
from server.store.models import HandlingUnit, Lot, Serial
from server.store.models.items import NONE_ID
from server.store.prepared import Asked, ask
from server.store.queries.catalogue import (
    ITEMS,
    LOCATIONS,
    OWNERS,
    STATUSES,
    UNITS,
    ItemRow,
    LocationRow,
    LotRow,
    OwnerRow,
    SerialRow,
    StatusRow,
    UnitRow,
    lots_by_key,
    serials_by_key,
    units_by_key,
)

Found = TypeVar("Found")
ITEM_FIELDS = ("item",)
LOCATION_FIELDS = ("from", "to", "location", "cart")
UNIT_FIELDS = ("unit", "from_unit", "to_unit")
STATUS_FIELDS = ("status", "from_status", "to_status")


@dataclass
class Names:
    """What the bodies of some commands name. `load` first; unknown names raise NotFound."""

    session: Session
    now: int
    items: dict[str, ItemRow] = field(default_factory=dict)
    locations: dict[tuple[int, str], LocationRow] = field(default_factory=dict)
    statuses: dict[str, StatusRow] = field(default_factory=dict)
    owners: dict[str, OwnerRow] = field(default_factory=dict)
    units: dict[str, UnitRow] = field(default_factory=dict)
    lots: dict[tuple[int, str], LotRow] = field(default_factory=dict)
    serials: dict[tuple[int, str], SerialRow] = field(default_factory=dict)
    _sites_asked: list[int] = field(default_factory=list)

    def load(self, bodies: Iterable[tuple[int, Mapping[str, Any]]]) -> None:
        """Read everything these (site id, body) pairs name."""
        bodies = list(bodies)
        self.take(ask(self.session, *self.asked(bodies)))
        lots, serials = set(), set()
        for _, body in bodies:
            item = self.items.get(code_key(body["item"])) if body.get("item") else None
            if item and body.get("lot"):
                lots.add((item.id, code_key(body["lot"])))
            if item and body.get("serial"):
                serials.add((item.id, code_key(body["serial"])))
        if lots:
            self.lots |= lots_by_key(self.session, lots)
        if serials:
            self.serials |= serials_by_key(self.session, serials)

    def asked(self, bodies: Iterable[tuple[int, Mapping[str, Any]]]) -> list[Asked]:
        """The questions for what these name and is not known yet; `take` takes the answers."""
        bodies = list(bodies)
        plain = [body for _, body in bodies]
        by_site: dict[int, set[str]] = {}
        for site_id, body in bodies:
            by_site.setdefault(site_id, set()).update(_keys([body], LOCATION_FIELDS))
        self._sites_asked = list(by_site)
        return [
            ITEMS.about(_keys(plain, ITEM_FIELDS) - self.items.keys()),
            STATUSES.about(_keys(plain, STATUS_FIELDS) - self.statuses.keys()),
            OWNERS.about(_keys(plain, ("owner",)) - self.owners.keys()),
            UNITS.about(_keys(plain, UNIT_FIELDS) - self.units.keys()),
            *(
                LOCATIONS.about(
                    (key for key in keys if (site_id, key) not in self.locations), site=site_id
                )
                for site_id, keys in by_site.items()
            ),
        ]

    def take(self, answers: Sequence[list[Any]]) -> None:
        """The answers to what was `asked` last."""
        items, statuses, owners, units, *locations = answers
        self.items |= ITEMS.rows(items)
        self.statuses |= STATUSES.rows(statuses)
        self.owners |= OWNERS.rows(owners)
        self.units |= UNITS.rows(units)
        for site_id, found in zip(self._sites_asked, locations, strict=True):
            self.locations |= {(site_id, k): row for k, row in LOCATIONS.rows(found).items()}

    def item(self, code: str) -> ItemRow:
        """Raises NotFound `unknown_item`."""
        return _known(self.items, code_key(code), "unknown_item", item=code)

    def location(self, site_id: int, code: str) -> LocationRow:
        """Raises NotFound `unknown_location`; virtual locations cannot be named by a command."""
        row = _known(self.locations, (site_id, code_key(code)), "unknown_location", location=code)
        if row.code.startswith("@"):
            raise NotFound("unknown_location", location=code)
        return row

    def status(self, code: str) -> StatusRow:
        """Raises NotFound `unknown_status`."""
        return _known(self.statuses, code_key(code), "unknown_status", stock_status=code)

    def owner(self, code: str) -> OwnerRow:
        """Raises NotFound `unknown_owner`."""
        return _known(self.owners, code_key(code), "unknown_owner", owner=code)

    def unit(self, code: str) -> UnitRow:
        """Raises NotFound `unknown_unit`."""
        return _known(self.units, code_key(code), "unknown_unit", unit=code)

    def unit_made(self, code: str) -> UnitRow:
        """The unit, made where it is new (nowhere yet)."""
        self._make_units([code])
        return self.units[code_key(code)]

    def lot_id(self, item: ItemRow, body: Mapping[str, Any], flags: set[str]) -> int:
        """The lot a body names, made where it is new; 0 for items not tracked by lot.

        Raises InvalidInput `lot_required` unless the flags may say `lot_missing` (facts do).
        """
        if item.tracking == "none":
            return NONE_ID
        code = body.get("lot")
        if not code:
            if item.tracking == "lot":
                flags.add("lot_missing")
            return NONE_ID
        key = (item.id, code_key(code))
        if key not in self.lots:
            self._make_lots([(item, body)])
            flags.add("new_lot")
        return self.lots[key].id

    def serial_id(
        self, item: ItemRow, body: Mapping[str, Any], lot_id: int, flags: set[str]
    ) -> int:
        """The serial a body names, made where it is new; 0 for items not tracked by serial.

        Raises InvalidInput `serial_required`, and RuleViolated `serial_is_one` for quantities ≠ 1.
        """
        if item.tracking != "serial":
            return NONE_ID
        code = body.get("serial")
        if not code:
            raise InvalidInput("serial_required", item=item.sku)
        quantity = body.get("quantity", body.get("counted", Decimal(1)))
        if quantity not in (Decimal(0), Decimal(1)):
            raise RuleViolated("serial_is_one", item=item.sku, serial=code)
        key = (item.id, code_key(code))
        if key not in self.serials:
            self._make_serials([(item, body, lot_id)])
            flags.add("new_serial")
        return self.serials[key].id

    def lot_and_serial(
        self, item: ItemRow, body: Mapping[str, Any], flags: set[str]
    ) -> tuple[int, int]:
        """Both ids; a serial keeps the lot it was first named with, whatever is said later."""
        lot_id = self.lot_id(item, body, flags)
        serial_id = self.serial_id(item, body, lot_id, flags)
        if serial_id:
            lot_id = self.serials[item.id, code_key(body["serial"])].lot_id
        return lot_id, serial_id

    def make_new(self, bodies: Iterable[Mapping[str, Any]]) -> None:
        """Make the lots, serials and units these bodies name and nobody knows yet, all of a kind
        at once; the first that names one decides its dates. Raises NotFound `unknown_item`.
        """
        named = [(self.item(body["item"]), body) for body in bodies]
        self._make_lots(
            [(i, body) for i, body in named if body.get("lot") and i.tracking != "none"]
        )
        tracked = [(i, body) for i, body in named if i.tracking == "serial" and body.get("serial")]
        self._make_serials([(i, body, self.lot_id(i, body, flags=set())) for i, body in tracked])
        self._make_units([body["unit"] for _, body in named if body.get("unit")])

    def _make_lots(self, named: Iterable[tuple[ItemRow, Mapping[str, Any]]]) -> None:
        new: dict[tuple[int, str], dict[str, Any]] = {}
        for item, body in named:
            key = (item.id, code_key(body["lot"]))
            if key not in self.lots and key not in new:
                produced: date | None = body.get("production_date")
                new[key] = {
                    "item_id": item.id,
                    "code": body["lot"],
                    "code_key": key[1],
                    "production_date": produced,
                    "expires_on": body.get("expires_on") or expiry_of(item, produced),
                    "changed_at": self.now,
                }
        if new:
            self._make(Lot, list(new.values()))
            self.lots |= lots_by_key(self.session, new)

    def _make_serials(self, named: Iterable[tuple[ItemRow, Mapping[str, Any], int]]) -> None:
        new: dict[tuple[int, str], dict[str, Any]] = {}
        for item, body, lot_id in named:
            key = (item.id, code_key(body["serial"]))
            if key not in self.serials and key not in new:
                new[key] = {
                    "item_id": item.id,
                    "code": body["serial"],
                    "code_key": key[1],
                    "lot_id": lot_id,
                    "changed_at": self.now,
                }
        if new:
            self._make(Serial, list(new.values()))
            self.serials |= serials_by_key(self.session, new)

    def _make_units(self, codes: Iterable[str]) -> None:
        by_key = {code_key(code): code for code in codes}
        rows = [
            {"code": code, "code_key": key, "changed_at": self.now}
            for key, code in by_key.items()
            if key not in self.units
        ]
        if rows:
            self._make(HandlingUnit, rows)
            self.units |= units_by_key(self.session, [str(row["code_key"]) for row in rows])

    def _make(self, model: Any, rows: list[dict[str, Any]]) -> None:
        self.session.execute(upsert(self.session, model).on_conflict_do_nothing(), rows)


def expiry_of(item: ItemRow, produced: date | None) -> date | None:
    """The last good day by production date and shelf life; None if either is unknown.

    Months count in calendar months; 31 January and one month is the last of February. What keeps
    beyond the calendar does not expire.
    """
    if produced is None or item.shelf_life is None:
        return None
    try:
        return _last_good_day(item, produced, item.shelf_life)
    except (OverflowError, ValueError):
        return None


def _last_good_day(item: ItemRow, produced: date, shelf_life: int) -> date:
    if item.shelf_life_unit == "day":
        return date.fromordinal(produced.toordinal() + shelf_life)
    months = produced.year * 12 + produced.month - 1 + shelf_life
    year, month = divmod(months, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    last = date.fromordinal(following.toordinal() - 1).day
    return date(year, month + 1, min(produced.day, last))


def _keys(bodies: Iterable[Mapping[str, Any]], fields: Iterable[str]) -> set[str]:
    return {code_key(body[name]) for body in bodies for name in fields if body.get(name)}


def _known(rows: Mapping[Any, Found], key: Any, code: str, **fields: Any) -> Found:
    try:
        return rows[key]
    except KeyError:
        raise NotFound(code, **fields) from None
