"""The shell door: `stockturn …`. Each file here is one group or command, registered below.

Commands get their database by `with house():`; what needs the web application (servers) names it
as the string APPLICATION, because doors never import what stands above them.
"""

import os
import sys
from collections.abc import Sequence

import click

from server.cli import (
    backup,
    database,
    decode,
    demo,
    imports,
    jobs,
    label,
    people,
    run,
    scan,
    station,
    tokens,
    verify,
)
from server.domain.errors import StockturnError
from server.text import worded

APPLICATION = "server.app:create_app"


class _Shell(click.Group):
    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except StockturnError as refusal:
            raise _said(refusal) from refusal


@click.group(cls=_Shell, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="stockturn", prog_name="stockturn")
def cli() -> None:
    """Stockturn 周盘: the scanning and cycle-count system of a warehouse.

    Settings are environment variables STOCKTURN_…; docs/settings.md explains each.
    """


cli.add_command(database.db)
cli.add_command(imports.import_)
cli.add_command(imports.export)
cli.add_command(people.user)
cli.add_command(scan.scan)
cli.add_command(tokens.token)
cli.add_command(verify.verify)
cli.add_command(decode.decode)
cli.add_command(demo.demo)
cli.add_command(run.run)
cli.add_command(label.label)
cli.add_command(station.station)
for command in (backup.backup, backup.restore):
    cli.add_command(command)
for role in (jobs.web, jobs.worker, jobs.relay, jobs.schedule, jobs.rebuild):
    cli.add_command(role)


def main(arguments: Sequence[str] | None = None) -> None:
    """The console script. Exit codes: 0 done, 1 refused, 2 wrong usage."""
    cli.main(args=list(arguments) if arguments is not None else sys.argv[1:], prog_name="stockturn")


def _said(refusal: StockturnError) -> click.ClickException:
    language = "zh" if os.environ.get("LANG", "").lower().startswith("zh") else "en"
    sentence = worded(refusal.code, refusal.fields, language)
    return click.ClickException(f"{sentence} [{refusal}]")
