"""One envelope under way: what its commands share, and what was heard of its device."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from server.domain.codes import code_key
from server.domain.commands import Envelope, Said
from server.domain.delivery import Loss, detect_loss
from server.domain.people import Actor
from server.domain.timekeeping import (
    DeviceClock,
    boot_offset_ms,
)
from server.services.advance_documents import Documents
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
    known_commands,
    lost_ranges,
    open_envelopes,
    places_of_command,
    quarantined_ids,
    save_boot,
)
from server.store.queries.catalogue import SiteRow


@dataclass
class Batch:
    """One envelope under way; those of one transaction share the books and what is to be written
    (rows, picked, quarantined, feed)."""

    session: Session
    envelope: Envelope
    actor: Actor
    scene: Scene
    known: dict[UUID, KnownCommand] = field(default_factory=dict)
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

    @classmethod
    def bare(cls, session: Session, envelope: Envelope, actor: Actor) -> "Batch":
        """The first of a transaction, nothing read yet."""
        names = Names(session, envelope.contact.received_at)
        ledger, documents = Ledger(session), Documents(session)
        scene = Scene(session, ledger, names, Units(session), Serials(session), documents, actor)
        return cls(session, envelope, actor, scene)

    def beside(self, envelope: Envelope, actor: Actor) -> "Batch":
        """Another of the same transaction."""
        return Batch(
            self.session,
            envelope,
            actor,
            replace(self.scene, actor=actor),
            rows=self.rows,
            picked=self.picked,
            quarantined=self.quarantined,
            feed=self.feed,
        )


def open_batches(session: Session, posts: Sequence[tuple[Envelope, Actor]]) -> list[Batch]:
    """Envelopes that share a transaction: their devices locked, their clocks heard, and what is
    known of their commands read."""
    envelopes = [envelope for envelope, _ in posts]
    commands = [command for envelope in envelopes for command in envelope.commands]
    ids = [command.id for command in commands]
    ids += [command.replaces for command in commands if command.replaces]
    codes = {command.body["site"] for command in commands if command.body.get("site")}
    boots = {
        (actor.device_id, boot)
        for envelope, actor in posts
        if actor.device_id is not None
        for boot in boots_of(envelope)
    }
    first = Batch.bare(session, *posts[0])
    names = first.scene.names
    likely = names.asked(_likely_names(posts, _known_sites(session)))
    opened, found = open_envelopes(session, boots, ids, map(code_key, codes), likely)
    names.take(found)
    _known_sites(session).update({key: site.id for key, site in opened.sites.items()})
    batches = [first, *(first.beside(envelope, actor) for envelope, actor in posts[1:])]
    for batch in batches:
        batch.known, batch.sites = opened.known, opened.sites
        if batch.actor.device_id is not None:
            batch.device = opened.devices[batch.actor.device_id]
            _meet_device(batch, batch.device, opened.offsets)
    return batches


def _likely_names(
    posts: Sequence[tuple[Envelope, Actor]], sites: Mapping[str, int]
) -> list[tuple[int, Mapping[str, Any]]]:
    """(Site id, body) of the commands whose site we believe to know: what they name is read on the
    first journey. Were it another site, the names of that one are read when it is settled."""
    likely = []
    for envelope, actor in posts:
        only = next(iter(actor.site_ids)) if actor.site_ids and len(actor.site_ids) == 1 else None
        for command in envelope.commands:
            code = command.body.get("site")
            site_id = sites.get(code_key(code)) if code else only
            if site_id is not None and command.problem is None:
                likely.append((site_id, command.body))
    return likely


def _known_sites(session: Session) -> dict[str, int]:
    """Ids of sites by code as they were when last read."""
    return _site_memories.setdefault(session.get_bind().engine, {})


def batch_without_device(session: Session, envelope: Envelope, actor: Actor) -> Batch:
    """One whose device is not heard now: its commands were delivered before."""
    batch = Batch.bare(session, envelope, actor)
    replaced = [command.replaces for command in envelope.commands if command.replaces]
    batch.known = known_commands(session, replaced)
    return batch


def boots_of(envelope: Envelope) -> set[str]:
    """Every boot its clocks speak of."""
    return {command.boot_id for command in envelope.commands} | {envelope.contact.boot_id}


def _meet_device(
    batch: Batch, device: DeviceState, known_offsets: Mapping[tuple[int, str], int]
) -> None:
    """Clocks first (every contact sharpens them), then what the device no longer has."""
    contact = batch.envelope.contact
    offsets = {
        boot: known_offsets[device.id, boot]
        for boot in boots_of(batch.envelope)
        if (device.id, boot) in known_offsets
    }
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


_site_memories: WeakKeyDictionary[Engine, dict[str, int]] = WeakKeyDictionary()
