"""Symbols in a box: as large as fits, in whole dots, with quiet zone and human-readable text."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from labels.designs.model import SymbolElement
from labels.drawing import Placed, TextLine
from labels.errors import LabelError
from labels.placing import Area, anchored
from labels.symbols import Symbol
from labels.text_places import TextPlace, text_lines

MIN_BAR_MM = 4.0
# A module may be this much of a dot narrower than wanted: 0.249 mm are two dots of 0.125 mm.
TOLERANCE_DOTS = 0.05
HUMAN_GAP_MM = 0.5


@dataclass(frozen=True, slots=True)
class SymbolPlace:
    """A symbol, the element it belongs to, and the element's box in dots."""

    symbol: Symbol
    element: SymbolElement
    area: Area
    per_mm: float
    field: str

    @property
    def view(self) -> Area:
        return self.area.upright(self.element.rotation)

    @property
    def columns(self) -> int:
        """Modules across, quiet zones included."""
        return len(self.symbol.rows[0]) + 2 * self.symbol.quiet_x

    @property
    def lines(self) -> int:
        """Modules along, quiet zones included; 0 for a linear symbol, which fills its box."""
        return 0 if self.symbol.linear else len(self.symbol.rows) + 2 * self.symbol.quiet_y

    @property
    def human(self) -> int:
        """Dots per em of the human-readable text, 0 = none."""
        return round(self.element.human_mm * self.per_mm)

    @property
    def strip(self) -> int:
        """Dots below the symbol kept for the human-readable text."""
        return self.human + round(HUMAN_GAP_MM * self.per_mm) if self.human else 0

    @property
    def least_module(self) -> int:
        """Fewest dots a module may have."""
        least_mm = max(self.symbol.min_module_mm, self.element.min_module_mm)
        return max(math.ceil(least_mm * self.per_mm - TOLERANCE_DOTS), self.element.min_dots)


def placed_symbol(place: SymbolPlace) -> Iterator[Placed | TextLine]:
    """The symbol and its text; raises LabelError symbol_too_small, text_does_not_fit."""
    module = _module(place)
    whole = _whole(place, module)
    quiet_x, quiet_y = place.symbol.quiet_x * module, place.symbol.quiet_y * module
    inner = Area(
        whole.x + quiet_x,
        whole.y + quiet_y,
        whole.width - 2 * quiet_x,
        whole.height - 2 * quiet_y,
    )
    lies = inner.turned(place.area, place.element.rotation)
    yield Placed(
        x=lies.x,
        y=lies.y,
        width=lies.width,
        height=lies.height,
        field=place.field,
        symbol=place.symbol,
        module=module,
        rotation=place.element.rotation,
    )
    if place.human:
        yield from _human(place, whole)


def _module(place: SymbolPlace) -> int:
    height = place.view.height - place.strip
    fits = place.view.width // place.columns
    if place.lines:
        fits = min(fits, height // place.lines)
    short = not place.lines and height < round(MIN_BAR_MM * place.per_mm)
    if fits < place.least_module or short:
        raise _too_small(place)
    wanted = max(round(place.element.module_mm * place.per_mm), place.least_module)
    return min(fits, wanted)


def _too_small(place: SymbolPlace) -> LabelError:
    """Says how large the box must be."""
    module = place.least_module / place.per_mm
    height_mm = place.lines * module if place.lines else MIN_BAR_MM
    return LabelError(
        "symbol_too_small",
        place.field or place.element.place,
        kind=place.symbol.kind,
        needed_width_mm=_up(place.columns * module),
        needed_height_mm=_up(height_mm + place.strip / place.per_mm),
        width_mm=round(place.view.width / place.per_mm, 1),
        height_mm=round(place.view.height / place.per_mm, 1),
    )


def _up(mm: float) -> float:
    return math.ceil(mm * 10) / 10


def _whole(place: SymbolPlace, module: int) -> Area:
    """Symbol and quiet zone in the upright view of the box; the text comes below."""
    width = place.columns * module
    room = place.view.height - place.strip
    height = place.lines * module or room
    x = anchored(place.view.width, width, place.element.align)
    return Area(x, anchored(room, height, place.element.valign), width, height)


def _human(place: SymbolPlace, whole: Area) -> Iterator[TextLine]:
    top = whole.y + whole.height + place.strip - place.human
    strip = Area(0, top, place.view.width, place.human)
    yield from text_lines(
        TextPlace(
            text=place.symbol.text,
            area=strip.turned(place.area, place.element.rotation),
            field=place.field,
            size=place.human,
            least=max(1, place.human // 2),
            align="center",
            rotation=place.element.rotation,
        )
    )
