"""Text and symbols in cells: how high they need to be, and what is drawn."""

import math
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from labels import fitting, fonts
from labels.designs.model import SymbolElement, Template
from labels.documents.model import Column
from labels.drawing import Drawn
from labels.errors import LabelError
from labels.placing import Area
from labels.symbol_places import SymbolPlace, placed_symbol
from labels.symbols import Symbol, make_symbol
from labels.text_places import SHOWN, TextPlace, text_lines

TEXT_MM = 3.4  # 24 pins of a matrix printer
PAD_MM = 0.8
TEXT_LINES, CODE_LINES = 3, 8
_SMALLEST_NUMBER = 0.6
_SYMBOL = SymbolElement(
    place="", box_mm=(0, 0, 0, 0), symbol="datamatrix", content=Template(()), module_mm=0.43
)


@dataclass(frozen=True, slots=True)
class Pen:
    """Turns millimetres of this paper into whole dots."""

    per_mm: float

    def dots(self, mm: float) -> int:
        return max(1, round(mm * self.per_mm))

    @property
    def pad(self) -> int:
        return self.dots(PAD_MM)

    @property
    def size(self) -> int:
        return self.dots(TEXT_MM)


@dataclass(frozen=True, slots=True)
class Cell:
    """Something that needs `height` dots, pads included, in the width it was made for."""

    text: str
    height: int
    field: str = ""
    lines: int = 1
    least: int = 0
    bold: bool = False
    align: str = "left"
    whole: bool = False
    symbol: Symbol | None = None


def clean(text: str) -> str:
    """Line breaks become spaces; controls and what reorders its neighbours are left out."""
    spaced = " ".join(unicodedata.normalize("NFC", text).split())
    return "".join(c for c in spaced if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co"})


def drawable(text: str, *, bold: bool) -> str:
    """The text with ? for what no font has: a remark must not keep an order from being printed.

    Raises LabelError font_missing.
    """
    try:
        fonts.length(text, fonts.PROBE, bold)
    except LabelError as refused:
        if refused.code != "no_glyph":
            raise
        missing = refused.fields["characters"]
        return "".join("?" if each in missing else each for each in text)
    return text


def make_cell(pen: Pen, column: Column, text: str, width: int, *, bold: bool = False) -> Cell:
    """Raises LabelError text_does_not_fit, symbol_too_small, and make_symbol's for a symbol."""
    if column.kind == "symbol" and text:
        return _symbol_cell(pen, column, text, width)
    shown = clean(text)
    room = width - 2 * pen.pad
    if column.kind == "number":
        least = max(1, int(pen.size * _SMALLEST_NUMBER))
        height = _height(pen, 1)
        return Cell(shown, height, column.title, least=least, bold=bold, align="right", whole=True)
    whole = column.kind == "code"
    most = CODE_LINES if whole else TEXT_LINES
    shown = shown if whole else drawable(shown, bold=bold)
    lines = fitting.wrap(shown, pen.size, bold, room, most)
    if lines is None and whole:
        raise LabelError("text_does_not_fit", column.title, value=shown[:SHOWN])
    count = most if lines is None else len(lines)
    height = _height(pen, count)
    return Cell(shown, height, column.title, count, pen.size, bold, whole=whole)


def _height(pen: Pen, lines: int) -> int:
    return math.ceil((1 + (lines - 1) * fitting.LINE_PITCH) * pen.size) + 2 * pen.pad


def _symbol_cell(pen: Pen, column: Column, text: str, width: int) -> Cell:
    symbol = make_symbol("datamatrix", text, options={"field": column.title})
    place = SymbolPlace(symbol, _SYMBOL, Area(0, 0, width, width), pen.per_mm, column.title)
    module = max(place.least_module, round(_SYMBOL.module_mm * pen.per_mm))
    return Cell(text, place.lines * module + pen.pad, column.title, symbol=symbol)


def draw_cell(pen: Pen, cell: Cell, area: Area) -> Iterator[Drawn]:
    """The cell in its box, between the rules, in the middle of its height."""
    if cell.symbol:
        yield from placed_symbol(SymbolPlace(cell.symbol, _SYMBOL, area, pen.per_mm, cell.field))
    elif cell.text:
        inner = Area(area.x + pen.pad, area.y, area.width - 2 * pen.pad, area.height)
        yield from text_lines(
            TextPlace(
                text=cell.text,
                area=inner,
                field=cell.field,
                size=pen.size,
                least=cell.least,
                most_lines=cell.lines,
                bold=cell.bold,
                align=cell.align,
                valign="middle",
                whole=cell.whole,
            )
        )
