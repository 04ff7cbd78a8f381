"""Which identifiers want or exclude each other.

Evaluated over all codes on one thing, so a single scan that breaks a pairing is not broken: the
other half may stand in the symbol above. The reader mentions it and goes on.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from labels.gs1 import Element, Identifier, identifiers

SERIAL_STARTS = {"253": 13, "255": 13, "8003": 14}
"""Keys that may or may not carry a serial part, and where it begins."""


@dataclass(frozen=True, slots=True)
class Pairing:
    """A broken pairing. problem: missing | excluded | unserialised."""

    problem: str
    ai: str
    other: str


def find_pairings(elements: Sequence[Element]) -> tuple[Pairing, ...]:
    """Every broken pairing among the elements; unknown identifiers have none."""
    present = dict(elements)
    known = [identifiers()[ai] for ai in present if ai in identifiers()]
    found = [pairing for each in known for pairing in _excluded(each, present)]
    found += [pairing for each in known for pairing in _missing(each, present)]
    if "8030" in present:
        found += [
            Pairing("unserialised", "8030", ai)
            for ai, start in SERIAL_STARTS.items()
            if ai in present and len(present[ai]) <= start
        ]
    return tuple(found)


def _excluded(identifier: Identifier, present: dict[str, str]) -> list[Pairing]:
    return [
        Pairing("excluded", identifier.ai, other)
        for pattern in identifier.excluded
        for other in present
        if other != identifier.ai and _fits(pattern, other)
    ]


def _missing(identifier: Identifier, present: dict[str, str]) -> list[Pairing]:
    groups = [group for group in identifier.required if group]
    for group in groups:
        if all(any(_fits(pattern, other) for other in present) for pattern in group):
            return []
    wanted = ",".join("+".join(group) for group in groups)
    return [Pairing("missing", identifier.ai, wanted)] if groups else []


def _fits(pattern: str, ai: str) -> bool:
    fixed = pattern.rstrip("n")
    return ai.startswith(fixed) and len(ai) == len(pattern)
