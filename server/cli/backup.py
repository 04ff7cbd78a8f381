"""stockturn backup FILE, stockturn restore FILE: one consistent copy, taken under load."""

from pathlib import Path

import click

from server.cli.house import house
from server.services.keep_backups import back_up
from server.services.keep_backups import restore as restore_from


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
def backup(file: Path) -> None:
    """Write a copy of the whole database to FILE while everybody works.

    The secret key is not in it: keep VAR/secret_key (or STOCKTURN_SECRET_KEY) apart.
    """
    with house():
        click.echo(f"{back_up(file)} rows backed up to {file}")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
def restore(file: Path) -> None:
    """Bring FILE back into an empty database, then verify it (exit code 1 if broken)."""
    with house() as settings:
        rows, verdict = restore_from(file, settings.year_days)
        click.echo(f"{rows} rows restored from {file}")
        for finding in verdict.broken:
            click.echo(f"{finding.invariant}: {finding.what} {dict(finding.row)}", err=True)
        if verdict.broken:
            raise click.ClickException(f"{len(verdict.broken)} findings: this is no sound copy")
        click.echo("verified: sound")
