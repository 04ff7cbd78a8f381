"""What an item must be: its own fields, what may change when, and how people find it."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

from pypinyin import Style, lazy_pinyin

from server.domain.codes import code_key
from server.domain.errors import InvalidInput, RuleViolated
from server.domain.texts import checked_text

TRACKINGS: Final = ("none", "lot", "serial")
COSTINGS: Final = ("average", "fifo")
SHELF_LIFE_UNITS: Final = ("day", "month")
CHOICES: Final = {
    "tracking": TRACKINGS,
    "costing": COSTINGS,
    "shelf_life_unit": SHELF_LIFE_UNITS,
}
SHELF_LIFE_MOST: Final = 36_500
ATTRIBUTES_MOST: Final = 50
ATTRIBUTE_LENGTH_MOST: Final = 500
BARCODES_MOST: Final = 100
PACKAGINGS_MOST: Final = 50

FROZEN_ONCE_MOVED: Final = ("base_unit", "second_unit", "tracking", "costing")
"""Every movement of the past was written in these; changing one would change what it says."""

_CHINESE = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]+")

SEARCHED: Final = ("sku", "name_zh", "name_en", "specification")


def search_text(sku: str, name_zh: str, name_en: str, specification: str) -> str:
    """What people find an item by: its words and the pinyin initials of its name (助记码)."""
    words = (sku, name_zh, name_en, specification, initials(name_zh), initials(specification))
    return " ".join(dict.fromkeys(code_key(word) for word in words if word))


def initials(text: str) -> str:
    """First letters of Chinese signs, other signs as they are: 不锈钢螺栓 M8 → bxgls M8.

    Empty for a text without Chinese signs.
    """
    found, count = _CHINESE.subn(lambda run: _initials_of(run[0]), text)
    return found if count else ""


@lru_cache(maxsize=50_000)
def _initials_of(run: str) -> str:
    return "".join(lazy_pinyin(run, style=Style.FIRST_LETTER))


def checked_attributes(attributes: Mapping[str, Any]) -> dict[str, str]:
    """User-defined attributes: names and texts.

    Raises InvalidInput `bad_attributes` for other values or too many, and as checked_text does.
    """
    if len(attributes) > ATTRIBUTES_MOST or not all(
        isinstance(value, str) and name.strip() for name, value in attributes.items()
    ):
        raise InvalidInput("bad_attributes", most=ATTRIBUTES_MOST)
    return {
        checked_text(name, "attributes"): checked_text(value, name[:40], ATTRIBUTE_LENGTH_MOST)
        for name, value in attributes.items()
    }


def check_changes(changed: Iterable[str], *, moved: bool) -> None:
    """Raises RuleViolated `frozen_once_moved` if a field is no longer free to change."""
    frozen = [name for name in FROZEN_ONCE_MOVED if name in changed]
    if moved and frozen:
        raise RuleViolated("frozen_once_moved", field=frozen[0])
