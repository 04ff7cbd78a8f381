"""Binding codes to what they stand for: items, locations, units, documents, badges."""

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.codes import checked_code, code_key
from server.domain.errors import Conflict
from server.domain.people import Actor
from server.services.clock import now_ms
from server.services.find_references import (
    item_named,
    location_named,
    packaging_id,
    site_named,
)
from server.services.keep_records import Columns, Edit, Identity, RecordKind, Values
from server.store.db import unit_of_work
from server.store.feed import announce
from server.store.models import Barcode


def bind_barcode(
    session: Session,
    code: str,
    kind: str,
    target_id: int,
    packaging_id: int | None = None,
    *,
    actor: Actor,
    at: int,
    site_id: int | None = None,
) -> bool:
    """Let the code stand for this thing, inside an open unit of work; one code may for several.

    kind: item | location | handling_unit | document | user. For an item, packaging_id says which
    packaging carries the code (None: one base unit). Answers False when it already did so.
    Raises InvalidInput `bad_code`.
    """
    code = checked_code(code, "barcode")
    row = _bound(session, code_key(code), kind, target_id)
    if row is None:
        row = Barcode(kind=kind, target_id=target_id, code_key=code_key(code), version=0)
        session.add(row)
    elif row.retired_at is None and row.packaging_id == packaging_id:
        return False
    row.code = code
    row.packaging_id, row.retired_at = packaging_id, None
    _tell(session, row, actor, at, site_id)
    return True


def release_barcode(
    session: Session, code: str, kind: str, target_id: int, *, actor: Actor, at: int
) -> bool:
    """Let the code no longer stand for this thing; False when it did not."""
    row = _bound(session, code_key(code), kind, target_id)
    if row is None or row.retired_at is not None:
        return False
    row.retired_at = at
    _tell(session, row, actor, at, None)
    return True


def _bound(session: Session, key: str, kind: str, target_id: int) -> Barcode | None:
    wanted = select(Barcode).filter_by(code_key=key, kind=kind, target_id=target_id)
    return session.scalars(wanted.with_for_update()).one_or_none()


def _tell(session: Session, row: Barcode, actor: Actor, at: int, site_id: int | None) -> None:
    row.version += 1
    row.changed_at = at
    session.flush()
    payload = {
        "id": row.id,
        "code": row.code,
        "kind": row.kind,
        "target_id": row.target_id,
        "retired": row.retired_at is not None,
    }
    announce(session, "barcode.changed", payload, actor=actor, at=at, site_id=site_id)


def create_barcode(values: Values, *, actor: Actor) -> Identity:
    """Bind a code to an item (its packaging, if named) or to a location of a site.

    Raises InvalidInput `unknown_…` for what is named and not there, `bad_code`, and Conflict
    `already_exists` when the code already stands for it.
    """
    with unit_of_work() as session:
        edit = Edit(session, actor, now_ms())
        target = _item_target(edit, values) if "item" in values else _place_target(edit, values)
        bound = bind_barcode(
            session,
            values["code"],
            target.kind,
            target.id,
            target.packaging_id,
            actor=actor,
            at=edit.at,
            site_id=target.site_id,
        )
        if not bound:
            raise Conflict("already_exists", kind="barcode", value=values["code"])
        row = _bound(session, code_key(values["code"]), target.kind, target.id)
        assert row is not None
        return (row.id,)


class _Target(NamedTuple):
    kind: str
    id: int
    packaging_id: int | None = None
    site_id: int | None = None


def _item_target(edit: Edit, values: Values) -> _Target:
    item = item_named(edit.session, values["item"])
    return _Target("item", item.id, packaging_id(edit.session, item.id, values.get("packaging")))


def _place_target(edit: Edit, values: Values) -> _Target:
    site = site_named(edit.session, values["site"])
    edit.actor.require_site(site.id)
    location = location_named(edit.session, site.id, values["location"])
    return _Target("location", location.id, site_id=site.id)


def _barcode_columns(edit: Edit, values: Values, row: Barcode) -> Columns:
    if "packaging" not in values:
        return {}
    return {"packaging_id": packaging_id(edit.session, row.target_id, values["packaging"])}


BARCODES = RecordKind(
    "barcode", Barcode, ("id",), _barcode_columns, facts=("code", "kind", "target_id")
)
