"""When it happened: RULES 1–4. Instants and offsets are milliseconds, UTC.

A handheld's wall clock may be wrong by days and may be stepped; its monotonic clock only ever
counts on within one boot. So a boot's offset, once known, tells the time of each of its commands.
"""

from dataclasses import dataclass

DOUBT_LEAST_MS = 1_000


@dataclass(frozen=True, slots=True)
class Contact:
    """One transmission: the device's clocks as it sent, and when we received it."""

    boot_id: str
    mono_ms: int
    sent_at: int
    received_at: int

    @property
    def wall_offset_ms(self) -> int:
        """What to add to this device's wall clock to get ours."""
        return self.received_at - self.sent_at


@dataclass(frozen=True, slots=True)
class DeviceClock:
    """What earlier contacts told: offsets by boot, the last wall offset, the last time."""

    offsets_ms: dict[str, int]
    wall_offset_ms: int | None
    last_occurred_at: int


@dataclass(frozen=True, slots=True)
class Occurrence:
    """When it happened, within ± uncertainty_ms (0: known by the monotonic clock)."""

    at: int
    uncertainty_ms: int = 0


def boot_offset_ms(known: int | None, contact: Contact) -> int:
    """The least (received − mono) of all contacts: a late copy of an old envelope only adds delay,
    and delay only makes this larger (RULES 1)."""
    now = contact.received_at - contact.mono_ms
    return now if known is None else min(known, now)


def occurrence(
    boot_id: str, mono_ms: int, wall_ms: int, clock: DeviceClock, contact: Contact
) -> Occurrence:
    """When a command happened (RULES 2). `clock` must already know the contact's own boot.

    A boot that died before any contact leaves only the wall clock: doubtful by how much that clock
    was stepped since the contact before, and clamped between the command before and now.
    """
    offset = clock.offsets_ms.get(boot_id)
    if offset is not None:
        return Occurrence(offset + mono_ms)
    at = wall_ms + contact.wall_offset_ms
    stepped = contact.wall_offset_ms - (clock.wall_offset_ms or 0)
    clamped = min(max(at, clock.last_occurred_at), contact.received_at)
    return Occurrence(clamped, max(abs(stepped), DOUBT_LEAST_MS))
