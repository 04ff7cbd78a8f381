"""SVG in millimetres: vector everywhere; text keeps the width it has on the label."""

import base64
from collections.abc import Callable, Iterator
from typing import Any
from xml.sax.saxutils import escape

from PIL import Image, ImageChops

from labels import fonts
from labels.drawing import Arrow, Bar, Bitmap, Drawing, Frame, Placed, TextLine
from labels.languages.pdf import dark_boxes
from labels.languages.png import png_picture
from labels.raster import arrow_corners

FAMILY = "'Noto Sans CJK SC','Noto Sans SC','Microsoft YaHei','PingFang SC',sans-serif"


def svg_picture(drawing: Drawing) -> bytes:
    """The drawing as an SVG document (UTF-8), one unit per dot."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{drawing.width_mm:g}mm"'
        f' height="{drawing.height_mm:g}mm" viewBox="0 0 {drawing.width} {drawing.height}">',
        f'<rect width="{drawing.width}" height="{drawing.height}" fill="#fff"/>',
    ]
    for thing in drawing.things:
        parts += _PARTS[type(thing)](drawing, thing)
    return "\n".join([*parts, "</svg>\n"]).encode()


def _text(drawing: Drawing, line: TextLine) -> Iterator[str]:
    shaped = fonts.shape(line.text, line.size, line.bold)
    weight = "700" if line.bold else "400"
    direction = "rtl" if fonts.is_right_to_left(line.text) else "ltr"
    length = round(fonts.length(line.text, line.size, line.bold))
    start = length - shaped.left if direction == "rtl" else -shaped.left
    yield (
        f'<text transform="{_turn(line)}" x="{start}" y="{-shaped.top}" xml:space="preserve"'
        f' font-family="{FAMILY}" font-size="{line.size}" font-weight="{weight}"'
        f' direction="{direction}" textLength="{length}" lengthAdjust="spacingAndGlyphs">'
        f"{escape(line.text)}</text>"
    )


def _turn(line: TextLine) -> str:
    corner = {
        0: (line.x, line.y),
        90: (line.right, line.y),
        180: (line.right, line.bottom),
        270: (line.x, line.bottom),
    }[line.rotation]
    return f"translate({corner[0]} {corner[1]}) rotate({line.rotation})"


def _symbol(drawing: Drawing, placed: Placed) -> Iterator[str]:
    alone = Drawing(drawing.width_mm, drawing.height_mm, drawing.dpi, (placed,))
    boxes = dark_boxes(alone)
    path = "".join(f"M{x} {y}h{width}v{height}h{-width}z" for x, y, width, height in boxes)
    yield f'<path shape-rendering="crispEdges" d="{path}"/>'


def _bar(drawing: Drawing, bar: Bar) -> Iterator[str]:
    yield f'<rect x="{bar.x}" y="{bar.y}" width="{bar.width}" height="{bar.height}"/>'


def _frame(drawing: Drawing, frame: Frame) -> Iterator[str]:
    inset = frame.thickness / 2
    yield (
        f'<rect x="{frame.x + inset:g}" y="{frame.y + inset:g}"'
        f' width="{frame.width - frame.thickness}" height="{frame.height - frame.thickness}"'
        f' fill="none" stroke="#000" stroke-width="{frame.thickness}"/>'
    )


def _arrow(drawing: Drawing, arrow: Arrow) -> Iterator[str]:
    points = " ".join(f"{x:g},{y:g}" for x, y in arrow_corners(arrow))
    yield f'<polygon points="{points}"/>'


def _bitmap(drawing: Drawing, bitmap: Bitmap) -> Iterator[str]:
    size = (bitmap.width, bitmap.height)
    black = Image.frombytes("1", size, bitmap.bits)
    content = base64.b64encode(png_picture(ImageChops.invert(black), drawing.dpi)).decode("ascii")
    yield (
        f'<image x="{bitmap.x}" y="{bitmap.y}" width="{bitmap.width}" height="{bitmap.height}"'
        f' href="data:image/png;base64,{content}"/>'
    )


_PARTS: dict[type, Callable[[Drawing, Any], Iterator[str]]] = {
    TextLine: _text,
    Placed: _symbol,
    Bar: _bar,
    Frame: _frame,
    Arrow: _arrow,
    Bitmap: _bitmap,
}
