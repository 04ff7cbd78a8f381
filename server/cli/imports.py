"""stockturn import / export: files in and out without a browser."""

import json
import sys
from pathlib import Path
from uuid import UUID

import click

from server.cli.house import house
from server.domain.imports import KINDS
from server.domain.people import SYSTEM
from server.services.export_rows import EXPORTS, export_rows
from server.services.import_rows import Upload, apply_import, check_import, roll_back_import
from server.store.db import reading
from server.store.queries.imports import IMPORT_LIST, wrong_rows_of
from server.store.queries.records import Record, page


@click.group("import")
def import_() -> None:
    """Imports: check a file, apply it, roll it back."""


@import_.command("file")
@click.argument("kind", type=click.Choice(list(KINDS)))
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--site", help="code of the site for rows that name none")
@click.option("--columns", default="{}", help="which header is which field, as JSON")
@click.option("--dry-run", is_flag=True, help="only say what it would do")
@click.option("--wrong-rows", type=click.Path(path_type=Path), help="where to write wrong rows")
def file_(
    kind: str, path: Path, site: str | None, columns: str, dry_run: bool, wrong_rows: Path | None
) -> None:
    """Import a CSV or XLSX file; rows that are wrong stay out. Exit code 1 if there are any."""
    with house():
        upload = Upload(kind, path.name, path.read_bytes(), _columns(columns), site)
        uid = check_import(upload, actor=SYSTEM)
        if not dry_run:
            apply_import(uid, actor=SYSTEM)
        batch = _batch(uid)
        counts = " ".join(f"{batch[n]} {n}" for n in ("new", "changed", "same", "wrong"))
        click.echo(f"{uid} {batch['state']}: {counts}")
        if wrong_rows is not None and batch["wrong"]:
            wrong_rows.write_bytes(_wrong_rows(uid))
    sys.exit(1 if batch["wrong"] else 0)


@import_.command("roll-back")
@click.argument("uid", type=click.UUID)
def roll_back(uid: UUID) -> None:
    """Take an applied import back."""
    with house():
        roll_back_import(uid, actor=SYSTEM)
        click.echo("Rolled back.")


@click.command("export")
@click.argument("kind", type=click.Choice(list(EXPORTS)))
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
def export(kind: str, path: Path) -> None:
    """Export one kind of records to a .csv or .xlsx file."""
    with house(), path.open("wb") as file:
        for piece in export_rows(kind, path.suffix.removeprefix(".").lower(), actor=SYSTEM):
            file.write(piece)


def _columns(text: str) -> dict[str, str]:
    try:
        columns = json.loads(text)
    except ValueError:
        columns = None
    if not isinstance(columns, dict):
        raise click.BadParameter("not a JSON object", param_hint="--columns")
    return {str(header): str(field) for header, field in columns.items()}


def _batch(uid: UUID) -> Record:
    with reading() as session:
        return page(session, IMPORT_LIST, sites=None, limit=1, filters={"uid": uid})[0]


def _wrong_rows(uid: UUID) -> bytes:
    with reading() as session:
        found = wrong_rows_of(session, uid)
    return (found[1] if found else None) or b""
