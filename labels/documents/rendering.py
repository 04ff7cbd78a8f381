"""Documents -> one PDF to print from a browser; their barcodes are read back before it leaves."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from labels.documents.model import PrintedDocument
from labels.documents.pages import document_pages
from labels.documents.papers import Paper, paper_of
from labels.drawing import Drawing
from labels.errors import LabelError
from labels.filling import check_language
from labels.languages.pdf import PdfWriter
from labels.languages.png import png_picture
from labels.raster import rasterise
from labels.reading_back import read_back
from labels.rendering import MEDIA_TYPES, Rendered

MOST_LINES = 10_000
MOST_COPIES = 20


def render_documents(
    documents: Sequence[PrintedDocument],
    *,
    paper: str = "a4",
    language: str = "zh",
    to: str = "pdf",
    copies: int = 1,
) -> Rendered:
    """One file, the pages of each document numbered by themselves.

    paper: a name of PAPERS: "a4", or continuous form of 241 mm "241x279", "241x140", "241x93".
    language: "zh" or "en", of what the form says by itself. to: "pdf", or "png" for the first
    page. copies: of each document, one whole set after the other.
    Raises LabelError: nothing_to_print, too_many_lines, bad_copies, paper_unknown,
    language_unknown, format_unknown, paper_too_small, text_does_not_fit (a code or number too
    long for its column; field is the column's title), symbol_too_small, code_not_ascii and
    code_too_long (a cell of kind symbol), font_missing, not_readable.
    """
    on = paper_of(paper)
    _check(documents, language, to, copies)
    pages = _read_back(documents, on, language)
    return _png(next(pages)) if to == "png" else _pdf(pages, copies)


def _check(documents: Sequence[PrintedDocument], language: str, to: str, copies: int) -> None:
    check_language(language)
    if to not in ("pdf", "png"):
        raise LabelError("format_unknown", value=to[:60], allowed="pdf, png")
    if isinstance(copies, bool) or not 1 <= copies <= MOST_COPIES:
        raise LabelError("bad_copies", value=copies, most=MOST_COPIES)
    if not documents:
        raise LabelError("nothing_to_print")
    lines = sum(len(document.lines) for document in documents)
    if lines * copies > MOST_LINES:
        raise LabelError("too_many_lines", value=lines * copies, most=MOST_LINES)


def _read_back(
    documents: Sequence[PrintedDocument], paper: Paper, language: str
) -> Iterator[tuple[int, Drawing]]:
    """(number of the document, page) in order."""
    for number, document in enumerate(documents):
        for page in document_pages(document, paper, language):
            read_back(rasterise(page), page.symbols)
            yield number, page


def _png(page: tuple[int, Drawing]) -> Rendered:
    drawing = page[1]
    picture = rasterise(drawing)
    content = png_picture(picture, drawing.dpi)
    return Rendered(content, MEDIA_TYPES["png"], 1, picture, drawing.dpi)


def _pdf(pages: Iterator[tuple[int, Drawing]], copies: int) -> Rendered:
    writer = PdfWriter()
    first: Drawing | None = None
    for _, document in groupby(pages, key=lambda page: page[0]):
        begun = writer.pages
        for _, drawing in document:
            first = first or drawing
            writer.add(drawing, copies=1)
        writer.repeat(begun, copies - 1)
    assert first is not None  # every document has a page
    content = writer.finished()
    return Rendered(content, MEDIA_TYPES["pdf"], writer.pages, rasterise(first), first.dpi)
