"""Business settings kept with their history: what each was and became, who changed it and why."""

from typing import Any

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from server.domain.errors import Conflict
from server.services.keep_records import Edit
from server.store.db import table_of
from server.store.feed import announce
from server.store.models import SettingChange
from server.store.settings import kept_values, last_version, put_value


def keep_value(edit: Edit, name: str, site_id: int, value: Any | None) -> None:
    """Keep a value for a site (0: for all), None: forget it; one more row of its history.

    Raises Conflict `stale_version` when somebody else changes the same setting just now.
    """
    before = kept_values(edit.session).get((name, site_id))
    put_value(edit.session, name, site_id, value, edit.actor.user_id, edit.at)
    note_change(edit, name, site_id, before, value)


def note_change(edit: Edit, name: str, site_id: int, before: Any | None, after: Any | None) -> None:
    """Write down what a setting was and became, and tell the feed."""
    version = last_version(edit.session, name, site_id) + 1
    row = {"name": name, "site_id": site_id, "version": version, "before": before, "after": after}
    who = {"user_id": edit.actor.user_id, "at": edit.at, "reason": edit.reason}
    try:
        edit.session.execute(insert(table_of(SettingChange)).values(**row, **who))
    except IntegrityError as problem:
        raise Conflict("stale_version", version=version) from problem
    announce(
        edit.session,
        "setting.changed",
        {"name": name, "value": after},
        actor=edit.actor,
        at=edit.at,
        site_id=site_id or None,
    )
