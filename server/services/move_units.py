"""Handling units: a unit is in one location, and late facts about it follow its later moves.

The log of moves tells where a unit was at any instant (RULES 16). Moving a unit is exploded into
its contents as they were then. An approved count is a sighting of the units it saw: it stands in
the log, so that late moves from before it change nothing after it.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from server.domain.commands import Said
from server.domain.ledger import Draft, Key, UnitMove, location_at, moves_after
from server.domain.numbers import ZERO
from server.services.post_movements import Entry, Ledger, Posting
from server.store.db import table_of
from server.store.models import Balance, Command, HandlingUnit, HandlingUnitMove, Position
from server.store.queries.movements import flows_after


class Gone(NamedTuple):
    """A move of a unit that was undone."""

    unit_id: int
    from_location_id: int
    to_location_id: int
    occurred_at: int


@dataclass
class Units:
    """The handling units one transaction touches, locked, with the log of where they were.

    held False: only read, for looking without holding anybody up.
    """

    session: Session
    held: bool = True
    logs: dict[int, list[UnitMove]] = field(default_factory=dict)

    def lock(self, unit_ids: Iterable[int]) -> None:
        """Lock units in id order and read their moves."""
        wanted = sorted(set(unit_ids) - self.logs.keys() - {0})
        if not wanted:
            return
        ids = table_of(HandlingUnit).c.id
        if self.held:
            asked = select(ids).where(ids.in_(wanted)).order_by(ids)
            self.session.execute(asked.with_for_update())
        self.logs |= {unit_id: [] for unit_id in wanted}
        rows = self.session.execute(
            select(
                HandlingUnitMove.handling_unit_id,
                HandlingUnitMove.occurred_at,
                HandlingUnitMove.from_location_id,
                HandlingUnitMove.to_location_id,
                func.coalesce(Command.type == "count_adjustment", False),
            )
            .outerjoin(Command, Command.id == HandlingUnitMove.command_id)
            .where(HandlingUnitMove.handling_unit_id.in_(wanted), ~HandlingUnitMove.undone)
            .order_by(HandlingUnitMove.occurred_at, HandlingUnitMove.id)
        )
        for row in rows:
            self.logs[row[0]].append(UnitMove(*row[1:]))

    def where(self, unit_id: int, instant: int) -> int | None:
        """The location of a unit at an instant; None if it was nowhere yet."""
        self.lock([unit_id])
        return location_at(self.logs[unit_id], instant)

    def came_from(self, command_id: object) -> int | None:
        """The location a command took its unit from; None if it was nowhere, or moved none."""
        table = table_of(HandlingUnitMove)
        own = select(table.c.from_location_id).where(table.c.command_id == command_id)
        return self.session.scalar(own.order_by(table.c.id).limit(1))

    def log(
        self, unit_id: int, source: int | None, target: int, said: Said, seen: bool = False
    ) -> None:
        """Write down that the unit went from one location to another, or was `seen` there."""
        at = said.occurrence.at
        self.session.execute(
            insert(HandlingUnitMove).values(
                handling_unit_id=unit_id,
                from_location_id=source,
                to_location_id=target,
                occurred_at=at,
                uncertainty_ms=said.occurrence.uncertainty_ms,
                command_id=said.command.id,
                undone=False,
            )
        )
        moves = self.logs[unit_id]
        moves.append(UnitMove(at, source, target, seen))
        moves.sort(key=lambda move: move.occurred_at)
        self._set_location(unit_id, said.received_at)

    def forget(self, command_id: object, at: int) -> list[Gone]:
        """Moves of an undone command never were; answers those that had come from somewhere."""
        table = table_of(HandlingUnitMove)
        found = self.session.execute(
            select(
                table.c.handling_unit_id,
                table.c.from_location_id,
                table.c.to_location_id,
                table.c.occurred_at,
            ).where(table.c.command_id == command_id)
        ).all()
        self.session.execute(
            update(table).where(table.c.command_id == command_id).values(undone=True)
        )
        for unit_id in {row[0] for row in found}:
            self.logs.pop(unit_id, None)
            self.lock([unit_id])
            self._set_location(unit_id, at)
        return [Gone(*row) for row in found if row[1] is not None]

    def _set_location(self, unit_id: int, at: int) -> None:
        moves = self.logs[unit_id]
        last = moves[-1].to_location_id if moves else None
        self.session.execute(
            update(table_of(HandlingUnit))
            .where(table_of(HandlingUnit).c.id == unit_id)
            .values(location_id=last, changed_at=at)
        )


def follow_units(ledger: Ledger, units: Units, drafts: Sequence[Draft]) -> list[Draft]:
    """The drafts, and what the later moves of the units they concern carried along.

    What went into a unit late left with it later; what was taken out late did not: it comes back
    from where the unit has gone, before it is taken out, so that its weight is at hand.
    """
    whole: list[Draft] = []
    for draft in drafts:
        before, after = _carried_with(ledger, units, draft)
        whole += [*before, draft, *after]
    return whole


def carry_corrections(ledger: Ledger, units: Units, entry: Entry, posting: Posting) -> None:
    """What approved counts took back of units was not in them any more when they moved on: post
    that as well."""
    while posting.corrections:
        drafts: list[Draft] = []
        for correction in posting.corrections:
            before, after = _carried_with(ledger, units, correction)
            drafts += [*before, *after]
        posting.corrections.clear()
        posting.add(ledger.post(entry, drafts))


def _carried_with(ledger: Ledger, units: Units, draft: Draft) -> tuple[list[Draft], list[Draft]]:
    before = _carried(ledger, units, draft, into=False)
    return before[::-1], _carried(ledger, units, draft, into=True)


def _carried(ledger: Ledger, units: Units, draft: Draft, into: bool) -> list[Draft]:
    place = draft.target if into else draft.source
    unit_id = place.handling_unit_id
    if not unit_id or draft.source.handling_unit_id == draft.target.handling_unit_id:
        return []
    units.lock([unit_id])
    steps: list[Draft] = []
    for move in moves_after(units.logs[unit_id], draft.occurred_at):
        following = ledger.place(move.to_location_id, unit_id, place.owner_id, place.status_id)
        if following == place:
            continue
        source, target = (place, following) if into else (following, place)
        steps.append(
            replace(
                draft,
                kind="unit_follow",
                source=source,
                target=target,
                occurred_at=move.occurred_at,
                unit_cost=None,
                reverses=None,
                returns=None,
                exact=draft.exact or _surely_before(draft, move),
                settled=draft.settled and bool(draft.serial_id),
            )
        )
        place = following
    return steps


def _surely_before(draft: Draft, move: UnitMove) -> bool:
    """Whether it happened before a count saw the unit: that count knows of it."""
    return move.seen and draft.occurred_at + draft.uncertainty_ms <= move.occurred_at


def move_unit(
    ledger: Ledger,
    units: Units,
    said: Said,
    unit_id: int,
    to_location_id: int,
    seen: bool = False,
) -> list[Draft]:
    """A whole unit goes to a location, or is `seen` there by a count: its contents as they were
    then go along. Moved to where it was, it stays there, but the log says so to late moves.

    If this comes late, what happened to the unit until its next move was posted where we thought
    it was: that goes along, each at its own time. And that next move was posted from there as
    well: what the unit held by then goes back there at its time (its mirror in RULES 15).
    """
    units.lock([unit_id])
    at = said.occurrence.at
    source = units.where(unit_id, at)
    drafts: list[Draft] = []
    if source not in (None, to_location_id):
        until = next(iter(moves_after(units.logs[unit_id], at)), None)
        contents, flows = _unit_at(ledger, unit_id, source, at, until)
        way = (source, to_location_id)
        # Where a count saw it next, it surely was by then: that count knows what was in it.
        sure = seen or (until is not None and until.seen and until.to_location_id == way[1])
        drafts = _carry(ledger, said, contents, *way, at, said.command.type, sure)
        drafts += _settle_elsewhere(ledger, said, contents, flows, way, until)
    units.log(unit_id, source, to_location_id, said, seen)
    return drafts


def contents_at(ledger: Ledger, units: Units, unit_id: int, at: int) -> dict[Key, Decimal]:
    """What a unit held at an instant, wherever it was."""
    location = units.where(unit_id, at)
    if location is None:
        return {}
    return _unit_at(ledger, unit_id, location, at, None, lock=units.held)[0]


def resettle(
    ledger: Ledger,
    said: Said,
    unit_id: int,
    way: tuple[int, int],
    span: tuple[int, UnitMove | None],
    but: object,
) -> list[Draft]:
    """What was posted for a unit at the first of two locations within a span (exclusive), except
    by the command `but`, happened at the second."""
    _, flows = _unit_at(ledger, unit_id, way[0], *span)
    others = [flow for flow in flows if flow.command_id != but]
    return _settle_elsewhere(ledger, said, {}, others, way, span[1])


class _Flow(NamedTuple):
    """A movement in (positive) or out of a unit."""

    key: Key
    quantity: Decimal
    occurred_at: int
    command_id: object


def _settle_elsewhere(
    ledger: Ledger,
    said: Said,
    contents: dict[Key, Decimal],
    flows: Sequence[_Flow],
    way: tuple[int, int],
    until: UnitMove | None,
) -> list[Draft]:
    """Serials need less: their own later sightings correct themselves (RULES 15). One that came
    into the unit is seen to have gone along just after, for two sightings cannot be at once."""
    drafts: list[Draft] = []
    held = {key: quantity for key, quantity in contents.items() if not key.serial_id}
    for flow in flows:
        moved = {flow.key: flow.quantity}
        if not flow.key.serial_id:
            held[flow.key] = held.get(flow.key, ZERO) + flow.quantity
            drafts += _carry(ledger, said, moved, *way, flow.occurred_at, "unit_follow")
        elif flow.quantity > 0:
            drafts += _carry(ledger, said, moved, *way, flow.occurred_at + 1, "unit_follow")
    if until is not None:
        left = {key: quantity for key, quantity in held.items() if quantity != ZERO}
        back = (way[1], way[0], until.occurred_at)
        drafts += _carry(ledger, said, left, *back, "unit_follow", until.seen)
    return drafts


def _carry(
    ledger: Ledger,
    said: Said,
    contents: dict[Key, Decimal],
    source: int,
    target: int,
    at: int,
    kind: str,
    exact: bool = False,
) -> list[Draft]:
    places = ledger.book.places.by_id({key.position_id for key in contents})
    drafts = []
    for key, quantity in sorted(contents.items()):
        was = places[key.position_id]
        here = ledger.place(source, was.handling_unit_id, was.owner_id, was.status_id)
        there = ledger.place(target, was.handling_unit_id, was.owner_id, was.status_id)
        if quantity < 0:
            here, there = there, here
        drafts.append(
            Draft(
                kind=kind,
                item_id=key.item_id,
                lot_id=key.lot_id,
                serial_id=key.serial_id,
                quantity=abs(quantity),
                source=here,
                target=there,
                occurred_at=at,
                uncertainty_ms=said.occurrence.uncertainty_ms,
                exact=exact,
            )
        )
    return drafts


def _unit_at(
    ledger: Ledger,
    unit_id: int,
    location_id: int,
    at: int,
    until: UnitMove | None,
    *,
    lock: bool = True,
) -> tuple[dict[Key, Decimal], list[_Flow]]:
    """What was in the unit at this location at an instant: what the books hold, less what came
    after; and what came after, before `until`."""
    keys = _keys_at(ledger, unit_id, location_id, lock)
    contents = {key: ledger.book.line(key).on_hand for key in keys}
    flows = []
    for flow in _flows_since(ledger, contents, at + 1):
        contents[flow.key] -= flow.quantity
        if until is None or flow.occurred_at < until.occurred_at:
            flows.append(flow)
    return {key: quantity for key, quantity in contents.items() if quantity != ZERO}, flows


def _keys_at(ledger: Ledger, unit_id: int, location_id: int, lock: bool) -> list[Key]:
    rows = ledger.session.execute(
        select(Balance.position_id, Balance.item_id, Balance.lot_id, Balance.serial_id)
        .join(Position, Position.id == Balance.position_id)
        .where(Position.handling_unit_id == unit_id, Position.location_id == location_id)
    )
    ledger.book.lock_lines((Key(*row) for row in rows), lock=lock)
    # Lines the same batch has just made are not in the database yet.
    places = ledger.book.places.by_id({key.position_id for key in ledger.book.lines})
    return [
        key
        for key in ledger.book.lines
        if places[key.position_id].handling_unit_id == unit_id
        and places[key.position_id].location_id == location_id
    ]


def _flows_since(ledger: Ledger, keys: Collection[Key], since: int) -> list[_Flow]:
    rows = flows_after(
        ledger.session,
        sorted({key.item_id for key in keys}),
        sorted({key.position_id for key in keys}),
        since,
    )
    rows += [row for row in ledger.book.movements if row["occurred_at"] >= since]
    flows = []
    for row in rows:
        tail = (row["item_id"], row["lot_id"], row["serial_id"])
        for position, sign in ((row["from_position_id"], -1), (row["to_position_id"], 1)):
            key = Key(position, *tail)
            if key in keys:
                quantity = sign * row["quantity"]
                flows.append(_Flow(key, quantity, row["occurred_at"], row["command_id"]))
    return flows
