"""What commands do to the documents they name: judged before posting, counted with the posting.

    documents.load(…)          the named documents, locked, before balances are
    documents.judge(said, …)   what is odd: a fact is flagged, a request refused
    documents.advance(said, …) its movements count for lines; states follow
    documents.write(at)        with the batch, in the same transaction

Commands that name no document cost one look at their body.
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from server.domain.commands import Said
from server.domain.documents import (
    ACTIVE_STATES,
    SERVED_BY_DOCUMENTS,
    Progress,
    Tolerances,
    flags_of_progress,
    refuse_step,
    split,
    state_after,
)
from server.domain.errors import NotFound, RuleViolated
from server.domain.ledger import Draft, Place
from server.domain.numbers import ZERO
from server.domain.people import Actor
from server.services.document_rules import document_rules_of
from server.store.documents import (
    DocumentState,
    LineState,
    Link,
    add_links,
    add_shorts,
    document_ids,
    forget_links,
    forget_short,
    key_of,
    links_of_command,
    lock_documents,
    reservation_of_command,
    short_of_command,
    write_progress,
)
from server.store.feed import announce_many, feed_row
from server.store.founding import DAMAGED_STATUS_ID

COUNTED: frozenset[str] = frozenset({"over_tolerance", "document_closed", "expired_lot"}) | {
    "damaged_over_tolerance",
    "received_before_shipped",
}
"""Flags of facts that count for the document all the same."""


class Moved(NamedTuple):
    """A movement that a command itself made (no correction): what of which item, to where."""

    id: int
    item_id: int
    quantity: Decimal
    target: Place


@dataclass
class Documents:
    """The documents that one transaction's commands name."""

    session: Session
    by_name: dict[tuple[int, str], int | None] = field(default_factory=dict)
    known: dict[int, DocumentState] = field(default_factory=dict)
    lines: dict[int, LineState] = field(default_factory=dict)
    _links: list[Link] = field(default_factory=list)
    _shorts: list[dict[str, Any]] = field(default_factory=list)
    _changed: dict[int, tuple[Actor, int]] = field(default_factory=dict)
    _moved_lines: set[int] = field(default_factory=set)

    def load(self, commands: Iterable[Said]) -> None:
        """Read and lock what these commands name."""
        wanted = {
            (said.site_id, key_of(said.body["document"])) for said in commands if names_one(said)
        }
        wanted -= self.by_name.keys()
        if not wanted:
            return
        found = document_ids(self.session, wanted)
        self.by_name |= {pair: found.get(pair) for pair in wanted}
        self._lock(found.values())

    def of(self, said: Said) -> DocumentState | None:
        """The document a command names, if it is one we know at its site."""
        if not names_one(said):
            return None
        pair = (said.site_id, key_of(said.body["document"]))
        if pair not in self.by_name:
            self.load([said])
        found = self.by_name[pair]
        return None if found is None else self.known[found]

    def line_of(self, said: Said, item_id: int) -> LineState | None:
        """The line a command is about: the one it names, else the first open one of the item."""
        document = self.of(said)
        fitting = [] if document is None else self._fitting(document, said, item_id)
        return next((line for line in fitting if line.progress.open), None) or (
            fitting[0] if fitting else None
        )

    def reservation_of(self, said: Said, item_id: int) -> UUID | None:
        """What is promised to the line a pick is for."""
        document = self.of(said)
        if document is None or "pick_line" not in document.kind.commands:
            return None
        line = self.line_of(said, item_id)
        return None if line is None else line.reservation

    def reserves(self, said: Said) -> bool:
        """Whether anything is promised to the document a command names."""
        document = self.of(said)
        return document is not None and any(line.reservation for line in document.lines)

    # Before posting ------------------------------------------------------------------------------

    def judge(self, said: Said, drafts: Sequence[Draft], expired: Container[int]) -> set[str]:
        """What is odd about a command for the document it names; expired: ids of lots.

        A request is refused for it: raises NotFound `unknown_document`, RuleViolated
        `wrong_document`, `document_closed`, `document_not_approved`, `not_on_document`,
        `over_tolerance`, `damaged_over_tolerance`, `received_before_shipped`, `expired_lot`.
        """
        if not names_one(said):
            return set()
        document = self.of(said)
        if document is None:
            return self._unknown(said)
        flags = _misfit(document, said)
        for item_id, own in _by_item(said, drafts).items():
            flags |= self._step_flags(document, said, item_id, own)
        if any(draft.lot_id in expired for draft in drafts):
            flags.add("expired_lot")
        if flags and not said.command.is_fact:
            raise RuleViolated(min(flags), document=document.number, state=document.state)
        return flags

    def _unknown(self, said: Said) -> set[str]:
        """Facts are matched later; a request that names no line may use any reference."""
        if said.command.is_fact:
            return {"unknown_document"}
        if said.body.get("document_line") or said.command.type in _NEED_ONE:
            raise NotFound("unknown_document", document=said.body["document"][:40])
        return set()

    def _step_flags(
        self,
        document: DocumentState,
        said: Said,
        item_id: int,
        drafts: Sequence[Draft],
    ) -> set[str]:
        fitting = self._fitting(document, said, item_id)
        if not fitting:
            return {"not_on_document"}
        quantity = sum((draft.quantity for draft in drafts), ZERO)
        flags: set[str] = set()
        for line, part in self._parts(said, fitting, quantity):
            step = step_of(said.command.type, part, drafts[0].target)
            tolerances = self._tolerances(document, line)
            after = _plus(line.progress, step)
            found = flags_of_progress(line.progress, after, tolerances)
            if found and not said.command.is_fact:
                refuse_step(min(found), line.progress, quantity, tolerances)
            flags |= found
        return flags

    # With posting --------------------------------------------------------------------------------

    def advance(self, said: Said, moved: Sequence[Moved], flags: set[str], actor: Actor) -> None:
        """These movements of a command count for the lines of its document."""
        document = self.of(said)
        if document is None or (flags & _ALL_FLAGS) - COUNTED:
            return
        for one in moved:
            fitting = self._fitting(document, said, one.item_id)
            for line, part in self._parts(said, fitting, one.quantity):
                if part > 0:
                    link = Link(one.id, line.id, *step_of(said.command.type, part, one.target))
                    self._links.append(link)
                    self._count(document, line, link, 1, actor, said.received_at)

    def match(
        self, document: DocumentState, line: LineState, link: Link, actor: Actor, at: int
    ) -> None:
        """A movement made before counts for this line."""
        self._links.append(link)
        self._count(document, line, link, 1, actor, at)

    def take_back(self, command_id: UUID, actor: Actor, at: int) -> None:
        """What an undone command had done counts no more."""
        linked = links_of_command(self.session, command_id)
        if not linked:
            return
        self._lock({document_id for document_id, _ in linked})
        for document_id, link in linked:
            self._count(self.known[document_id], self.lines[link.line_id], link, -1, actor, at)
        forget_links(self.session, [link for _, link in linked])

    def reservation_used(self, command_id: UUID) -> UUID | None:
        """The reservation of the line that a pick counted for."""
        return reservation_of_command(self.session, command_id)

    def shorten(
        self, said: Said, line: LineState, quantity: Decimal, released: Decimal, actor: Actor
    ) -> None:
        """So much of a line could not be picked."""
        document = self.of(said)
        assert document is not None
        self._shorts.append(
            {
                "command_id": said.command.id,
                "line_id": line.id,
                "quantity": quantity,
                "released": released,
                "reason": said.body.get("reason") or "",
                "undone": False,
            }
        )
        self._be_short(document, line, quantity, actor, said.received_at)

    def take_short_back(
        self, command_id: UUID, actor: Actor, at: int
    ) -> tuple[UUID | None, Decimal]:
        """A short pick never was: (the reservation it gave back from, how much)."""
        found = short_of_command(self.session, command_id)
        if found is None:
            return None, ZERO
        document_id, line_id, quantity, released = found
        self._lock([document_id])
        line = self.lines[line_id]
        self._be_short(self.known[document_id], line, -quantity, actor, at)
        forget_short(self.session, command_id)
        return line.reservation, released

    def write(self, at: int) -> None:
        """Write it all, and tell the feed."""
        if not (self._changed or self._links or self._shorts):
            return
        changed = [self.known[document_id] for document_id in sorted(self._changed)]
        for document in changed:
            lines = [(line.progress, self._tolerances(document, line)) for line in document.lines]
            document.state = state_after(document.state, lines, document.kind.moves)
        moved = [self.lines[line_id] for line_id in sorted(self._moved_lines)]
        add_links(self.session, self._links)
        add_shorts(self.session, self._shorts)
        write_progress(self.session, changed, moved, at)
        announce_many(self.session, [row for document in changed for row in self._told(document)])
        self._links.clear()
        self._shorts.clear()
        self._changed.clear()
        self._moved_lines.clear()

    # Inside --------------------------------------------------------------------------------------

    def _lock(self, ids: Iterable[int]) -> None:
        fresh = sorted(set(ids) - self.known.keys())
        if not fresh:
            return
        for document_id, document in lock_documents(self.session, fresh).items():
            if document_id not in self.known:
                self.known[document_id] = document
                self.lines |= {line.id: line for line in document.lines}

    def hold(self, document_id: int) -> DocumentState | None:
        """A document by its id, locked; None if there is none."""
        self._lock([document_id])
        return self.known.get(document_id)

    def _fitting(self, document: DocumentState, said: Said, item_id: int) -> list[LineState]:
        """The lines of the item; just the one that is named, or those of the lot first."""
        same = [line for line in document.lines if line.item_id == item_id]
        number = said.body.get("document_line")
        if number is not None:
            return [line for line in same if line.line == number]
        lot = said.body.get("lot") or ""
        return sorted(same, key=lambda line: (bool(line.lot) and line.lot != lot, line.line))

    def _parts(
        self, said: Said, lines: Sequence[LineState], quantity: Decimal
    ) -> list[tuple[LineState, Decimal]]:
        arrives = said.command.type in _ARRIVALS
        opens = [
            max(line.progress.ordered, line.progress.done) - line.progress.arrived
            if arrives
            else line.progress.open
            for line in lines
        ]
        return list(zip(lines, split(quantity, opens), strict=True))

    def _tolerances(self, document: DocumentState, line: LineState) -> Tolerances:
        rules = document_rules_of(self.session, document.site_id)
        return rules.tolerances(line.over_percent, line.under_percent)

    def _count(
        self,
        document: DocumentState,
        line: LineState,
        link: Link,
        sign: int,
        actor: Actor,
        at: int,
    ) -> None:
        step = (sign * link.done, sign * link.arrived, sign * link.rejected)
        line.progress = _plus(line.progress, step)
        self._moved_lines.add(line.id)
        self._changed[document.id] = (actor, at)
        if document.kind.fulfils and line.origin_line_id and document.origin_id:
            origin = self.known[document.origin_id]
            above = self.lines[line.origin_line_id]
            above.progress = _plus(above.progress, step)
            self._moved_lines.add(above.id)
            self._changed[origin.id] = (actor, at)

    def _be_short(
        self, document: DocumentState, line: LineState, quantity: Decimal, actor: Actor, at: int
    ) -> None:
        line.progress = replace(line.progress, short=line.progress.short + quantity)
        self._moved_lines.add(line.id)
        self._changed[document.id] = (actor, at)

    def _told(self, document: DocumentState) -> list[dict[str, Any]]:
        actor, at = self._changed[document.id]
        payload = {
            "id": document.id,
            "number": document.number,
            "kind": document.kind.name,
            "state": document.state,
        }
        sites = {document.site_id, document.to_site_id or document.site_id}
        return [
            feed_row("document.progressed", payload, actor=actor, at=at, site_id=site_id)
            for site_id in sorted(sites)
        ]


