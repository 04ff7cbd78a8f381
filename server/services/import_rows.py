"""Imports: a file is checked first (dry run), then applied as a whole, and can be rolled back.

check_import   reads the file and counts what is new, changed, the same and wrong; keeps it
apply_import   plans it again against the books of now and writes every right row, or none
wrong rows     stay out, and can be fetched as a file with the reason beside each
"""

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy.exc import IntegrityError

from server.domain.cells import guarded
from server.domain.errors import Conflict, StockturnError
from server.domain.imports import Kind, kind_named, match_columns, read_marks, read_row
from server.domain.people import Actor
from server.domain.texts import checked_text
from server.services.clock import now_ms
from server.services.import_kinds import IMPORTERS, AtOnce, InParts
from server.services.plan_import import Ground, PlannedRow
from server.services.read_table import Rows, read_table
from server.services.write_import import (
    TRIES_MOST,
    Finish,
    batch_of,
    require_applied,
    require_waiting,
    roll_back_in_parts,
    write_in_parts,
)
from server.store.db import reading, unit_of_work
from server.store.feed import announce
from server.store.models import ImportBatch
from server.text import worded

COST_FIELDS: Final = frozenset({"standard_cost", "price", "unit_cost"})
REASON: Final = {"zh": "错误原因", "en": "reason"}


@dataclass(frozen=True)
class Upload:
    """A file somebody sent. column_map: {header: field}; site: where rows name none."""

    kind: str
    file_name: str
    content: bytes
    column_map: Mapping[str, str]
    site: str | None = None


@dataclass(frozen=True)
class _File:
    """A file that has been read: which column is which field, and its rows with their values."""

    kind: Kind
    table: Rows
    rows: list[PlannedRow]


def check_import(upload: Upload, *, actor: Actor, language: str = "en") -> UUID:
    """Dry run: nothing changes but the batch that answers what would. `uid` names it.

    Raises InvalidInput for a file that is no table of this kind, NotPermitted.
    """
    file = _read(upload.kind, upload.content, upload.column_map, actor)
    at = now_ms()
    with reading() as session:
        IMPORTERS[upload.kind].plan(Ground(session, actor, at, upload.site), file.rows)
    batch = ImportBatch(
        uid=uuid4(),
        kind=upload.kind,
        file_name=checked_text(upload.file_name[-200:], "file_name"),
        state="dry_run",
        user_id=actor.user_id,
        columns={"map": dict(upload.column_map), "site": upload.site},
        content=upload.content,
        content_hash=hashlib.sha256(upload.content).hexdigest(),
        created_at=at,
    )
    _count(batch, file, language)
    with unit_of_work() as session:
        session.add(batch)
    return batch.uid


def apply_import(uid: UUID, *, actor: Actor, language: str = "en") -> None:
    """Write every right row of a checked file: all of them, or, with an error, none.

    Raises NotFound `unknown_import`, Conflict `import_not_waiting`, `import_overtaken` when others
    keep changing the same records.
    """
    for _ in range(TRIES_MOST):
        file, site = _planned(uid, actor)
        finish = partial(_applied, file, language)
        if isinstance(IMPORTERS[file.kind.name].back, InParts):
            write_in_parts(uid, file.rows, site, actor, finish)
            return
        with suppress(IntegrityError):
            _write_at_once(uid, file, site, actor, finish)
            return
    raise Conflict("import_overtaken")


def _applied(file: _File, language: str, ground: Ground, batch: ImportBatch) -> None:
    batch.state, batch.content = "applied", None
    _count(batch, file, language)
    ground.session.flush()
    _announce(ground, batch)


def _planned(uid: UUID, actor: Actor) -> tuple[_File, str | None]:
    with reading() as session:
        batch = batch_of(session, uid, actor)
        require_waiting(batch, now_ms())
        options, site = batch.columns, batch.columns["site"]
        file = _read(batch.kind, batch.content or b"", options["map"], actor)
        IMPORTERS[batch.kind].plan(Ground(session, actor, now_ms(), site), file.rows)
    return file, site


