"""The process tree alone, with children that do not want to go."""

import os
import signal
import sys
import threading
from pathlib import Path

import pytest

from server.cli.child_log import ChildLog
from server.cli.process_tree import GONE_S, STOP_S, Child, ProcessTree

DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print('deaf', flush=True)
time.sleep(60)
"""
POLITE = "import time; time.sleep(60)"


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, object]]]:
    """What the tree logged."""
    lines: list[tuple[str, dict[str, object]]] = []

    class Ear:
        def __getattr__(self, _level: str):
            return lambda event, **facts: lines.append((event, facts))

    monkeypatch.setattr("server.cli.process_tree.log", Ear())
    return lines


def python(name: str, program: str, log: ChildLog | None = None) -> Child:
    return Child(name, [sys.executable, "-c", program], os.environ, log)


def wait_for(path: Path, text: str) -> None:
    pause = threading.Event()
    for _ in range(400):
        if path.is_file() and text in path.read_text():
            return
        pause.wait(0.05)
    raise AssertionError(f"{text} never came")


def test_a_deaf_child_is_killed_and_the_bound_is_kept(tmp_path: Path, told) -> None:
    tree = ProcessTree()
    log = ChildLog(tmp_path / "deaf.log")
    deaf, polite = python("deaf", DEAF, log), python("polite", POLITE)
    tree.add(deaf)
    tree.add(polite)
    pids = [deaf.pid, polite.pid]
    wait_for(log.path, "deaf")
    tree.stop()
    event, facts = told[-1]
    assert (event, facts["killed"], facts["left"]) == ("stopped", ["deaf"], [])
    assert STOP_S <= facts["after_s"] <= STOP_S + GONE_S
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_what_runs_once_ends_when_we_are_told_to_stop(told) -> None:
    tree = ProcessTree()
    assert tree.run_once(python("short", "raise SystemExit(3)")) == 3
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    tree.catch_signals()
    try:
        os.kill(os.getpid(), signal.SIGTERM)
        assert tree.run_once(python("long", POLITE)) is None
    finally:
        signal.signal(signal.SIGTERM, before[0])
        signal.signal(signal.SIGINT, before[1])


def test_a_log_is_put_aside_when_it_has_grown_and_stays_the_owners(tmp_path: Path) -> None:
    log = ChildLog(tmp_path / "logs" / "web.log", bytes_most=10, kept=2)
    with log.open() as file:
        for word in (b"first and long\n", b"second and long\n", b"third and long\n", b"short\n"):
            file.write(word)
            file.flush()
            log.keep_small()
    found = {path.name: path.read_text() for path in log.path.parent.iterdir()}
    assert found == {
        "web.log": "short\n",
        "web.log.1": "third and long\n",
        "web.log.2": "second and long\n",
    }
    assert {path.stat().st_mode & 0o777 for path in log.path.parent.iterdir()} == {0o600}
