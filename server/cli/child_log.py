"""The log file of a child: written by the child itself, kept small by its parent.

Standard output and error of the child are appended to one file. When it has grown, its contents
are copied aside and it is emptied in place: whoever writes goes on writing, whatever it is.
"""

import os
import shutil
from pathlib import Path
from typing import IO

BYTES_MOST = 10_000_000
KEPT = 3


class ChildLog:
    """`NAME.log`, and the `kept` files before it as `NAME.log.1` (the last one) and so on."""

    def __init__(self, path: Path, bytes_most: int = BYTES_MOST, kept: int = KEPT) -> None:
        self.path = path
        self._bytes_most = bytes_most
        self._kept = kept

    def open(self) -> IO[bytes]:
        """For a child to append to; only the owner may read it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        return open(self.path, "ab", opener=lambda name, flags: os.open(name, flags, 0o600))

    def keep_small(self) -> None:
        """Put the contents aside once they are large. Lines written meanwhile may be lost."""
        try:
            if self.path.stat().st_size <= self._bytes_most:
                return
        except FileNotFoundError:
            return
        for number in range(self._kept - 1, 0, -1):
            if self._aside(number).exists():
                self._aside(number).replace(self._aside(number + 1))
        shutil.copyfile(self.path, self._aside(1))
        self._aside(1).chmod(0o600)
        os.truncate(self.path, 0)

    def _aside(self, number: int) -> Path:
        return self.path.with_name(f"{self.path.name}.{number}")
