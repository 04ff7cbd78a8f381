"""Clients that ask as fast as they are answered: plain sockets, so that they cost little."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from uuid import uuid4

Commands = Callable[[int], list[dict[str, object]]]


@dataclass
class Run:
    """What some clients saw: the time of each answer, and how long they went on."""

    seconds: float = 0.0
    movements: int = 0
    answers_s: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Movements per second."""
        return self.movements / self.seconds

    def percentile_ms(self, share: float) -> float:
        """Of the answers, by their time."""
        ordered = sorted(self.answers_s)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000


def drive(
    ports: list[int], token: str, clients: int, seconds: float, commands: Commands, first: int = 0
) -> Run:
    """So many clients for so long; `commands(n)` makes the n-th request's commands.

    Raises AssertionError when a command is not applied.
    """
    run, lock = Run(), threading.Lock()
    stop_at = time.perf_counter() + seconds
    failures: list[Exception] = []

    def work(client: int) -> None:
        try:
            own = _one_client(ports[client % len(ports)], token, commands, first, client, stop_at)
            answers, movements = _listened(own)
            with lock:
                run.answers_s += answers
                run.movements += movements
        except (AssertionError, OSError) as failure:
            failures.append(failure)

    started = time.perf_counter()
    threads = [threading.Thread(target=work, args=(n,)) for n in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    run.seconds = time.perf_counter() - started
    if failures:
        raise failures[0]
    return run


def _listened(answers: Iterator[tuple[float, int]]) -> tuple[list[float], int]:
    seen = list(answers)
    return [seconds for seconds, _ in seen], sum(movements for _, movements in seen)


def _one_client(
    port: int, token: str, commands: Commands, first: int, client: int, stop_at: float | None
) -> Iterator[tuple[float, int]]:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        reader = connection.makefile("rb")
        n = first = first + client * 1_000_003
        while n == first or (stop_at is not None and time.perf_counter() < stop_at):
            request = _request(token, commands(n))
            n += 1
            asked = time.perf_counter()
            connection.sendall(request)
            answer = _answer(reader)
            answered = time.perf_counter() - asked
            said = [one["status"] for one in json.loads(answer)["answers"]]
            assert set(said) <= {"applied"}, answer
            yield answered, len(said)


def post(port: int, token: str, commands: list[dict[str, object]]) -> None:
    """One request. Raises AssertionError when a command is not applied."""
    [_] = _one_client(port, token, lambda _: commands, 0, 0, stop_at=None)


def command(kind: str, **body: object) -> dict[str, object]:
    """One request of a desk or another system."""
    return {"id": str(uuid4()), "v": 1, "type": kind, "intent": "request", "body": body}


def _request(token: str, commands: list[dict[str, object]]) -> bytes:
    body = json.dumps({"commands": commands}).encode()
    head = (
        "POST /api/v1/commands HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {token}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _answer(reader: object) -> bytes:
    lines = iter(reader.readline, b"\r\n")  # type: ignore[attr-defined]
    head = b"".join(lines)
    length = next(
        int(line.split(b":")[1])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length")
    )
    body: bytes = reader.read(length)  # type: ignore[attr-defined]
    assert head.startswith(b"HTTP/1.1 200"), head + body
    return body
