"""Cells of files: what people write in them, and what is written into them safely."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple

from server.domain.codes import code_key
from server.domain.documents import ISSUE_REASONS, KINDS, TRANSFER_MODES
from server.domain.errors import InvalidInput
from server.domain.items import COSTINGS, SHELF_LIFE_UNITS, TRACKINGS
from server.domain.numbers import quantity
from server.domain.places import PHYSICAL_KINDS

Parse = Callable[[str], Any]


class PackagingCell(NamedTuple):
    """箱=12: a packaging and how many base units it holds."""

    name: str
    quantity: Decimal


def whole_number(cell: str) -> int:
    """12 or 12.0. Raises InvalidInput `bad_whole_number`."""
    number = re.fullmatch(r"([+-]?\d{1,9})(?:\.0*)?", cell)
    if number is None:
        raise InvalidInput("bad_whole_number", value=cell[:40])
    return int(number[1])


def number_cell(parse: Callable[[str], Decimal]) -> Parse:
    """A number as people write it: 1,234.50 too."""
    return lambda cell: parse(_THOUSANDS.sub("", cell) if _GROUPED.fullmatch(cell) else cell)


_GROUPED = re.compile(r"[+-]?\d{1,3}([,，]\d{3})+(\.\d*)?")
_THOUSANDS = re.compile("[,，]")


def yes_or_no(cell: str) -> bool:
    """是/否, yes/no, 1/0 … Raises InvalidInput `bad_yes_or_no`."""
    known = _YES_NO.get(code_key(cell))
    if known is None:
        raise InvalidInput("bad_yes_or_no", value=cell[:40])
    return known


_YES_NO = dict.fromkeys(("是", "yes", "y", "true", "1", "√", "x"), True) | dict.fromkeys(
    ("否", "no", "n", "false", "0"), False
)


def day(cell: str) -> date:
    """2026-11-22, 2026/11/22, 20261122, 2026年11月22日. Raises InvalidInput `bad_date`."""
    numbers = re.fullmatch(r"(\d{4})\D?(\d{1,2})\D?(\d{1,2})(?:日|[ T]00:00(?::00)?)?", cell)
    try:
        return date(*map(int, numbers.groups()))  # type: ignore[union-attr]
    except (AttributeError, ValueError):
        raise InvalidInput("bad_date", value=cell[:40]) from None


def choice(words: Mapping[str, str]) -> Parse:
    """One of the words, in either language. Raises InvalidInput `bad_choice` by the caller."""
    return lambda cell: words.get(code_key(cell), cell)


def packagings(cell: str) -> list[PackagingCell]:
    """箱=12; 托=480. Raises InvalidInput `bad_packagings`."""
    found = []
    for part in _parts(cell):
        name, _, number = part.translate(_NARROW).rpartition("=")
        if not name.strip():
            raise InvalidInput("bad_packagings", value=part[:40])
        found.append(PackagingCell(name.strip(), quantity(number.strip())))
    return found


def barcodes(cell: str) -> list[str]:
    """6901234567892; 16901234567899@箱: the packaging after @ is told from the code later."""
    return _parts(cell)


def _parts(cell: str) -> list[str]:
    return [part.strip() for part in re.split("[;；\n]", cell) if part.strip()]


_NARROW = str.maketrans({"＝": "=", "：": "=", ":": "="})

TRACKING_WORDS: Final = {word: word for word in TRACKINGS} | {
    "无": "none",
    "不跟踪": "none",
    "批次": "lot",
    "批号": "lot",
    "序列号": "serial",
}
COSTING_WORDS: Final = {word: word for word in COSTINGS} | {
    "移动平均": "average",
    "先进先出": "fifo",
}
SHELF_LIFE_WORDS: Final = {word: word for word in SHELF_LIFE_UNITS} | {
    "days": "day",
    "months": "month",
    "天": "day",
    "日": "day",
    "月": "month",
    "个月": "month",
}
KIND_WORDS: Final = {word: word for word in PHYSICAL_KINDS} | {
    "货位": "bin",
    "库位": "bin",
    "拣货位": "pick_face",
    "月台": "dock",
    "暂存": "staging",
    "质检": "quality",
    "移动": "mobile",
}

RISKY: Final = ("=", "+", "-", "@", "\t", "\r")


DOCUMENT_KIND_WORDS: Final = {word: word for word in KINDS} | {
    "采购订单": "purchase_order",
    "采购入库": "receipt",
    "采购入库单": "receipt",
    "其他入库": "other_receipt",
    "其他入库单": "other_receipt",
    "销售订单": "sales_order",
    "销售出库": "issue",
    "销售出库单": "issue",
    "其他出库": "other_issue",
    "其他出库单": "other_issue",
    "采购退货": "purchase_return",
    "采购退货单": "purchase_return",
    "销售退货": "sales_return",
    "销售退货单": "sales_return",
    "调拨": "transfer",
    "调拨单": "transfer",
}
REASON_WORDS: Final = {word: word for word in ISSUE_REASONS} | {
    "领用": "own_use",
    "样品": "sample",
    "赠品": "gift",
    "报损": "damage",
}
MODE_WORDS: Final = {word: word for word in TRANSFER_MODES} | {"直接": "direct", "分步": "stepwise"}


def guarded(text: str) -> str:
    """The text so that no spreadsheet takes it for a formula: ' before = + - @ TAB CR."""
    return f"'{text}" if text.startswith(RISKY) else text


def unguarded(text: str) -> str:
    """The text as it was before `guarded`."""
    return text[1:] if text.startswith("'") and text[1:].startswith(RISKY) else text
