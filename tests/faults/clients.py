"""Handhelds that report facts over HTTP and send each until it is answered, as the client does."""

import random
import socket
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx

from tests.faults.house import ITEMS, PLACES, Badge, House

BATCH_MOST = 5
CUT_EVERY = 10
PAUSE_S = 0.3


@dataclass
class Tally:
    """What came of it. found_applied: retries that were answered "duplicate"."""

    made: int = 0
    transmissions: int = 0
    failed: int = 0
    cut: int = 0
    found_applied: int = 0


@dataclass
class Client:
    """One handheld with its outbox; every fact is kept until it is answered."""

    house: House
    badge: Badge
    luck: random.Random
    tally: Tally = field(default_factory=Tally)
    answers: dict[str, str] = field(default_factory=dict)
    stock: Counter[tuple[str, str]] = field(default_factory=Counter)
    next_seq: int = 1
    boot_id: str = field(default_factory=lambda: str(uuid4()))

    def work(self, stop: threading.Event) -> None:
        """Make facts and have them answered, until told to stop; then nothing is left unsaid."""
        timeout = httpx.Timeout(20, connect=5)
        headers = {"Authorization": f"Bearer {self.badge.token}"}
        with httpx.Client(base_url=self.house.address, timeout=timeout, headers=headers) as http:
            while not stop.is_set():
                batch = [self._make() for _ in range(self.luck.randint(1, BATCH_MOST))]
                self._say_until_heard(http, batch)

    def _make(self) -> dict[str, Any]:
        kind, body = self._something_done()
        command = {
            "id": str(uuid4()),
            "seq": self.next_seq,
            "v": 1,
            "type": kind,
            "intent": "fact",
            "wall_ms": time.time_ns() // 1_000_000,
            "mono_ms": time.monotonic_ns() // 1_000_000,
            "boot_id": self.boot_id,
            "user_pass": self.badge.user_pass,
            "body": body,
        }
        self.next_seq += 1
        self.tally.made += 1
        return command

    def _something_done(self) -> tuple[str, dict[str, Any]]:
        item, quantity = self.luck.choice(ITEMS), self.luck.randint(1, 9)
        source, target = self.luck.sample(PLACES, 2)
        goods = {"item": item, "quantity": str(quantity)}
        kind = self.luck.choice(("receive_line", "move_stock", "pick_line"))
        if kind != "receive_line":
            self.stock[source, item] -= quantity
        if kind != "pick_line":
            self.stock[target, item] += quantity
        ends = {"receive_line": {"to": target}, "pick_line": {"from": source}}
        return kind, {**goods, **ends.get(kind, {"from": source, "to": target})}

    def _say_until_heard(self, http: httpx.Client, batch: list[dict[str, Any]]) -> None:
        tries = 0
        while batch:
            if tries == 0 and self.luck.randrange(CUT_EVERY) == 0:
                self._say_and_hang_up(batch)
                tries += 1
            told = self._say(http, batch)
            tries += 1
            for answer in told:
                if answer["status"] == "held":
                    continue
                self.tally.found_applied += tries > 1 and answer["status"] == "duplicate"
                self.answers[answer["id"]] = answer["status"]
            batch = [raw for raw in batch if raw["id"] not in self.answers]

    def _say(self, http: httpx.Client, batch: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The answers; none when nothing, or nothing good, came back."""
        self.tally.transmissions += 1
        try:
            answer = http.post("/api/v1/commands", json=self._envelope(batch))
        except httpx.HTTPError:
            answer = None
        if answer is None or answer.status_code >= 500:
            self.tally.failed += 1
            threading.Event().wait(PAUSE_S)
            return []
        assert answer.status_code == 200, answer.text
        told: list[dict[str, Any]] = answer.json()["answers"]
        return told

    def _say_and_hang_up(self, batch: list[dict[str, Any]]) -> None:
        """The line is cut as soon as the request is out."""
        self.tally.transmissions += 1
        self.tally.cut += 1
        request = httpx.Request(
            "POST",
            f"{self.house.address}/api/v1/commands",
            json=self._envelope(batch),
            headers={"Authorization": f"Bearer {self.badge.token}"},
        )
        head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
        try:
            with socket.create_connection(("127.0.0.1", self.house.port), timeout=5) as line:
                line.sendall(f"POST /api/v1/commands HTTP/1.1\r\n{head}\r\n".encode())
                line.sendall(request.content)
        except OSError:
            return

    def _envelope(self, batch: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "device": None,
            "sent_at": datetime.now(UTC).isoformat(),
            "mono_ms": time.monotonic_ns() // 1_000_000,
            "boot_id": self.boot_id,
            "oldest_unsent_seq": batch[0]["seq"],
            "next_seq": self.next_seq,
            "app_version": "test",
            "commands": batch,
        }


class Crowd:
    """All handhelds of a house at work at once."""

    def __init__(self, house: House, seed: int) -> None:
        self.clients = [
            Client(house, badge, random.Random(seed + number))
            for number, badge in enumerate(house.badges)
        ]
        self._stop = threading.Event()
        self._problems: list[BaseException] = []
        self._threads = [
            threading.Thread(target=self._work, args=(client,)) for client in self.clients
        ]

    def __enter__(self) -> "Crowd":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_problem: object) -> None:
        """Nothing new is begun; what was begun is finished."""
        self._stop.set()
        for thread in self._threads:
            thread.join()
        assert not self._problems, self._problems

    def answered(self) -> int:
        """Facts answered so far."""
        return sum(len(client.answers) for client in self.clients)

    def tally(self) -> Tally:
        """All of them together."""
        tallies = [vars(client.tally) for client in self.clients]
        return Tally(**{name: sum(t[name] for t in tallies) for name in tallies[0]})

    def stock(self) -> dict[tuple[str, str], int]:
        """What is where, if everything they said happened exactly once."""
        whole: Counter[tuple[str, str]] = Counter()
        for client in self.clients:
            whole.update(client.stock)
        return {key: quantity for key, quantity in whole.items() if quantity}

    def _work(self, client: Client) -> None:
        try:
            client.work(self._stop)
        except BaseException as problem:  # noqa: BLE001 (told by the main thread)
            self._problems.append(problem)
