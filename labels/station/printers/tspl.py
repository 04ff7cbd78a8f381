"""TSPL's <ESC>!?: one byte (TSC, TSPL/TSPL2 Programming Manual, Status Polling)."""

from labels.station.printers.status import Status
from labels.station.printers.wire import Wire

_FAULTS = (
    (0x01, "head_open"),
    (0x40, "head_open"),
    (0x02, "paper_jam"),
    (0x04, "no_paper"),
    (0x08, "no_ribbon"),
    (0x80, "unknown_fault"),
    (0x10, "paused_by_hand"),
)
_PRINTING = 0x20


class StatusByte:
    """Says whether it prints, not how much is left. <ESC>!R: it starts anew, and whatever half a
    picture it was waiting for is gone."""

    counts = False
    clear = b"\x1b!R"

    def ask(self, wire: Wire, timeout_s: float) -> Status | None:
        """Send <ESC>!? and read its byte; None when none comes in time. Raises WireLost."""
        if wire.is_stuck or not wire.is_quiet(timeout_s):
            return None
        wire.write(b"\x1b!?", timeout_s)
        answer = wire.read(timeout_s)
        if not answer:
            wire.gives_up()
            return None
        return read_status_byte(answer[-1])


def read_status_byte(byte: int) -> Status:
    """What its bits mean."""
    reason = next((reason for bit, reason in _FAULTS if byte & bit), "")
    return Status(reason=reason, busy=bool(byte & _PRINTING))
