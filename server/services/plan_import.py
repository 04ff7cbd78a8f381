"""What an import would do: a change for each record its rows name, and why other rows are wrong.

Planning reads the records the rows name once per thousand, compares, and writes nothing: it takes
its time outside the transaction that writes. Writing takes a few statements per kind of record and
finds out by the versions when somebody was faster; then everything is planned again.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from server.domain.errors import StockturnError
from server.domain.people import Actor
from server.services.keep_records import Columns, Edit, Identity, RecordKind
from server.store.bulk import insert_rows, update_rows
from server.store.feed import canonical_json, feed_row
from server.store.models import ImportChange, PendingFeed


class Overtaken(Exception):
    """Somebody changed what was planned on: plan again."""


@dataclass(eq=False)
class Change:
    """One record made or changed. A value in `columns` may be the Change that makes the record it
    refers to; `identity` is known once it is written."""

    kind: RecordKind
    columns: Columns
    before: Columns | None = None
    identity: Identity = ()

    @property
    def is_new(self) -> bool:
        """Whether the record is made."""
        return self.before is None


@dataclass
class PlannedRow:
    """One row of the file: its values, and what it changes (its own record first) or why it is
    wrong. posts: it makes movements, which are always new."""

    number: int
    values: dict[str, Any]
    changes: list[Change] = field(default_factory=list)
    wrong: StockturnError | None = None
    posts: bool = False

    @property
    def outcome(self) -> str:
        """new | changed | same | wrong"""
        if self.wrong is not None:
            return "wrong"
        if not self.changes:
            return "new" if self.posts else "same"
        return "new" if self.changes[0].is_new else "changed"


@dataclass(frozen=True)
class Ground:
    """What planning stands on: the open session, who imports when, and the file's site, if any."""

    session: Session
    actor: Actor
    at: int
    site: str | None = None

    @property
    def edit(self) -> Edit:
        """The same for changing single records."""
        return Edit(self.session, self.actor, self.at)


def difference(kind: RecordKind, row: Any, columns: Columns) -> Change | None:
    """The change that gives an existing row these columns; None when it has them."""
    before = {name: getattr(row, name) for name, value in columns.items()}
    changed = {name: value for name, value in columns.items() if before[name] != value}
    if not changed:
        return None
    identity = tuple(getattr(row, key) for key in kind.keys)
    was = {name: before[name] for name in changed} | {"version": row.version}
    return Change(kind, changed | {"version": row.version + 1}, was, identity)


def retirement(ground: Ground, values: Columns, row: Any) -> Columns:
    """The column that retires a record or takes it back, if the values say so."""
    if "retired" not in values:
        return {}
    before = None if row is None else row.retired_at
    return {"retired_at": (before or ground.at) if values["retired"] else None}


def with_what_they_need(changes: Iterable[Change]) -> list[Change]:
    """These changes and the new records they refer to that no right row makes: the row that named
    a category first may be wrong."""
    wanted: dict[int, Change] = {}
    for change in changes:
        needed = (value for value in change.columns.values() if isinstance(value, Change))
        for each in (*(one for one in needed if not one.identity), change):
            wanted.setdefault(id(each), each)
    return list(wanted.values())


def write_changes(
    ground: Ground, changes: Sequence[Change], batch_id: int, order: Sequence[RecordKind]
) -> None:
    """Write them, kind by kind in this order (what others refer to first), and tell the feed and
    the batch of each."""
    for kind in order:
        of_kind = [change for change in changes if change.kind is kind]
        _write_new(ground, kind, [change for change in of_kind if change.is_new])
        _write_changed(ground, kind, [change for change in of_kind if not change.is_new])
    tell_all(ground, changes)
    _remember(ground, changes, batch_id)


def _write_new(ground: Ground, kind: RecordKind, changes: list[Change]) -> None:
    rows = [_stamped(ground, kind, _resolved(change.columns)) for change in changes]
    ids = insert_rows(ground.session, kind.model, rows)
    for place, change in enumerate(changes):
        known = ids[place : place + 1] or [rows[place][key] for key in kind.keys]
        change.identity = tuple(known)


def _write_changed(ground: Ground, kind: RecordKind, changes: list[Change]) -> None:
    rows = [(c.identity, _stamped(ground, kind, _resolved(c.columns))) for c in changes]
    if update_rows(ground.session, kind.model, rows) != len(rows):
        raise Overtaken


def _resolved(columns: Columns) -> Columns:
    return {
        name: value.identity[0] if isinstance(value, Change) else value
        for name, value in columns.items()
    }


def _stamped(ground: Ground, kind: RecordKind, columns: Columns) -> Columns:
    return columns | {"changed_at": ground.at} if hasattr(kind.model, "changed_at") else columns


def tell_all(ground: Ground, changes: Iterable[Change]) -> None:
    """One feed row per change; as for single records, it names fields but not their values."""
    rows = [
        feed_row(
            f"{change.kind.name}.changed",
            dict(zip(change.kind.keys, change.identity, strict=True))
            | {"fields": sorted(set(change.columns) - {"version", "search"})},
            actor=ground.actor,
            at=ground.at,
            site_id=_resolved(change.columns).get("site_id"),
        )
        for change in changes
    ]
    insert_rows(ground.session, PendingFeed, rows)


def _remember(ground: Ground, changes: Iterable[Change], batch_id: int) -> None:
    rows = [
        {
            "batch_id": batch_id,
            "table_name": change.kind.name,
            "row_id": "-".join(map(str, change.identity)),
            "before": None if change.is_new else canonical_json(change.before),
            "after": canonical_json({"version": change.columns.get("version", 1)}),
        }
        for change in changes
    ]
    insert_rows(ground.session, ImportChange, rows)


def by_key(rows: Iterable[Any], *names: str) -> dict[Any, Any]:
    """Rows by one column, or by several as a tuple."""
    if len(names) == 1:
        return {getattr(row, names[0]): row for row in rows}
    return {tuple(getattr(row, name) for name in names): row for row in rows}


def plan_each(rows: Iterable[PlannedRow], plan: Callable[[PlannedRow], list[Change]]) -> None:
    """Let `plan(row)` fill each row that is not wrong; what it raises makes the row wrong."""
    for row in rows:
        if row.wrong is not None:
            continue
        try:
            row.changes = plan(row)
        except StockturnError as problem:
            row.wrong = problem
