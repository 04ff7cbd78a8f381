"""stockturn user …: making a user and giving a password without the web."""

import sys

import click

from server.cli.house import house
from server.domain.people import ROLES, SYSTEM
from server.services.manage_people import UserDraft, add_user, change_user, user_id_of


@click.group()
def user() -> None:
    """People."""


@user.command()
@click.option("--login", required=True)
@click.option("--name", required=True)
@click.option("--role", type=click.Choice(ROLES), required=True)
@click.option("--site", "sites", multiple=True, help="code of a site; none: every site")
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh")
def create(login: str, name: str, role: str, sites: tuple[str, ...], language: str) -> None:
    """Make a user; the password is asked for, or read from standard input."""
    draft: UserDraft = {
        "login": login,
        "name": name,
        "role": role,
        "language": language,
        "sites": list(sites) or None,
        "password": _password(),
    }
    with house():
        made = add_user(draft, actor=SYSTEM)
        click.echo(f"User {made.id} made.")


@user.command()
@click.argument("login")
def password(login: str) -> None:
    """Give a new password (asked for, or read from standard input); ends every session."""
    draft: UserDraft = {"password": _password()}
    with house():
        change_user(user_id_of(login), draft, None, actor=SYSTEM)
        click.echo("Done.")


def _password() -> str:
    if sys.stdin.isatty():
        given: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        return given
    return sys.stdin.readline().rstrip("\r\n")
