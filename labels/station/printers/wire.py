"""A two-way stream of bytes to a printer: a socket or a device, never blocking for longer than
asked."""

import os
import select
import stat
import time
from collections.abc import Callable
from pathlib import Path


class WireLost(Exception):
    """The way to the printer is gone; `reason` is a code of labels.station.faults."""

    def __init__(self, reason: str = "connection_lost", detail: str = "") -> None:
        super().__init__(f"{reason} {detail}".strip())
        self.reason = reason


class Wire:
    """Bytes go out in order; what the printer does not take yet is kept and goes first."""

    def __init__(
        self,
        descriptor: int,
        send: Callable[[memoryview], int],
        receive: Callable[[], bytes],
        close: Callable[[], None],
    ) -> None:
        """send and receive never block; receive returns b"" at the end of the stream."""
        self._descriptor = descriptor
        self._send = send
        self._receive = receive
        self.close = close
        self._backlog = b""
        self._owes_answer = False

    @property
    def is_stuck(self) -> bool:
        """Whether bytes wait because the printer takes no more."""
        return bool(self._backlog)

    def write(self, content: bytes, timeout_s: float) -> bool:
        """Whether all of it went out in time; the rest is kept. Raises WireLost."""
        self._backlog += content
        return self.flush(timeout_s)

    def flush(self, timeout_s: float) -> bool:
        """Whether nothing waits any more. Raises WireLost."""
        until = time.monotonic() + timeout_s
        while self._backlog:
            _, ready, _ = select.select([], [self._descriptor], [], _left(until))
            if not ready:
                return False
            self._backlog = self._backlog[self._sent() :]
        return True

    def _sent(self) -> int:
        try:
            return self._send(memoryview(self._backlog))
        except BlockingIOError:
            return 0
        except OSError as broken:
            raise WireLost(detail=str(broken)) from None

    def read(self, timeout_s: float) -> bytes:
        """What has come, b"" when nothing did in time. Raises WireLost at the end of the stream."""
        ready, _, _ = select.select([self._descriptor], [], [], max(timeout_s, 0))
        if not ready:
            return b""
        try:
            content = self._receive()
        except BlockingIOError:
            return b""
        except OSError as broken:
            raise WireLost(detail=str(broken)) from None
        if not content:
            raise WireLost(detail="closed")
        return content

    def is_quiet(self, timeout_s: float) -> bool:
        """Whether whatever comes next answers what is asked next; throws away what came unasked.

        After an answer that did not come in time one must listen first: it may still come, and
        what was true when it was written is not true any more. Raises WireLost.
        """
        patience = timeout_s if self._owes_answer else 0
        if self.read(patience):
            return not self._owes_answer and self.is_quiet(timeout_s)
        self._owes_answer = False
        return True

    def gives_up(self) -> None:
        """The answer did not come in time; it may still come."""
        self._owes_answer = True


def _left(until: float) -> float:
    return max(until - time.monotonic(), 0)


def open_device(path: str) -> Wire:
    """A character device such as a USB printer's, or a pipe; write-only where it cannot be read.

    Raises WireLost unreachable.
    """
    try:
        descriptor = _opened(path, Path(path).stat().st_mode)
    except OSError as refusal:
        raise WireLost("unreachable", str(refusal)) from None
    return Wire(
        descriptor,
        lambda content: os.write(descriptor, content),
        lambda: os.read(descriptor, 4096),
        lambda: os.close(descriptor),
    )


def _opened(path: str, mode: int) -> int:
    """Raises OSError."""
    if stat.S_ISFIFO(mode):  # who reads from a pipe takes away what was for its other end
        return os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    if not stat.S_ISCHR(mode):
        raise OSError(f"{path} is neither a device nor a pipe")
    try:
        return os.open(path, os.O_RDWR | os.O_NONBLOCK)
    except PermissionError:
        return os.open(path, os.O_WRONLY | os.O_NONBLOCK)
