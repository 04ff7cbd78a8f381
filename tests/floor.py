"""A small warehouse and its handhelds, for tests: real tables, real services, a clock of its own.

Olga and Otto are operators, Sam is a supervisor. Handhelds make commands as the client does:
stored with id, seq and clocks when made, sent when the test says so, again and in any order.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, insert, select

from server.api.schemas.commands import read_command
from server.domain.commands import Answer, Envelope
from server.domain.people import Actor
from server.domain.timekeeping import Contact
from server.services.apply_commands import apply_envelope
from server.services.clock import use_clock
from server.store.db import reading, table_of, unit_of_work
from server.store.models import (
    Balance,
    Device,
    Item,
    Location,
    Position,
    Site,
    User,
)

START_MS = 1_767_571_200_000  # 2026-01-05T00:00:00Z
VIRTUAL = ("supplier", "customer", "adjustment", "scrap", "production", "transit")


@dataclass
class Floor:
    """The warehouse: ids by code, and the time, which only moves when told to."""

    now: int = START_MS
    site_id: int = 0
    items: dict[str, int] = field(default_factory=dict)
    locations: dict[str, int] = field(default_factory=dict)
    users: dict[str, int] = field(default_factory=dict)

    def tell_time(self) -> int:
        """The clock of the house."""
        return self.now

    def wait(self, ms: int = 1000) -> int:
        """Let time pass; answers the new now."""
        self.now += ms
        return self.now

    def on_hand(self, location: str, item: str) -> Decimal:
        """What the books hold of an item at a location, over all lots, units and statuses."""
        with reading() as session:
            total = session.scalar(
                select(func.sum(Balance.on_hand))
                .join(Position, Position.id == Balance.position_id)
                .where(
                    Position.location_id == self.locations[location],
                    Balance.item_id == self.items[item],
                )
            )
        return Decimal(total or 0)

    def desk(self, user: str = "sam", role: str = "supervisor") -> Actor:
        """Somebody at a desk, with an API token's rights."""
        return Actor(self.users[user], role, None, source="token")

    def request(self, kind: str, user: str = "sam", **body: Any) -> Answer:
        """One request from the desk; `occurred_at` (ms) in the body is when it happened."""
        raw: dict[str, Any] = {"id": str(uuid4()), "v": 1, "type": kind, "intent": "request"}
        occurred_at = body.pop("occurred_at", None)
        raw["body"] = {"site": "S1", **body}
        return self.send_request(raw, user, occurred_at)

    def send_request(
        self, raw: dict[str, Any], user: str = "sam", occurred_at: int | None = None
    ) -> Answer:
        """A whole request as JSON."""
        command = read_command(UUID(raw["id"]), raw)
        if occurred_at is not None:
            command = replace(command, occurred_at=occurred_at)
        contact = Contact("", 0, self.now, self.now)
        return apply_envelope(Envelope(contact, (command,)), self.desk(user))[0]


@dataclass
class Handheld:
    """One device: its own clocks, its outbox, and what it was answered."""

    floor: Floor
    id: int
    user: str = "olga"
    boot_id: str = "boot-1"
    boot_at: int = START_MS - 5_000
    wall_skew_ms: int = 0
    next_seq: int = 1
    outbox: list[dict[str, Any]] = field(default_factory=list)

    @property
    def mono_ms(self) -> int:
        """Since this boot."""
        return self.floor.now - self.boot_at

    @property
    def wall_ms(self) -> int:
        """What its wall clock shows."""
        return self.floor.now + self.wall_skew_ms

    def fresh_uuid(self) -> str:
        """An id made on the device."""
        return str(uuid4())

    def reboot(self) -> None:
        """A new page context: the monotonic clock starts again."""
        self.boot_id = f"boot-{uuid4().hex[:8]}"
        self.boot_at = self.floor.now

    def make(self, kind: str, replaces: str | None = None, **body: Any) -> dict[str, Any]:
        """Store a command in the outbox, as it happens now."""
        if "from_" in body:
            body["from"] = body.pop("from_")
        command = {
            "id": str(uuid4()),
            "seq": self.next_seq,
            "v": 1,
            "type": kind,
            "intent": "fact",
            "wall_ms": self.wall_ms,
            "mono_ms": self.mono_ms,
            "boot_id": self.boot_id,
            "body": body,
        }
        if replaces:
            command["replaces"] = replaces
        self.next_seq += 1
        self.outbox.append(command)
        return command

    def envelope(self, commands: Iterable[dict[str, Any]]) -> Envelope:
        """A transmission, with the clocks read now."""
        return Envelope(
            Contact(self.boot_id, self.mono_ms, self.wall_ms, self.floor.now),
            tuple(read_command(UUID(raw["id"]), raw) for raw in commands),
            oldest_unsent_seq=self.outbox[0]["seq"] if self.outbox else self.next_seq,
            next_seq=self.next_seq,
        )

    def deliver(self, envelope: Envelope) -> list[Answer]:
        """Hand a transmission to the server."""
        return apply_envelope(envelope, self.actor)

    @property
    def actor(self) -> Actor:
        """Whoever is signed in on it."""
        site = frozenset({self.floor.site_id})
        return Actor(self.floor.users[self.user], "operator", site, self.id, "device")

    def send(self) -> list[Answer]:
        """Send the outbox; what was answered finally leaves it."""
        answers = self.deliver(self.envelope(self.outbox))
        final = {str(a.id) for a in answers if a.status != "held"}
        self.outbox = [raw for raw in self.outbox if raw["id"] not in final]
        return answers

    def do(self, kind: str, **body: Any) -> Answer:
        """Make a command and send it at once."""
        self.make(kind, **body)
        return self.send()[-1]


