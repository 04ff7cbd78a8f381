"""What a printer says of itself, in one form for all languages."""

from dataclasses import dataclass
from typing import Protocol

from labels.station.printers.wire import Wire


@dataclass(frozen=True, slots=True)
class Status:
    """reason: the fault ("" none). busy: formats are in it, printing or waiting. waiting: how many
    formats it has not begun (None: it cannot say). half: it holds the beginning of one."""

    reason: str = ""
    busy: bool = False
    waiting: int | None = None
    half: bool = False


class StatusProtocol(Protocol):
    """How to ask. counts: whether its answers say how many formats wait. clear: what makes the
    printer forget half a format that a broken connection left in it."""

    counts: bool
    clear: bytes

    def ask(self, wire: Wire, timeout_s: float) -> Status | None:
        """None when no sensible answer comes in time. Raises WireLost."""
