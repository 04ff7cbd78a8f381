"""Saved column maps: which column of somebody's file is which field of ours."""

from collections.abc import Mapping

from sqlalchemy import select

from server.domain.codes import checked_code
from server.domain.imports import kind_named, match_columns
from server.domain.people import Actor
from server.services.clock import now_ms
from server.store.db import unit_of_work
from server.store.feed import announce
from server.store.models import ColumnMap


def save_column_map(kind: str, name: str, columns: Mapping[str, str], *, actor: Actor) -> None:
    """Keep {header: field} under this name, in place of an earlier one.

    Raises InvalidInput `unknown_import_kind`, `unknown_import_field`, `missing_columns`,
    `bad_code`.
    """
    match_columns(kind_named(kind), list(columns), columns)
    name = checked_code(name, "column_map")
    with unit_of_work() as session:
        wanted = select(ColumnMap).filter_by(kind=kind, name=name).with_for_update()
        row = session.scalars(wanted).one_or_none() or ColumnMap(kind=kind, name=name)
        row.columns, row.changed_at = dict(columns), now_ms()
        session.add(row)
        session.flush()
        payload = {"kind": kind, "name": name}
        announce(session, "column_map.changed", payload, actor=actor, at=row.changed_at)
