"""windows:NAME: raw through the Windows spooler (winspool.drv). Written from its documentation,
not tried on Windows."""

import ctypes
import sys
from dataclasses import dataclass
from typing import Any

from labels.station.pace import WINDOW
from labels.station.printers.wire import WireLost


@dataclass(frozen=True, slots=True)
class WindowsQueue:
    """A printer installed in Windows; it takes the work and tells nothing of the paper."""

    printer: str
    certain = False
    chunk = WINDOW
    looks_back = 0

    def deliver(self, name: str, content: bytes) -> None:
        """Hand it to the spooler. Raises WireLost unreachable when that refuses it."""
        if sys.platform != "win32":
            raise WireLost("unreachable", "this is not Windows")
        spooler = ctypes.WinDLL("winspool.drv", use_last_error=True)
        handle = ctypes.c_void_p()
        _must(spooler.OpenPrinterW(self.printer, ctypes.byref(handle), None))
        try:
            _print(spooler, handle, name, content)
        finally:
            spooler.ClosePrinter(handle)


class _Document(ctypes.Structure):
    """DOC_INFO_1W."""

    _fields_ = (
        ("name", ctypes.c_wchar_p),
        ("output", ctypes.c_wchar_p),
        ("kind", ctypes.c_wchar_p),
    )


def _print(spooler: Any, handle: ctypes.c_void_p, name: str, content: bytes) -> None:
    document = _Document(name, None, "RAW")
    _must(spooler.StartDocPrinterW(handle, 1, ctypes.byref(document)))
    written = ctypes.c_ulong()
    size = ctypes.c_ulong(len(content))
    _must(spooler.WritePrinter(handle, content, size, ctypes.byref(written)))
    _must(spooler.EndDocPrinter(handle))
    if written.value != len(content):
        raise WireLost("connection_lost", f"{written.value} of {len(content)} bytes taken")


def _must(done: int) -> None:
    if not done:
        raise WireLost("unreachable", "the Windows spooler refused")
