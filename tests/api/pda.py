"""A handheld as its client behaves: commands stored with seq and clocks, sent over HTTP."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import func, select

from server.domain.numbers import ZERO, plain
from server.store.db import reading
from server.store.models import Balance, Item, Location, Position
from tests.api.conftest import Clock, World


@dataclass
class Pda:
    """The enrolled handheld of SH1 with somebody signed in; `token` is another one's."""

    world: World
    clock: Clock
    user_pass: str = ""
    token: str = ""
    boot_at: int = 0
    next_seq: int = 1
    outbox: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.token = self.token or self.world.device_token
        self.user_pass = self.user_pass or self.world.user_pass()
        self.boot_at = self.boot_at or self.clock.now - 60_000

    def make(self, kind: str, **body: Any) -> dict[str, Any]:
        """Store a command as it happens now; a trailing _ in names is dropped (from_)."""
        raw = {
            "id": str(uuid4()),
            "seq": self.next_seq,
            "v": 1,
            "type": kind,
            "intent": "fact",
            "wall_ms": self.clock.now,
            "mono_ms": self.clock.now - self.boot_at,
            "boot_id": "boot-1",
            "user_pass": self.user_pass,
            "body": {name.rstrip("_"): value for name, value in body.items()},
        }
        self.next_seq += 1
        self.outbox.append(raw)
        return raw

    def envelope(self, commands: list[dict[str, Any]], **changed: Any) -> dict[str, Any]:
        """A transmission of these, with the clocks read now."""
        oldest = self.outbox[0]["seq"] if self.outbox else self.next_seq
        return {
            "device": None,
            "sent_at": _rfc3339(self.clock.now),
            "mono_ms": self.clock.now - self.boot_at,
            "boot_id": "boot-1",
            "oldest_unsent_seq": oldest,
            "next_seq": self.next_seq,
            "app_version": "1.0.0",
            "commands": commands,
            **changed,
        }

    def post(self, envelope: Any) -> Any:
        """The raw answer of the server."""
        return self.world.client(self.token).post("/commands", json=envelope)

    def send(self, commands: list[dict[str, Any]] | None = None, **changed: Any) -> Any:
        """Send these (the outbox); answers. What was answered finally leaves the outbox."""
        sent = self.outbox if commands is None else commands
        answer = self.post(self.envelope(sent, **changed))
        assert answer.status_code == 200, answer.json
        answers = answer.json["answers"]
        final = {a["id"] for a in answers if a["status"] != "held"}
        self.outbox = [raw for raw in self.outbox if raw["id"] not in final]
        return answers

    def do(self, kind: str, **body: Any) -> Any:
        """Make a command and send it at once."""
        self.make(kind, **body)
        return self.send()[-1]


def _rfc3339(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat()


def on_hand(location: str, item: str = "M8") -> str:
    """What the books hold of an item at a location."""
    asked = (
        select(func.sum(Balance.on_hand))
        .join(Position, Position.id == Balance.position_id)
        .join(Location, Location.id == Position.location_id)
        .join(Item, Item.id == Balance.item_id)
        .where(Location.code == location, Item.sku == item)
    )
    with reading() as session:
        return plain(session.scalar(asked) or ZERO)
