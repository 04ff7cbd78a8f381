"""A serial is where it was last seen: RULES 15."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from server.domain.counting import Grain
from server.domain.errors import RuleViolated
from server.domain.ledger import (
    Draft,
    Place,
    Sighting,
    Step,
    forget_sighting,
    in_order,
    sight_serial,
    trail,
)
from server.services.post_movements import Entry, Ledger
from server.store.db import table_of
from server.store.models import Serial, SerialSighting
from server.store.serial_sightings import (
    mark_absence,
    mark_sighting,
    own_sightings,
    sightings_of,
)


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
        for serial_id, sighting in sightings_of(self.session, wanted):
            self.histories[serial_id].append(sighting)
        for serial_id in wanted:
            self.histories[serial_id] = in_order(self.histories[serial_id])

    def guard(self, draft: Draft) -> None:
        """Requests only. Raises RuleViolated `serial_elsewhere` unless it is where it is taken."""
        self.lock([draft.serial_id])
        history = _effective(self.histories[draft.serial_id])
        if history and history[-1].place != draft.source.id and draft.source.holds_stock:
            raise RuleViolated("serial_elsewhere", serial_id=draft.serial_id)

    def sight(
        self, ledger: Ledger, entry: Entry, draft: Draft, absent_from: int = 0
    ) -> list[Draft]:
        """What this sighting posts: nothing if the serial already was there.

        `absent_from`: the location a count of which did not see it.
        """
        self.lock([draft.serial_id])
        seen = Sighting(
            draft.occurred_at,
            entry.device_id or 0,
            entry.device_seq or 0,
            draft.target.id,
            draft.source.id,
            draft.target.location_id,
            absent_from,
        )
        drafts = self._join(ledger, draft, seen, entry.command_id)
        return drafts + self._heed_counts(ledger, entry, draft)

    def forget(
        self, ledger: Ledger, entry: Entry, command_id: UUID, template: Draft
    ) -> list[Draft]:
        """What to post when a command's sightings of a serial never were."""
        self.lock([template.serial_id])
        drafts: list[Draft] = []
        for row_id, at, place in own_sightings(self.session, command_id, template.serial_id):
            history = self.histories[template.serial_id]
            mistaken = next(s for s in history if (s.occurred_at, s.place) == (at, place))
            rest = [s for s in history if s is not mistaken]
            drafts += self._drafts(ledger, template, forget_sighting(history, mistaken))
            mark_sighting(self.session, row_id, undone=True)
            self._mark_absences(template.serial_id, history, rest)
            self.histories[template.serial_id] = rest
        return drafts + self._heed_counts(ledger, entry, template)

    def _join(self, ledger: Ledger, draft: Draft, seen: Sighting, command_id: UUID) -> list[Draft]:
        history = self.histories[draft.serial_id]
        steps = sight_serial(history, seen)
        longer = in_order([*history, seen])
        self._write(command_id, draft.serial_id, seen, undone=seen not in _effective(longer))
        self._mark_absences(draft.serial_id, history, longer)
        self.histories[draft.serial_id] = longer
        return self._drafts(ledger, draft, steps)

    def _heed_counts(self, ledger: Ledger, entry: Entry, draft: Draft) -> list[Draft]:
        """A place counted whole while the serial would have been there, and it was not seen: it
        was not there any more. For a serial known in time the approval itself has said so."""
        drafts: list[Draft] = []
        while (found := self._unseen(ledger, entry, draft)) is not None:
            here, at, command_id = found
            gone = ledger.counterpart("adjustment", here)
            missing = Sighting(
                at, 0, 0, gone.id, here.id, gone.location_id, absent_from=here.location_id
            )
            correction = replace(
                draft,
                kind="serial_correction",
                occurred_at=at,
                unit_cost=None,
                reverses=None,
                returns=None,
            )
            drafts += self._join(ledger, correction, missing, command_id)
        return drafts

    def _unseen(self, ledger: Ledger, entry: Entry, draft: Draft) -> tuple[Place, int, UUID] | None:
        """(where, when, by which approval) the serial was first not seen where it stood."""
        history = _effective(self.histories[draft.serial_id])
        places = ledger.book.places.by_id({seen.place for seen in history})
        for seen, following in zip(history, [*history, None][1:], strict=True):
            here = places[seen.place]
            if not here.is_physical:
                continue
            grain = Grain(draft.item_id, draft.lot_id, draft.serial_id, here.handling_unit_id)
            found = ledger.next_count(
                here, grain, seen.occurred_at, seen.device_id, seen.device_seq, entry
            )
            if found is not None and (following is None or found[0] < following.occurred_at):
                return here, *found
        return None

    def _mark_absences(self, serial_id: int, before: list[Sighting], after: list[Sighting]) -> None:
        """An absence that means nothing (it was elsewhere) is kept, but counts as undone."""
        meant, means = _effective(before), _effective(after)
        for seen in before:
            if seen.absent_from and seen in after and (seen in meant) != (seen in means):
                mark_absence(self.session, serial_id, seen, undone=seen not in means)

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

    def _write(self, command_id: UUID, serial_id: int, seen: Sighting, undone: bool) -> None:
        row: dict[str, Any] = {
            "serial_id": serial_id,
            "occurred_at": seen.occurred_at,
            "device_id": seen.device_id,
            "device_seq": seen.device_seq,
            "place_position_id": seen.place,
            "source_position_id": seen.source,
            "command_id": command_id,
            "undone": undone,
        }
        self.session.execute(insert(SerialSighting).values(row))


def _effective(history: list[Sighting]) -> list[Sighting]:
    """The sightings that mean something."""
    steps = trail(history)
    return [seen for seen, step in zip(history, steps, strict=True) if step is not None]


def _is_itself(draft: Draft, step: Step) -> bool:
    """Whether the step is just what was said, so that it may be the reversal it was meant to be."""
    return not step.corrects and (step.source, step.target) == (draft.source.id, draft.target.id)
