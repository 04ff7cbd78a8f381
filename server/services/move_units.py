"""Handling units: a unit is in one location, and late facts about it follow its later moves.

The log of moves tells where a unit was at any instant (RULES 16). Moving a unit is exploded into
its contents as they were then.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from server.domain.commands import Said
from server.domain.ledger import Draft, Key, UnitMove, location_at, moves_after
from server.domain.numbers import ZERO
from server.services.post_movements import Ledger
from server.store.db import table_of
from server.store.models import Balance, HandlingUnit, HandlingUnitMove, Position
from server.store.queries.movements import flows_after


@dataclass
class Units:
    """The handling units one transaction touches, locked, with the log of where they were."""

    session: Session
    logs: dict[int, list[UnitMove]] = field(default_factory=dict)

    def lock(self, unit_ids: Iterable[int]) -> None:
        """Lock units in id order and read their moves."""
        wanted = sorted(set(unit_ids) - self.logs.keys() - {0})
        if not wanted:
            return
        ids = table_of(HandlingUnit).c.id
        self.session.execute(select(ids).where(ids.in_(wanted)).order_by(ids).with_for_update())
        self.logs |= {unit_id: [] for unit_id in wanted}
        rows = self.session.execute(
            select(
                HandlingUnitMove.handling_unit_id,
                HandlingUnitMove.occurred_at,
                HandlingUnitMove.from_location_id,
                HandlingUnitMove.to_location_id,
            )
            .where(HandlingUnitMove.handling_unit_id.in_(wanted), ~HandlingUnitMove.undone)
            .order_by(HandlingUnitMove.occurred_at, HandlingUnitMove.id)
        )
        for row in rows:
            self.logs[row[0]].append(UnitMove(*row[1:]))

    def where(self, unit_id: int, instant: int) -> int | None:
        """The location of a unit at an instant; None if it was nowhere yet."""
        self.lock([unit_id])
        return location_at(self.logs[unit_id], instant)

    def log(self, unit_id: int, source: int | None, target: int, said: Said) -> None:
        """Write down that the unit went from one location to another."""
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
        moves.append(UnitMove(at, source, target))
        moves.sort(key=lambda move: move.occurred_at)
        self._set_location(unit_id, said.received_at)

    def forget(self, command_id: object, at: int) -> list[int]:
        """Moves of an undone command never were; answers the units concerned."""
        moved = HandlingUnitMove.command_id == command_id
        found = list(self.session.scalars(select(HandlingUnitMove.handling_unit_id).where(moved)))
        self.session.execute(
            update(HandlingUnitMove)
            .where(moved)
            .values(undone=True)
            .execution_options(synchronize_session=False)
        )
        for unit_id in set(found):
            self.logs.pop(unit_id, None)
            self.lock([unit_id])
            self._set_location(unit_id, at)
        return found

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

    What went into a unit late left with it later; what was taken out late did not.
    """
    whole: list[Draft] = []
    for draft in drafts:
        whole.append(draft)
        whole += _carried(ledger, units, draft, into=True)
        whole += _carried(ledger, units, draft, into=False)
    return whole


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
            )
        )
        place = following
    return steps


def move_unit(
    ledger: Ledger, units: Units, said: Said, unit_id: int, to_location_id: int
) -> list[Draft]:
    """A whole unit goes to a location: its contents as they were then go along.

    If it moved again later, that move was posted from where we thought the unit was: what this
    one carries goes back there at the time of the next (its mirror in RULES 15).
    """
    units.lock([unit_id])
    at = said.occurrence.at
    source = units.where(unit_id, at)
    if source == to_location_id:
        return []
    drafts: list[Draft] = []
    later = moves_after(units.logs[unit_id], at)
    if source is not None:
        contents = _contents_at(ledger, unit_id, source, at)
        drafts = _carry(ledger, said, contents, source, to_location_id, at, said.command.type)
        if later:
            drafts += _carry(
                ledger, said, contents, to_location_id, source, later[0].occurred_at, "unit_follow"
            )
    units.log(unit_id, source, to_location_id, said)
    return drafts


def _carry(
    ledger: Ledger,
    said: Said,
    contents: dict[Key, Decimal],
    source: int,
    target: int,
    at: int,
    kind: str,
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
            )
        )
    return drafts


def _contents_at(ledger: Ledger, unit_id: int, location_id: int, at: int) -> dict[Key, Decimal]:
    """What was in the unit at this location then: what the books hold, less what came after."""
    session = ledger.session
    rows = session.execute(
        select(Balance.position_id, Balance.item_id, Balance.lot_id, Balance.serial_id)
        .join(Position, Position.id == Balance.position_id)
        .where(Position.handling_unit_id == unit_id, Position.location_id == location_id)
    )
    keys = [Key(*row) for row in rows]
    ledger.book.lock_lines(keys)
    # Lines the same batch has just made are not in the database yet.
    places = ledger.book.places.by_id({key.position_id for key in ledger.book.lines})
    keys = [
        key
        for key in ledger.book.lines
        if places[key.position_id].handling_unit_id == unit_id
        and places[key.position_id].location_id == location_id
    ]
    contents = {key: ledger.book.line(key).on_hand for key in keys}
    later = flows_after(
        session,
        sorted({key.item_id for key in keys}),
        sorted({key.position_id for key in keys}),
        at + 1,
    )
    later += [row for row in ledger.book.movements if row["occurred_at"] > at]
    for row in later:
        tail = (row["item_id"], row["lot_id"], row["serial_id"])
        for position, sign in ((row["from_position_id"], 1), (row["to_position_id"], -1)):
            key = Key(position, *tail)
            if key in contents:
                contents[key] += sign * row["quantity"]
    return {key: quantity for key, quantity in contents.items() if quantity != ZERO}
