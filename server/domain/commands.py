"""How handhelds, desks and other systems speak: commands in, one answer each out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from server.domain.timekeeping import Contact, Occurrence

COMMANDS_MOST = 100
FLOOR_TYPES = frozenset(
    {
        "receive_line",
        "receive_other",
        "put_away",
        "take_stock",
        "put_stock",
        "move_stock",
        "pick_line",
        "short_pick",
        "ship_unit",
        "ship_transfer",
        "receive_transfer",
        "return_line",
        "issue_other",
        "scrap_stock",
        "change_status",
        "pack_unit",
        "bind_barcode",
        "count_line",
        "finish_count",
        "undo",
    }
)


class Status(StrEnum):
    """`held` is not final: the device sends again. The others are, for ever."""

    APPLIED = "applied"
    APPLIED_FLAGGED = "applied_flagged"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"
    CONFLICT = "conflict"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Command:
    """One command as it came in. `body` is validated; `problem` is set where it was malformed.

    raw: the command as JSON, kept as evidence; fingerprint: SHA-256 of what makes it this command;
    text: raw as canonical JSON where whoever read it made that already, else "".
    """

    id: UUID
    type: str
    intent: str
    raw: Mapping[str, Any]
    fingerprint: str
    body: Mapping[str, Any] = field(default_factory=dict)
    seq: int | None = None
    wall_ms: int = 0
    mono_ms: int = 0
    boot_id: str = ""
    user_pass: str = ""
    occurred_at: int | None = None
    replaces: UUID | None = None
    problem: "Problem | None" = None
    text: str = ""

    @property
    def is_fact(self) -> bool:
        """Something a person did, reported by their handheld."""
        return self.intent == "fact"


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a command is refused: a stable code and the fields it is about."""

    code: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Envelope:
    """One transmission of at most COMMANDS_MOST commands, in the order the device made them."""

    contact: Contact
    commands: tuple[Command, ...]
    oldest_unsent_seq: int = 0
    next_seq: int = 0
    app_version: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one command."""

    id: UUID
    status: Status
    codes: tuple[str, ...] = ()
    code: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    movement_ids: tuple[int, ...] = ()
    first: "Mapping[str, Any] | None" = None
    expected_seq: int | None = None

    def as_json(self) -> dict[str, Any]:
        """The answer as it is stored and sent: only what is set."""
        said: dict[str, Any] = {"id": str(self.id), "status": self.status.value}
        if self.codes:
            said["codes"] = list(self.codes)
        if self.code:
            said |= {"code": self.code, "fields": {k: str(v) for k, v in self.fields.items()}}
        if self.movement_ids:
            said["movement_ids"] = [str(movement_id) for movement_id in self.movement_ids]
        if self.first is not None:
            said["first"] = dict(self.first)
        if self.expected_seq is not None:
            said["expected_seq"] = self.expected_seq
        return said


@dataclass(frozen=True, slots=True)
class Said:
    """A command with everything around it settled: who, where, when."""

    command: Command
    site_id: int
    user_id: int | None
    device_id: int | None
    occurrence: Occurrence
    received_at: int
    cart_location_id: int | None = None
    flags: frozenset[str] = frozenset()

    @property
    def body(self) -> Mapping[str, Any]:
        """The command's own content."""
        return self.command.body

    @property
    def quantity(self) -> Decimal:
        """Base units."""
        quantity = self.command.body["quantity"]
        assert isinstance(quantity, Decimal)
        return quantity