_RECEIVES = frozenset({"receive_line", "receive_other", "return_line", "receive_transfer"})
_ARRIVALS = frozenset({"receive_transfer", "ship_unit"})
_NEED_ONE = frozenset({"ship_transfer", "receive_transfer", "short_pick"})
_ALL_FLAGS = COUNTED | {
    "unknown_document",
    "wrong_document",
    "document_not_approved",
    "not_on_document",
}


def names_one(said: Said) -> bool:
    """Whether a command names a document that its progress is kept of."""
    return bool(said.body.get("document")) and said.command.type in SERVED_BY_DOCUMENTS


def _misfit(document: DocumentState, said: Said) -> set[str]:
    flags = set()
    there = document.to_site_id if said.command.type == "receive_transfer" else document.site_id
    if said.command.type not in document.kind.commands or there != said.site_id:
        flags.add("wrong_document")
    if document.state == "draft":
        flags.add("document_not_approved")
    elif document.state not in ACTIVE_STATES:
        flags.add("document_closed")
    return flags


def _by_item(said: Said, drafts: Sequence[Draft]) -> dict[int, list[Draft]]:
    """The drafts of the command itself (not what follows from them) by item."""
    found: dict[int, list[Draft]] = {}
    for draft in drafts:
        if draft.kind == said.command.type:
            found.setdefault(draft.item_id, []).append(draft)
    return found


def step_of(kind: str, quantity: Decimal, target: Place) -> tuple[Decimal, Decimal, Decimal]:
    """(done, arrived, rejected) of so much of a command that moves goods to this place."""
    done = ZERO if kind in _ARRIVALS else quantity
    stays = kind == "ship_transfer" or (kind == "pick_line" and target.holds_stock)
    arrived = ZERO if stays else quantity
    is_damaged = kind in _RECEIVES and target.status_id == DAMAGED_STATUS_ID
    return done, arrived, quantity if is_damaged else ZERO


def _plus(progress: Progress, step: tuple[Decimal, Decimal, Decimal]) -> Progress:
    done, arrived, rejected = step
    return replace(
        progress,
        done=progress.done + done,
        arrived=progress.arrived + arrived,
        rejected=progress.rejected + rejected,
    )
