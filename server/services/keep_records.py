"""How every master record is made and changed: checked, saved, versioned and told to the feed.

Each kind says what its values become (`columns`) and what follows from a change (`settled`); the
rest is the same for all of them: a record is never deleted but retired, its code is unique, a
change names the version it was made from, and the feed row names the fields that changed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.domain.errors import Conflict, NotFound, RuleViolated
from server.domain.people import Actor
from server.services.clock import now_ms
from server.store.db import Model, unit_of_work
from server.store.feed import announce
from server.store.models import NONE_ID
from server.store.queries.stock_presence import stands_in_stock

Identity = tuple[int, ...]
Values = Mapping[str, Any]
Columns = dict[str, Any]
_NAMED_BY = ("sku", "code", "name", "item")


@dataclass(frozen=True, slots=True)
class Edit:
    """One change inside an open unit of work: who makes it, when, and (where it is asked) why."""

    session: Session
    actor: Actor
    at: int
    reason: str = ""


def _nothing(_edit: Edit, _row: Any, _changed: frozenset[str]) -> None:
    return None


def _no_site(_row: Any) -> int | None:
    return None


@dataclass(frozen=True, slots=True)
class RecordKind:
    """One kind of master record.

    columns: the checked database columns of the given values; the row is None while it is made.
    settled: what else must follow once the row is saved, given the names of changed columns.
    """

    name: str
    model: type[Model]
    keys: tuple[str, ...]
    columns: Callable[[Edit, Values, Any], Columns]
    facts: tuple[str, ...] = ("code",)
    settled: Callable[[Edit, Any, frozenset[str]], None] = _nothing
    site_of: Callable[[Any], int | None] = _no_site

    def identity(self, row: Any) -> Identity:
        """The row's primary key."""
        return tuple(getattr(row, key) for key in self.keys)


def create_record(kind: RecordKind, values: Values, *, actor: Actor) -> Identity:
    """Make one record and answer its identity.

    Raises Conflict `already_exists`, and InvalidInput, RuleViolated or NotPermitted as its kind
    requires.
    """
    with unit_of_work() as session:
        return kind.identity(add_record(Edit(session, actor, now_ms()), kind, values))


def change_record(
    kind: RecordKind, identity: Identity, values: Values, *, version: int, actor: Actor
) -> None:
    """Change the given fields of one record, if it still is at `version`.

    Raises NotFound `unknown_<kind>`, Conflict `stale_version` and what create_record raises.
    """
    with unit_of_work() as session:
        edit = Edit(session, actor, now_ms())
        row = locked_record(edit, kind, identity)
        if row.version != version:
            raise Conflict("stale_version", version=row.version)
        alter_record(edit, kind, row, values)


def add_record(edit: Edit, kind: RecordKind, values: Values) -> Any:
    """The same as create_record, inside an open unit of work."""
    row = kind.model(**_retirement(edit, values, None), **kind.columns(edit, values, None))
    _require_site(edit, kind, row)
    if hasattr(row, "changed_at"):
        row.changed_at = edit.at
    edit.session.add(row)
    _save(edit, kind, values)
    _settle(edit, kind, row, frozenset(values))
    return row


def alter_record(edit: Edit, kind: RecordKind, row: Any, values: Values) -> frozenset[str]:
    """Change a locked row inside an open unit of work; answers the names of changed columns."""
    columns = kind.columns(edit, values, row) | _retirement(edit, values, row)
    changed = frozenset(name for name, value in columns.items() if getattr(row, name) != value)
    if not changed:
        return changed
    for name in changed:
        setattr(row, name, columns[name])
    row.version += 1
    if hasattr(row, "changed_at"):
        row.changed_at = edit.at
    _save(edit, kind, values)
    _settle(edit, kind, row, changed)
    return changed


def locked_record(edit: Edit, kind: RecordKind, identity: Identity) -> Any:
    """The row, locked until the end of the unit of work.

    Raises NotFound `unknown_<kind>`, also when its site is out of the actor's scope.
    """
    nameless = identity == (NONE_ID,)
    row = None if nameless else edit.session.get(kind.model, identity, with_for_update=True)
    site_id = None if row is None else kind.site_of(row)
    if row is None or (site_id is not None and not edit.actor.sees_site(site_id)):
        facts: dict[str, Any] = {kind.name: "-".join(str(part) for part in identity)}
        raise NotFound(f"unknown_{kind.name}", **facts)
    return row


def tell(edit: Edit, kind: RecordKind, row: Any, fields: frozenset[str], **facts: Any) -> None:
    """Announce "<kind>.changed": which record, by its codes, and which fields; never their values,
    for some readers of the feed may not see cost."""
    payload = {name: getattr(row, name) for name in kind.facts} | facts
    payload |= {key: getattr(row, key) for key in kind.keys} | {"fields": sorted(fields)}
    announce(
        edit.session,
        f"{kind.name}.changed",
        payload,
        actor=edit.actor,
        at=edit.at,
        site_id=kind.site_of(row),
    )


def require_no_stock(session: Session, *where: ColumnElement[bool]) -> None:
    """Raises RuleViolated `still_in_stock` if a balance ≠ 0 meets the conditions."""
    if stands_in_stock(session, *where):
        raise RuleViolated("still_in_stock")


def _settle(edit: Edit, kind: RecordKind, row: Any, changed: frozenset[str]) -> None:
    kind.settled(edit, row, changed)
    tell(edit, kind, row, changed)


def _require_site(edit: Edit, kind: RecordKind, row: Any) -> None:
    site_id = kind.site_of(row)
    if site_id is not None:
        edit.actor.require_site(site_id)


def _save(edit: Edit, kind: RecordKind, values: Values) -> None:
    try:
        edit.session.flush()
    except IntegrityError as problem:
        named = next((values[name] for name in _NAMED_BY if name in values), "")
        raise Conflict("already_exists", kind=kind.name, value=named) from problem


def _retirement(edit: Edit, values: Values, row: Any) -> Columns:
    if "retired" not in values:
        return {}
    before = None if row is None else row.retired_at
    return {"retired_at": (before or edit.at) if values["retired"] else None}
