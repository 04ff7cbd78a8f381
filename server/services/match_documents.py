"""Matching what came blind: movements of facts that named no document we knew (or a wrong one) are
counted for a line of one afterwards.

A receipt of a transfer nobody had told us of came from our own transit; matched, it turns out to
have come from that of the site that shipped it, and its cost follows.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.commands import Answer, Command, Envelope, Said, Status
from server.domain.documents import ACTIVE_STATES, require_state
from server.domain.errors import NotFound, RuleViolated
from server.domain.ledger import Draft
from server.domain.people import Actor
from server.domain.timekeeping import Contact, Occurrence
from server.services.advance_documents import Moved, step_of
from server.services.clock import now_ms
from server.services.command_batch import Batch, batch_without_device, entry_of
from server.services.keep_commands import close_batches, keep
from server.services.retry_transactions import retried
from server.services.write_documents import locked_document
from server.store.db import unit_of_work
from server.store.documents import DocumentState, LineState, Link
from server.store.feed import canonical_json
from server.store.models import DocumentMovement, Movement, Reversal

KIND = "match_receipt"


@dataclass(frozen=True)
class Match:
    """This movement counts for this line."""

    movement_id: int
    line: int


def match_movements(document_id: int, version: int, matches: Sequence[Match], actor: Actor) -> None:
    """Count movements for lines of a document, all of them or none.

    Raises NotFound `unknown_document`, `unknown_movement`, Conflict `stale_version`, RuleViolated
    `document_state`, `not_on_document`, `already_matched`, `wrong_document`.
    """
    retried(lambda: _match(document_id, version, matches, actor))


def _match(document_id: int, version: int, matches: Sequence[Match], actor: Actor) -> None:
    with unit_of_work() as session:
        row = locked_document(session, document_id, actor, version)
        require_state(row.state, *ACTIVE_STATES)
        at = now_ms()
        command = _command(document_id, matches)
        said = Said(command, row.site_id, actor.user_id, None, Occurrence(at), at)
        batch = batch_without_device(session, Envelope(Contact("", 0, at, at), (command,)), actor)
        document = batch.scene.documents.hold(document_id)
        assert document is not None
        drafts = [
            draft
            for match in matches
            for draft in _match_one(session, batch, document, match, actor, at)
        ]
        posting = batch.scene.ledger.post(entry_of(batch, said), drafts)
        answer = Answer(command.id, Status.APPLIED, movement_ids=tuple(posting.movement_ids))
        keep(batch, said, answer)
        close_batches([batch])


def _command(document_id: int, matches: Sequence[Match]) -> Command:
    command_id = uuid4()
    pairs = [{"movement": str(match.movement_id), "line": match.line} for match in matches]
    body: dict[str, Any] = {"document": document_id, "matches": pairs}
    raw = {"id": str(command_id), "type": KIND, "intent": "request", "body": body}
    fingerprint = hashlib.sha256(canonical_json(raw).encode()).hexdigest()
    return Command(command_id, KIND, "request", raw, fingerprint, {})


def _match_one(
    session: Session, batch: Batch, document: DocumentState, match: Match, actor: Actor, at: int
) -> list[Draft]:
    movement = _unmatched(session, match.movement_id)
    places = batch.scene.ledger.book.places.by_id(
        {movement.from_position_id, movement.to_position_id}
    )
    source, target = places[movement.from_position_id], places[movement.to_position_id]
    if not any(actor.sees_site(site_id) for site_id in (source.site_id, target.site_id)):
        raise NotFound("unknown_movement", movement=str(match.movement_id))
    at_site = document.site_id if movement.kind != "receive_transfer" else document.to_site_id
    if movement.kind not in document.kind.commands or at_site not in (
        source.site_id,
        target.site_id,
    ):
        raise RuleViolated("wrong_document", document=document.number, state=document.state)
    line = _line(document, match.line, movement.item_id)
    moved = Moved(movement.id, movement.item_id, movement.quantity, target)
    link = Link(movement.id, line.id, *step_of(movement.kind, moved.quantity, moved.target))
    batch.scene.documents.match(document, line, link, actor, at)
    if movement.kind != "receive_transfer" or source.site_id == document.site_id:
        return []
    shipped_from = batch.scene.ledger.place(
        batch.scene.ledger.book.places.virtual_location(document.site_id, "transit"),
        0,
        source.owner_id,
        source.status_id,
    )
    return [
        Draft(
            kind=KIND,
            item_id=movement.item_id,
            lot_id=movement.lot_id,
            serial_id=movement.serial_id,
            quantity=movement.quantity,
            source=shipped_from,
            target=source,
            occurred_at=movement.occurred_at,
            document=document.number,
            settled=True,
        )
    ]


def _unmatched(session: Session, movement_id: int) -> Movement:
    """Raises NotFound `unknown_movement`, RuleViolated `already_matched` (it counts for a line, or
    was undone)."""
    movement = session.get(Movement, movement_id)
    if movement is None:
        raise NotFound("unknown_movement", movement=str(movement_id))
    counted = select(DocumentMovement.line_id).where(DocumentMovement.movement_id == movement_id)
    reversed_ = select(Reversal.movement_id).where(Reversal.movement_id == movement_id)
    if session.scalar(counted.limit(1)) is not None or session.scalar(reversed_) is not None:
        raise RuleViolated("already_matched", movement=str(movement_id))
    return movement


def _line(document: DocumentState, number: int, item_id: int) -> LineState:
    for line in document.lines:
        if line.line == number and line.item_id == item_id:
            return line
    raise RuleViolated("not_on_document", document=document.number, state=document.state)
