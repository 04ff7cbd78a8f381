"""Answering commands one by one: known, held, in quarantine, rejected or applied.

What the commands name is read and locked set-based beforehand; then each has its turn.
"""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from server.domain.commands import Answer, Command, Problem, Said, Status
from server.domain.days import day_of
from server.domain.delivery import Admission, admit
from server.domain.documents import is_expired
from server.domain.errors import (
    NotFound,
    StockturnError,
    Unavailable,
)
from server.services.advance_documents import Moved, names_one
from server.services.bind_barcodes import bind_barcode
from server.services.command_batch import Batch, entry_of
from server.services.count_stock import count_line, finish_count
from server.services.interpret_commands import (
    Meaning,
    depends_on_books,
    interpret,
    settle_units,
)
from server.services.keep_commands import keep, tell_conflict, write_batch
from server.services.move_units import carry_corrections
from server.services.name_things import UNIT_FIELDS
from server.services.short_picks import short_pick
from server.services.trace_returns import true_up_returns
from server.services.undo_commands import undo
from server.services.use_reservations import restore_reservation, use_reservation
from server.store.commands import (
    DeviceState,
    KnownCommand,
    was_replaced,
)
from server.store.feed import canonical_json
from server.store.quarantine import number_is_taken
from server.store.queries.packagings import packaging_id

STOCKLESS = frozenset({"count_line", "finish_count", "bind_barcode", "short_pick"})


class NotPosted(Exception):
    """A command could not be posted after all; its transaction is rolled back."""

    def __init__(self, problem: StockturnError) -> None:
        super().__init__(problem.code)
        self.problem = problem


def prepare(batches: Sequence[Batch], said: Sequence[dict[UUID, Said]]) -> None:
    """Read and lock set-based what the commands name, as far as that is known beforehand; `said`
    is each batch's own."""
    scene = batches[0].scene
    fresh = [s for own in said for s in own.values() if s.command.problem is None]
    scene.names.load([(s.site_id, s.body) for s in fresh])
    scene.units.lock(unit.id for unit in scene.names.units.values())
    scene.serials.lock(serial.id for serial in scene.names.serials.values())
    scene.documents.load(fresh)
    for batch, own in zip(batches, said, strict=True):
        _interpret_early(batch, own)
    meanings = [meaning for batch in batches for meaning in batch.meanings.values()]
    scene.ledger.prepare([draft for meaning in meanings for draft in meaning.drafts])


def _interpret_early(batch: Batch, said: dict[UUID, Said]) -> None:
    """What commands mean whatever stands in the books; whose meaning is a problem is refused."""
    for one in list(said.values()):
        command = one.command
        if command.problem is not None or command.type in STOCKLESS:
            continue
        if depends_on_books(batch.scene, one):
            continue
        try:
            batch.meanings[command.id] = interpret(batch.scene, one)
        except StockturnError as problem:
            refused = replace(command, problem=Problem(problem.code, problem.fields))
            said[command.id] = replace(one, command=refused)


def answer(batch: Batch, command: Command, said: Said | None) -> Answer:
    """The answer to one command in its turn. Raises NotPosted when it could not be posted."""
    known = batch.known.get(command.id)
    if known is not None:
        _count_as_delivered(batch.device, command, known)
        again = _answer_again(command, known)
        if again.status is Status.CONFLICT:
            tell_conflict(batch, command, known)
        return again
    if command.id in batch.waiting or said is None:
        return Answer(command.id, Status.HELD, ("quarantined",))
    admission = _admission(batch, command, said)
    if admission is Admission.HOLD:
        assert batch.device is not None
        return Answer(command.id, Status.HELD, expected_seq=batch.device.accepted_seq + 1)
    if admission is Admission.QUARANTINE:
        return _quarantined(batch, command, said)
    answer = decide(batch, said, admission)
    keep(batch, said, answer)
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


def _admission(batch: Batch, command: Command, said: Said) -> Admission:
    device = batch.device
    if device is None or command.seq is None:
        return Admission.APPLY
    if device.state == "revoked" or "revoked_pass" in said.flags:
        return Admission.QUARANTINE
    admission = admit(command.seq, device.accepted_seq, batch.lost, device.quarantined)
    if admission is Admission.APPLY_AFTER_LOSS and _is_number_taken(batch, device, command.seq):
        return Admission.QUARANTINE
    return admission


def _is_number_taken(batch: Batch, device: DeviceState, seq: int) -> bool:
    own = any((row["device_id"], row["seq"]) == (device.id, seq) for row in batch.rows)
    return own or number_is_taken(batch.session, device.id, seq)


def _quarantined(batch: Batch, command: Command, said: Said) -> Answer:
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