@contextmanager
def open_floor(
    items: Iterable[str | dict[str, Any]] = ("NUT", "BOLT"),
    locations: Iterable[str] = ("A-1", "A-2", "B-1"),
    live: bool = True,
) -> Iterator[Floor]:
    """A floor in the current application's empty database, with its clock in force."""
    floor = Floor()
    with unit_of_work() as session:
        _make_site(session, floor, live)
        for code in [*locations, "DOCK", "CART-1", "CART-2", *(f"@{k}" for k in VIRTUAL)]:
            kind = _kind(code)
            floor.locations[code] = _add(
                session,
                Location,
                site_id=floor.site_id,
                code=code,
                code_key=code.casefold(),
                kind=kind,
                changed_at=floor.now,
            )
        for item in items:
            row = {"sku": item} if isinstance(item, str) else item
            floor.items[row["sku"]] = _add(session, Item, **_item(row, floor.now))
        for name, role in (
            ("olga", "operator"),
            ("otto", "operator"),
            ("sam", "supervisor"),
            ("sue", "supervisor"),
        ):
            floor.users[name] = _add(
                session,
                User,
                name=name,
                login_key=name,
                badge=name,
                badge_key=name,
                role=role,
                all_sites=True,
                changed_at=floor.now,
            )
    with use_clock(floor.tell_time):
        yield floor


def open_site(floor: Floor, code: str, locations: Iterable[str]) -> int:
    """Another site of the same company, with places of its own; the site's id."""
    with unit_of_work() as session:
        row = {"code": code, "code_key": code.casefold(), "live_at": floor.now}
        site_id = _add(session, Site, **row, time_zone="Asia/Shanghai", changed_at=floor.now)
        for name in (*locations, *(f"@{kind}" for kind in VIRTUAL)):
            floor.locations[f"{code}/{name}"] = _add(
                session,
                Location,
                site_id=site_id,
                code=name,
                code_key=name.casefold(),
                kind=_kind(name),
                changed_at=floor.now,
            )
    return site_id


def handheld(
    floor: Floor,
    name: str = "H1",
    cart: str = "CART-1",
    user: str = "olga",
    site_id: int | None = None,
) -> Handheld:
    """Enrol one more device."""
    with unit_of_work() as session:
        device_id = _add(
            session,
            Device,
            uid=uuid4(),
            name=name,
            site_id=site_id or floor.site_id,
            cart_location_id=floor.locations[cart],
            token_hash=uuid4().hex,
            enrolled_at=floor.now,
        )
    return Handheld(floor, device_id, user)


def _make_site(session: Any, floor: Floor, live: bool) -> None:
    floor.site_id = _add(
        session,
        Site,
        code="S1",
        code_key="s1",
        live_at=floor.now if live else None,
        time_zone="Asia/Shanghai",
        changed_at=floor.now,
    )


def _item(row: dict[str, Any], now: int) -> dict[str, Any]:
    return {
        "sku_key": row["sku"].casefold(),
        "base_unit": "pcs",
        "standard_cost": Decimal(10),
        "changed_at": now,
        **row,
    }


def _kind(code: str) -> str:
    if code.startswith("@"):
        return code[1:]
    if code.startswith("CART"):
        return "mobile"
    return "dock" if code == "DOCK" else "bin"


def _add(session: Any, model: Any, **values: Any) -> int:
    table = table_of(model)
    defaults = {
        column.name: column.default.arg
        for column in table.columns
        if column.default is not None and column.default.is_scalar
    }
    added = session.scalar(insert(table).values({**defaults, **values}).returning(table.c.id))
    assert isinstance(added, int)
    return added
