"""--printer NAME=WHERE?language=…&dpi=…: what somebody types, understood or refused."""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from labels.errors import LabelError
from labels.station.printers.allowed import Allowed
from labels.station.printers.cups import CupsQueue
from labels.station.printers.delivery import Delivery
from labels.station.printers.folder import Folder
from labels.station.printers.status import StatusProtocol
from labels.station.printers.tcp import check_at_start, open_tcp
from labels.station.printers.tspl import StatusByte
from labels.station.printers.windows import WindowsQueue
from labels.station.printers.wire import Wire, open_device
from labels.station.printers.zpl import HostStatus

RAW_PORT = 9100
_NAME = re.compile(r"[\w.-]{1,40}", re.ASCII)
_QUEUE = re.compile(r"[A-Za-z0-9_][\w.-]{0,126}", re.ASCII)
_KINDS = ("tcp", "file", "cups", "windows", "pdf")
_LANGUAGES = ("zpl", "tspl", "pdf")
_RESOLUTIONS = ("203", "300", "600")
_OPTIONS = {"language": _LANGUAGES, "dpi": _RESOLUTIONS, "status": ("ask", "none")}


@dataclass(frozen=True, slots=True)
class NamedPrinter:
    """A printer of this station. kind: tcp, file, cups, windows, pdf; place: where it is."""

    name: str
    kind: str
    place: str
    language: str
    dpi: int
    asks: bool
    allowed: Allowed

    @property
    def converses(self) -> bool:
        """Whether there is a wire to it; else work is delivered."""
        return self.kind in ("tcp", "file")

    @property
    def protocol(self) -> StatusProtocol | None:
        """How it tells its state, if we may ask."""
        if not (self.asks and self.converses):
            return None
        return HostStatus() if self.language == "zpl" else StatusByte()

    def connect(self) -> Wire:
        """Raises WireLost unreachable, LabelError printer_not_allowed."""
        if self.kind == "file":
            return open_device(self.place)
        host, port = _host_and_port(self.name, self.place)
        return open_tcp(host, port, self.allowed)

    def delivery(self) -> Delivery:
        """The way for printers without a wire."""
        if self.kind == "pdf":
            return Folder(Path(self.place))
        if self.kind == "cups":
            return CupsQueue(self.place, raw=self.language != "pdf")
        return WindowsQueue(self.place)


def named_printer(text: str, allowed: Allowed) -> NamedPrinter:
    """Raises LabelError bad_printer (what of it, what is wanted), printer_not_allowed."""
    name, equals, where = text.partition("=")
    if not equals or not _NAME.fullmatch(name):
        raise _bad(text, "NAME=tcp://HOST:9100")
    kind, _, rest = where.partition(":")
    if kind not in _KINDS:
        raise _bad(text, ", ".join(f"{each}:" for each in _KINDS))
    place, _, query = rest.partition("?")
    options = _options(text, query)
    language = options.get("language", "pdf" if kind == "pdf" else "zpl")
    printer = NamedPrinter(
        name=name,
        kind=kind,
        place=place.removeprefix("//"),
        language=language,
        dpi=int(options.get("dpi", "203")),
        asks=options.get("status") != "none",
        allowed=allowed,
    )
    _check(text, printer)
    return printer


def _options(text: str, query: str) -> dict[str, str]:
    options = dict(parse_qsl(query, keep_blank_values=True))
    for name, value in options.items():
        if value not in _OPTIONS.get(name, ()):
            wanted = "; ".join(f"{key}={'|'.join(most)}" for key, most in _OPTIONS.items())
            raise _bad(text, wanted)
    return options


def _check(text: str, printer: NamedPrinter) -> None:
    pdf_only, pdf_never = printer.kind == "pdf", printer.converses
    if (printer.language == "pdf" and pdf_never) or (printer.language != "pdf" and pdf_only):
        raise _bad(text, "language=zpl|tspl (tcp:, file:), language=pdf (pdf:)")
    if printer.kind == "tcp":
        check_at_start(*_host_and_port(text, printer.place), printer.allowed)
    elif printer.kind == "cups" and not _QUEUE.fullmatch(printer.place):
        raise _bad(text, "cups:NAME")
    elif not printer.place or not printer.place.isprintable():
        raise _bad(text, f"{printer.kind}:…")


def _host_and_port(text: str, place: str) -> tuple[str, int]:
    try:
        parts = urlsplit(f"//{place}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or parts.path or parts.username is not None:
        raise _bad(text, "tcp://HOST:9100")
    return host, port or RAW_PORT


def _bad(text: str, wanted: str) -> LabelError:
    return LabelError("bad_printer", "printer", value=text[:120], wanted=wanted)