def _write_at_once(uid: UUID, file: _File, site: str | None, actor: Actor, finish: Finish) -> None:
    with unit_of_work(patient=True) as session:
        batch = batch_of(session, uid, actor, lock=True)
        ground = Ground(session, actor, now_ms(), site)
        require_waiting(batch, ground.at)
        IMPORTERS[batch.kind].write(ground, file.rows, batch)
        finish(ground, batch)


def roll_back_import(uid: UUID, *, actor: Actor) -> None:
    """Take an applied import back: what it made is retired, what it changed is as before; opening
    stock is reversed.

    Raises NotFound `unknown_import`, Conflict `import_not_applied`, RuleViolated
    `changed_since_import` or `used_since_import` naming a record.
    """
    with reading() as session:
        batch = batch_of(session, uid, actor)
        require_applied(batch, now_ms())
        actor.require(kind_named(batch.kind).permission)
        back = IMPORTERS[batch.kind].back
    if isinstance(back, InParts):
        roll_back_in_parts(uid, actor, _rolled_back)
    else:
        _reverse_at_once(uid, back, actor)


def _reverse_at_once(uid: UUID, back: AtOnce, actor: Actor) -> None:
    with unit_of_work(patient=True) as session:
        batch = batch_of(session, uid, actor, lock=True)
        ground = Ground(session, actor, now_ms())
        require_applied(batch, ground.at)
        back.roll_back(ground, batch)
        _rolled_back(ground, batch)


def _rolled_back(ground: Ground, batch: ImportBatch) -> None:
    batch.state, batch.content, batch.rolled_back_at = "rolled_back", None, ground.at
    ground.session.flush()
    _announce(ground, batch)


def _read(kind_name: str, content: bytes, column_map: Mapping[str, str], actor: Actor) -> _File:
    kind = kind_named(kind_name)
    actor.require(kind.permission)
    table = read_table(content)
    columns = match_columns(kind, table[0], column_map)
    if COST_FIELDS & set(columns.values()):
        actor.require("cost.write")
    rows = [_row(kind, columns, number, cells) for number, cells in enumerate(table[1:], 2)]
    return _File(kind, table, rows)


def _row(kind: Kind, columns: Mapping[int, str], number: int, cells: Sequence[str]) -> PlannedRow:
    try:
        return PlannedRow(number, read_row(kind, columns, cells))
    except StockturnError as problem:
        return PlannedRow(number, read_marks(kind, columns, cells), wrong=problem)


def _count(batch: ImportBatch, file: _File, language: str) -> None:
    outcomes = Counter(row.outcome for row in file.rows)
    batch.new, batch.changed = outcomes["new"], outcomes["changed"]
    batch.same, batch.wrong = outcomes["same"], outcomes["wrong"]
    batch.wrong_rows = _wrong_rows(file, language) if batch.wrong else None


def _wrong_rows(file: _File, language: str) -> bytes:
    """The wrong rows as they came, each with its reason: mend them and import this file."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([*map(guarded, file.table[0]), REASON[language]])
    width = len(file.table[0])
    for row in file.rows:
        if row.wrong is None:
            continue
        cells = file.table[row.number - 1]
        padded = [*cells, *[""] * (width - len(cells))][:width]
        reason = worded(row.wrong.code, row.wrong.fields, language)
        writer.writerow([*(_kept(cell) for cell in padded), f"{reason} [{row.wrong.code}]"])
    return ("\ufeff" + text.getvalue()).encode("utf-8")


def _kept(cell: str) -> str:
    """A number stays a number; any other cell that looks like a formula is guarded."""
    try:
        float(cell)
    except ValueError:
        return guarded(cell)
    return cell


def _announce(ground: Ground, batch: ImportBatch) -> None:
    counts: dict[str, Any] = {n: getattr(batch, n) for n in ("new", "changed", "same", "wrong")}
    payload = counts | {"import": str(batch.uid), "kind": batch.kind, "file": batch.file_name}
    announce(ground.session, f"import.{batch.state}", payload, actor=ground.actor, at=ground.at)
