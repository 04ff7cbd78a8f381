"""stockturn demo: a warehouse to look around in."""

import click

from server.cli.house import house
from server.services.load_demo import is_in_use, load_demo


@click.command()
@click.option("--if-empty", is_flag=True, help="do nothing, and say so, where something is kept")
def demo(if_empty: bool) -> None:
    """Load two sites, 500 items and 18 months of history into an empty installation."""
    with house():
        if if_empty and is_in_use():
            click.echo("The demo warehouse was not loaded: something is kept here already.")
            return
        click.echo("Loading the demo warehouse: this takes about a minute.")
        made = load_demo()
        click.echo(
            f"{made.items} items, {made.locations} locations, {made.movements} movements"
            f" of {made.commands} commands, {made.counts} counts."
        )
