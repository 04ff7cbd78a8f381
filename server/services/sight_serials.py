"""A serial is where it was last seen: RULES 15."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from server.domain.errors import RuleViolated
from server.domain.ledger import Draft, Sighting, Step, forget_sighting, sight_serial
from server.services.post_movements import Entry, Ledger
from server.store.db import table_of
from server.store.models import Serial, SerialSighting


@dataclass
class Serials:
    """The serials one transaction touches, locked, with the sightings known so far."""

    session: Session
    histories: dict[int, list[Sighting]] = field(default_factory=dict)

    def lock(self, serial_ids: Iterable[int]) -> None:
        """Lock serials in id order and read their sightings, oldest first."""
        wanted = sorted(set(serial_ids) - self.histories.keys() - {0})
        if not wanted:
            return
        ids = table_of(Serial).c.id
        self.session.execute(select(ids).where(ids.in_(wanted)).order_by(ids).with_for_update())
        self.histories |= {serial_id: [] for serial_id in wanted}
        rows = self.session.execute(
            select(
                SerialSighting.serial_id,
                SerialSighting.occurred_at,
                SerialSighting.device_id,
                SerialSighting.device_seq,
                SerialSighting.place_position_id,
                SerialSighting.source_position_id,
            ).where(SerialSighting.serial_id.in_(wanted), ~SerialSighting.undone)
        )
        for row in rows:
            self.histories[row[0]].append(Sighting(*row[1:]))
        for history in self.histories.values():
            history.sort(key=lambda sighting: sighting.order)

    def guard(self, draft: Draft) -> None:
        """Requests only. Raises RuleViolated `serial_elsewhere` unless it is where it is taken."""
        self.lock([draft.serial_id])
        history = self.histories[draft.serial_id]
        if history and history[-1].place != draft.source.id and draft.source.holds_stock:
            raise RuleViolated("serial_elsewhere", serial_id=draft.serial_id)

    def sight(self, ledger: Ledger, entry: Entry, draft: Draft) -> list[Draft]:
        """What this sighting posts: nothing if the serial already was there."""
        self.lock([draft.serial_id])
        history = self.histories[draft.serial_id]
        seen = Sighting(
            draft.occurred_at,
            entry.device_id or 0,
            entry.device_seq or 0,
            draft.target.id,
            draft.source.id,
        )
        steps = sight_serial(history, seen)
        history.append(seen)
        history.sort(key=lambda sighting: sighting.order)
        self._write(entry, draft.serial_id, seen)
        return self._drafts(ledger, draft, steps)

    def forget(self, ledger: Ledger, command_id: UUID, template: Draft) -> list[Draft]:
        """What to post when a command's sightings of a serial never were."""
        self.lock([template.serial_id])
        rows = self.session.execute(
            select(SerialSighting.id, SerialSighting.occurred_at, SerialSighting.place_position_id)
            .where(
                SerialSighting.command_id == command_id,
                SerialSighting.serial_id == template.serial_id,
                ~SerialSighting.undone,
            )
            .order_by(SerialSighting.id.desc())
        ).all()
        drafts: list[Draft] = []
        for row in rows:
            history = self.histories[template.serial_id]
            mistaken = next(s for s in history if (s.occurred_at, s.place) == (row[1], row[2]))
            drafts += self._drafts(ledger, template, forget_sighting(history, mistaken))
            self.histories[template.serial_id] = [s for s in history if s is not mistaken]
            self.session.execute(
                update(table_of(SerialSighting))
                .where(table_of(SerialSighting).c.id == row[0])
                .values(undone=True)
            )
        return drafts

    def _drafts(self, ledger: Ledger, draft: Draft, steps: list[Step]) -> list[Draft]:
        places = ledger.book.places.by_id({place for step in steps for place in step[:2]})
        return [
            replace(
                draft,
                kind="serial_correction" if step.corrects else draft.kind,
                source=places[step.source],
                target=places[step.target],
                occurred_at=step.occurred_at,
                settled=True,
                reverses=draft.reverses if _is_itself(draft, step) else None,
            )
            for step in steps
        ]

    def _write(self, entry: Entry, serial_id: int, seen: Sighting) -> None:
        row: dict[str, Any] = {
            "serial_id": serial_id,
            "occurred_at": seen.occurred_at,
            "device_id": seen.device_id,
            "device_seq": seen.device_seq,
            "place_position_id": seen.place,
            "source_position_id": seen.source,
            "command_id": entry.command_id,
            "undone": False,
        }
        self.session.execute(insert(SerialSighting).values(row))


def _is_itself(draft: Draft, step: Step) -> bool:
    """Whether the step is just what was said, so that it may be the reversal it was meant to be."""
    return not step.corrects and (step.source, step.target) == (draft.source.id, draft.target.id)
