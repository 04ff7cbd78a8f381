"""Which stock to take first: first expired first out, then first in first out.

Only what is available may be suggested; what is expired, or would not keep as long as the customer
or the item asks, is left out. Pure: stock in, suggestions out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from server.domain.ledger import Key
from server.domain.numbers import ZERO


@dataclass(frozen=True, slots=True)
class Candidate:
    """Stock of one key. came_in: when its lot was first seen here (ms), or 0 where nobody knows.

    walking_order: the order in which people pass by; face: it stands in a pick face.
    """

    key: Key
    available: Decimal
    expires_on: date | None = None
    came_in: int = 0
    walking_order: int = 0
    lot: str = ""
    face: bool = False


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Take this much of this key."""

    key: Key
    quantity: Decimal


def keeps(candidate: Candidate, day: date, minimum_days_left: int | None) -> bool:
    """Whether it is still good on that day, and for as long after it as is asked."""
    if candidate.expires_on is None:
        return True
    return candidate.expires_on >= day + timedelta(days=minimum_days_left or 0)


def suggest(
    wanted: Decimal,
    candidates: Iterable[Candidate],
    day: date,
    minimum_days_left: int | None = None,
    lot: str = "",
) -> list[Suggestion]:
    """What to take, in order, up to the wanted quantity; less where there is not enough.

    lot: only this one (its code key), if given.
    """
    taken: list[Suggestion] = []
    left = wanted
    for candidate in in_order(candidates):
        if left <= ZERO:
            break
        if lot and candidate.lot != lot:
            continue
        if candidate.available <= ZERO or not keeps(candidate, day, minimum_days_left):
            continue
        quantity = min(left, candidate.available)
        taken.append(Suggestion(candidate.key, quantity))
        left -= quantity
    return taken


def in_order(candidates: Iterable[Candidate]) -> Sequence[Candidate]:
    """Earliest expiry first (what does not expire last), then what came in first, then pick faces,
    then on the way."""
    return sorted(
        candidates,
        key=lambda one: (
            one.expires_on is None,
            one.expires_on or date.max,
            one.came_in,
            one.key.lot_id,
            not one.face,
            one.walking_order,
            one.key,
        ),
    )
