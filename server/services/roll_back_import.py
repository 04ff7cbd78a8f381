"""Taking an import of records back: possible while nobody has changed or used them since."""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Date

from server.domain.days import day_of
from server.domain.errors import RuleViolated
from server.services.keep_records import Columns, Identity, RecordKind
from server.services.manage_items import ITEM_SITES, ITEMS
from server.services.manage_places import LOCATIONS
from server.services.plan_import import Change, Ground, tell_all
from server.store.bulk import rows_by_identity, rows_where, update_rows
from server.store.db import table_of
from server.store.models import ImportChange, Position
from server.store.queries.catalogue import sites_by_id
from server.store.queries.items import moved_items
from server.store.recalculations import mark
from server.store.types import Money, Quantity

NO_PLANNING: Final[Columns] = {
    "reorder_point": None,
    "reorder_hysteresis": Decimal(0),
    "safety_stock": Decimal(0),
    "target_level": None,
    "on_order": Decimal(0),
    "backorder": Decimal(0),
}
"""What a planning row without a plan says: such rows cannot be retired."""


def check_records(
    order: Sequence[RecordKind], ground: Ground, remembered: Sequence[ImportChange]
) -> None:
    """Raises RuleViolated `changed_since_import`, `used_since_import` naming a record."""
    for kind in reversed(order):
        _restorable(ground, kind, remembered)


def restore_records(
    order: Sequence[RecordKind], ground: Ground, remembered: Sequence[ImportChange]
) -> None:
    """Retire what an import made, and give what it changed its former columns.

    Raises RuleViolated `changed_since_import`, `used_since_import`.
    """
    for kind in reversed(order):
        was, rows = _restorable(ground, kind, remembered)
        changes = [_undone(ground, kind, rows[key], was[key].before, key) for key in was]
        update_rows(ground.session, kind.model, [(c.identity, c.columns) for c in changes])
        tell_all(ground, changes)
        mark_planning(ground, changes)


def _restorable(
    ground: Ground, kind: RecordKind, remembered: Sequence[ImportChange]
) -> tuple[dict[Identity, ImportChange], dict[Identity, Any]]:
    """(what was remembered, the rows of now) of one kind by identity."""
    was = {
        tuple(map(int, change.row_id.split("-"))): change
        for change in remembered
        if change.table_name == kind.name
    }
    rows = rows_by_identity(ground.session, kind.model, list(was))
    for identity, change in was.items():
        if rows[identity].version != json.loads(change.after)["version"]:
            raise RuleViolated("changed_since_import", kind=kind.name, value=_name(rows[identity]))
    made = [identity for identity, change in was.items() if change.before is None]
    _refuse_used(ground, kind, made, rows)
    return was, rows


def _undone(
    ground: Ground, kind: RecordKind, row: Any, before: str | None, identity: Identity
) -> Change:
    columns = _blank(ground, kind) if before is None else _decoded(kind, json.loads(before))
    columns["version"] = row.version + 1
    if hasattr(kind.model, "changed_at"):
        columns["changed_at"] = ground.at
    return Change(kind, columns, {}, identity)


def _blank(ground: Ground, kind: RecordKind) -> Columns:
    return dict(NO_PLANNING) if kind is ITEM_SITES else {"retired_at": ground.at}


def _decoded(kind: RecordKind, before: Columns) -> Columns:
    columns = table_of(kind.model).c
    return {name: _value(columns[name].type, value) for name, value in before.items()}


def _value(column_type: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column_type, Quantity | Money):
        return Decimal(value)
    return date.fromisoformat(value) if isinstance(column_type, Date) else value


def _refuse_used(
    ground: Ground, kind: RecordKind, made: list[Identity], rows: dict[Identity, Any]
) -> None:
    ids = [identity[0] for identity in made]
    used: set[int] = set()
    if kind is ITEMS:
        used = moved_items(ground.session, ids)
    if kind is LOCATIONS:
        positions = rows_where(ground.session, Position.location_id, ids)
        used = {row.location_id for row in positions}
    if used:
        row = rows[(min(used),)]
        raise RuleViolated("used_since_import", kind=kind.name, value=_name(row))


def _name(row: Any) -> str:
    named = (getattr(row, name, None) for name in ("sku", "code", "name", "item_id"))
    return str(next(name for name in named if name is not None))


def mark_planning(ground: Ground, changes: Iterable[Change]) -> None:
    """Ask for recalculation of every item and site whose planning changed."""
    pairs = [change.identity for change in changes if change.kind is ITEM_SITES]
    sites = sites_by_id(ground.session, {site_id for _, site_id in pairs})
    days = {site.id: day_of(ground.at, site.time_zone) for site in sites.values()}
    mark(ground.session, [(item, site, days[site]) for item, site in pairs], ground.at)
