"""A tree of child processes: started, restarted when they die, and all gone when we stop."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import FrameType

from server.cli.child_log import ChildLog
from server.logs import logger

STOP_S = 4.0
GONE_S = 0.5
LOOK_S = 0.05
SHORTEST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 5.0
STEADY_S = 30.0
PR_SET_PDEATHSIG = 1

log = logger(__name__)


class Child:
    """One program; it leads a process group of its own, so that nothing of it outlives it.

    It writes to the given log, or to our own standard output and error.
    """

    def __init__(
        self,
        name: str,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        written_to: ChildLog | None = None,
    ) -> None:
        self.name = name
        self._written_to = written_to
        self._arguments = list(arguments)
        self._environment = dict(environment)
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._pause_s = SHORTEST_PAUSE_S
        self._start_at = 0.0
        self._deaths = 0

    @property
    def pid(self) -> int | None:
        """The process, while there is one."""
        return self._process.pid if self._process else None

    def keep_running(self) -> None:
        """Start it, or start it again after a pause that grows while it keeps dying."""
        if self._process is None:
            if time.monotonic() >= self._start_at:
                self._start()
        elif self._process.poll() is not None:
            self._mourn(self._process)
        if self._written_to is not None:
            self._written_to.keep_small()

    def run_once(self, is_wanted: Callable[[], bool]) -> int | None:
        """Run it to its end; its exit code, None when it was no longer wanted and taken away."""
        self._start()
        assert self._process is not None
        while is_wanted() and self._process.poll() is None:
            time.sleep(LOOK_S)
        code = self._process.poll()
        self.kill()
        self.bury(time.monotonic() + GONE_S)
        return code

    def ask_to_stop(self) -> None:
        """Send TERM."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def has_stopped(self) -> bool:
        """Whether it is gone."""
        return self._process is None or self._process.poll() is not None

    def kill(self) -> None:
        """Take away whatever is left of it and its own children."""
        if self._process is not None:
            _kill_group(self._process.pid)

    def bury(self, end: float) -> bool:
        """Forget it once it is gone; False for one that still hangs in the kernel at `end`
        (monotonic): it was killed and will go by itself."""
        process, self._process = self._process, None
        try:
            return process is None or process.wait(max(0.0, end - time.monotonic())) is not None
        except subprocess.TimeoutExpired:
            return False

    def _start(self) -> None:
        with ExitStack() as until_started:
            file = None
            if self._written_to is not None:
                file = until_started.enter_context(self._written_to.open())
            self._process = subprocess.Popen(
                self._arguments,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                start_new_session=True,
                preexec_fn=_die_with_parent,  # noqa: PLW1509 (we have no threads)
            )
        if self._deaths:
            log.warning("child started again", child=self.name, pid=self._process.pid)
        self._started_at = time.monotonic()

    def _mourn(self, process: subprocess.Popen[bytes]) -> None:
        _kill_group(process.pid)
        self._deaths += 1
        if time.monotonic() - self._started_at > STEADY_S:
            self._pause_s = SHORTEST_PAUSE_S
        log.error("child died", child=self.name, code=process.returncode, again_in_s=self._pause_s)
        self._start_at = time.monotonic() + self._pause_s
        self._pause_s = min(self._pause_s * 2, LONGEST_PAUSE_S)
        self._process = None


class ProcessTree:
    """Children that are kept running until TERM or INT, or until `stop()`."""

    def __init__(self) -> None:
        self._children: list[Child] = []
        self._is_stopping = False

    def add(self, child: Child) -> None:
        """Keep this one running as well, from now on."""
        self._children.append(child)
        child.keep_running()

    def run_until_stopped(self, done: Callable[[], bool] = lambda: False) -> bool:
        """Keep all of them running; True when `done` said so, False when told to stop."""
        while not self._is_stopping:
            for child in self._children:
                child.keep_running()
            if done():
                return True
            time.sleep(LOOK_S)
        return False

    def catch_signals(self) -> None:
        """TERM and INT end the loop of `run_until_stopped`."""
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)

    def run_once(self, child: Child) -> int | None:
        """Run this one to its end; its exit code, None when we were told to stop meanwhile."""
        return child.run_once(lambda: not self._is_stopping)

    def stop(self) -> None:
        """End all children: asked all at once, by force after STOP_S, waited for GONE_S more."""
        started = time.monotonic()
        for child in reversed(self._children):
            child.ask_to_stop()
        while time.monotonic() < started + STOP_S and self._stragglers():
            time.sleep(LOOK_S)
        stragglers = self._stragglers()
        for child in self._children:
            child.kill()
        end = time.monotonic() + GONE_S
        left = [child.name for child in self._children if not child.bury(end)]
        took_s = round(time.monotonic() - started, 2)
        log.info("stopped", after_s=took_s, killed=stragglers, left=left)

    def _stragglers(self) -> list[str]:
        return [child.name for child in self._children if not child.has_stopped()]

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self._is_stopping = True


def this_program(*arguments: str) -> list[str]:
    """The command line that runs `stockturn …` in this very environment."""
    return [sys.executable, "-m", "server.cli", *arguments]


def importable_environment(changes: Mapping[str, str]) -> dict[str, str]:
    """Our environment with these changes, from which a child finds our modules wherever it is."""
    root = str(Path(__file__).resolve().parent.parent.parent)
    paths = [root, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(dict.fromkeys(paths)), **changes}


def _kill_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _die_with_parent() -> None:
    """On Linux the kernel sends TERM to a child whose parent was killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
