"""The rules of a site's documents: numbers, tolerances, who approves, what is reserved when."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from server.domain.document_numbers import checked_pattern
from server.domain.documents import PERCENT_MOST, Tolerances, kind_of
from server.domain.errors import InvalidInput
from server.domain.numbers import ZERO, plain, quantity

DAMAGED_ALL: Final = Decimal(100)
"""So much damaged is tolerated that nobody is told."""


@dataclass(frozen=True, slots=True)
class DocumentRules:
    """four_eyes: nobody approves what they made. reserve_on_approval: what sales orders and issues
    ask for is promised to them. Percentages: see Tolerances."""

    four_eyes: bool = False
    reserve_on_approval: bool = True
    over_percent: Decimal = ZERO
    under_percent: Decimal = ZERO
    damaged_percent: Decimal = DAMAGED_ALL

    def tolerances(self, over: Decimal | None, under: Decimal | None) -> Tolerances:
        """A line's own, or else the site's."""
        return Tolerances(
            self.over_percent if over is None else over,
            self.under_percent if under is None else under,
            None if self.damaged_percent >= DAMAGED_ALL else self.damaged_percent,
        )


def checked_numbers(given: Mapping[str, str]) -> dict[str, str]:
    """Patterns by kind. Raises InvalidInput `bad_number_pattern`, `bad_choice`."""
    return {kind_of(kind).name: checked_pattern(pattern) for kind, pattern in given.items()}


def percent(value: Decimal | str, name: str) -> Decimal:
    """A percentage of 0 to 1000. Raises InvalidInput `bad_quantity`, `out_of_range`."""
    number = quantity(value)
    if not ZERO <= number <= PERCENT_MOST:
        raise InvalidInput("out_of_range", field=name, least=0, most=plain(PERCENT_MOST))
    return number
