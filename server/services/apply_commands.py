"""POST /commands: what handhelds, desks and other systems report or ask, applied at most once.

    one envelope = one transaction, in the order of its commands; if it fails as a whole, each
    command gets a transaction of its own, so that a bad one never blocks the others

A rejected command is answered, kept and counted as delivered. What cannot be answered yet (a gap
before it, a device in quarantine) is held, and the device sends it again.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.domain.codes import code_key
from server.domain.commands import Answer, Command, Envelope, Problem, Said, Status
from server.domain.delivery import Admission, Loss, admit, detect_loss
from server.domain.errors import (
    InvalidInput,
    NotFound,
    NotPermitted,
    RuleViolated,
    StockturnError,
    Unavailable,
)
from server.domain.people import Actor
from server.domain.timekeeping import (
    Contact,
    DeviceClock,
    Occurrence,
    boot_offset_ms,
    occurrence,
)
from server.services.bind_barcodes import bind_barcode
from server.services.count_stock import count_line, finish_count
from server.services.interpret_commands import (
    Meaning,
    Scene,
    depends_on_books,
    interpret,
    settle_units,
)
from server.services.move_units import Units
from server.services.name_things import UNIT_FIELDS, Names
from server.services.post_movements import Entry, Ledger
from server.services.revalue_receipts import true_up_returns
from server.services.sight_serials import Serials
from server.services.sign_in import PassCheck, check_user_pass
from server.services.undo_commands import undo
from server.services.use_reservations import use_reservation
from server.store.commands import (
    DeviceState,
    KnownCommand,
    add_lost_range,
    boot_offsets,
    known_commands,
    lost_ranges,
    open_envelope,
    places_of_command,
    quarantine,
    quarantined_ids,
    save_boot,
    save_device,
    was_replaced,
    write_commands,
)
from server.store.db import pipelined, unit_of_work
from server.store.feed import announce_many, canonical_json, feed_row
from server.store.quarantine import number_is_taken
from server.store.queries.catalogue import SiteRow
from server.store.queries.packagings import packaging_id

TRIES_MOST = 4
STOCKLESS = frozenset({"count_line", "finish_count", "bind_barcode"})
AHEAD_MOST_MS = 86_400_000


def apply_envelope(envelope: Envelope, actor: Actor) -> list[Answer]:
    """Answers in the order of the commands.

    Raises Unavailable `database_busy` when nothing could be written: the device sends again.
    """
    passes = _check_passes(envelope, actor)
    try:
        return _retried(lambda: _apply(envelope, actor, passes))
    except _WholeBatchFailed:
        return [_apply_alone(one, actor, passes) for one in _one_by_one(envelope)]


def _apply_alone(envelope: Envelope, actor: Actor, passes: dict[str, PassCheck]) -> Answer:
    """One command in a transaction of its own; what cannot be posted is rejected in another."""
    try:
        return _retried(lambda: _apply(envelope, actor, passes))[0]
    except _WholeBatchFailed as failure:
        problem = Problem(failure.problem.code, failure.problem.fields)
        refused = replace(envelope.commands[0], problem=problem)
        return _retried(lambda: _apply(replace(envelope, commands=(refused,)), actor, passes))[0]


class _WholeBatchFailed(Exception):
    """A command could not be posted after all; its transaction is rolled back."""

    def __init__(self, problem: StockturnError) -> None:
        super().__init__(problem.code)
        self.problem = problem


@dataclass
class _Batch:
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


def _apply(envelope: Envelope, actor: Actor, passes: dict[str, PassCheck]) -> list[Answer]:
    with unit_of_work() as session:
        batch = _open_batch(session, envelope, actor)
        said = _settle_who_where_when(batch, passes)
        _prepare(batch, said)
        answers = []
        for command in envelope.commands:
            answers.append(_answer(batch, command, said.get(command.id)))
        _close_batch(batch)
    return answers


def _open_batch(session: Session, envelope: Envelope, actor: Actor) -> _Batch:
    ledger = Ledger(session)
    names = Names(session, envelope.contact.received_at)
    scene = Scene(session, ledger, names, Units(session), Serials(session), actor)
    ids = [command.id for command in envelope.commands]
    ids += [command.replaces for command in envelope.commands if command.replaces]
    codes = {command.body["site"] for command in envelope.commands if command.body.get("site")}
    device, known, sites = open_envelope(session, actor.device_id, ids, map(code_key, codes))
    batch = _Batch(session, envelope, actor, scene, known, device, sites=sites)
    if device is not None:
        _meet_device(batch, device)
    return batch


def _meet_device(batch: _Batch, device: DeviceState) -> None:
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


# Who, where, when ---------------------------------------------------------------------------------


def _check_passes(envelope: Envelope, actor: Actor) -> dict[str, PassCheck]:
    """What the user passes are worth, before any row is locked."""
    if actor.device_id is None:
        return {}
    texts = {command.user_pass for command in envelope.commands if command.user_pass}
    at = envelope.contact.received_at
    return {text: check_user_pass(text, actor.device_id, at) for text in texts}


def _settle_who_where_when(batch: _Batch, passes: dict[str, PassCheck]) -> dict[UUID, Said]:
    said: dict[UUID, Said] = {}
    for command in batch.envelope.commands:
        if command.id in batch.known or command.id in batch.waiting:
            continue
        try:
            said[command.id] = _said(batch, command, passes)
            _let_time_pass(batch, said[command.id])
        except StockturnError as problem:
            refused = replace(command, problem=Problem(problem.code, problem.fields))
            said[command.id] = Said(
                refused,
                0,
                batch.actor.user_id,
                batch.actor.device_id,
                Occurrence(batch.envelope.contact.received_at),
                batch.envelope.contact.received_at,
            )
    return said


def _let_time_pass(batch: _Batch, said: Said) -> None:
    """A doubtful time is not before the command before it, in the same envelope too (RULES 2)."""
    if batch.clock is not None and said.command.replaces is None:
        batch.clock = replace(batch.clock, last_occurred_at=said.occurrence.at)


def _said(batch: _Batch, command: Command, passes: dict[str, PassCheck]) -> Said:
    received_at = batch.envelope.contact.received_at
    when = _occurrence(batch, command)
    if batch.device is None:
        site_id = _site_of_request(batch, command)
        return Said(command, site_id, batch.actor.user_id, None, when, received_at)
    _check_scope(batch, batch.device, command)
    flags, user_id = frozenset[str](), batch.actor.user_id
    if command.user_pass:
        check = passes[command.user_pass]
        user_id = check.user_id
        if check.state == "foreign":
            raise NotPermitted("bad_user_pass")
        flags = frozenset({f"{check.state}_pass"} if check.state != "valid" else ())
    elif user_id is None and command.problem is None:
        raise NotPermitted("user_pass_required")
    device = batch.device
    return Said(
        command,
        device.site_id,
        user_id,
        device.id,
        when,
        received_at,
        device.cart_location_id,
        flags,
    )


def _check_scope(batch: _Batch, device: DeviceState, command: Command) -> None:
    """A handheld reports what happened at its own site; to ask for things needs a desk."""
    code = command.body.get("site")
    if code:
        site = batch.sites.get(code_key(code))
        if site is None or site.id != device.site_id:
            raise NotFound("unknown_site", site=code)
    if not command.is_fact and command.problem is None:
        raise NotPermitted("not_permitted", permission="commands.request")


def _occurrence(batch: _Batch, command: Command) -> Occurrence:
    """RULES 1–4. Raises InvalidInput `impossible_time` for one no calendar has, or to come."""
    when = _said_occurrence(batch, command)
    if not 0 <= when.at <= batch.envelope.contact.received_at + AHEAD_MOST_MS:
        raise InvalidInput("impossible_time", occurred_at=when.at)
    return when


def _said_occurrence(batch: _Batch, command: Command) -> Occurrence:
    """A command that replaces another happened when that one did."""
    replaced = batch.known.get(command.replaces) if command.replaces else None
    if replaced is not None:
        return Occurrence(replaced.occurred_at, replaced.uncertainty_ms)
    contact = batch.envelope.contact
    if batch.clock is None or command.seq is None:
        said_at = command.occurred_at
        return Occurrence(contact.received_at if said_at is None else said_at)
    return occurrence(command.boot_id, command.mono_ms, command.wall_ms, batch.clock, contact)


def _site_of_request(batch: _Batch, command: Command) -> int:
    code = command.body.get("site")
    if code:
        site = batch.sites.get(code_key(code))
        if site is None or not batch.actor.sees_site(site.id):
            raise NotFound("unknown_site", site=code)
        batch.scene.ledger.know(sites=[site])
        return site.id
    if batch.actor.site_ids is not None and len(batch.actor.site_ids) == 1:
        return next(iter(batch.actor.site_ids))
    if command.problem is not None:
        return 0
    raise NotFound("unknown_site", site="")


# Deciding -----------------------------------------------------------------------------------------


def _prepare(batch: _Batch, said: dict[UUID, Said]) -> None:
    """Read and lock set-based what the commands name, as far as that is known beforehand."""
    scene = batch.scene
    fresh = [s for s in said.values() if s.command.problem is None]
    scene.names.load([(s.site_id, s.body) for s in fresh])
    scene.units.lock(unit.id for unit in scene.names.units.values())
    scene.serials.lock(serial.id for serial in scene.names.serials.values())
    for one in fresh:
        if one.command.type in STOCKLESS or depends_on_books(scene, one):
            continue
        try:
            batch.meanings[one.command.id] = interpret(scene, one)
        except StockturnError as problem:
            said[one.command.id] = replace(
                one, command=replace(one.command, problem=Problem(problem.code, problem.fields))
            )
    scene.ledger.prepare([d for m in batch.meanings.values() for d in m.drafts])


def _answer(batch: _Batch, command: Command, said: Said | None) -> Answer:
    known = batch.known.get(command.id)
    if known is not None:
        _count_as_delivered(batch.device, command, known)
        return _answer_again(command, known)
    if command.id in batch.waiting or said is None:
        return Answer(command.id, Status.HELD, ("quarantined",))
    admission = _admission(batch, command, said)
    if admission is Admission.HOLD:
        assert batch.device is not None
        return Answer(command.id, Status.HELD, expected_seq=batch.device.accepted_seq + 1)
    if admission is Admission.QUARANTINE:
        return _quarantined(batch, command, said)
    answer = _decide(batch, said, admission)
    _keep(batch, said, answer)
    return answer


def _count_as_delivered(device: DeviceState | None, command: Command, known: KnownCommand) -> None:
    """A command a supervisor decided before those before it had come is no gap when it is due."""
    own = device is not None and known.device_id == device.id
    if device is not None and own and command.seq == device.accepted_seq + 1:
        device.accepted_seq += 1


def _answer_again(command: Command, known: KnownCommand) -> Answer:
    if known.fingerprint != command.fingerprint:
        return Answer(command.id, Status.CONFLICT, code="command_id_reused")
    if known.status == Status.REJECTED:
        return Answer(
            command.id,
            Status.REJECTED,
            code=known.answer["code"],
            fields=known.answer.get("fields", {}),
        )
    return Answer(command.id, Status.DUPLICATE, first=known.answer)


def _admission(batch: _Batch, command: Command, said: Said) -> Admission:
    device = batch.device
    if device is None or command.seq is None:
        return Admission.APPLY
    if device.state == "revoked" or "revoked_pass" in said.flags:
        return Admission.QUARANTINE
    admission = admit(command.seq, device.accepted_seq, batch.lost, device.quarantined)
    if admission is Admission.APPLY_AFTER_LOSS and _is_number_taken(batch, device, command.seq):
        return Admission.QUARANTINE
    return admission


def _is_number_taken(batch: _Batch, device: DeviceState, seq: int) -> bool:
    own = any(row["seq"] == seq for row in batch.rows)
    return own or number_is_taken(batch.session, device.id, seq)


def _quarantined(batch: _Batch, command: Command, said: Said) -> Answer:
    """Kept, not applied; a number used twice puts the whole device under suspicion."""
    device = batch.device
    assert device is not None
    assert command.seq is not None
    reason = "revoked" if device.state == "revoked" else "revoked_pass"
    if device.state != "revoked" and "revoked_pass" not in said.flags:
        reason = "sequence_reused"
        device.quarantined = True
    batch.quarantined.append(
        {
            "command_id": command.id,
            "device_id": device.id,
            "seq": command.seq,
            "reason": reason,
            "command": canonical_json(command.raw),
            "envelope": canonical_json(
                {
                    "received_at": said.received_at,
                    "occurred_at": said.occurrence.at,
                    "uncertainty_ms": said.occurrence.uncertainty_ms,
                    "user_id": said.user_id,
                }
            ),
            "received_at": said.received_at,
            "state": "waiting",
        }
    )
    if reason == "revoked_pass" and command.seq == device.accepted_seq + 1:
        device.accepted_seq = command.seq
    return Answer(command.id, Status.HELD, ("quarantined",))


def _decide(batch: _Batch, said: Said, admission: Admission) -> Answer:
    command = said.command
    written = False
    try:
        _check(batch, said)
        written = _writes_before_posting(command)
        meaning = _meaning(batch, said)
        _guard(batch, said, meaning)
        written = True
        flags, movement_ids = _post(batch, said, meaning)
    except StockturnError as problem:
        if isinstance(problem, Unavailable):
            raise
        if written:
            raise _WholeBatchFailed(problem) from problem
        return Answer(command.id, Status.REJECTED, code=problem.code, fields=problem.fields)
    if admission is Admission.APPLY_AFTER_LOSS:
        flags.add("after_loss")
    flags |= said.flags
    status = Status.APPLIED_FLAGGED if flags else Status.APPLIED
    return Answer(command.id, status, tuple(sorted(flags)), movement_ids=tuple(movement_ids))


def _writes_before_posting(command: Command) -> bool:
    """Finding out what it means already notes where units went, or that something was undone."""
    return command.type == "undo" or any(command.body.get(name) for name in UNIT_FIELDS)


def _check(batch: _Batch, said: Said) -> None:
    command = said.command
    if command.problem is not None:
        raise StockturnError(command.problem.code, **command.problem.fields)
    if command.replaces is not None:
        replaced = batch.known.get(command.replaces)
        if replaced is None or replaced.device_id != said.device_id:
            raise NotFound("unknown_command", command=str(command.replaces))
        twice = any(
            row["replaces"] == command.replaces and row["status"] != Status.REJECTED
            for row in batch.rows
        )
        before = twice or was_replaced(batch.session, command.replaces)
        if replaced.status != Status.REJECTED or before:
            raise StockturnError("nothing_to_replace", command=str(command.replaces))


def _meaning(batch: _Batch, said: Said) -> Meaning:
    found = batch.meanings.get(said.command.id)
    if found is not None:
        return found
    scene = batch.scene
    if said.command.type == "count_line":
        return Meaning(flags=count_line(scene, said))
    if said.command.type == "finish_count":
        return Meaning(flags=finish_count(scene, said))
    if said.command.type == "bind_barcode":
        return _bind(batch, said)
    if said.command.type == "undo":
        _write_before_undo(batch, said)
        meaning = undo(scene, said, _entry(batch, said))
    else:
        meaning = interpret(scene, said)
    settle_units(scene, meaning)
    return meaning


def _write_before_undo(batch: _Batch, said: Said) -> None:
    """What is taken back may have come in the same envelope: then it must stand in the books."""
    if any(row["id"] == said.body["command"] for row in batch.rows):
        _write(batch)


def _bind(batch: _Batch, said: Said) -> Meaning:
    body = said.body
    item = batch.scene.names.item(body["item"])
    packaging = body.get("packaging")
    bound = bind_barcode(
        batch.session,
        body["barcode"],
        "item",
        item.id,
        packaging_id(batch.session, item.id, packaging) if packaging else None,
        actor=batch.actor,
        at=said.received_at,
        site_id=said.site_id,
    )
    return Meaning(flags=set() if bound else {"already_there"})


def _guard(batch: _Batch, said: Said, meaning: Meaning) -> None:
    if said.command.is_fact or said.command.type in STOCKLESS:
        return
    plain = [draft for draft in meaning.drafts if not draft.serial_id]
    batch.scene.ledger.prepare(plain)
    if said.command.type != "undo":
        batch.scene.ledger.guard(plain, meaning.promised)
        for draft in meaning.drafts:
            if draft.serial_id:
                batch.scene.serials.guard(draft)


def _post(batch: _Batch, said: Said, meaning: Meaning) -> tuple[set[str], list[int]]:
    scene, entry = batch.scene, _entry(batch, said)
    drafts = []
    for draft in meaning.drafts:
        if draft.serial_id and not draft.settled:
            steps = scene.serials.sight(scene.ledger, entry, draft)
            if not steps:
                meaning.flags.add("already_there")
            drafts += steps
        else:
            drafts.append(draft)
    if meaning.reservation is not None:
        picked_from = meaning.drafts[0].source_key
        use_reservation(
            scene.ledger, meaning.reservation, said.quantity, picked_from, said.received_at
        )
    posting = scene.ledger.post(entry, drafts)
    if meaning.awaits_issue is not None and posting.movement_ids:
        scene.ledger.await_issue(meaning.awaits_issue, posting.movement_ids[0])
        # It may have been recorded while we waited for the pool's lock.
        batch.picked.append(meaning.awaits_issue)
    return meaning.flags | posting.flags, posting.movement_ids


def _entry(batch: _Batch, said: Said) -> Entry:
    return Entry(
        said.command.id,
        said.received_at,
        said.device_id,
        said.command.seq,
        said.user_id,
        batch.actor.request_id,
    )


# Out of quarantine --------------------------------------------------------------------------------


def settle_quarantined(
    session: Session, said: Said, actor: Actor, accept: bool, number_taken: bool
) -> Answer:
    """Answer one command for good that had waited for a supervisor; `said` is what it was then.

    Accepted, it happened when it happened and is flagged; refused, it is rejected. A number that
    another command was answered under stays that one's. Raises what the command itself would have
    been rejected with, and nothing is changed then.
    """
    command, at = said.command, said.received_at
    names = Names(session, at)
    scene = Scene(session, Ledger(session), names, Units(session), Serials(session), actor)
    envelope = Envelope(Contact("", 0, at, at), (command,))
    known = known_commands(session, [command.replaces] if command.replaces else [])
    batch = _Batch(session, envelope, actor, scene, known)
    if accept:
        answer = _decide_accepted(batch, said)
    else:
        answer = Answer(command.id, Status.REJECTED, code="refused_by_supervisor")
    _keep(batch, said, answer)
    if number_taken:
        batch.rows[-1]["seq"] = None
    _close_batch(batch)
    return answer


def _decide_accepted(batch: _Batch, said: Said) -> Answer:
    settled = {said.command.id: said}
    _prepare(batch, settled)
    try:
        answer = _decide(batch, settled[said.command.id], Admission.APPLY)
    except _WholeBatchFailed as failure:
        raise failure.problem from failure
    if answer.status is Status.REJECTED:
        raise RuleViolated(answer.code, **answer.fields)
    return answer


# Keeping ------------------------------------------------------------------------------------------


def _keep(batch: _Batch, said: Said, answer: Answer) -> None:
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
            "body": canonical_json(command.raw),
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
    device = batch.device
    if device is not None and command.seq is not None:
        after_gap = any(loss.last_seq == command.seq - 1 for loss in batch.lost)
        if after_gap or command.seq == batch.envelope.oldest_unsent_seq:
            _look_after_loss(batch, device, said)
        is_next = command.seq > device.accepted_seq
        device.accepted_seq = max(device.accepted_seq, command.seq)
        if is_next and command.replaces is None and command.problem is None:
            device.last_occurred_at = said.occurrence.at


def _look_after_loss(batch: _Batch, device: DeviceState, said: Said) -> None:
    """The first command after a gap: its places are looked at as well (RULES 6)."""
    lost = batch.lost or lost_ranges(batch.session, device.id)
    if not any(loss.last_seq == (said.command.seq or 0) - 1 for loss in lost):
        return
    own = [row for row in batch.scene.ledger.book.movements if row["command_id"] == said.command.id]
    positions = {row[name] for row in own for name in ("from_position_id", "to_position_id")}
    for place in batch.scene.ledger.book.places.by_id(positions).values():
        batch.scene.ledger.order_task(place, "look", "commands_lost", _entry(batch, said))


def _feed_row(batch: _Batch, said: Said, answer: Answer) -> dict[str, Any]:
    payload: dict[str, Any] = {"type": said.command.type, "status": answer.status.value}
    if answer.movement_ids:
        payload["movements"] = list(answer.movement_ids)
        own = {row["id"]: row["item_id"] for row in batch.scene.ledger.book.movements}
        payload["items"] = sorted({own[i] for i in answer.movement_ids if i in own})
    if answer.codes:
        payload["codes"] = list(answer.codes)
    if answer.code:
        payload["code"] = answer.code
    actor = replace(batch.actor, user_id=said.user_id)
    return feed_row(
        "movement.posted" if answer.movement_ids else "command.answered",
        payload,
        actor=actor,
        at=said.received_at,
        site_id=said.site_id or None,
        command_id=said.command.id,
    )


def _close_batch(batch: _Batch) -> None:
    with pipelined(batch.session):
        _write(batch)
        quarantine(batch.session, batch.quarantined)
        announce_many(batch.session, batch.feed)
        if batch.device is not None:
            _close_device(batch, batch.device)
    true_up_returns(batch.scene.ledger, batch.picked, batch.envelope.contact.received_at)


def _write(batch: _Batch) -> None:
    write_commands(batch.session, batch.rows)
    batch.picked += [row["id"] for row in batch.rows if row["type"] == "pick_line"]
    batch.rows.clear()
    batch.scene.ledger.write()


def _close_device(batch: _Batch, device: DeviceState) -> None:
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


def _one_by_one(envelope: Envelope) -> list[Envelope]:
    return [replace(envelope, commands=(command,)) for command in envelope.commands]


def _retried(attempt: Callable[[], list[Answer]]) -> list[Answer]:
    """Again when two transactions raced for the same id or waited for each other in a circle:
    the second time sees what the other one did."""
    for left in reversed(range(TRIES_MOST)):
        try:
            return attempt()
        except (IntegrityError, Unavailable):
            if not left:
                raise
    raise AssertionError
