"""A copy of the whole database at one moment, taken while everybody works, and its way back.

SQLite: the file itself, copied by SQLite's own backup, page by page.
PostgreSQL: a zip of one COPY file per table, all read in one REPEATABLE READ snapshot, with the
schema's version and the row counts; needs no program beside ours. It goes back into an empty
database at the same version.
"""

import json
import os
import sqlite3
import zipfile
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, func, inspect, select, text
from sqlalchemy.engine import make_url

from server.domain.errors import InvalidInput, RuleViolated
from server.store.db import Model, sqlite_module
from server.store.schema import schema_revision, upgrade_schema

MANIFEST = "manifest.json"
FORMAT = 1
CHUNK_BYTES = 1 << 20


def write_backup(engine: Engine, target: Path) -> int:
    """Write it to `target`, complete or not at all; how many rows it holds.

    Raises InvalidInput `file_exists`, `no_such_folder`.
    """
    if target.exists():
        raise InvalidInput("file_exists", path=str(target))
    if not target.parent.is_dir():
        raise InvalidInput("no_such_folder", path=str(target.parent))
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    try:
        rows = _write_sqlite(engine, part) if _is_sqlite(engine) else _write_zip(engine, part)
        _make_durable(part)
        part.rename(target)
    finally:
        part.unlink(missing_ok=True)
    return rows


def read_backup(engine: Engine, source: Path) -> int:
    """Put a backup of the same kind of database into this empty one; how many rows it held.

    Raises RuleViolated `database_not_empty`, InvalidInput `bad_backup` with what is wrong.
    """
    if not source.is_file():
        raise InvalidInput("bad_backup", path=str(source), reason="no such file")
    if _has_tables(engine):
        raise RuleViolated("database_not_empty")
    return _read_sqlite(engine, source) if _is_sqlite(engine) else _read_zip(engine, source)


def _write_sqlite(engine: Engine, part: Path) -> int:
    module: Any = sqlite_module()
    with engine.connect() as connection:
        source: Any = connection.connection.driver_connection
        copy = module.connect(str(part))
        try:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
            return _check_sqlite(copy, part)
        finally:
            copy.close()


def _read_sqlite(engine: Engine, source: Path) -> int:
    module: Any = sqlite_module()
    target = make_url(str(engine.url)).database
    assert target is not None
    copy = module.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)
    try:
        rows = _check_sqlite(copy, source)
        into = module.connect(target)
        try:
            copy.backup(into)
        finally:
            into.close()
    finally:
        copy.close()
    engine.dispose()
    return rows


def _check_sqlite(copy: sqlite3.Connection, path: Path) -> int:
    """Raises InvalidInput `bad_backup` unless the file is sound and one of ours."""
    try:
        sound = copy.execute("PRAGMA integrity_check").fetchone()[0]
        names = [table.name for table in _tables()]
        return sum(copy.execute(f'SELECT count(*) FROM "{n}"').fetchone()[0] for n in names)  # noqa: S608
    except sqlite_module().DatabaseError as problem:
        sound = str(problem)
    raise InvalidInput("bad_backup", path=str(path), reason=sound)


def _write_zip(engine: Engine, part: Path) -> int:
    counts: dict[str, int] = {}
    with (
        engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection,
        zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
    ):
        connection.execute(text("SET TRANSACTION READ ONLY"))
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        revision = schema_revision(connection)
        for table in _tables():
            counts[table.name] = _copy_out(connection, table, archive)
        manifest = {"format": FORMAT, "revision": revision, "rows": counts}
        archive.writestr(MANIFEST, json.dumps(manifest, indent=1))
    return sum(counts.values())


def _copy_out(connection: Connection, table: Table, archive: zipfile.ZipFile) -> int:
    cursor: Any = connection.connection.cursor()
    statement = f"COPY {_quoted(table)} ({_columns(table)}) TO STDOUT"
    with (
        archive.open(f"{table.name}.copy", "w", force_zip64=True) as file,
        cursor.copy(statement) as out,
    ):
        for block in out:
            file.write(block)
    count: int = cursor.rowcount
    return count


def _read_zip(engine: Engine, source: Path) -> int:
    manifest, archive = _open_zip(source)
    with archive:
        upgrade_schema(engine, manifest["revision"])
        with engine.execution_options(stockturn_writes=True).begin() as connection:
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            _empty(connection)
            for table in _tables():
                _copy_in(connection, table, archive, source)
            _check_counts(connection, manifest["rows"], source)
            _set_sequences(connection)
    return sum(manifest["rows"].values())


def _open_zip(source: Path) -> tuple[dict[str, Any], zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(source)
        broken = archive.testzip()
        manifest: dict[str, Any] = json.loads(archive.read(MANIFEST))
    except (zipfile.BadZipFile, KeyError, ValueError) as problem:
        raise InvalidInput("bad_backup", path=str(source), reason=str(problem)) from problem
    if broken or manifest.get("format") != FORMAT:
        reason = f"{broken} is damaged" if broken else "another format"
        raise InvalidInput("bad_backup", path=str(source), reason=reason)
    return manifest, archive


def _empty(connection: Connection) -> None:
    """The rows every new database starts with are in the backup as well."""
    for table in reversed(_tables()):
        if connection.scalar(select(func.count()).select_from(table)):
            connection.execute(table.delete())


def _copy_in(connection: Connection, table: Table, archive: zipfile.ZipFile, source: Path) -> None:
    name = f"{table.name}.copy"
    if name not in archive.namelist():
        raise InvalidInput("bad_backup", path=str(source), reason=f"{name} is missing")
    cursor: Any = connection.connection.cursor()
    statement = f"COPY {_quoted(table)} ({_columns(table)}) FROM STDIN"
    with archive.open(name) as file, cursor.copy(statement) as into:
        while block := file.read(CHUNK_BYTES):
            into.write(block)


def _check_counts(connection: Connection, rows: dict[str, int], source: Path) -> None:
    for table in _tables():
        found = connection.scalar(select(func.count()).select_from(table))
        if found != rows.get(table.name):
            reason = f"{table.name}: {found} rows instead of {rows.get(table.name)}"
            raise InvalidInput("bad_backup", path=str(source), reason=reason)


def _set_sequences(connection: Connection) -> None:
    for table in _tables():
        for column in table.primary_key.columns:
            sequence = connection.scalar(
                text("SELECT pg_get_serial_sequence(:table, :column)"),
                {"table": _quoted(table), "column": column.name},
            )
            if sequence:
                highest = connection.scalar(select(func.max(column))) or 0
                connection.execute(
                    text("SELECT setval(CAST(:sequence AS regclass), :next, false)"),
                    {"sequence": sequence, "next": max(highest, 100) + 1},
                )


def _has_tables(engine: Engine) -> bool:
    """Whether there is a table: what is restored brings its schema along."""
    return bool(inspect(engine).get_table_names())


def _tables() -> list[Table]:
    """In an order foreign keys accept."""
    return list(Model.metadata.sorted_tables)


def _columns(table: Table) -> str:
    return ", ".join(f'"{column.name}"' for column in table.columns)


def _quoted(table: Table) -> str:
    return f'"{table.name}"'


def _is_sqlite(engine: Engine) -> bool:
    return engine.dialect.name == "sqlite"


def _make_durable(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
