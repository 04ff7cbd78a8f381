"""Two-dimensional symbols: QR by qrcode, what it cannot make by zxing-cpp."""

from collections.abc import Sequence
from typing import Any

import qrcode
import zxingcpp
from qrcode.constants import (
    ERROR_CORRECT_H,
    ERROR_CORRECT_L,
    ERROR_CORRECT_M,
    ERROR_CORRECT_Q,
)
from zxingcpp import BarcodeFormat

from labels.gs1 import Element

Rows = tuple[tuple[bool, ...], ...]

LEVELS = {
    "L": ERROR_CORRECT_L,
    "M": ERROR_CORRECT_M,
    "Q": ERROR_CORRECT_Q,
    "H": ERROR_CORRECT_H,
}


def qr_rows(data: str, level: str) -> Rows:
    """The modules of a QR code; level L M Q H."""
    code: Any = qrcode.QRCode(error_correction=LEVELS[level], border=0)
    code.add_data(data)
    code.make()
    return tuple(tuple(map(bool, row)) for row in code.get_matrix())


def gs1_qr_rows(elements: Sequence[Element], level: str) -> Rows:
    """A QR code with FNC1 in first position."""
    return _rows(_notation(elements), BarcodeFormat.QRCode, gs1=True, ec_level=level)


def data_matrix_rows(data: str) -> Rows:
    """A square Data Matrix (ECC 200)."""
    return _rows(data, BarcodeFormat.DataMatrix, force_square=True)


def gs1_data_matrix_rows(elements: Sequence[Element]) -> Rows:
    """A square Data Matrix with FNC1 in first position."""
    return _rows(_notation(elements), BarcodeFormat.DataMatrix, gs1=True, force_square=True)


def pdf417_rows(data: str) -> Rows:
    """A PDF417, its rows three modules high."""
    return _rows(data, BarcodeFormat.PDF417)


def _notation(elements: Sequence[Element]) -> str:
    """[01]... as zxing-cpp takes it: unlike round brackets, square ones stand in no value."""
    return "".join(f"[{ai}]{value}" for ai, value in elements)


def _rows(content: str, format_: BarcodeFormat, **wanted: bool | str) -> Rows:
    symbol = zxingcpp.create_barcode(content, format_, **wanted)
    picture = memoryview(symbol.to_image(scale=1, add_quiet_zones=False))  # type: ignore[arg-type]
    height, width = picture.shape or (0, 0)
    dots = picture.tobytes()
    return tuple(
        tuple(dot == 0 for dot in dots[at : at + width]) for at in range(0, height * width, width)
    )
