"""The plain model: what is really where, and what the books ought to say once all is told.

People here make no mistakes and take only what is there; but now and then something vanishes
unreported. Only a count finds that out. So the books at rest must equal `known`: the physical
world, plus what vanished since each place was last counted (RULES 8–11 in five lines).
"""

from collections import Counter
from dataclasses import dataclass, field

Place = str
Thing = str
"""An item's sku, or "SER:<serial>" for one of a serial-tracked item."""


@dataclass
class World:
    """Contents by (place, thing); nothing here knows about messages, clocks or databases."""

    physical: Counter[tuple[Place, Thing]] = field(default_factory=Counter)
    known: Counter[tuple[Place, Thing]] = field(default_factory=Counter)

    def arrive(self, place: Place, thing: Thing, quantity: int) -> None:
        """Somebody brings it in and says so."""
        self.physical[place, thing] += quantity
        self.known[place, thing] += quantity

    def leave(self, place: Place, thing: Thing, quantity: int) -> None:
        """Somebody takes it away and says so."""
        self.physical[place, thing] -= quantity
        self.known[place, thing] -= quantity

    def move(self, source: Place, target: Place, thing: Thing, quantity: int) -> None:
        """Somebody moves it and says so."""
        self.leave(source, thing, quantity)
        self.arrive(target, thing, quantity)

    def vanish(self, place: Place, thing: Thing, quantity: int) -> None:
        """It is gone, and nobody says a word."""
        self.physical[place, thing] -= quantity

    def count(self, place: Place) -> dict[Thing, int]:
        """What a careful counter sees; from now on the books of this place must agree with it."""
        seen = {thing: n for (at, thing), n in self.physical.items() if at == place and n}
        for key in [key for key in self.known if key[0] == place]:
            del self.known[key]
        for thing, n in seen.items():
            self.known[place, thing] = n
        return seen

    def things_at(self, place: Place) -> list[tuple[Thing, int]]:
        """What could be taken from there."""
        found = [(thing, n) for (at, thing), n in self.physical.items() if at == place and n > 0]
        return sorted(found)

    def stands(self) -> dict[tuple[Place, Thing], int]:
        """What the books must say."""
        return {key: n for key, n in self.known.items() if n}
