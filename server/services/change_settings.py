"""Reading and changing the business settings of a site, or of all sites."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.days import day_of
from server.domain.errors import Conflict, InvalidInput, NotPermitted
from server.domain.people import Actor
from server.domain.setting_kinds import Setting
from server.domain.settings import (
    HYSTERESIS_PERCENT,
    RED_BELOW_SAFETY,
    RED_STOCK_OUT,
    REGISTRY,
    named,
)
from server.domain.texts import checked_text
from server.services.clock import now_ms
from server.services.find_in_scope import site_in_scope
from server.services.keep_records import Edit, alter_record, locked_record
from server.services.keep_settings import keep_value
from server.services.manage_places import SITES
from server.store.db import reading, unit_of_work
from server.store.models import ItemSite
from server.store.recalculations import mark
from server.store.rollups import time_zones
from server.store.settings import (
    ALL_SITES,
    changes_page,
    last_version,
    latest_changes,
    own_value,
)

Record = dict[str, Any]
LOOKED_AT = (HYSTERESIS_PERCENT, RED_STOCK_OUT, RED_BELOW_SAFETY)
"""What reorder alerts depend on."""


def settings_in_force(site: str | None, actor: Actor) -> list[Record]:
    """Every setting at a site (None: of all sites): value, whose it is (usual | all | site),
    version, and who changed it last. Raises NotFound `unknown_site`.
    """
    with reading() as session:
        site_id = _site_id(session, site, actor)
        latest = latest_changes(session)
        return [
            _in_force(session, setting, site_id, latest)
            for setting in REGISTRY.values()
            if site_id or not setting.site_column
        ]


def setting_in_force(key: str, site: str | None, actor: Actor) -> Record:
    """One of them. Raises NotFound `unknown_setting`, `unknown_site`, InvalidInput
    `setting_of_a_site` (it has no value for all)."""
    setting = named(key)
    with reading() as session:
        site_id = _site_id(session, site, actor)
        _require_place(setting, site_id)
        return _in_force(session, setting, site_id, latest_changes(session))


def change_setting(
    key: str, site: str | None, value: Any | None, version: int, reason: str, *, actor: Actor
) -> None:
    """Set it for a site, or (site None) for all that have none of their own; None: as usual again.

    Raises NotFound `unknown_setting`, `unknown_site`, InvalidInput `bad_setting_value`,
    `setting_of_a_site`, `setting_of_all_sites`, Conflict `stale_version`, NotPermitted.
    """
    setting = named(key)
    kept = None if value is None else setting.checked(value)
    if site is None and actor.site_ids is not None:
        raise NotPermitted("not_permitted", permission="settings.write")
    with unit_of_work() as session:
        edit = Edit(session, actor, now_ms(), checked_text(reason, "reason"))
        site_id = _site_id(session, site, actor)
        _require_place(setting, site_id)
        seen = last_version(session, key, site_id)
        if seen != version:
            raise Conflict("stale_version", version=seen)
        if own_value(session, setting, site_id) != kept:
            _change(edit, setting, site_id, kept)


def setting_history(
    key: str, site: str | None, before: int | None, limit: int, actor: Actor
) -> list[Record]:
    """What was changed, newest first. Raises NotFound `unknown_setting`, `unknown_site`."""
    named(key)
    with reading() as session:
        return changes_page(session, key, _site_id(session, site, actor), before, limit)


def _change(edit: Edit, setting: Setting[Any], site_id: int, kept: Any | None) -> None:
    if setting.site_column:
        site = locked_record(edit, SITES, (site_id,))
        value = setting.usual if kept is None else kept
        alter_record(edit, SITES, site, {setting.site_column: value})
    else:
        keep_value(edit, setting.key, site_id, kept)
    if setting in LOOKED_AT:
        _look_at_alerts(edit, site_id)


def _look_at_alerts(edit: Edit, site_id: int) -> None:
    """Alerts may have to close now: every planned pair is looked at again."""
    zones = time_zones(edit.session)
    planned = select(ItemSite.item_id, ItemSite.site_id)
    if site_id:
        planned = planned.where(ItemSite.site_id == site_id)
    keys = [
        (row.item_id, row.site_id, day_of(edit.at, zones[row.site_id]))
        for row in edit.session.execute(planned)
    ]
    mark(edit.session, keys, edit.at)


def _in_force(
    session: Session,
    setting: Setting[Any],
    site_id: int,
    latest: dict[tuple[str, int], Record],
) -> Record:
    own = own_value(session, setting, site_id)
    common = own_value(session, setting, ALL_SITES) if not setting.site_column else None
    value = next((each for each in (own, common) if each is not None), setting.usual)
    whose = "site" if own is not None and site_id else "usual" if common is None else "all"
    changed = latest.get((setting.key, site_id), {})
    return {
        "setting": setting,
        "value": value,
        "set_for": whose,
        "version": changed.get("version", 0),
        "changed_at": changed.get("at"),
        "changed_by": changed.get("user"),
    }


def _site_id(session: Session, site: str | None, actor: Actor) -> int:
    return site_in_scope(session, site, actor).id if site else ALL_SITES


def _require_place(setting: Setting[Any], site_id: int) -> None:
    if setting.site_column and not site_id:
        raise InvalidInput("setting_of_a_site", setting=setting.key)
    if not setting.per_site and site_id:
        raise InvalidInput("setting_of_all_sites", setting=setting.key)
