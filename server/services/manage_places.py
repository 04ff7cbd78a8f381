"""Sites, zones, locations, and the states and owners stock can have there."""

from sqlalchemy import select, union

from server.domain.days import day_of
from server.domain.errors import RuleViolated
from server.domain.fields import coded, level, one_of, texts, whole
from server.domain.people import Actor
from server.domain.places import (
    LOCATION_MODES,
    PHYSICAL_KINDS,
    VIRTUAL_KINDS,
    WALKING_ORDER_MOST,
    WINDOW_POLICIES,
    checked_location_code,
    checked_time_zone,
    virtual_code,
)
from server.domain.settings import LOCATION_MODE, WINDOW_POLICY
from server.services.bind_barcodes import bind_barcode
from server.services.clock import now_ms
from server.services.find_references import site_named, supplier_named, zone_id
from server.services.keep_records import (
    Columns,
    Edit,
    RecordKind,
    Values,
    locked_record,
    require_no_stock,
    tell,
)
from server.services.keep_settings import note_change
from server.store.db import unit_of_work
from server.store.founding import OWN_OWNER_ID
from server.store.models import (
    Balance,
    ItemSite,
    Location,
    Owner,
    Position,
    Site,
    StockStatus,
    Zone,
)
from server.store.recalculations import mark

_NAMES = ("name_zh", "name_en")


def _site_columns(edit: Edit, values: Values, row: Site | None) -> Columns:
    columns = coded(values, "site") | texts(values, *_NAMES)
    if "time_zone" in values:
        columns["time_zone"] = checked_time_zone(values["time_zone"])
    for name, allowed in (("location_mode", LOCATION_MODES), ("window_policy", WINDOW_POLICIES)):
        if name in values:
            columns[name] = one_of(values[name], name, allowed)
    if row is not None:
        _note_settings(edit, columns, row)
    if row is not None and row.time_zone != columns.get("time_zone", row.time_zone):
        # Days already reckoned would mean other hours than those before and after them.
        _refuse_if_used(edit, row)
    if row is not None and values.get("retired"):
        require_no_stock(edit.session, Position.site_id == row.id)
    return columns


def _note_settings(edit: Edit, columns: Columns, row: Site) -> None:
    """Some business settings are columns of the site; they have a history like the others."""
    for setting in (LOCATION_MODE, WINDOW_POLICY):
        column = setting.site_column
        before, after = getattr(row, column), columns.get(column, getattr(row, column))
        if before != after:
            note_change(edit, setting.key, row.id, before, after)


def _refuse_if_used(edit: Edit, row: Site) -> None:
    used = select(Position.id).where(Position.site_id == row.id).limit(1)
    if edit.session.scalar(used) is not None:
        raise RuleViolated("frozen_once_moved", field="time_zone")


def _site_settled(edit: Edit, row: Site, changed: frozenset[str]) -> None:
    if row.version == 1:
        edit.session.add_all(_virtual_location(row, kind, edit.at) for kind in VIRTUAL_KINDS)
        edit.session.flush()
    if "retired_at" in changed:
        _mark_everything(edit, row)


def _virtual_location(site: Site, kind: str, at: int) -> Location:
    code = virtual_code(kind)
    return Location(site_id=site.id, code=code, code_key=code, kind=kind, changed_at=at)


SITES = RecordKind(
    "site", Site, ("id",), _site_columns, settled=_site_settled, site_of=lambda row: row.id
)


def go_live(site_id: int, *, actor: Actor) -> None:
    """End a site's quiet: from now on it raises alerts and count triggers.

    Raises NotFound `unknown_site`, RuleViolated `already_live`.
    """
    with unit_of_work() as session:
        edit = Edit(session, actor, now_ms())
        site = locked_record(edit, SITES, (site_id,))
        if site.live_at is not None:
            raise RuleViolated("already_live", site=site.code)
        site.live_at = edit.at
        site.version += 1
        session.flush()
        _mark_everything(edit, site)
        tell(edit, SITES, site, frozenset({"live_at"}))


