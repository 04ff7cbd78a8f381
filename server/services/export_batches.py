"""New since last export: batches of movements for another system, each remembered with its file."""

import hashlib
import zlib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from server.domain.codes import code_key
from server.domain.errors import InvalidInput, NotFound, RuleViolated
from server.domain.fields import one_of
from server.domain.ledger import STOCK_KINDS
from server.domain.people import Actor
from server.domain.texts import checked_text
from server.services.clock import now_ms
from server.services.find_references import site_named
from server.services.keep_records import Columns, Edit, RecordKind, Values
from server.services.make_reports import FORMATS
from server.services.write_table import csv_file, xlsx_file
from server.store.db import reading, table_of, unit_of_work
from server.store.feed import announce
from server.store.models import ExportBatch, ExportLine, ExportProfile, User
from server.store.queries.export_lines import export_rows_of, last_number, new_movement_ids
from server.store.queries.records import Record
from server.text import EXPORT_MAPS, report_words

ROWS_MOST: Final = 20_000
WINDOW: Final = 100_000
COLUMNS_MOST: Final = 60
KINDS: Final = ("movements", "count_differences")
FIELDS: Final = (
    "number", "movement_id", "date", "occurred_at", "recorded_at", "kind", "kind_name", "document",
    "reason", "item", "name", "name_zh", "name_en", "specification", "base_unit", "lot",
    "production_date", "expires_on", "serial", "quantity", "in_quantity", "out_quantity",
    "signed_quantity", "unit_cost", "value", "signed_value", "site", "location", "from", "to",
    "from_site", "to_site", "owner", "user",
)  # fmt: skip
COST_FIELDS: Final = frozenset({"unit_cost", "value", "signed_value"})


def _columns(edit: Edit, values: Values, row: ExportProfile | None) -> Columns:
    columns: Columns = {}
    if "name" in values:
        columns["name"] = checked_text(values["name"], "name")
        columns["name_key"] = code_key(columns["name"])
    if "format" in values:
        columns["format"] = one_of(values["format"], "format", FORMATS)
    if row is None:
        columns["kind"] = one_of(values["kind"], "kind", KINDS)
        columns["site_id"] = (
            site_named(edit.session, values["site"]).id if values.get("site") else None
        )
        _require_sites(edit.actor, columns["site_id"])
        begins = values.get("start", "now")
        columns["last_seq"] = last_number(edit.session) if begins == "now" else 0
    if "columns" in values or row is None:
        kind = row.kind if row else columns["kind"]
        columns["columns"] = _map(values, kind)
        if has_cost(columns["columns"]):
            edit.actor.require("cost.read")
    return columns


def _site_of(row: ExportProfile) -> int | None:
    return row.site_id


PROFILES: Final = RecordKind(
    "export_profile",
    ExportProfile,
    ("id",),
    _columns,
    facts=("name",),
    site_of=_site_of,
)


def has_cost(columns: Sequence[Mapping[str, Any]]) -> bool:
    """Whether one of them tells what something costs."""
    return any(column.get("field") in COST_FIELDS for column in columns)


def make_batch(profile_id: int, *, actor: Actor) -> int:
    """Everything new as the next batch, at most ROWS_MOST rows of it; the batch's id.

    Raises NotFound `unknown_export_profile`, RuleViolated `nothing_to_export`, NotPermitted.
    """
    with unit_of_work() as session:
        profile = session.get(ExportProfile, profile_id, with_for_update=True)
        _require_profile(profile, profile_id, actor)
        assert profile is not None
        ids = _next_ids(session, profile)
        if not ids:
            raise RuleViolated("nothing_to_export", profile=profile.name)
        return _write(session, profile, ids, actor)


def waiting_rows(profile_id: int, *, actor: Actor) -> int:
    """How many rows the next batch would have, at most ROWS_MOST.

    Raises NotFound `unknown_export_profile`."""
    with reading() as session:
        profile = session.get(ExportProfile, profile_id)
        _require_profile(profile, profile_id, actor)
        assert profile is not None
        return len(new_movement_ids(session, profile, last_number(session), ROWS_MOST))


def batches_of(profile_id: int, before: int | None, limit: int, actor: Actor) -> list[Record]:
    """A profile's batches, newest first. Raises NotFound `unknown_export_profile`."""
    batch = ExportBatch
    asked = (
        select(
            batch.id, batch.profile_id, batch.number, batch.first_movement_id,
            batch.last_movement_id, batch.rows, batch.file_name, batch.content_hash, batch.at,
            User.name.label("user"),
        )
        .outerjoin(User, User.id == batch.user_id)
        .where(batch.profile_id == profile_id)
        .order_by(batch.id.desc())
        .limit(limit)
    )  # fmt: skip
    if before is not None:
        asked = asked.where(batch.id < before)
    with reading() as session:
        _require_profile(session.get(ExportProfile, profile_id), profile_id, actor)
        return [dict(row._mapping) for row in session.execute(asked)]


