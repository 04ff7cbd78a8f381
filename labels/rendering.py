"""From a design and data to what a printer or a person takes; read back before it leaves."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image

from labels.arranging import Printed, on_roll, on_sheets
from labels.designs import Design, load_design
from labels.drawing import Drawing
from labels.errors import LabelError
from labels.filling import Value
from labels.languages.pdf import PdfWriter
from labels.languages.png import png_picture
from labels.languages.svg import svg_picture
from labels.languages.tspl import tspl_label
from labels.languages.zpl import zpl_label
from labels.layout import lay_out
from labels.media import Media, page_of
from labels.raster import rasterise
from labels.reading_back import read_back

MOST_LABELS = 10_000
MOST_COPIES = 999
MEDIA_TYPES = {
    "zpl": "application/vnd.zebra.zpl",
    "tspl": "application/vnd.tsc.tspl",
    "pdf": "application/pdf",
    "png": "image/png",
    "svg": "image/svg+xml",
}
Data = Mapping[str, Value]
AnyDesign = str | Mapping[str, Any] | Design


@dataclass(frozen=True, slots=True)
class Rendered:
    """What can be printed. pages: rows of a roll or sheets, copies included. picture: the first
    of them in black dots (mode "1")."""

    content: bytes
    media_type: str
    pages: int
    picture: Image.Image
    dpi: int

    @property
    def preview(self) -> bytes:
        """The first page as PNG."""
        return png_picture(self.picture, self.dpi)


@dataclass(frozen=True, slots=True)
class _Ready:
    """A page whose symbols were read back."""

    drawing: Drawing
    picture: Image.Image
    copies: int


def render(
    design: AnyDesign,
    data: Data | Sequence[Data],
    *,
    to: str = "zpl",
    language: str = "zh",
    dpi: int = 203,
    media: Media | None = None,
    sheet: str | None = None,
    first_cell: int = 1,
    copies: int = 1,
    verify: bool = True,
) -> Rendered:
    """One label, or one for each of many data, as "zpl", "tspl", "pdf", "png" or "svg".

    design: name, document or design. data: field -> value. language: "zh" or "en", of fixed texts.
    dpi: 203, 300, 600. media: the roll; sheet: "a4-24" or "a4-65" instead (from first_cell on).
    copies: of each label. verify=False leaves out reading back (benches measure parts with it).
    Raises LabelError, the first one found: what load_design, lay_out, on_roll, on_sheets and
    read_back say, format_unknown, bad_copies, nothing_to_print, too_many_labels, one_page_only
    (png, svg).
    """
    each = [data] if isinstance(data, Mapping) else data
    loaded = load_design(design)
    return render_labels(
        [(loaded, one) for one in each],
        to=to,
        language=language,
        dpi=dpi,
        media=media,
        sheet=sheet,
        first_cell=first_cell,
        copies=copies,
        verify=verify,
    )


def render_labels(
    labels: Sequence[tuple[AnyDesign, Data]],
    *,
    to: str = "zpl",
    language: str = "zh",
    dpi: int = 203,
    media: Media | None = None,
    sheet: str | None = None,
    first_cell: int = 1,
    copies: int = 1,
    verify: bool = True,
) -> Rendered:
    """As render, for labels of different designs in one go: an aisle's separator, its locations."""
    _check(to, len(labels), copies)
    drawings = (
        lay_out(load_design(design), data, dpi=dpi, language=language) for design, data in labels
    )
    roll = media or Media()
    pages = (
        on_sheets(drawings, page_of(sheet), copies, first_cell)
        if sheet
        else on_roll(drawings, roll, copies)
    )
    return _rendered(to, _ready(pages, verify), roll)


def _check(to: str, labels: int, copies: int) -> None:
    if to not in MEDIA_TYPES:
        raise LabelError("format_unknown", value=to[:60], allowed=", ".join(MEDIA_TYPES))
    if isinstance(copies, bool) or not 1 <= copies <= MOST_COPIES:
        raise LabelError("bad_copies", value=copies, most=MOST_COPIES)
    if not labels:
        raise LabelError("nothing_to_print")
    if labels * copies > MOST_LABELS:
        raise LabelError("too_many_labels", value=labels * copies, most=MOST_LABELS)


def _ready(pages: Iterable[Printed], verify: bool) -> Iterator[_Ready]:
    for page in pages:
        picture = rasterise(page.drawing)
        if verify:
            read_back(picture, page.drawing.symbols)
        yield _Ready(page.drawing, picture, page.copies)


def _rendered(to: str, pages: Iterator[_Ready], media: Media) -> Rendered:
    """Pages are made one at a time: a sheet at 600 dpi has 35 million dots."""
    first = next(pages)
    count = _Counted([first], pages)
    content = _ENCODE[to](count, media)
    return Rendered(content, MEDIA_TYPES[to], count.copies, first.picture, first.drawing.dpi)


class _Counted:
    """Pages in turn, and how many there were."""

    def __init__(self, *pages: Iterable[_Ready]) -> None:
        self._pages = pages
        self.copies = 0

    def __iter__(self) -> Iterator[_Ready]:
        for pages in self._pages:
            for page in pages:
                self.copies += page.copies
                yield page


def _zpl(pages: Iterable[_Ready], media: Media) -> bytes:
    return b"".join(zpl_label(page.picture, page.copies, media) for page in pages)


def _tspl(pages: Iterable[_Ready], media: Media) -> bytes:
    return b"".join(tspl_label(each.drawing, each.picture, each.copies, media) for each in pages)


def _pdf(pages: Iterable[_Ready], media: Media) -> bytes:
    writer = PdfWriter()
    for page in pages:
        writer.add(page.drawing, page.copies)
    return writer.finished()


def _png(pages: Iterable[_Ready], media: Media) -> bytes:
    page = _only(pages)
    return png_picture(page.picture, page.drawing.dpi)


def _svg(pages: Iterable[_Ready], media: Media) -> bytes:
    return svg_picture(_only(pages).drawing)


def _only(pages: Iterable[_Ready]) -> _Ready:
    first, *more = pages
    if more:
        raise LabelError("one_page_only")
    return first


_ENCODE: dict[str, Callable[[Iterable[_Ready], Media], bytes]] = {
    "zpl": _zpl,
    "tspl": _tspl,
    "pdf": _pdf,
    "png": _png,
    "svg": _svg,
}
