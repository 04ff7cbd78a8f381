"""Calling hosts outside: looked up once, judged, and called at the very address that was judged.

No redirection is followed, no proxy of the environment used, an answer is read up to 64 kB, and the
whole call takes 15 s at most, however slowly somebody answers.
"""

import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import httpcore

from server.domain.addresses import Address, Reach, Target, read_address, read_url
from server.domain.errors import InvalidInput, StockturnError
from server.store.installation import settings

LOOK_UP_S = 5.0
CONNECT_S = 5.0
WHOLE_S = 15.0
ANSWER_BYTES_MOST = 64 * 1024

_lookups = ThreadPoolExecutor(8, thread_name_prefix="look-up")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, its body cut after 64 kB."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    took_ms: int


@dataclass(frozen=True, slots=True)
class NoAnswer(Exception):
    """Nobody answered. code: host_not_found, host_forbidden, port_forbidden, tls_required,
    unreachable, tls_failed, timed_out, bad_answer."""

    code: str
    took_ms: int = 0
    said: str = ""


def reach() -> Reach:
    """What this installation may call."""
    return _reach(settings().outbound_allowed, settings().outbound_ports)


def addresses_of(host: str, port: int, *, secure: bool = True) -> list[Address]:
    """The addresses of a host, all of which may be called.

    Raises InvalidInput `host_not_found`, NotPermitted as Reach.check.
    """
    return reach().check(host, port, _looked_up(host, port), secure=secure)


def check_url(url: str) -> Target:
    """Where it leads, if it may be called now.

    Raises InvalidInput `bad_url`, `host_not_found`, NotPermitted `host_forbidden`,
    `port_forbidden`, `tls_required`: plain HTTP only leads to networks an administrator named.
    """
    target = read_url(url)
    addresses_of(target.host, target.port, secure=target.secure)
    return target


def post_outside(url: str, body: bytes, headers: Mapping[str, str], pool: "Pool") -> Answer:
    """One POST. Raises NoAnswer."""
    started = time.monotonic()

    def took() -> int:
        return round((time.monotonic() - started) * 1000)

    try:
        return _post(read_url(url), body, headers, pool, started)
    except StockturnError as refusal:
        raise NoAnswer(refusal.code, took()) from refusal
    except httpcore.TimeoutException as problem:
        raise NoAnswer("timed_out", took(), str(problem)) from problem
    except httpcore.ConnectError as problem:
        first = problem.args[0] if problem.args else None
        code = "tls_failed" if isinstance(first, ssl.SSLError) else "unreachable"
        raise NoAnswer(code, took(), str(problem)[:200]) from problem
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as problem:
        raise NoAnswer("bad_answer", took(), str(problem)[:200]) from problem


class Pool:
    """Connections kept for a few calls in a row; `with Pool() as pool`."""

    def __init__(self) -> None:
        self._call = _Call()
        self._pool = httpcore.ConnectionPool(
            ssl_context=_trust(),
            max_connections=2,
            keepalive_expiry=10.0,
            retries=0,
            network_backend=_Guarded(reach(), self._call),
        )

    def __enter__(self) -> "Pool":
        return self

    def __exit__(self, *_problem: object) -> None:
        self._pool.close()

    def stream(self, target: Target, body: bytes, headers: Mapping[str, str], end: float) -> Any:
        """The answer as it comes, until `end` (monotonic seconds)."""
        self._call.end, self._call.secure = end, target.secure
        return self._pool.stream(
            "POST",
            target.url,
            headers=list(headers.items()),
            content=body,
            extensions={
                "timeout": {"connect": CONNECT_S, "read": WHOLE_S, "write": WHOLE_S, "pool": 1.0}
            },
        )


def _post(
    target: Target, body: bytes, headers: Mapping[str, str], pool: Pool, started: float
) -> Answer:
    with pool.stream(target, body, headers, started + WHOLE_S) as response:
        read = _read(response.iter_stream())
        found = {
            name.decode("latin-1").lower(): value.decode("latin-1")
            for name, value in response.headers
        }
        took = round((time.monotonic() - started) * 1000)
        return Answer(response.status, found, read, took)


def _read(chunks: Iterable[bytes]) -> bytes:
    found = b""
    for chunk in chunks:
        found += chunk
        if len(found) >= ANSWER_BYTES_MOST:
            break
    return found[:ANSWER_BYTES_MOST]


@dataclass
class _Call:
    """The call at hand: until when it may take (monotonic seconds), and whether it is by TLS."""

    end: float = 0.0
    secure: bool = True

    def left(self, timeout: float | None, error: type[Exception]) -> float:
        """What is left of it, at most `timeout`; raises `error` when nothing is."""
        rest = self.end - time.monotonic()
        if rest <= 0:
            raise error("the whole call took too long")
        return rest if timeout is None else min(timeout, rest)


class _Guarded(httpcore.NetworkBackend):
    """Looks a name up, judges what it found, and connects to just that."""

    def __init__(self, allowed: Reach, call: _Call) -> None:
        self._reach = allowed
        self._call = call
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to the first judged address that takes one."""
        problem: Exception | None = None
        for address in self._judged(host, port):
            try:
                stream = self._inner.connect_tcp(
                    str(address),
                    port,
                    self._call.left(timeout, httpcore.ConnectTimeout),
                    local_address,
                    socket_options,
                )
                return _Bounded(stream, self._call)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as failure:
                problem = failure
        raise problem or httpcore.ConnectError("no address")

    def _judged(self, host: str, port: int) -> list[Address]:
        found = _looked_up(host, port)
        return self._reach.check(host, port, found, secure=self._call.secure)


class _Bounded(httpcore.NetworkStream):
    """A stream whose every read and write ends with the whole call."""

    def __init__(self, inner: httpcore.NetworkStream, call: _Call) -> None:
        self._inner = inner
        self._call = call

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """As the inner stream."""
        return self._inner.read(max_bytes, self._call.left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """As the inner stream."""
        self._inner.write(buffer, self._call.left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        """As the inner stream."""
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """TLS for the name that was asked for, not for the address."""
        left = self._call.left(timeout, httpcore.ConnectTimeout)
        return _Bounded(self._inner.start_tls(ssl_context, server_hostname, left), self._call)

    def get_extra_info(self, info: str) -> Any:
        """As the inner stream."""
        return self._inner.get_extra_info(info)


def _looked_up(host: str, port: int) -> list[Address]:
    try:
        return [read_address(host)]
    except ValueError:
        pass
    try:
        rows = _lookups.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM).result(
            LOOK_UP_S
        )
    except (TookTooLong, OSError, UnicodeError):
        raise InvalidInput("host_not_found", host=host) from None
    return list(dict.fromkeys(read_address(str(row[4][0])) for row in rows))


@lru_cache
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()


@lru_cache
def _reach(networks: str, ports: str) -> Reach:
    return Reach.of(networks, ports)