def batch_file(batch_id: int, actor: Actor) -> tuple[str, bytes]:
    """The very file that left. Raises NotFound `unknown_export_batch`, NotPermitted."""
    with reading() as session:
        batch = session.get(ExportBatch, batch_id)
        if batch is None:
            raise NotFound("unknown_export_batch", batch=str(batch_id))
        _require_profile(session.get(ExportProfile, batch.profile_id), batch.profile_id, actor)
        if batch.has_cost:
            actor.require("cost.read")
        return batch.file_name, zlib.decompress(batch.content)


def _next_ids(session: Session, profile: ExportProfile) -> list[int]:
    """The next movements to leave. The profile goes on to the last number looked at only when
    nothing up to there is left behind."""
    newest = last_number(session)
    while True:
        last = min(profile.last_seq + WINDOW, newest)
        ids = new_movement_ids(session, profile, last, ROWS_MOST + 1)
        if len(ids) > ROWS_MOST:
            return ids[:ROWS_MOST]
        profile.last_seq = last
        if ids or last >= newest:
            return ids


def _write(session: Session, profile: ExportProfile, ids: list[int], actor: Actor) -> int:
    profile.last_number += 1
    rows = export_rows_of(session, ids)
    number = f"{profile.last_number:06}"
    header = [column["header"] for column in profile.columns]
    cells = ([_cell(profile, column, row, number) for column in profile.columns] for row in rows)
    write = csv_file if profile.format == "csv" else xlsx_file
    content = b"".join(write(header, cells))
    batch = ExportBatch(
        profile_id=profile.id,
        number=profile.last_number,
        first_movement_id=ids[0],
        last_movement_id=ids[-1],
        rows=len(rows),
        has_cost=has_cost(profile.columns),
        site_ids=None if profile.site_id is None else [profile.site_id],
        file_name=f"batch-{profile.id}-{number}.{profile.format}",
        content_hash=hashlib.sha256(content).hexdigest(),
        content=zlib.compress(content),
        user_id=actor.user_id,
        at=now_ms(),
    )
    session.add(batch)
    session.flush()
    lines = [{"profile_id": profile.id, "movement_id": i, "batch_id": batch.id} for i in ids]
    session.execute(insert(table_of(ExportLine)), lines)
    told = {"id": batch.id, "profile_id": profile.id, "number": batch.number, "rows": batch.rows}
    announce(session, "export_batch.made", told, actor=actor, at=batch.at, site_id=profile.site_id)
    return batch.id


def _cell(profile: ExportProfile, column: Mapping[str, Any], row: Record, number: str) -> Any:
    name = column.get("field")
    if name is None:
        return column["text"]
    derived = {
        "number": f"{number}-{row['movement_id']}",
        "name": row["name_zh"] or row["name_en"],
        "kind_name": report_words("kinds", row["kind_name"], "zh"),
        **_amounts(row),
    }
    return derived[name] if name in derived else row[name]


def _amounts(row: Record) -> Record:
    """What enters our stock is positive; a transfer between sites is told as what left."""
    enters = row["from_kind"] not in STOCK_KINDS
    quantity, value = row["quantity"], row["value"]
    nothing = Decimal(0)
    side = "to" if enters else "from"
    return {
        "in_quantity": quantity if enters else nothing,
        "out_quantity": nothing if enters else quantity,
        "signed_quantity": quantity if enters else -quantity,
        "signed_value": value if enters else -value,
        "site": row[f"{side}_site"],
        "location": row[side],
    }


def _map(values: Values, kind: str) -> list[dict[str, Any]]:
    """The columns given, or those of a shipped map. Raises InvalidInput `unknown_export_map`,
    `bad_export_columns`."""
    columns = values.get("columns")
    if columns is None:
        shipped = EXPORT_MAPS.get(values.get("map", ""))
        if shipped is None:
            known = ", ".join(EXPORT_MAPS)
            raise InvalidInput("unknown_export_map", map=str(values.get("map"))[:40], known=known)
        columns = shipped[kind]
    if not 0 < len(columns) <= COLUMNS_MOST:
        raise InvalidInput("bad_export_columns", column="")
    for column in columns:
        has_field = column.get("field") in FIELDS
        if has_field == ("text" in column):
            raise InvalidInput("bad_export_columns", column=str(column.get("header"))[:40])
    return [dict(column) for column in columns]


def _require_profile(profile: ExportProfile | None, profile_id: int, actor: Actor) -> None:
    known = profile is not None and (
        actor.site_ids is None if profile.site_id is None else actor.sees_site(profile.site_id)
    )
    if not known:
        raise NotFound("unknown_export_profile", export_profile=str(profile_id))
    assert profile is not None
    if has_cost(profile.columns):
        actor.require("cost.read")


def _require_sites(actor: Actor, site_id: int | None) -> None:
    """A profile of all sites is for who sees all."""
    if site_id is not None:
        actor.require_site(site_id)
    elif actor.site_ids is not None:
        raise InvalidInput("field_required", field="site")
