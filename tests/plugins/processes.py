"""Child processes that tests start: ready when they say so, gone when the tests are."""

import os
import shutil
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any


class Child:
    """A running program whose output is kept, at most 200 lines, for when it fails."""

    def __init__(self, arguments: Sequence[str], *, ready: str, **options: Any) -> None:
        """Start it and return when a line of its output contains `ready`.

        Raises RuntimeError with the output when the program ends before that.
        """
        self.output: deque[str] = deque(maxlen=200)
        self._process = subprocess.Popen(
            _ending_with_us(arguments),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            **options,
        )
        self._wait_for(ready)
        self._drain = threading.Thread(target=self._read_rest, daemon=True)
        self._drain.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """How it ended, once it has."""
        return self._process.returncode

    def stop(self, with_signal: int = signal.SIGTERM) -> None:
        """Ask it to end, wait, and take it away by force after ten seconds."""
        self._process.send_signal(with_signal)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._drain.join()
        self._stdout.close()

    def kill(self) -> None:
        """Take it and all its children away at once, without a word (kill -9)."""
        kill_tree(self.pid)
        self.stop()

    @property
    def _stdout(self) -> Any:
        assert self._process.stdout is not None
        return self._process.stdout

    def _wait_for(self, ready: str) -> None:
        for line in self._stdout:
            self.output.append(line)
            if ready in line:
                return
        self._process.wait()
        self._stdout.close()
        raise RuntimeError(f"{self._process.args} ended early:\n{''.join(self.output)}")

    def _read_rest(self) -> None:
        self.output.extend(self._stdout)


def kill_tree(pid: int) -> list[int]:
    """kill -9 for a process and whatever descends from it; those that were there."""
    family = [pid]
    for parent in family:
        family += children_of(parent)
    for member in family:
        try:
            os.kill(member, signal.SIGKILL)
        except ProcessLookupError:
            continue
    return family


def children_of(pid: int) -> list[int]:
    """The processes this one started and that still run."""
    found = []
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(child) for child in tasks.read_text().split()]
        except OSError:
            continue
    return found


def _ending_with_us(arguments: Sequence[str]) -> list[str]:
    """On Linux the kernel ends the child when the test run is killed and cannot tidy up."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM", *arguments] if setpriv else list(arguments)
