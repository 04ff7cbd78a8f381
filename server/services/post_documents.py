"""Posting a document at the desk, and taking that back (红冲).

Posting makes ordinary commands (requests) of what is open on its lines and has them decided like
any other: all of them or none, in one transaction, guarded by what is there. Un-approving (反审核)
undoes what was posted here at today's date and makes the document a draft again; what handhelds
reported of it stands, and so do documents that came from it: then it is refused.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from server.domain.commands import Command, Envelope, Said, Status
from server.domain.delivery import Admission
from server.domain.documents import ACTIVE_STATES, KINDS, Progress, require_state
from server.domain.errors import InvalidInput, RuleViolated
from server.domain.numbers import ZERO, plain
from server.domain.people import Actor
from server.domain.texts import checked_text
from server.domain.timekeeping import Contact, Occurrence
from server.services.clock import now_ms
from server.services.command_batch import Batch, batch_without_device
from server.services.decide_commands import NotPosted, decide, prepare
from server.services.keep_commands import close_batches, keep
from server.services.keep_records import Edit
from server.services.reserve_documents import PickOf, forget_reservations, picks_of
from server.services.retry_transactions import retried
from server.services.write_documents import locked_document, tell, touch
from server.store.db import unit_of_work
from server.store.documents import forget_shorts
from server.store.feed import canonical_json
from server.store.models import Document
from server.store.queries.document_posts import (
    desk_commands_of,
    facts_count_for,
    followers_of,
    under_way_of,
)
from server.store.queries.documents import document_lines

Body = dict[str, Any]
Step = Literal["do", "arrive"]


@dataclass(frozen=True)
class LinePosting:
    """How much of a line to post, and where, in codes; None: what is open, where the line says."""

    line: int
    quantity: Decimal | None = None
    location: str | None = None
    to_location: str | None = None
    lot: str | None = None
    serial: str | None = None
    status: str | None = None
    unit_cost: Decimal | None = None
    expires_on: date | None = None


def post_document(
    document_id: int,
    version: int,
    postings: Sequence[LinePosting],
    actor: Actor,
    step: Step = "do",
) -> None:
    """Post these lines (none named: all that is open) at once.

    step: "arrive" receives what a stepwise transfer has under way, lot by lot as it was shipped.

    Raises NotFound `unknown_document`, Conflict `stale_version`, RuleViolated `document_state`,
    `nothing_open`, InvalidInput `unknown_line`, `location_required`, and whatever the commands
    would be refused with, with the line in its fields.
    """
    for posting in postings:
        if posting.unit_cost is not None:
            actor.require("cost.write")
    retried(lambda: _post(document_id, version, postings, actor, step))


def _post(
    document_id: int, version: int, postings: Sequence[LinePosting], actor: Actor, step: Step
) -> None:
    with unit_of_work() as session:
        arriving = step == "arrive"
        row = locked_document(session, document_id, actor, version, arriving=arriving)
        require_state(row.state, "approved", "in_progress")
        if arriving and not (KINDS[row.kind].moves and row.mode == "stepwise"):
            raise RuleViolated("not_stepwise", document=row.number)
        if row.to_site_id is not None and (arriving or row.mode == "direct"):
            actor.require_site(row.to_site_id)
        at = now_ms()
        lines = {line["line"]: line for line in document_lines(session, [row.id])}
        chosen = postings or [LinePosting(number) for number in lines]
        if arriving:
            bodies = list(_arrivals(session, row, lines, chosen))
        else:
            bodies = [
                (posting.line, kind, site_id, body)
                for posting in chosen
                for kind, site_id, body in _commands(session, row, lines, posting, at)
            ]
        if not bodies:
            raise RuleViolated("nothing_open", document=row.number)
        _decide_all(session, bodies, actor, at)


def _commands(
    session: Session,
    row: Document,
    lines: Mapping[int, Any],
    posting: LinePosting,
    at: int,
) -> Iterable[tuple[str, int, Body]]:
    """(type, site, body) of the commands that post a line."""
    line = _line(lines, posting)
    quantity = posting.quantity
    if quantity is None:
        quantity = Progress(line["quantity"], line["done"]).open
    if quantity <= ZERO:
        return
    yield from _BODIES[row.kind](session, row, line, posting, quantity, at)


def _line(lines: Mapping[int, Any], posting: LinePosting) -> Any:
    if posting.line not in lines:
        raise InvalidInput("unknown_line", origin_line=posting.line)
    return lines[posting.line]


def _decide_all(
    session: Session, bodies: Sequence[tuple[int, str, int, Body]], actor: Actor, at: int
) -> None:
    """All of them or none. Raises what the first that is refused is refused with."""
    made = [(line, _said(kind, site_id, body, actor, at)) for line, kind, site_id, body in bodies]
    commands = tuple(said.command for _, said in made)
    batch = batch_without_device(session, Envelope(Contact("", 0, at, at), commands), actor)
    settled = {said.command.id: said for _, said in made}
    prepare([batch], [settled])
    for line, said in made:
        _decide_one(batch, settled[said.command.id], line)
    close_batches([batch])


def _decide_one(batch: Batch, said: Said, line: int) -> None:
    try:
        answer = decide(batch, said, Admission.APPLY)
    except NotPosted as failure:
        problem = failure.problem
        raise type(problem)(problem.code, **{**problem.fields, "line": line}) from failure
    if answer.status is Status.REJECTED:
        raise RuleViolated(answer.code, **{**answer.fields, "line": line})
    keep(batch, said, answer)


def _said(kind: str, site_id: int, body: Body, actor: Actor, at: int) -> Said:
    """A request the desk makes itself; in the books it looks like any other."""
    command_id = uuid4()
    raw: Body = {"id": str(command_id), "v": 1, "type": kind, "intent": "request"}
    raw["body"] = {name: _plain(value) for name, value in body.items()}
    fingerprint = hashlib.sha256(canonical_json(raw).encode()).hexdigest()
    command = Command(command_id, kind, "request", raw, fingerprint, body)
    return Said(command, site_id, actor.user_id, None, Occurrence(at), at)


def _plain(value: Any) -> Any:
    return plain(value) if isinstance(value, Decimal) else value


# What each kind's lines become ------------------------------------------------------------------


def _goods(row: Document, line: Any, posting: LinePosting, quantity: Decimal) -> Body:
    body: Body = {
        "item": line["item"],
        "quantity": quantity,
        "document": row.number,
        "document_line": line["line"],
    }
    for name, value in (
        ("lot", posting.lot or line["lot"]),
        ("serial", posting.serial),
        ("status", posting.status),
        ("unit_cost", posting.unit_cost),
        ("reason", row.reason),
    ):
        if value:
            body[name] = value
    return body


def _place(line: Any, given: str | None, name: str = "location") -> str:
    code = given or line[name]
    if not code:
        raise InvalidInput("location_required", line=line["line"], field=name)
    return str(code)


def _incoming(kind: str) -> Any:
    def bodies(
        _session: Session,
        row: Document,
        line: Any,
        posting: LinePosting,
        quantity: Decimal,
        _at: int,
    ) -> Iterable[tuple[str, int, Body]]:
        body = _goods(row, line, posting, quantity) | {"to": _place(line, posting.location)}
        expires_on = posting.expires_on or line["expires_on"]
        if expires_on and (kind != "return_line" or posting.expires_on):
            body["expires_on"] = expires_on
        if kind == "receive_other":
            body["reason"] = row.reason or row.kind
        if kind == "return_line":
            body.pop("unit_cost", None)
        elif line["price"] is not None and "unit_cost" not in body:
            body["unit_cost"] = line["price"]
        yield kind, row.site_id, body

    return bodies


def _outgoing(kind: str) -> Any:
    def bodies(
        session: Session,
        row: Document,
        line: Any,
        posting: LinePosting,
        quantity: Decimal,
        at: int,
    ) -> Iterable[tuple[str, int, Body]]:
        for part, place in _sources(session, row, line, posting, quantity, at):
            body = {**_goods(row, line, posting, part), **place}
            yield kind, row.site_id, body
            if kind == "ship_transfer" and row.mode == "direct":
                yield _arrival(row, line, posting, body)

    return bodies


def _arrivals(
    session: Session, row: Document, lines: Mapping[int, Any], postings: Sequence[LinePosting]
) -> Iterable[tuple[int, str, int, Body]]:
    """(line, type, site, body) of the commands that receive what is under way, lot by lot.

    More than was shipped is asked for as it is: it is refused where anything else would be.
    """
    assert row.to_site_id is not None
    under_way = under_way_of(session, row.id)
    for posting in postings:
        line = _line(lines, posting)
        parts = [
            part
            for part in under_way.get(posting.line, ())
            if posting.lot in (None, part.lot) and posting.serial in (None, part.serial)
        ]
        left = posting.quantity
        if left is None:
            left = sum((part.quantity for part in parts), ZERO)
        for at, part in enumerate(parts):
            is_last = at + 1 == len(parts)
            share = left if is_last else min(left, part.quantity)
            if share <= ZERO:
                continue
            left -= share
            goods = replace(posting, lot=part.lot or None, serial=part.serial or None)
            body = _goods(row, line, goods, share) | {
                "to": _place(line, posting.to_location, "to_location")
            }
            yield posting.line, "receive_transfer", row.to_site_id, body


def _arrival(
    row: Document, line: Any, posting: LinePosting, shipped: Body
) -> tuple[str, int, Body]:
    """A direct transfer arrives the moment it leaves."""
    assert row.to_site_id is not None
    body = {name: value for name, value in shipped.items() if name not in ("from", "from_unit")}
    body["to"] = _place(line, posting.to_location, "to_location")
    return "receive_transfer", row.to_site_id, body


def _sources(
    session: Session, row: Document, line: Any, posting: LinePosting, quantity: Decimal, at: int
) -> list[tuple[Decimal, Body]]:
    """Where it comes from: the place that is named, else where it should be picked."""
    named = posting.location or line["location"]
    if named:
        return [(quantity, {"from": named})]
    picks = picks_of(session, row, at, only_line=line["line"])
    shares: list[tuple[Decimal, Body]] = []
    left = quantity
    for pick in picks:
        part = min(left, pick.quantity)
        if part > 0 and not (posting.lot and pick.place.lot != posting.lot):
            shares.append((part, _from(pick)))
            left -= part
    if left:
        raise RuleViolated(
            "not_enough_available",
            item=line["item"],
            asked=plain(quantity),
            available=plain(quantity - left),
            line=line["line"],
        )
    return shares


def _from(pick: PickOf) -> Body:
    body: Body = {"from": pick.place.location}
    for name, value in (
        ("from_unit", pick.place.unit),
        ("lot", pick.place.lot),
        ("serial", pick.place.serial),
    ):
        if value:
            body[name] = value
    return body


_BODIES: Mapping[str, Any] = {
    "purchase_order": _incoming("receive_line"),
    "receipt": _incoming("receive_line"),
    "other_receipt": _incoming("receive_other"),
    "sales_return": _incoming("return_line"),
    "sales_order": _outgoing("pick_line"),
    "issue": _outgoing("pick_line"),
    "purchase_return": _outgoing("pick_line"),
    "other_issue": _outgoing("issue_other"),
    "transfer": _outgoing("ship_transfer"),
}


# Un-approving -----------------------------------------------------------------------------------


def reverse_document(document_id: int, version: int, reason: str, actor: Actor) -> None:
    """Reverse what was posted at the desk, today; the document is a draft again.

    Raises NotFound `unknown_document`, Conflict `stale_version`, RuleViolated `document_state`,
    `document_has_facts`, `document_has_followers`, `not_enough_available` (it has gone elsewhere).
    """
    reason = checked_text(reason, "reason")
    retried(lambda: _reverse(document_id, version, reason, actor))


def _reverse(document_id: int, version: int, reason: str, actor: Actor) -> None:
    with unit_of_work() as session:
        edit = Edit(session, actor, now_ms())
        row = locked_document(session, document_id, actor, version)
        require_state(row.state, *ACTIVE_STATES)
        _refuse_dependents(session, row)
        posted = desk_commands_of(session, row.id)
        for command_id, user_id, site_id in posted:
            _undo(session, command_id, user_id, site_id, actor, edit.at)
        session.expire_all()
        row = locked_document(session, document_id, actor)
        forget_reservations(edit, row)
        row.state, row.approved_by, row.approved_at = "draft", None, None
        forget_shorts(session, row.id)
        touch(edit, row)
        tell(edit, row, "reversed", reason=reason)


def _refuse_dependents(session: Session, row: Document) -> None:
    followers = followers_of(session, row.id)
    if followers:
        raise RuleViolated(
            "document_has_followers", document=row.number, followers=", ".join(followers)
        )
    if facts_count_for(session, row.id):
        raise RuleViolated("document_has_facts", document=row.number)


def _undo(
    session: Session, command_id: UUID, user_id: int | None, site_id: int, actor: Actor, at: int
) -> None:
    """Undo belongs to whoever made the command; un-approving to whoever may. So it is found in the
    name of the one and decided by the other."""
    made = _said("undo", site_id, {"command": command_id, "how": "put_back"}, actor, at)
    said = Said(made.command, site_id, user_id, None, made.occurrence, at)
    envelope = Envelope(Contact("", 0, at, at), (said.command,))
    batch = batch_without_device(session, envelope, actor)
    prepare([batch], [{said.command.id: said}])
    try:
        answer = decide(batch, said, Admission.APPLY, guard_undo=True)
    except NotPosted as failure:
        raise failure.problem from failure
    if answer.status is Status.REJECTED:
        raise RuleViolated(answer.code, **answer.fields)
    keep(batch, said, answer)
    close_batches([batch])
