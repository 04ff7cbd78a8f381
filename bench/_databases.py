"""A fresh database of each kind for a measurement."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.plugins.postgresql import running_postgresql


@contextmanager
def fresh_url(kind: str) -> Iterator[str]:
    """The address of a new database; "" for the SQLite file of the installation itself."""
    if kind == "sqlite":
        yield ""
        return
    with running_postgresql() as server:
        yield server.url(server.create_database())