def _mark_everything(edit: Edit, site: Site) -> None:
    planned = select(ItemSite.item_id).where(ItemSite.site_id == site.id)
    stocked = (
        select(Balance.item_id)
        .join(Position, Position.id == Balance.position_id)
        .where(Position.site_id == site.id)
    )
    today = day_of(edit.at, site.time_zone)
    items = edit.session.scalars(union(planned, stocked))
    mark(edit.session, [(item_id, site.id, today) for item_id in items], edit.at)


def _zone_columns(edit: Edit, values: Values, row: Zone | None) -> Columns:
    columns = coded(values, "zone") | texts(values, *_NAMES)
    if row is None:
        columns["site_id"] = site_named(edit.session, values["site"]).id
    return columns


ZONES = RecordKind("zone", Zone, ("id",), _zone_columns, site_of=lambda row: row.site_id)


def location_fields(values: Values) -> Columns:
    """The columns of a location's own fields, checked; raises InvalidInput naming the field."""
    columns = texts(values, "name")
    if "code" in values:
        columns |= coded({"code": checked_location_code(values["code"])}, "location")
    if "kind" in values:
        columns["kind"] = one_of(values["kind"], "kind", PHYSICAL_KINDS)
    if "capacity" in values:
        columns["capacity"] = level(values["capacity"], "capacity")
    if "walking_order" in values:
        columns["walking_order"] = whole(
            values["walking_order"], "walking_order", 0, WALKING_ORDER_MOST
        )
    return columns


def _location_columns(edit: Edit, values: Values, row: Location | None) -> Columns:
    if row is not None and row.kind in VIRTUAL_KINDS:
        raise RuleViolated("virtual_location", location=row.code)
    columns = location_fields(values)
    site_id = row.site_id if row is not None else site_named(edit.session, values["site"]).id
    if row is None:
        columns["site_id"] = site_id
    elif values.get("retired"):
        require_no_stock(edit.session, Position.location_id == row.id)
    if "zone" in values:
        columns["zone_id"] = zone_id(edit.session, site_id, values["zone"])
    return columns


def _location_settled(edit: Edit, row: Location, changed: frozenset[str]) -> None:
    if changed & {"code", "code_key"}:
        _label(edit, row)


def _label(edit: Edit, row: Location) -> None:
    """A location answers to its code; to an earlier one as well, for its label may still hang."""
    bind_barcode(
        edit.session,
        row.code,
        "location",
        row.id,
        actor=edit.actor,
        at=edit.at,
        site_id=row.site_id,
    )


LOCATIONS = RecordKind(
    "location",
    Location,
    ("id",),
    _location_columns,
    facts=("code", "kind"),
    settled=_location_settled,
    site_of=lambda row: row.site_id,
)


def _status_columns(edit: Edit, values: Values, row: StockStatus | None) -> Columns:
    columns = coded(values, "status") | texts(values, *_NAMES)
    if "available" in values:
        columns["available"] = values["available"]
    if row is None:
        return columns
    if values.get("retired") or row.available != columns.get("available", row.available):
        require_no_stock(edit.session, Position.status_id == row.id)
    return columns


STATUSES = RecordKind("status", StockStatus, ("id",), _status_columns)


def _owner_columns(edit: Edit, values: Values, row: Owner | None) -> Columns:
    columns = coded(values, "owner") | texts(values, "name")
    if "supplier" in values:
        code = values["supplier"]
        columns["supplier_id"] = supplier_named(edit.session, code).id if code else None
    if row is not None and values.get("retired"):
        if row.id == OWN_OWNER_ID:
            raise RuleViolated("own_owner", owner=row.code)
        require_no_stock(edit.session, Position.owner_id == row.id)
    return columns


OWNERS = RecordKind("owner", Owner, ("id",), _owner_columns)
