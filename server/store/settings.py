"""Business settings as they are kept, and what services read of them."""

from typing import Any, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.domain.setting_kinds import Setting
from server.store.models import Setting as SettingRow
from server.store.models import SettingChange, Site, User

ALL_SITES = 0
"""The site_id of values that hold wherever a site has none of its own."""

Value = TypeVar("Value")
Kept = dict[tuple[str, int], Any]
_MEMORY = "settings"


def setting_of(session: Session, setting: Setting[Value], site_id: int | None = None) -> Value:
    """The value in force at a site: its own, else that of all sites, else the usual one.

    The first question of a session reads every setting (there are few); the rest ask nobody.
    """
    kept = kept_values(session)
    own = kept.get((setting.key, site_id or ALL_SITES), kept.get((setting.key, ALL_SITES)))
    return setting.read(setting.usual if own is None else own)


def kept_values(session: Session) -> Kept:
    """Every value somebody set, by key and site (0: all), read once per session."""
    kept: Kept | None = session.info.get(_MEMORY)
    if kept is None:
        rows = session.execute(select(SettingRow.name, SettingRow.site_id, SettingRow.value))
        kept = session.info[_MEMORY] = {(row[0], row[1]): row[2] for row in rows}
    return kept


def own_value(session: Session, setting: Setting[Any], site_id: int) -> Any | None:
    """What is kept for exactly this site (0: for all), in JSON; None where nobody set it."""
    if setting.site_column:
        return session.scalar(select(_column(setting)).where(Site.id == site_id))
    return kept_values(session).get((setting.key, site_id))


def put_value(
    session: Session, name: str, site_id: int, value: Any | None, by: int | None, at: int
) -> None:
    """Keep the value for this site (0: all), None: forget it."""
    row = session.get(SettingRow, (name, site_id), with_for_update=True)
    if value is not None:
        row = row or SettingRow(name=name, site_id=site_id)
        row.value, row.changed_at, row.changed_by = value, at, by
        session.add(row)
    elif row is not None:
        session.delete(row)
    session.flush()
    session.info.pop(_MEMORY, None)


def last_version(session: Session, name: str, site_id: int) -> int:
    """How often this one was changed; 0: never."""
    asked = select(func.max(SettingChange.version)).where(
        SettingChange.name == name, SettingChange.site_id == site_id
    )
    return session.scalar(asked) or 0


def changes_page(
    session: Session, name: str, site_id: int, before: int | None, limit: int
) -> list[dict[str, Any]]:
    """The changes of one setting, newest first, with versions below `before`."""
    asked = (
        select(
            SettingChange.version,
            SettingChange.before,
            SettingChange.after,
            SettingChange.reason,
            SettingChange.at,
            User.name.label("user"),
        )
        .outerjoin(User, User.id == SettingChange.user_id)
        .where(SettingChange.name == name, SettingChange.site_id == site_id)
        .order_by(SettingChange.version.desc())
        .limit(limit)
    )
    if before is not None:
        asked = asked.where(SettingChange.version < before)
    return [dict(row._mapping) for row in session.execute(asked)]


def latest_changes(session: Session) -> dict[tuple[str, int], dict[str, Any]]:
    """The last change of each setting: when and by whom."""
    last = (
        select(
            SettingChange.name,
            SettingChange.site_id,
            func.max(SettingChange.version).label("version"),
        )
        .group_by(SettingChange.name, SettingChange.site_id)
        .subquery()
    )
    rows = session.execute(
        select(
            SettingChange.name,
            SettingChange.site_id,
            SettingChange.version,
            SettingChange.at,
            User.name.label("user"),
        )
        .join(
            last,
            (last.c.name == SettingChange.name)
            & (last.c.site_id == SettingChange.site_id)
            & (last.c.version == SettingChange.version),
        )
        .outerjoin(User, User.id == SettingChange.user_id)
    )
    return {(row.name, row.site_id): dict(row._mapping) for row in rows}


def _column(setting: Setting[Any]) -> Any:
    return getattr(Site, setting.site_column)
