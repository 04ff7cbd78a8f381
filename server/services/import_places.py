"""Planning the import of locations with their zones, and of planning per site."""

from typing import Any

from server.domain.codes import checked_code, code_key
from server.domain.errors import InvalidInput
from server.domain.fields import coded
from server.domain.places import VIRTUAL_KINDS
from server.services.bind_barcodes import BARCODES
from server.services.keep_records import Columns
from server.services.manage_items import ITEM_SITES, planning_fields
from server.services.manage_places import LOCATIONS, ZONES, location_fields
from server.services.plan_import import (
    Change,
    Ground,
    PlannedRow,
    by_key,
    difference,
    plan_each,
    retirement,
)
from server.store.bulk import rows_where
from server.store.models import ItemSite, Location, Zone
from server.store.queries.catalogue import ItemRow, SiteRow, items_by_key, sites_by_key

LOCATION_ORDER = (ZONES, LOCATIONS, BARCODES)
ITEM_SITE_ORDER = (ITEM_SITES,)


class Sites:
    """The sites an import names, each within the actor's scope."""

    def __init__(self, ground: Ground, rows: list[PlannedRow]) -> None:
        self.ground = ground
        named = {row.values["site"] for row in rows if "site" in row.values}
        keys = [code_key(code) for code in (*named, ground.site) if code]
        self.by_key = sites_by_key(ground.session, keys)

    def of(self, values: Columns) -> SiteRow:
        """The row's site, or the file's. Raises InvalidInput `site_missing`, `unknown_site`."""
        code = values.get("site") or self.ground.site
        if code is None:
            raise InvalidInput("site_missing")
        site = self.by_key.get(code_key(code))
        if site is None or not self.ground.actor.sees_site(site.id):
            raise InvalidInput("unknown_site", site=code[:40])
        return site


def plan_locations(ground: Ground, rows: list[PlannedRow]) -> None:
    """Plan every row that is not wrong yet."""
    plan_each(rows, _LocationPlanner(ground, rows).plan)


class _LocationPlanner:
    def __init__(self, ground: Ground, rows: list[PlannedRow]) -> None:
        self.ground, self.sites = ground, Sites(ground, rows)
        values = [row.values for row in rows if row.wrong is None]
        keys = [code_key(v["code"]) for v in values]
        found = rows_where(ground.session, Location.code_key, keys)
        self.locations: dict[Any, Any] = by_key(found, "site_id", "code_key")
        zones = [code_key(v["zone"]) for v in values if "zone" in v]
        found = rows_where(ground.session, Zone.code_key, zones)
        self.zones: dict[Any, Any] = by_key(found, "site_id", "code_key")
        self.seen: set[tuple[int, str]] = set()

    def plan(self, row: PlannedRow) -> list[Change]:
        """What this row makes or changes."""
        site = self.sites.of(row.values)
        columns = location_fields(row.values)
        key = (site.id, columns["code_key"])
        if key in self.seen:
            raise InvalidInput("duplicate_row", value=columns["code"])
        self.seen.add(key)
        columns |= retirement(self.ground, row.values, self.locations.get(key))
        made: list[Change] = []
        if "zone" in row.values:
            columns["zone_id"], made = self._zone(site.id, row.values["zone"])
        return [*self._location(key, columns), *made]

    def _location(self, key: tuple[int, str], columns: Columns) -> list[Change]:
        existing = self.locations.get(key)
        if existing is None:
            new = Change(LOCATIONS, {"kind": "bin"} | columns | {"site_id": key[0]})
            return [new, self._label(new, columns)]
        if existing.kind in VIRTUAL_KINDS:
            raise InvalidInput("reserved_code", value=existing.code)
        change = difference(LOCATIONS, existing, columns | {"code": existing.code})
        return [] if change is None else [change]

    def _label(self, location: Change, columns: Columns) -> Change:
        code = {"code": columns["code"], "code_key": columns["code_key"]}
        return Change(BARCODES, code | {"kind": "location", "target_id": location})

    def _zone(self, site_id: int, code: str) -> tuple[Any, list[Change]]:
        """An unknown zone is made with the first location in it."""
        key = (site_id, code_key(code))
        found = self.zones.get(key)
        if isinstance(found, Change):
            return found, []
        if found is not None:
            return found.id, []
        made = Change(ZONES, coded({"code": code}, "zone") | {"site_id": site_id})
        self.zones[key] = made
        return made, [made]


def plan_item_sites(ground: Ground, rows: list[PlannedRow]) -> None:
    """Plan every row that is not wrong yet."""
    sites = Sites(ground, rows)
    items = named_items(ground, rows)
    ids = [item.id for item in items.values()]
    existing = by_key(rows_where(ground.session, ItemSite.item_id, ids), "item_id", "site_id")
    seen: set[tuple[int, int]] = set()

    def plan(row: PlannedRow) -> list[Change]:
        key = (item_of(items, row.values).id, sites.of(row.values).id)
        if key in seen:
            raise InvalidInput("duplicate_row", value=row.values["item"])
        seen.add(key)
        columns = planning_fields(row.values)
        if key not in existing:
            return [Change(ITEM_SITES, columns | {"item_id": key[0], "site_id": key[1]})]
        change = difference(ITEM_SITES, existing[key], columns)
        return [] if change is None else [change]

    plan_each(rows, plan)


def named_items(ground: Ground, rows: list[PlannedRow]) -> dict[str, ItemRow]:
    """The items the rows name."""
    skus = [code_key(row.values["item"]) for row in rows if row.wrong is None]
    return items_by_key(ground.session, skus)


def item_of(items: dict[str, ItemRow], values: Columns) -> ItemRow:
    """The row's item. Raises InvalidInput `unknown_item`, `bad_code`."""
    item = items.get(code_key(checked_code(values["item"], "item")))
    if item is None:
        raise InvalidInput("unknown_item", item=values["item"][:40])
    return item
