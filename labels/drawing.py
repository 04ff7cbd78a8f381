"""A label as things placed on whole dots: pure data between layout and the printer languages.

x and y run right and down from the upper left corner; boxes are those of the thing as it lies on
the label, that is after its rotation (0, 90, 180, 270 degrees clockwise).
"""

from dataclasses import dataclass
from typing import Literal

from labels.symbols import Symbol

Rotation = Literal[0, 90, 180, 270]
Direction = Literal["up", "down", "left", "right"]
MM_PER_INCH = 25.4
# Print heads called 203 dpi have 8 dots per millimetre; the others are what they are called.
DOTS_PER_INCH = {203: 203.2, 300: 300.0, 600: 600.0}


def dots_per_mm(dpi: int) -> float:
    """Exact dots per millimetre of a print head of this class."""
    return DOTS_PER_INCH.get(dpi, float(dpi)) / MM_PER_INCH


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """What everything on a label has: a place in dots, and the field it shows ("" = none)."""

    x: int
    y: int
    width: int
    height: int
    field: str = ""

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLine(Thing):
    """One line of text; the box is that of its ink. size: dots per em."""

    text: str
    size: int
    bold: bool = False
    rotation: Rotation = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed(Thing):
    """A symbol; the box is that of its modules, the quiet zone lies around it.

    module: dots per module. A linear symbol is as high as its box (before rotation).
    """

    symbol: Symbol
    module: int
    rotation: Rotation = 0

    @property
    def quiet(self) -> tuple[int, int]:
        """Dots of the quiet zone to the left and right, above and below, as it lies."""
        across, along = self.symbol.quiet_x * self.module, self.symbol.quiet_y * self.module
        return (along, across) if self.rotation in (90, 270) else (across, along)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar(Thing):
    """A black rectangle; lines are thin ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame(Thing):
    """The outline of a rectangle, `thickness` dots inwards from its box."""

    thickness: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrow(Thing):
    """A solid arrow that fills its box."""

    direction: Direction


@dataclass(frozen=True, slots=True, kw_only=True)
class Bitmap(Thing):
    """A picture: rows of bits, each row filled up to whole bytes, 1 = black."""

    bits: bytes


Drawn = TextLine | Placed | Bar | Frame | Arrow | Bitmap


@dataclass(frozen=True, slots=True)
class Drawing:
    """A whole label (or a row or sheet of them). width, height: dots at `dpi`."""

    width_mm: float
    height_mm: float
    dpi: int
    things: tuple[Drawn, ...]

    @property
    def width(self) -> int:
        return round(self.width_mm * dots_per_mm(self.dpi))

    @property
    def height(self) -> int:
        return round(self.height_mm * dots_per_mm(self.dpi))

    @property
    def symbols(self) -> tuple[Placed, ...]:
        return tuple(thing for thing in self.things if isinstance(thing, Placed))
