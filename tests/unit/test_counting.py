"""The second quantity of what a count finds or misses."""

from decimal import Decimal

import pytest

from server.domain.counting import second_of_difference


@pytest.mark.parametrize(
    ("on_hand", "second", "quantity", "found", "due"),
    [
        ("10", "25", "4", False, "10"),
        ("10", "25", "2", True, "5"),
        ("3", "10", "1", False, "3.333333"),
        ("1", "3.333334", "1", False, "3.333334"),
        ("-2", "-5", "2", True, "5"),
        ("-2", "-5", "4", True, "10"),
        ("0", "0", "4", True, None),
        ("10", "0", "4", False, None),
        ("0", "1", "4", False, None),
    ],
)
def test_a_difference_weighs_in_proportion_and_the_last_takes_the_rest(
    on_hand: str, second: str, quantity: str, found: bool, due: str | None
) -> None:
    answer = second_of_difference(Decimal(on_hand), Decimal(second), Decimal(quantity), found)
    assert answer == (Decimal(due) if due else None)
