"""Clients that ask as fast as they are answered, and cost as little as they can.

All clients live in one thread: plain sockets, each with one request under way; requests are made
before the clock starts, answers are only counted through. What they cost is reported too, for the
machine is shared with the server (`Run.client_share`).
"""

import json
import selectors
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain, count
from uuid import uuid4

Commands = Callable[[int], list[dict[str, object]]]
ANSWER_MOST = 1 << 20
READY_PER_SECOND = 1000
"""Commands each client has ready when the clock starts; should it need more, it makes them."""


@dataclass
class Run:
    """What some clients saw: the time of each answer, how long they went on, what they cost."""

    seconds: float = 0.0
    movements: int = 0
    answers_s: list[float] = field(default_factory=list)
    client_s: float = 0.0

    @property
    def rate(self) -> float:
        """Movements per second."""
        return self.movements / self.seconds

    @property
    def client_share(self) -> float:
        """Of one core, what the clients themselves took."""
        return self.client_s / self.seconds

    def percentile_ms(self, share: float) -> float:
        """Of the answers, by their time."""
        ordered = sorted(self.answers_s)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000


class _Client:
    """One connection with one request under way."""

    def __init__(self, port: int, requests: Iterator[tuple[bytes, int]], ready: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._requests = chain(_made_ready(requests, ready), requests)
        self._heard = b""
        self._asked = 0.0
        self._commands = 0

    def ask(self) -> None:
        """Send the next request."""
        request, self._commands = next(self._requests)
        self._heard = b""
        self._asked = time.perf_counter()
        self.socket.sendall(request)

    def hear(self) -> tuple[float, int] | None:
        """Seconds and movements of the answer once it is whole.

        Raises AssertionError when a command was not applied.
        """
        heard = self.socket.recv(ANSWER_MOST)
        assert heard, "the server hung up"
        self._heard += heard
        head, _, body = self._heard.partition(b"\r\n\r\n")
        if len(body) < _length(head):
            return None
        took = time.perf_counter() - self._asked
        applied = body.count(b'"status":"applied"')
        assert head.startswith(b"HTTP/1.1 200"), self._heard
        assert applied == self._commands == body.count(b'"status":'), body
        return took, applied


def drive(ports: list[int], token: str, clients: int, seconds: float, commands: Commands) -> Run:
    """So many clients for so long; `commands(n)` makes the n-th request's commands.

    Raises AssertionError when a command is not applied.
    """
    ready = round(seconds * READY_PER_SECOND)
    speakers = [
        _Client(ports[n % len(ports)], _requests(token, commands, n), ready) for n in range(clients)
    ]
    with selectors.DefaultSelector() as selector:
        for speaker in speakers:
            selector.register(speaker.socket, selectors.EVENT_READ, speaker)
        run = _driven(selector, speakers, seconds)
    for speaker in speakers:
        speaker.socket.close()
    return run


def _driven(selector: selectors.BaseSelector, speakers: list[_Client], seconds: float) -> Run:
    """Nobody asks anew once the time is over; all answers under way are waited for."""
    run, under_way = Run(), len(speakers)
    cost, started = time.process_time(), time.perf_counter()
    for speaker in speakers:
        speaker.ask()
    while under_way:
        for key, _ in selector.select():
            heard = key.data.hear()
            if heard is None:
                continue
            run.answers_s.append(heard[0])
            run.movements += heard[1]
            if time.perf_counter() - started < seconds:
                key.data.ask()
            else:
                under_way -= 1
    run.seconds = time.perf_counter() - started
    run.client_s = time.process_time() - cost
    return run


def post(port: int, token: str, commands: list[dict[str, object]]) -> None:
    """One request. Raises AssertionError when a command is not applied."""
    drive([port], token, 1, 0, lambda _: commands)


def command(kind: str, **body: object) -> dict[str, object]:
    """One request of a desk or another system."""
    return {"id": str(uuid4()), "v": 1, "type": kind, "intent": "request", "body": body}


def _requests(token: str, commands: Commands, client: int) -> Iterator[tuple[bytes, int]]:
    for n in count(client * 1_000_003):
        made = commands(n)
        yield _request(token, made), len(made)


def _made_ready(requests: Iterator[tuple[bytes, int]], commands: int) -> list[tuple[bytes, int]]:
    ready: list[tuple[bytes, int]] = []
    made = 0
    while made < commands:
        ready.append(next(requests))
        made += ready[-1][1]
    return ready


def _request(token: str, commands: list[dict[str, object]]) -> bytes:
    body = json.dumps({"commands": commands}).encode()
    head = (
        "POST /api/v1/commands HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {token}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _length(head: bytes) -> int:
    """Of the body; more than anybody answers as long as the head does not say it."""
    at = head.lower().find(b"content-length:")
    return int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else ANSWER_MOST
