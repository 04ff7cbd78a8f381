"""stockturn token …: API tokens for other systems."""

from datetime import UTC, datetime

import click

from server.cli.house import house
from server.domain.people import SYSTEM
from server.services.issue_tokens import issue_token, revoke_token, tokens_listed
from server.services.manage_people import user_id_of

DAY_MS = 86_400_000


@click.group()
def token() -> None:
    """API tokens: for other systems; each acts as a user."""


@token.command()
@click.option("--user", "login", required=True, help="login of the user it acts as")
@click.option("--name", required=True, help="what it is for")
@click.option("--site", help="code of the only site it may see")
@click.option("--days", type=click.IntRange(1, 36_500), help="how long it lives; else for ever")
def create(login: str, name: str, site: str | None, days: int | None) -> None:
    """Make a token and print it: it is shown only now."""
    lasts_ms = days * DAY_MS if days else None
    with house():
        made = issue_token(user_id_of(login), name, site=site, lasts_ms=lasts_ms, actor=SYSTEM)
        click.echo(made.token)


@token.command("list")
def list_() -> None:
    """List tokens: id, user, name, created, state."""
    with house():
        for row in tokens_listed():
            created = datetime.fromtimestamp(row.created_at / 1000, UTC)
            state = "revoked" if row.revoked_at else "active"
            click.echo(f"{row.id}\t{row.user_name}\t{row.name}\t{created:%Y-%m-%d}\t{state}")


@token.command()
@click.argument("token_id", type=int)
def revoke(token_id: int) -> None:
    """Revoke a token; it stops working everywhere within a second."""
    with house():
        revoke_token(token_id, actor=SYSTEM)
        click.echo("Revoked.")
