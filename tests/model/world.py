"""The plain model: what is really where, and what the books ought to say once all is told.

People take only what is there, but now and then something vanishes unreported, and only a count
finds that out. So the model keeps a diary of what was reported, in the order it happened, and the
books at rest must be what one gets by reading it: changes add up, an approved count is the truth
of its place at its instant, and what is in a handling unit is where the unit is, which is where it
was last moved or counted (RULES 8–11, 15, 16).
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

Holder = str
"""A place, or "U:<code>" for a handling unit."""


class Thing(NamedTuple):
    """What a counter can tell apart."""

    item: str
    lot: str = ""
    serial: str = ""


class Stuff(NamedTuple):
    """A thing in a status; the status cannot be seen."""

    thing: Thing
    status: str = "GOOD"


Contents = Counter[tuple[Holder, Stuff]]
Seen = dict[tuple[Holder, Thing], int]


class Change(NamedTuple):
    """Reported: this much more (or less) of it in a place or unit."""

    holder: Holder
    stuff: Stuff
    quantity: int


class Move(NamedTuple):
    """Reported: a handling unit went to a place."""

    unit: Holder
    place: str


class Count(NamedTuple):
    """Counted: all that is in a place and its units, or (whole False) only of these things."""

    uid: str
    place: str
    seen: Seen
    whole: bool


@dataclass
class World:
    """Nothing here knows about messages, clocks or databases."""

    physical: Contents = field(default_factory=Counter)
    units: dict[Holder, str] = field(default_factory=dict)
    diary: list[Change | Move | Count] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    vanished: set[Thing] = field(default_factory=set)
    graded: set[Thing] = field(default_factory=set)

    def change(self, holder: Holder, stuff: Stuff, quantity: int) -> None:
        """Somebody brings it in or takes it away, and says so."""
        self.physical[holder, stuff] += quantity
        self.diary.append(Change(holder, stuff, quantity))
        if stuff.status != "GOOD":
            self.graded.add(stuff.thing)

    def carry(self, source: Holder, target: Holder, stuff: Stuff, quantity: int) -> None:
        """Somebody moves it and says so."""
        self.change(source, stuff, -quantity)
        self.change(target, stuff, quantity)

    def move_unit(self, unit: Holder, place: str) -> None:
        """Somebody moves a whole unit and says so; its first place is where it is first used."""
        self.units[unit] = place
        self.diary.append(Move(unit, place))

    def vanish(self, holder: Holder, stuff: Stuff, quantity: int) -> None:
        """It is gone, and nobody says a word."""
        self.physical[holder, stuff] -= quantity
        self.vanished.add(stuff.thing)

    def wander(self, unit: Holder, place: str) -> None:
        """Somebody moves a whole unit, and nobody says a word, until a count sees it there."""
        self.units[unit] = place

    def approve_unheard(self) -> None:
        """A count is approved before all is told: what it finds is taken for good, and what is
        told of its status later is taken back in that status (RULES 11, 14)."""
        self.vanished |= self.graded

    def count(self, uid: str, place: str, only: Iterable[Thing] | None = None) -> Seen:
        """What a careful counter sees in a place and in its units: all, or only these things."""
        holders = self._holders(place, self.units)
        seen: Seen = Counter()
        for (holder, stuff), quantity in self.physical.items():
            if holder in holders and quantity and (only is None or stuff.thing in only):
                seen[holder, stuff.thing] += quantity
        self.diary.append(Count(uid, place, seen, only is None))
        return seen

    def held(self, holder: Holder) -> list[tuple[Stuff, int]]:
        """What could be taken from there."""
        found = [(stuff, n) for (at, stuff), n in self.physical.items() if at == holder and n > 0]
        return sorted(found)

    def stands(self) -> dict[tuple[str, Holder, Thing], int]:
        """What the books must say: by place, unit ("" for none) and thing."""
        books: Counter[tuple[Holder, Thing]] = Counter()
        units: dict[Holder, str] = {}
        for entry in self.diary:
            if isinstance(entry, Change):
                books[entry.holder, entry.stuff.thing] += entry.quantity
            elif isinstance(entry, Move):
                units[entry.unit] = entry.place
            elif entry.uid not in self.refused:
                units.update({h: entry.place for h, _ in entry.seen if h in self.units})
                self._correct(books, units, entry)
        return _by_place(books, units)

    def true_contents(self) -> dict[tuple[str, Holder, Stuff], int]:
        """The physical world, statuses and all."""
        return _by_place(self.physical, self.units)

    def all_told(
        self, contents: dict[tuple[str, Holder, Stuff], int]
    ) -> dict[tuple[str, Holder, Stuff], int]:
        """Only things of which nothing ever vanished, and whose status no early approval had to
        guess: there the books must be the world itself."""
        return {key: n for key, n in contents.items() if key[2].thing not in self.vanished}

    def _correct(
        self, books: Counter[tuple[Holder, Thing]], units: dict[Holder, str], count: Count
    ) -> None:
        holders = self._holders(count.place, units)
        for key in [key for key in books if key[0] in holders]:
            if count.whole or key in count.seen:
                del books[key]
        books.update(count.seen)

    @staticmethod
    def _holders(place: str, units: dict[Holder, str]) -> set[Holder]:
        return {place, *(unit for unit, at in units.items() if at == place)}


def _by_place(contents: Counter, units: dict[Holder, str]) -> dict:  # type: ignore[type-arg]
    """(place, unit or "", what) → how much, where it is not zero."""
    return {
        (units.get(holder, holder), holder if holder in units else "", what): quantity
        for (holder, what), quantity in contents.items()
        if quantity
    }
