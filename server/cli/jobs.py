"""stockturn web | worker | relay | schedule: the single roles, and the rebuild of the figures."""

import os
import runpy
import sys

import click
from granian.constants import Interfaces
from granian.server import Server

from server.cli.house import house
from server.services.rebuild_figures import rebuild_figures
from server.services.recalculate import TurnoverPolicy, recalculate_due
from server.settings import Settings

WEB = "server.app:create_served_app"
THREADS = 16


@click.command()
@click.option("--threads", type=click.IntRange(1, 256), default=THREADS, show_default=True)
def web(threads: int) -> None:
    """Serve the web application: one process, many threads; run several nodes for more."""
    settings = Settings.from_environment(os.environ)
    Server(
        WEB,
        factory=True,
        interface=Interfaces.WSGI,
        address=settings.host,
        port=settings.port,
        workers=1,
        blocking_threads=threads,
        backpressure=threads * 8,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=2,
        log_enabled=False,
    ).serve()


@click.command()
@click.argument("queues", nargs=-1)
def worker(queues: tuple[str, ...]) -> None:
    """Do the jobs of these queues (of all when none is named)."""
    _become("jobs.worker", *queues)


@click.command()
def relay() -> None:
    """Number the change feed and ring for what is due; several may stand by."""
    _become("jobs.relay")


@click.command()
def schedule() -> None:
    """Queue what runs by the clock; one per installation."""
    _become("jobs.schedule")


@click.command()
def rebuild() -> None:
    """Derive all figures anew from the ledger, say how many differed, and put them right."""
    with house() as settings:
        click.echo(f"{rebuild_figures()} roll-ups differed from the ledger.")
        policy = TurnoverPolicy.of(
            settings.turnover_days, settings.turnover_method, settings.year_days
        )
        keys = 0
        while done := recalculate_due(policy).keys:
            keys += done
        click.echo(f"{keys} keys recalculated.")


def _become(module: str, *arguments: str) -> None:
    """Run a module of another door by its name: doors never import each other."""
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
