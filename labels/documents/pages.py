"""A document -> its pages: company, title and barcode; head; lines; signatures; page x of y."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from labels.designs.model import SymbolElement, Template
from labels.documents.cells import TEXT_MM, Pen, clean, drawable
from labels.documents.model import PrintedDocument
from labels.documents.pairs import Pairs, lay_out_pairs
from labels.documents.papers import Paper
from labels.documents.table import Row, Table, draw_table, make_table, split
from labels.documents.words import COLON, PAGE, SIGNATURES
from labels.drawing import Bar, Drawing, Drawn, dots_per_mm
from labels.errors import LabelError
from labels.placing import Area
from labels.quiet_zones import check_quiet_zones
from labels.symbol_places import SymbolPlace, placed_symbol
from labels.symbols import make_symbol
from labels.text_places import TextPlace, text_lines

BAND_MM, CODE_MM, GAP_MM = 16.0, 11.5, 1.5
TITLE_MM, COMPANY_MM, NUMBER_MM, SMALL_MM = 6.5, 4.2, 3.8, 2.8
SIGN_MM, BOTTOM_MM = 8.0, 3.4
_SIDE = 0.33  # of the width: company to the left, barcode to the right of the title
_LONGEST_CODE = 60


@dataclass(frozen=True, slots=True)
class Form:
    """A document made to fit its paper. x, top, right, bottom: the margins, in dots."""

    document: PrintedDocument
    paper: Paper
    language: str
    pen: Pen
    head: Pairs
    foot: Pairs
    table: Table

    @property
    def x(self) -> int:
        return self.pen.dots(self.paper.side_mm)

    @property
    def width(self) -> int:
        return self.pen.dots(self.paper.width_mm) - 2 * self.x

    @property
    def head_top(self) -> int:
        return self.pen.dots(self.paper.edge_mm + BAND_MM)

    @property
    def table_top(self) -> int:
        return self.head_top + self.head.height + self.pen.dots(GAP_MM)

    @property
    def bottom(self) -> int:
        return self.pen.dots(self.paper.height_mm - self.paper.edge_mm)

    @property
    def sign_top(self) -> int:
        return self.bottom - self.pen.dots(SIGN_MM + BOTTOM_MM)

    @property
    def tail(self) -> int:
        """What the last page needs below its lines."""
        gap = self.pen.dots(GAP_MM) if self.foot.height else 0
        return self.table.tail + gap + self.foot.height

    @property
    def room(self) -> int:
        """Height for lines on each page."""
        return self.sign_top - self.table_top - self.table.titles.height - self.pen.dots(GAP_MM)


def document_pages(document: PrintedDocument, paper: Paper, language: str) -> Iterator[Drawing]:
    """Its pages, each with page x of y. Raises LabelError as render_documents."""
    form = _form(document, paper, language)
    pages = split(form.table.rows, form.room, form.tail, paper.name)
    for number, rows in enumerate(pages, 1):
        things = tuple(_page(form, rows, number, len(pages)))
        drawing = Drawing(paper.width_mm, paper.height_mm, paper.dpi, things)
        check_quiet_zones(drawing)
        yield drawing


def _form(document: PrintedDocument, paper: Paper, language: str) -> Form:
    pen = Pen(dots_per_mm(paper.dpi))
    width = pen.dots(paper.width_mm) - 2 * pen.dots(paper.side_mm)
    return Form(
        document,
        paper,
        language,
        pen,
        lay_out_pairs(pen, document.head, width, language),
        lay_out_pairs(pen, document.foot, width, language),
        make_table(pen, document, width),
    )


def _page(form: Form, rows: Sequence[Row], number: int, pages: int) -> Iterator[Drawn]:
    last = number == pages
    yield from _band(form)
    yield from form.head.drawn(form.pen, form.x, form.head_top)
    yield from draw_table(form.pen, form.table, rows, form.x, form.table_top, last=last)
    if last:
        below = form.table_top + form.table.titles.height + sum(row.height for row in rows)
        top = below + form.table.tail + form.pen.dots(GAP_MM)
        yield from form.foot.drawn(form.pen, form.x, top)
    yield from _signatures(form)
    yield from _bottom(form, number, pages)


def _band(form: Form) -> Iterator[Drawn]:
    """Company, title and number: what somebody reads of a form on a pile."""
    pen, top = form.pen, form.pen.dots(form.paper.edge_mm)
    side, height = int(form.width * _SIDE), pen.dots(BAND_MM - GAP_MM)
    middle = form.width - 2 * side
    company = Area(form.x, top, side, height)
    yield from _text(form, form.document.company, company, COMPANY_MM, lines=2, valign="middle")
    title = Area(form.x + side, top, middle, height)
    yield from _text(
        form, form.document.title, title, TITLE_MM, lines=2, align="center", valign="middle"
    )
    right = Area(form.x + side + middle, top, side, pen.dots(CODE_MM))
    yield from _code(form, right)
    below = Area(right.x, top + pen.dots(CODE_MM), side, pen.dots(NUMBER_MM))
    yield from _text(form, form.document.number, below, NUMBER_MM, align="right", whole=True)


def _code(form: Form, area: Area) -> Iterator[Drawn]:
    """D: and the number, as Code 128 where that fits, else as Data Matrix. A number of other than
    printable ASCII has no code a scanner would return, and is printed as text alone."""
    number = form.document.number
    if not number or len(number) > _LONGEST_CODE or not all(" " <= c <= "~" for c in number):
        return
    for kind in ("code128", "datamatrix"):
        element = SymbolElement(
            place="number",
            box_mm=(0, 0, 0, 0),
            symbol=kind,
            content=Template(()),
            module_mm=0.43,
            align="right",
        )
        symbol = make_symbol(kind, f"D:{number}", options={"field": "number"})
        try:
            yield from placed_symbol(SymbolPlace(symbol, element, area, form.pen.per_mm, "number"))
            return
        except LabelError as refused:
            if refused.code != "symbol_too_small":
                raise


def _signatures(form: Form) -> Iterator[Drawn]:
    """Who signs, each with a line to write on, or the name that is known."""
    signatures = form.document.signatures
    each = SIGNATURES[form.language] if signatures is None else signatures
    if not each:
        return
    pen, share = form.pen, form.width // len(each)
    for number, (word, name) in enumerate(each):
        x = form.x + number * share
        text = clean(word) + COLON[form.language] + clean(name)
        box = Area(x, form.sign_top, share - pen.dots(4), pen.dots(SIGN_MM - 2))
        drawn = list(_text(form, text, box, TEXT_MM, valign="bottom", bold=False))
        yield from drawn
        if not name:
            start = max((thing.right for thing in drawn), default=x) + pen.dots(1)
            y, end = box.y + box.height, box.x + box.width
            yield Bar(x=start, y=y, width=max(end - start, 1), height=pen.dots(0.2))


def _bottom(form: Form, number: int, pages: int) -> Iterator[Drawn]:
    height = form.pen.dots(BOTTOM_MM)
    top = form.bottom - height
    half = form.width // 2
    parts = "  ".join(clean(part) for part in form.document.parts)
    left = Area(form.x, top, half, height)
    yield from _text(form, parts, left, SMALL_MM, bold=False, valign="bottom")
    page = PAGE[form.language].format(page=number, pages=pages)
    right = Area(form.x + half, top, form.width - half, height)
    yield from _text(form, page, right, SMALL_MM, bold=False, align="right", valign="bottom")


def _text(
    form: Form,
    text: str,
    area: Area,
    size_mm: float,
    *,
    lines: int = 1,
    bold: bool = True,
    align: str = "left",
    valign: str = "top",
    whole: bool = False,
) -> Iterator[Drawn]:
    shown = drawable(clean(text), bold=bold)
    if shown:
        yield from text_lines(
            TextPlace(
                text=shown,
                area=area,
                field="",
                size=form.pen.dots(size_mm),
                least=form.pen.dots(size_mm / 2),
                most_lines=lines,
                bold=bold,
                align=align,
                valign=valign,
                whole=whole,
            )
        )
