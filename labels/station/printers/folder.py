"""pdf:DIR: each job becomes a file of its own name."""

import os
from dataclasses import dataclass
from pathlib import Path

from labels.station.pace import WINDOW
from labels.station.printers.wire import WireLost


@dataclass(frozen=True, slots=True)
class Folder:
    """Files appear whole or not at all, and stay through a power cut."""

    path: Path
    certain = True
    chunk = WINDOW
    looks_back = 0

    def deliver(self, name: str, content: bytes) -> None:
        """Write DIR/name.pdf. Raises WireLost unreachable when the folder cannot be written."""
        half = self.path / f".{name}.part"
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            with half.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            half.replace(self.path / f"{name}.pdf")
        except OSError as refusal:
            raise WireLost("unreachable", str(refusal)) from None
