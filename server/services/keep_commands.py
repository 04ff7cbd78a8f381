"""Keeping what was answered: commands, movements, the feed, and how far a device has come."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from server.domain.commands import Answer, Command, Said, Status
from server.services.command_batch import Batch, entry_of
from server.services.trace_returns import true_up_returns
from server.store.commands import (
    DeviceState,
    KnownCommand,
    lost_ranges,
    quarantine,
    save_device,
    write_commands,
)
from server.store.feed import announce_many, canonical_json, feed_row


def keep(batch: Batch, said: Said, answer: Answer) -> None:
    """The command with its answer, its row in the feed, and the device's progress."""
    command = said.command
    batch.rows.append(
        {
            "id": command.id,
            "type": command.type,
            "intent": command.intent,
            "device_id": said.device_id,
            "seq": command.seq,
            "user_id": said.user_id,
            "site_id": said.site_id or None,
            "body_hash": command.fingerprint,
            "body": command.text or canonical_json(command.raw),
            "status": answer.status.value,
            "answer": canonical_json(answer.as_json()),
            "occurred_at": said.occurrence.at,
            "uncertainty_ms": said.occurrence.uncertainty_ms,
            "received_at": said.received_at,
            "replaces": command.replaces,
            "request_id": batch.actor.request_id,
        }
    )
    batch.feed.append(_feed_row(batch, said, answer))
    if command.body.get("closes") and answer.status is not Status.REJECTED:
        batch.feed.append(_unit_closed(batch, said))
    device = batch.device
    if device is not None and command.seq is not None:
        after_gap = any(loss.last_seq == command.seq - 1 for loss in batch.lost)
        if after_gap or command.seq == batch.envelope.oldest_unsent_seq:
            _look_after_loss(batch, device, said)
        is_next = command.seq > device.accepted_seq
        device.accepted_seq = max(device.accepted_seq, command.seq)
        if is_next and command.replaces is None and command.problem is None:
            device.last_occurred_at = said.occurrence.at


def tell_conflict(batch: Batch, command: Command, known: KnownCommand) -> None:
    """Another content under an id that was answered before: nothing is kept of it but that it
    came, and what it would have been."""
    body = command.raw.get("body")
    payload = {
        "type": command.type,
        "status": Status.CONFLICT.value,
        "fingerprint": command.fingerprint,
        "body": body if isinstance(body, dict) else {},
    }
    at = batch.envelope.contact.received_at
    site_id = batch.device.site_id if batch.device is not None else known.site_id
    batch.feed.append(
        feed_row(
            "command.conflict",
            payload,
            actor=replace(batch.actor, user_id=batch.actor.user_id or known.user_id),
            at=at,
            site_id=site_id or None,
            command_id=command.id,
        )
    )


def _look_after_loss(batch: Batch, device: DeviceState, said: Said) -> None:
    """The first command after a gap: its places are looked at as well (RULES 6)."""
    lost = batch.lost or lost_ranges(batch.session, device.id)
    if not any(loss.last_seq == (said.command.seq or 0) - 1 for loss in lost):
        return
    own = [row for row in batch.scene.ledger.book.movements if row["command_id"] == said.command.id]
    positions = {row[name] for row in own for name in ("from_position_id", "to_position_id")}
    for place in batch.scene.ledger.book.places.by_id(positions).values():
        batch.scene.ledger.order_task(place, "look", "commands_lost", entry_of(batch, said))


def _feed_row(batch: Batch, said: Said, answer: Answer) -> dict[str, Any]:
    payload: dict[str, Any] = {"type": said.command.type, "status": answer.status.value}
    if answer.movement_ids:
        payload["movements"] = list(answer.movement_ids)
        payload["items"] = batch.scene.ledger.items_moved(answer.movement_ids)
    if answer.codes:
        payload["codes"] = list(answer.codes)
    if answer.code:
        payload["code"] = answer.code
    actor = batch.actor
    if actor.user_id != said.user_id:
        actor = replace(actor, user_id=said.user_id)
    return feed_row(
        "movement.posted" if answer.movement_ids else "command.answered",
        payload,
        actor=actor,
        at=said.received_at,
        site_id=said.site_id or None,
        command_id=said.command.id,
    )


def _unit_closed(batch: Batch, said: Said) -> dict[str, Any]:
    """The unit it went into is packed: whoever prints or ships it may go on."""
    return feed_row(
        "unit.closed",
        {"unit": said.body["unit"]},
        actor=replace(batch.actor, user_id=said.user_id),
        at=said.received_at,
        site_id=said.site_id,
        command_id=said.command.id,
    )


def close_batches(batches: Sequence[Batch]) -> None:
    """Write everything in one go; returns that waited for one of these picks are trued up."""
    first = batches[0]
    write_batch(first)
    quarantine(first.session, first.quarantined)
    announce_many(first.session, first.feed)
    for batch in batches:
        if batch.device is not None:
            _close_device(batch, batch.device)
    true_up_returns(first.scene.ledger, first.picked, first.envelope.contact.received_at)


def write_batch(batch: Batch) -> None:
    """Write the commands answered so far and what they posted; the rest of the batch goes on."""
    write_commands(batch.session, batch.rows)
    batch.picked += [row["id"] for row in batch.rows if row["type"] == "pick_line"]
    batch.rows.clear()
    batch.scene.ledger.write()
    batch.scene.documents.write(batch.envelope.contact.received_at)


def _close_device(batch: Batch, device: DeviceState) -> None:
    """What a late copy of an old envelope says of its device is not news."""
    envelope = batch.envelope
    seen: dict[str, Any] = {}
    if device.last_seen_at is None or batch.spoke_at >= device.last_seen_at:
        device.wall_offset_ms = envelope.contact.wall_offset_ms
        seen = {
            "next_seq": envelope.next_seq,
            "app_version": envelope.app_version,
            "last_seen_at": batch.spoke_at,
        }
    save_device(batch.session, device, **seen)
