"""In-store numbers with weight or price inside: the shop's own, so their pattern is configured."""

from dataclasses import dataclass
from decimal import Decimal

from server.domain.gs1 import has_check_digit, is_digits
from server.domain.scans.words import InStorePattern


@dataclass(frozen=True, slots=True)
class InStoreParts:
    """Item number, and what the scale wrote next to it."""

    item: str
    weight_kg: Decimal | None
    price: Decimal | None


def read_in_store(digits: str, pattern: InStorePattern) -> InStoreParts | None:
    """The parts, or None if the digits are not of this pattern or its check digit is wrong."""
    shape = pattern.pattern
    if len(digits) != len(shape) or not is_digits(digits):
        return None
    if any(place.isdigit() and place != digit for place, digit in zip(shape, digits, strict=True)):
        return None
    if shape.endswith("C") and not has_check_digit(digits):
        return None
    item = _at("I", shape, digits)
    if not item:
        return None
    return InStoreParts(
        item=item,
        weight_kg=_scaled(_at("W", shape, digits), pattern.weight_decimals),
        price=_scaled(_at("P", shape, digits), pattern.price_decimals),
    )


def _at(letter: str, shape: str, digits: str) -> str:
    return "".join(digit for place, digit in zip(shape, digits, strict=True) if place == letter)


def _scaled(digits: str, decimals: int) -> Decimal | None:
    return Decimal(int(digits)).scaleb(-decimals) if digits else None
