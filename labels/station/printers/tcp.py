"""Raw printing over TCP (usually port 9100), only to addresses that are allowed."""

import socket

from labels.errors import LabelError
from labels.station.printers.allowed import Allowed
from labels.station.printers.wire import Wire, WireLost

CONNECT_S = 3.0
_NO_ACKNOWLEDGEMENT_MS = 10_000


def open_tcp(host: str, port: int, allowed: Allowed) -> Wire:
    """Connect; the name is resolved and checked each time.

    Raises WireLost unreachable, LabelError printer_not_allowed.
    """
    refusal: OSError | None = None
    for address in _addresses(host, port):
        allowed.check(host, address)
        try:
            return _wire(socket.create_connection((address, port), CONNECT_S))
        except OSError as each:
            refusal = each
    raise WireLost("unreachable", str(refusal or host))


def _addresses(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as unknown:
        raise WireLost("unreachable", str(unknown)) from None
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def _wire(connection: socket.socket) -> Wire:
    connection.setblocking(False)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        option = socket.TCP_USER_TIMEOUT
        connection.setsockopt(socket.IPPROTO_TCP, option, _NO_ACKNOWLEDGEMENT_MS)
    return Wire(
        connection.fileno(),
        connection.send,
        lambda: connection.recv(4096),
        connection.close,
    )


def check_at_start(host: str, port: int, allowed: Allowed) -> None:
    """Raises LabelError printer_not_allowed; a name that does not resolve yet is no error."""
    try:
        for address in _addresses(host, port):
            allowed.check(host, address)
    except WireLost:
        if not allowed.names(host):
            raise LabelError("printer_not_allowed", "printer", host=host, address="?") from None
