"""Linear symbols by python-barcode, as one row of modules."""

from collections.abc import Callable
from typing import Any

from barcode.codex import Code128, Gs1_128
from barcode.ean import EAN8, EAN13
from barcode.itf import ITF
from barcode.upc import UPCA

from labels.gs1 import GS, is_digits

FNC1 = Gs1_128.FNC1_CHAR

Row = tuple[bool, ...]

# Wide bars of three modules: within the 2.25 to 3 times of GS1 General Specifications 5.3.2.2,
# and whole, where the usual 2.5 would need half modules.
ITF_WIDE = 3


class _Code128(Code128):  # type: ignore[misc]
    def _try_to_optimize(self, encoded: list[int]) -> list[int]:
        # Its own way takes a first pair of digits 99 for the switch to set C, and loses it.
        if is_digits(self.code[:2]) and len(self.code) > 1:
            return encoded
        return list(super()._try_to_optimize(encoded))


_DRAWN: dict[str, Callable[[str], Any]] = {
    "code128": _Code128,
    "gs1_128": lambda data: Gs1_128(data.replace(GS, FNC1)),
    "ean13": EAN13,
    "ean8": EAN8,
    "upca": UPCA,
    "itf14": lambda digits: ITF(digits, narrow=1, wide=ITF_WIDE),
}


def linear_row(kind: str, data: str) -> Row:
    """The modules of checked data from the first bar to the last; GS stands for FNC1."""
    (bars,) = _DRAWN[kind](data).build()
    return tuple(bar == "1" for bar in bars)
