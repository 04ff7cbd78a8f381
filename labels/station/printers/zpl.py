"""ZPL's ~HS: three strings between STX and ETX (Zebra, ZPL II Programming Guide, Host Status)."""

import re
import time

from labels.station.printers.status import Status
from labels.station.printers.wire import Wire

_ANSWER = re.compile(
    rb"\x02(\d{3}),(\d),(\d),(\d{1,5}),(\d{1,4}),(\d),(\d),(\d),(\d{3}),(\d),(\d),(\d)\x03\s*"
    rb"\x02(\d{3}),(\d),(\d),(\d),(\d),(\w),(\w),(\d),(\d{1,8}),(\d),(\d{1,3})\x03"
)
_MOST_BYTES = 4096


class HostStatus:
    """Counts the formats that wait. ~JX: Zebra's word for forgetting half a format."""

    counts = True
    clear = b"~JX"

    def ask(self, wire: Wire, timeout_s: float) -> Status | None:
        """Send ~HS and read its answer; None when none comes in time. Raises WireLost."""
        if wire.is_stuck or not wire.is_quiet(timeout_s):
            return None
        until = time.monotonic() + timeout_s
        wire.write(b"~HS", timeout_s)
        seen = b""
        while (left := until - time.monotonic()) > 0:
            seen = (seen + wire.read(left))[-_MOST_BYTES:]
            if status := read_host_status(seen):
                return status
        wire.gives_up()
        return None


def read_host_status(answer: bytes) -> Status | None:
    """The last whole answer in these bytes; None when there is none."""
    found = list(_ANSWER.finditer(answer))
    if not found:
        return None
    values = [0, *(_number(value) for value in found[-1].groups())]
    waiting, half = values[5], bool(values[8])
    left_of_batch, printing = values[21], bool(values[22])
    return Status(
        reason=_reason(values),
        busy=waiting > 0 or left_of_batch > 0 or half or printing,
        waiting=waiting,
        half=half,
    )


def _reason(values: list[int]) -> str:
    """The fault that somebody must mend first; numbers are places in the two strings."""
    faults = (
        (15, "head_open"),
        (2, "no_paper"),
        (16, "no_ribbon"),
        (12, "overheated"),
        (10, "unknown_fault"),
        (3, "paused_by_hand"),
    )
    return next((reason for place, reason in faults if values[place]), "")


def _number(value: bytes) -> int:
    return int(value) if value.isdigit() else 0
