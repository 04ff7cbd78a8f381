"""Drawing -> black dots: the one exact rasteriser all bitmap languages share."""

from collections.abc import Callable
from typing import Any

from PIL import Image, ImageChops, ImageDraw

from labels import fonts
from labels.drawing import Arrow, Bar, Bitmap, Drawing, Drawn, Frame, Placed, TextLine
from labels.symbols import Symbol

WHITE, BLACK = 255, 0  # a white dot is 255 in mode "1" too: inverting it must give 0
_TURNS = {
    90: Image.Transpose.ROTATE_270,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}
# Corners of arrows in shares of the box: point, shoulders, shaft.
_UP = ((0.5, 0), (1, 0.5), (0.68, 0.5), (0.68, 1), (0.32, 1), (0.32, 0.5), (0, 0.5))
_ARROWS: dict[str, Callable[[float, float], tuple[float, float]]] = {
    "up": lambda x, y: (x, y),
    "down": lambda x, y: (x, 1 - y),
    "left": lambda x, y: (y, x),
    "right": lambda x, y: (1 - y, x),
}


def rasterise(drawing: Drawing) -> Image.Image:
    """A picture of mode "1" (0 = black), one pixel per dot."""
    picture = Image.new("1", (drawing.width, drawing.height), WHITE)
    for thing in drawing.things:
        draw_thing(picture, thing)
    return picture


def draw_thing(picture: Image.Image, thing: Drawn) -> None:
    """Blacken the thing's dots; what is there already stays."""
    _DRAW[type(thing)](picture, thing)


def arrow_corners(arrow: Arrow) -> list[tuple[float, float]]:
    """The outline of the arrow, in dots."""
    turn = _ARROWS[arrow.direction]
    shares = (turn(x, y) for x, y in _UP)
    return [(arrow.x + x * (arrow.width - 1), arrow.y + y * (arrow.height - 1)) for x, y in shares]


def symbol_picture(placed: Placed) -> Image.Image:
    """The modules as they lie on the label, turned and enlarged to whole dots."""
    across, along = placed.width, placed.height
    if placed.rotation in (90, 270):
        across, along = along, across
    grown = _modules(placed.symbol).resize((across, along), Image.Resampling.NEAREST)
    return _turned(grown, placed.rotation)


def _modules(symbol: Symbol) -> Image.Image:
    size = (len(symbol.rows[0]), len(symbol.rows))
    pixels = bytes(0 if dark else 255 for row in symbol.rows for dark in row)
    return Image.frombytes("L", size, pixels).convert("1", dither=Image.Dither.NONE)


def _turned(picture: Image.Image, rotation: int) -> Image.Image:
    return picture.transpose(_TURNS[rotation]) if rotation else picture


def _draw_text(picture: Image.Image, line: TextLine) -> None:
    shaped = fonts.shape(line.text, line.size, line.bold)
    _blacken(picture, _turned(shaped.picture, line.rotation), line)


def _draw_symbol(picture: Image.Image, placed: Placed) -> None:
    picture.paste(symbol_picture(placed), (placed.x, placed.y))


def _draw_bar(picture: Image.Image, bar: Bar) -> None:
    picture.paste(BLACK, (bar.x, bar.y, bar.right, bar.bottom))


def _draw_frame(picture: Image.Image, frame: Frame) -> None:
    pen = ImageDraw.Draw(picture)
    corners = (frame.x, frame.y, frame.right - 1, frame.bottom - 1)
    pen.rectangle(corners, outline=BLACK, width=frame.thickness)


def _draw_arrow(picture: Image.Image, arrow: Arrow) -> None:
    ImageDraw.Draw(picture).polygon(arrow_corners(arrow), fill=BLACK)


def _draw_bitmap(picture: Image.Image, bitmap: Bitmap) -> None:
    own = ImageChops.invert(Image.frombytes("1", (bitmap.width, bitmap.height), bitmap.bits))
    _blacken(picture, own, bitmap)


def _blacken(picture: Image.Image, own: Image.Image, at: Drawn) -> None:
    picture.paste(BLACK, (at.x, at.y), ImageChops.invert(own))


_DRAW: dict[type, Callable[[Image.Image, Any], None]] = {
    TextLine: _draw_text,
    Placed: _draw_symbol,
    Bar: _draw_bar,
    Frame: _draw_frame,
    Arrow: _draw_arrow,
    Bitmap: _draw_bitmap,
}