def decide(batch: Batch, said: Said, admission: Admission, *, guard_undo: bool = False) -> Answer:
    """Apply or reject a command that is admitted. Raises NotPosted once something was written.

    guard_undo: an undo too is refused where what it takes back has gone elsewhere.
    """
    command = said.command
    written = False
    try:
        _check(batch, said)
        written = _writes_before_posting(command)
        meaning = _meaning(batch, said)
        _heed_document(batch, said, meaning)
        _guard(batch, said, meaning, undos=guard_undo)
        written = True
        flags, movement_ids = _post(batch, said, meaning)
    except StockturnError as problem:
        if isinstance(problem, Unavailable):
            raise
        if written:
            raise NotPosted(problem) from problem
        return Answer(command.id, Status.REJECTED, code=problem.code, fields=problem.fields)
    if admission is Admission.APPLY_AFTER_LOSS:
        flags.add("after_loss")
    flags |= said.flags
    status = Status.APPLIED_FLAGGED if flags else Status.APPLIED
    return Answer(command.id, status, tuple(sorted(flags)), movement_ids=tuple(movement_ids))


def _writes_before_posting(command: Command) -> bool:
    """Finding out what it means already notes where units went, or that something was undone."""
    writes = command.type in ("undo", "short_pick")
    return writes or any(command.body.get(name) for name in UNIT_FIELDS)


def _check(batch: Batch, said: Said) -> None:
    command = said.command
    if command.problem is not None:
        raise StockturnError(command.problem.code, **command.problem.fields)
    if command.replaces is not None:
        replaced = batch.known.get(command.replaces)
        if replaced is None or not _may_replace(batch, said, replaced):
            raise NotFound("unknown_command", command=str(command.replaces))
        twice = any(
            row["replaces"] == command.replaces and row["status"] != Status.REJECTED
            for row in batch.rows
        )
        before = twice or was_replaced(batch.session, command.replaces)
        if replaced.status != Status.REJECTED or before:
            raise StockturnError("nothing_to_replace", command=str(command.replaces))


def _may_replace(batch: Batch, said: Said, replaced: KnownCommand) -> bool:
    """A handheld mends its own commands; whoever decides exceptions, those of their sites."""
    if replaced.device_id == said.device_id:
        return True
    desk = said.device_id is None and batch.actor.may("exceptions.decide")
    return desk and (replaced.site_id is None or batch.actor.sees_site(replaced.site_id))


def _meaning(batch: Batch, said: Said) -> Meaning:
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
    if said.command.type == "short_pick":
        return short_pick(scene, said, entry_of(batch, said))
    if said.command.type == "undo" or said.body.get("returns"):
        _write_before(batch)
    if said.command.type == "undo":
        meaning = undo(scene, said, entry_of(batch, said))
    else:
        meaning = interpret(scene, said)
    settle_units(scene, meaning)
    return meaning


def _write_before(batch: Batch) -> None:
    """What is taken back, or comes back, and what that depends on may have come in the same
    envelope: then it must stand in the books."""
    if batch.rows:
        write_batch(batch)
        true_up_returns(batch.scene.ledger, batch.picked, batch.envelope.contact.received_at)
        batch.picked.clear()


def _bind(batch: Batch, said: Said) -> Meaning:
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


def _heed_document(batch: Batch, said: Said, meaning: Meaning) -> None:
    """What is odd about a command for the document it names: flagged, or a request is refused."""
    if not names_one(said) or said.command.type in STOCKLESS:
        return
    scene = batch.scene
    day = day_of(said.occurrence.at, scene.ledger.site(said.site_id).time_zone)
    lots = scene.names.lots.values() if any(draft.lot_id for draft in meaning.drafts) else ()
    expired = {lot.id for lot in lots if is_expired(lot.expires_on, day)}
    meaning.flags |= scene.documents.judge(said, meaning.drafts, expired)


def _advance_document(batch: Batch, said: Said, flags: set[str]) -> None:
    """What the command itself moved counts for the document it names."""
    if not names_one(said):
        return
    book = batch.scene.ledger.book
    own = [
        row
        for row in book.movements
        if row["command_id"] == said.command.id and row["kind"] == said.command.type
    ]
    places = book.places.by_id({row["to_position_id"] for row in own})
    moved = [
        Moved(row["id"], row["item_id"], row["quantity"], places[row["to_position_id"]])
        for row in own
    ]
    batch.scene.documents.advance(said, moved, flags, batch.actor)


def _guard(batch: Batch, said: Said, meaning: Meaning, *, undos: bool) -> None:
    if said.command.is_fact or said.command.type in STOCKLESS:
        return
    plain = [draft for draft in meaning.drafts if not draft.serial_id]
    batch.scene.ledger.prepare(plain)
    if said.command.type != "undo" or undos:
        batch.scene.ledger.guard(plain, meaning.promised)
    if said.command.type != "undo":
        for draft in meaning.drafts:
            if draft.serial_id:
                batch.scene.serials.guard(draft)


def _post(batch: Batch, said: Said, meaning: Meaning) -> tuple[set[str], list[int]]:
    scene, entry = batch.scene, entry_of(batch, said)
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
    carry_corrections(scene.ledger, scene.units, entry, posting)
    if meaning.restores is not None:
        restore_reservation(scene.ledger, meaning.restores, meaning.drafts[0].target_key)
    if meaning.returns is not None and posting.movement_ids:
        scene.ledger.link_return(meaning.returns, posting.movement_ids[0], meaning.issue_id)
        if meaning.issue_id is None:
            # It may have been recorded while we waited for the pool's lock.
            batch.picked.append(meaning.returns)
    _advance_document(batch, said, meaning.flags)
    return meaning.flags | posting.flags, posting.movement_ids
