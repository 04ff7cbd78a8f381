"""cups:NAME: through the print system of Linux and macOS, raw, by its own program `lp`."""

import subprocess
from dataclasses import dataclass

from labels.station.pace import WINDOW
from labels.station.printers.wire import WireLost

_PATIENCE_S = 60


@dataclass(frozen=True, slots=True)
class CupsQueue:
    """A queue of CUPS; it takes the work and tells nothing of the paper."""

    queue: str
    raw: bool
    certain = False
    chunk = WINDOW
    looks_back = 0

    def deliver(self, name: str, content: bytes) -> None:
        """Hand it to `lp`. Raises WireLost unreachable when that refuses it."""
        options = ["-o", "raw"] if self.raw else []
        program = ["lp", "-d", self.queue, "-t", name, *options, "-"]
        try:
            subprocess.run(
                program, input=content, check=True, capture_output=True, timeout=_PATIENCE_S
            )
        except (OSError, subprocess.SubprocessError) as refusal:
            raise WireLost("unreachable", str(refusal)) from None
