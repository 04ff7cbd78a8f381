"""stockturn db …: bringing the database to the newest schema."""

import click

from server.cli.house import house
from server.services.set_up import prepare_set_up
from server.store.schema import schema_is_current, upgrade_schema


@click.group()
def db() -> None:
    """The database's schema."""


@db.command()
def upgrade() -> None:
    """Apply every migration that is missing; on a new installation show the set-up token."""
    with house() as settings:
        upgrade_schema()
        click.echo("The database is at the newest schema.")
        token = prepare_set_up(settings.var)
        if token:
            click.echo(f"Set-up token: {token}")


@db.command()
def current() -> None:
    """Say whether the database stands at the newest schema (exit code 1 if not)."""
    with house():
        if not schema_is_current():
            raise click.ClickException("The schema is not the newest: run stockturn db upgrade")
        click.echo("The database is at the newest schema.")
