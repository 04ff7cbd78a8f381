"""`stockturn run` for real: one tree of processes, ready, repaired when hurt, gone when told."""

import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar
from urllib.error import URLError

import pytest

from tests.plugins.processes import Child

ROOT = Path(__file__).resolve().parent.parent.parent
Found = TypeVar("Found")
ROLES = {"web", "relay", "labels", "outbound", "schedule"}
"""The last words of their command lines: the workers' are the last of their queues."""


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


@pytest.fixture
def house(tmp_path: Path, port: int) -> Iterator[Child]:
    """The whole application in a folder with a space in its name."""
    child = Child(_command(port, tmp_path / "my data"), ready="ready http", cwd=ROOT)
    try:
        yield child
    finally:
        child.stop()


def test_it_runs_heals_and_leaves_nothing_behind(house: Child, port: int, tmp_path: Path) -> None:
    assert any(line.startswith("set-up token ") for line in house.output)
    assert _answer(port, "/readyz") == 200
    socket_file = tmp_path / "my data" / "valkey.sock"
    assert socket_file.stat().st_mode & 0o777 == 0o600

    before = _children(house.pid)
    assert set(before) == ROLES | {"valkey"}
    for pid in before.values():
        os.kill(pid, signal.SIGKILL)
    after = _wait(lambda: _all_new(before, _children(house.pid)))
    assert set(after) == set(before)
    assert _wait(lambda: _answer(port, "/readyz") == 200)

    refused = _run(_command(port + 1, tmp_path / "my data"))
    assert (refused.returncode, "already_running" in refused.stderr) == (1, True)

    everybody = [house.pid, *_children(house.pid).values()]
    house.stop()
    assert [pid for pid in everybody if _is_alive(pid)] == []
    assert _answer(port, "/healthz") is None


def test_children_follow_a_parent_that_was_killed(house: Child) -> None:
    children = _children(house.pid).values()
    os.kill(house.pid, signal.SIGKILL)
    assert _wait(lambda: not any(_is_alive(pid) for pid in children))


def test_a_port_in_use_is_a_clear_error_and_starts_nothing(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = _run(_command(port, tmp_path / "var"))
    assert refused.returncode == 1
    assert f"Port {port}" in refused.stderr
    assert not (tmp_path / "var" / "valkey.sock").exists()


def test_on_a_terminal_what_to_do_next_stands_last_and_no_json_around_it(
    tmp_path: Path, port: int
) -> None:
    var = tmp_path / "var"
    near, far = os.openpty()
    process = subprocess.Popen(
        _command(port, var), cwd=ROOT, stdin=subprocess.DEVNULL, stdout=far, stderr=far
    )
    os.close(far)
    try:
        shown = _read_until(near, "ready http")
        _answer(port, "/api/v1/me")
        assert _wait(lambda: '"route": "/api/v1/me"' in (var / "logs" / "web.log").read_text())
    finally:
        process.terminate()
        process.wait(30)
        os.close(near)
    token = (var / "set_up_token").read_text().strip()
    assert shown.splitlines()[1:] == [
        f"set-up link http://127.0.0.1:{port}/set-up?token={token}",
        f"set-up token {token}",
        f"logs {var / 'logs'}",
        f"ready http://127.0.0.1:{port}",
    ]


def _read_until(terminal: int, text: str) -> str:
    """What the terminal showed up to the end of the line with this text."""
    shown = ""
    while text not in shown or not shown.endswith("\n"):
        shown += os.read(terminal, 4096).decode()
    return shown


def _command(port: int, var: Path) -> list[str]:
    return [sys.executable, "-m", "server.cli", "run", "--port", str(port), "--var", str(var)]


def _run(command: list[str]) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "LANG": "C.UTF-8"}
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
    )


def _answer(port: int, path: str) -> int | None:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2) as answer:
            return int(answer.status)
    except (URLError, OSError):
        return None


def _children(parent: int) -> dict[str, int]:
    """The roles of a run and their processes."""
    listed = subprocess.run(
        ["ps", "-ww", "--ppid", str(parent), "-o", "pid=,args="], capture_output=True, text=True
    )
    found = {}
    for line in listed.stdout.splitlines():
        pid, arguments = line.split(maxsplit=1)
        role = "valkey" if "valkey-server" in arguments else arguments.split()[-1]
        if role in ROLES | {"valkey"}:
            found[role] = int(pid)
    return found


def _all_new(before: dict[str, int], now: dict[str, int]) -> dict[str, int]:
    """The children when each has been replaced, else nothing."""
    replaced = set(now) == set(before) and not set(now.values()) & set(before.values())
    return now if replaced else {}


def _is_alive(pid: int) -> bool:
    """Whether it runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def _wait(look: Callable[[], Found]) -> Found:
    """What `look` finds as soon as it is something, for at most half a minute."""
    pause = threading.Event()
    for _ in range(600):
        found = look()
        if found:
            return found
        pause.wait(0.05)
    raise AssertionError("it did not happen within half a minute")
