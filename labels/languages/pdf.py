"""PDF of exact size: symbols as vector rectangles on whole dots, all else as 1-bit pictures.

ISO 32000-1: 8.9.6.2 (image masks), 12.2 (PrintScaling: nobody's printer dialogue may shrink it).
"""

import zlib
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

from PIL import Image

from labels.drawing import MM_PER_INCH, Drawing, Placed, dots_per_mm
from labels.raster import rasterise

_POINTS_PER_MM = 72 / MM_PER_INCH
_HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
_CATALOG, _PAGES = 1, 2


class PdfWriter:
    """Collects pages; `finished()` is the file."""

    def __init__(self) -> None:
        self._objects: dict[int, bytes] = {}
        self._kids: list[int] = []

    def add(self, drawing: Drawing, copies: int) -> None:
        """A page, so many times."""
        page, content, image = (len(self._objects) + at for at in (3, 4, 5))
        symbols = replace(drawing, things=drawing.symbols)
        rest = tuple(each for each in drawing.things if not isinstance(each, Placed))
        picture = rasterise(replace(drawing, things=rest))
        self._objects[page] = _page(drawing, content, image)
        self._objects[content] = _stream(b"", _content(symbols).encode("ascii"))
        self._objects[image] = _mask(picture)
        self._kids += [page] * copies

    @property
    def pages(self) -> int:
        """So many so far."""
        return len(self._kids)

    def repeat(self, first: int, times: int) -> None:
        """The pages from index `first` on, so many times more, set by set."""
        self._kids += self._kids[first:] * times

    def finished(self) -> bytes:
        """The whole file."""
        kids = " ".join(f"{number} 0 R" for number in self._kids)
        preferences = "/ViewerPreferences << /PrintScaling /None >>"
        first = {
            _CATALOG: f"<< /Type /Catalog /Pages {_PAGES} 0 R {preferences} >>".encode("ascii"),
            _PAGES: f"<< /Type /Pages /Kids [{kids}] /Count {len(self._kids)} >>".encode("ascii"),
        }
        return _file({**first, **self._objects})


def _page(drawing: Drawing, content: int, image: int) -> bytes:
    width, height = (f"{mm * _POINTS_PER_MM:.4f}" for mm in (drawing.width_mm, drawing.height_mm))
    return (
        f"<< /Type /Page /Parent {_PAGES} 0 R /MediaBox [0 0 {width} {height}]"
        f" /Contents {content} 0 R /Resources << /XObject << /Ink {image} 0 R >> >> >>"
    ).encode("ascii")


def _content(symbols: Drawing) -> str:
    """In units of dots, y downwards from the upper edge."""
    dot = _POINTS_PER_MM / dots_per_mm(symbols.dpi)
    top = symbols.height_mm * _POINTS_PER_MM
    lines = [f"{dot:.8f} 0 0 {-dot:.8f} 0 {top:.4f} cm 0 g"]
    lines += [f"{x} {y} {width} {height} re" for x, y, width, height in dark_boxes(symbols)]
    if symbols.things:
        lines.append("f")
    lines.append(f"q {symbols.width} 0 0 {-symbols.height} 0 {symbols.height} cm /Ink Do Q")
    return "\n".join(lines)


def dark_boxes(drawing: Drawing) -> Iterator[tuple[int, int, int, int]]:
    """Rectangles (x, y, width, height in dots) that make up all symbols of the drawing."""
    for placed in drawing.symbols:
        for x, y, width, height in _upright_boxes(placed):
            yield _turned(placed, x, y, width, height)


def _upright_boxes(placed: Placed) -> Iterator[tuple[int, int, int, int]]:
    """Runs of dark modules, measured from the symbol's own upper left corner."""
    module = placed.module
    along = placed.width if placed.rotation in (90, 270) else placed.height
    high = along if placed.symbol.linear else module
    for number, row in enumerate(placed.symbol.rows):
        x = 0
        for dark, run in groupby(row):
            width = len(list(run)) * module
            if dark:
                yield x, number * module, width, high
            x += width


def _turned(placed: Placed, x: int, y: int, width: int, height: int) -> tuple[int, int, int, int]:
    match placed.rotation:
        case 90:
            return placed.right - y - height, placed.y + x, height, width
        case 180:
            return placed.right - x - width, placed.bottom - y - height, width, height
        case 270:
            return placed.x + y, placed.bottom - x - width, height, width
    return placed.x + x, placed.y + y, width, height


def _mask(picture: Image.Image) -> bytes:
    entries = (
        f"/Type /XObject /Subtype /Image /Width {picture.width} /Height {picture.height}"
        " /ImageMask true /BitsPerComponent 1 "
    )
    return _stream(entries.encode("ascii"), picture.tobytes())


def _stream(entries: bytes, content: bytes) -> bytes:
    packed = zlib.compress(content, 6)
    head = b"<< %b/Filter /FlateDecode /Length %d >>\nstream\n" % (entries, len(packed))
    return head + packed + b"\nendstream"


def _file(objects: dict[int, bytes]) -> bytes:
    out = bytearray(_HEADER)
    places = []
    for number, content in sorted(objects.items()):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root %d 0 R >>\n" % (len(places) + 1, _CATALOG)
    out += b"startxref\n%d\n%%%%EOF\n" % start
    return bytes(out)
