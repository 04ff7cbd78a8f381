"""A word and what belongs to it, in three columns; what is longer takes two or all of them."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from labels import fitting, fonts
from labels.documents.cells import TEXT_LINES, Pen, clean, drawable
from labels.documents.model import Pair
from labels.documents.words import COLON
from labels.drawing import Drawn
from labels.placing import Area
from labels.text_places import TextPlace, text_lines

COLUMNS = 3
GAP_MM = 3.0
LINE_MM = 0.9
"""Between one row of pairs and the next."""


@dataclass(frozen=True, slots=True)
class PlacedPair:
    """Boxes in dots, measured from where the pairs begin; `lines` of value."""

    word: str
    value: str
    word_box: Area
    value_box: Area
    lines: int


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs laid out in a width; height in dots, 0 = none."""

    placed: tuple[PlacedPair, ...]
    height: int

    def drawn(self, pen: Pen, x: int, y: int) -> Iterator[Drawn]:
        for pair in self.placed:
            yield from _text(pen, pair.word, _moved(pair.word_box, x, y), bold=False)
            yield from _text(
                pen, pair.value, _moved(pair.value_box, x, y), bold=True, lines=pair.lines
            )


def lay_out_pairs(pen: Pen, pairs: Sequence[Pair], width: int, language: str) -> Pairs:
    """Row by row. Raises LabelError font_missing."""
    gap = pen.dots(GAP_MM)
    step = (width + gap) // COLUMNS
    placed: list[PlacedPair] = []
    column = y = tallest = 0
    for word, value in pairs:
        told = drawable(clean(word), bold=False) + COLON[language]
        shown = drawable(clean(value), bold=True)
        taken = math.ceil(fonts.length(told, pen.size, bold=False))
        needed = taken + math.ceil(fonts.length(shown, pen.size, bold=True))
        span = next((n for n in range(1, COLUMNS) if needed <= n * step - gap), COLUMNS)
        if column + span > COLUMNS:
            column, y, tallest = 0, y + tallest, 0
        room = max(span * step - gap - taken, pen.size)
        lines = len(fitting.wrap(shown, pen.size, True, room, TEXT_LINES) or "…" * TEXT_LINES)
        height = math.ceil((1 + (lines - 1) * fitting.LINE_PITCH) * pen.size)
        x = column * step
        word_box = Area(x, y, taken, pen.size)
        placed.append(PlacedPair(told, shown, word_box, Area(x + taken, y, room, height), lines))
        column += span
        tallest = max(tallest, height + pen.dots(LINE_MM))
    return Pairs(tuple(placed), y + tallest)


def _moved(box: Area, x: int, y: int) -> Area:
    return Area(box.x + x, box.y + y, box.width, box.height)


def _text(pen: Pen, text: str, box: Area, *, bold: bool, lines: int = 1) -> Iterator[Drawn]:
    if text:
        yield from text_lines(
            TextPlace(
                text=text,
                area=box,
                field="",
                size=pen.size,
                least=pen.size,
                most_lines=lines,
                bold=bold,
                whole=False,
            )
        )
