"""What may stand in a site's rules of reading codes, before anybody's scans depend on it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from server.domain.errors import InvalidInput

SEPARATORS_MOST: Final = 5
PATTERNS_MOST: Final = 20
DECIMALS_MOST: Final = 4
SHAPE: Final = re.compile(r"[0-9IWPX]+C?")
RESTRICTED: Final = ("2", "02", "04")
"""GS1 keeps these prefixes for numbers inside one company (General Specifications 2.1.11)."""
LENGTHS: Final = (8, 12, 13)


def checked_rules(given: Mapping[str, Any]) -> dict[str, Any]:
    """The rules as they are kept: separators, bare_gs1, in_store patterns.

    Raises InvalidInput `bad_setting` naming what cannot be.
    """
    separators = [_separator(each) for each in _few(given, "separators", SEPARATORS_MOST)]
    patterns = [_pattern(each) for each in _few(given, "in_store", PATTERNS_MOST)]
    _refuse_twice("in_store", [each["pattern"] for each in patterns])
    _refuse_twice("separators", separators)
    return {
        "separators": separators,
        "bare_gs1": bool(given.get("bare_gs1", False)),
        "in_store": patterns,
    }


def _few(given: Mapping[str, Any], name: str, most: int) -> Sequence[Any]:
    values: Sequence[Any] = given.get(name, ())
    if len(values) > most:
        raise InvalidInput("bad_setting", name=name, value=f"{len(values)} > {most}")
    return values


def _separator(text: str) -> str:
    """What scanners send for GS; a letter or a digit would cut codes in two."""
    if not 1 <= len(text) <= 3 or any(sign.isalnum() for sign in text):
        raise InvalidInput("bad_setting", name="separators", value=text[:20])
    return text


def _pattern(given: Mapping[str, Any]) -> dict[str, Any]:
    """One in-store number. It begins as such numbers do, so that no maker's code is taken for it,
    and says an item and a weight or a price, not both."""
    shape = given["pattern"]
    amounts = {"W", "P"} & set(shape)
    right = (
        SHAPE.fullmatch(shape)
        and len(shape) in LENGTHS
        and shape.startswith(RESTRICTED)
        and "I" in shape
        and len(amounts) == 1
    )
    decimals = {name: given.get(name, usual) for name, usual in USUAL_DECIMALS.items()}
    if not right or not all(0 <= each <= DECIMALS_MOST for each in decimals.values()):
        raise InvalidInput("bad_setting", name="in_store", value=shape[:20])
    return {"pattern": shape, **decimals}


USUAL_DECIMALS: Final = {"weight_decimals": 3, "price_decimals": 2}


def _refuse_twice(name: str, values: Sequence[str]) -> None:
    for place, value in enumerate(values):
        if value in values[:place]:
            raise InvalidInput("bad_setting", name=name, value=value)
