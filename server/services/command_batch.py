"""One envelope under way: what its commands share, and what was heard of its device."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from server.domain.codes import code_key
from server.domain.commands import Envelope, Said
from server.domain.delivery import Loss, detect_loss
from server.domain.people import Actor
from server.domain.timekeeping import (
    DeviceClock,
    boot_offset_ms,
)
from server.services.interpret_commands import (
    Meaning,
    Scene,
)
from server.services.move_units import Units
from server.services.name_things import Names
from server.services.post_movements import Entry, Ledger
from server.services.sight_serials import Serials
from server.store.commands import (
    DeviceState,
    KnownCommand,
    add_lost_range,
    boot_offsets,
    lost_ranges,
    open_envelope,
    places_of_command,
    quarantined_ids,
    save_boot,
)
from server.store.queries.catalogue import SiteRow


@dataclass
class Batch:
    """One envelope under way."""

    session: Session
    envelope: Envelope
    actor: Actor
    scene: Scene
    known: dict[UUID, KnownCommand]
    device: DeviceState | None = None
    clock: DeviceClock | None = None
    spoke_at: int = 0
    lost: list[Loss] = field(default_factory=list)
    waiting: set[UUID] = field(default_factory=set)
    rows: list[dict[str, Any]] = field(default_factory=list)
    picked: list[UUID] = field(default_factory=list)
    quarantined: list[dict[str, Any]] = field(default_factory=list)
    feed: list[dict[str, Any]] = field(default_factory=list)
    meanings: dict[UUID, Meaning] = field(default_factory=dict)
    sites: dict[str, SiteRow] = field(default_factory=dict)


def open_batch(session: Session, envelope: Envelope, actor: Actor) -> Batch:
    """The device's row locked, its clocks heard, and what is known of these commands read."""
    ledger = Ledger(session)
    names = Names(session, envelope.contact.received_at)
    scene = Scene(session, ledger, names, Units(session), Serials(session), actor)
    ids = [command.id for command in envelope.commands]
    ids += [command.replaces for command in envelope.commands if command.replaces]
    codes = {command.body["site"] for command in envelope.commands if command.body.get("site")}
    device, known, sites = open_envelope(session, actor.device_id, ids, map(code_key, codes))
    batch = Batch(session, envelope, actor, scene, known, device, sites=sites)
    if device is not None:
        _meet_device(batch, device)
    return batch


def _meet_device(batch: Batch, device: DeviceState) -> None:
    """Clocks first (every contact sharpens them), then what the device no longer has."""
    contact = batch.envelope.contact
    boots = {command.boot_id for command in batch.envelope.commands} | {contact.boot_id}
    offsets = boot_offsets(batch.session, device.id, boots)
    known = offsets.get(contact.boot_id)
    offset = boot_offset_ms(known, contact)
    if offset != known:
        save_boot(batch.session, device.id, contact.boot_id, offset, contact.received_at)
    offsets[contact.boot_id] = offset
    batch.spoke_at = offset + contact.mono_ms
    batch.clock = DeviceClock(offsets, device.wall_offset_ms, device.last_occurred_at)
    loss = detect_loss(device.accepted_seq, batch.envelope.oldest_unsent_seq)
    if loss is not None:
        release_loss(batch.scene, device, loss, contact.received_at)
    if any((c.seq or 0) <= device.accepted_seq for c in batch.envelope.commands):
        batch.lost = lost_ranges(batch.session, device.id)
        unknown = [c.id for c in batch.envelope.commands if c.id not in batch.known]
        batch.waiting = quarantined_ids(batch.session, device.id, unknown)


def release_loss(
    scene: Scene, device: DeviceState, loss: Loss, at: int, declared_by: int | None = None
) -> None:
    """Commands that will never come: go on after them, and have the places around them looked at
    (RULES 6): what the last command before touched, and the device's cart."""
    how = "declared" if declared_by else "reported"
    add_lost_range(scene.session, device.id, loss, how, at, declared_by)
    device.accepted_seq = loss.last_seq
    entry = Entry(UUID(int=0), at)
    _look_around(scene, device, loss.first_seq - 1, entry)


def _look_around(scene: Scene, device: DeviceState, seq: int, entry: Entry) -> None:
    positions = places_of_command(scene.session, device.id, seq)
    for place in scene.ledger.book.places.by_id(positions).values():
        scene.ledger.order_task(place, "look", "commands_lost", entry)
    if device.cart_location_id is not None:
        cart = scene.ledger.place(device.cart_location_id, 0, 1, 1)
        scene.ledger.order_task(cart, "look", "commands_lost", entry)


def entry_of(batch: Batch, said: Said) -> Entry:
    """By whom and when the movements of this command are recorded."""
    return Entry(
        said.command.id,
        said.received_at,
        said.device_id,
        said.command.seq,
        said.user_id,
        batch.actor.request_id,
    )
