"""The lines of a document as rows of cells, and which of them go on which page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from labels.documents.cells import Cell, Pen, draw_cell, make_cell
from labels.documents.model import Column, PrintedDocument
from labels.drawing import Bar, Drawn
from labels.errors import LabelError
from labels.placing import Area

RULE_MM = 0.2


@dataclass(frozen=True, slots=True)
class Row:
    cells: tuple[Cell, ...]
    height: int


@dataclass(frozen=True, slots=True)
class Table:
    """Column edges in dots from the left margin, rows of titles, lines and totals."""

    edges: tuple[int, ...]
    titles: Row
    rows: tuple[Row, ...]
    totals: Row | None

    @property
    def tail(self) -> int:
        """Height of the totals."""
        return self.totals.height if self.totals else 0


def make_table(pen: Pen, document: PrintedDocument, width: int) -> Table:
    """Raises LabelError as make_cell, for the column and row where it happens."""
    edges = _edges(document.columns, width)
    least = pen.dots(document.row_mm)
    return Table(
        edges,
        _titles(pen, edges, document.columns),
        tuple(_row(pen, edges, document.columns, cells, least) for cells in document.lines),
        _row(pen, edges, _of_text(document.columns), document.totals, bold=True)
        if document.totals
        else None,
    )


def _titles(pen: Pen, edges: Sequence[int], columns: Sequence[Column]) -> Row:
    """Each above its column, on the same side as what stands in it."""
    named = [column.title for column in columns]
    row = _row(pen, edges, [Column(name) for name in named], named, bold=True)
    sides = ("right" if column.kind == "number" else "left" for column in columns)
    cells = (replace(cell, align=side) for cell, side in zip(row.cells, sides, strict=True))
    return Row(tuple(cells), row.height)


def _of_text(columns: Sequence[Column]) -> list[Column]:
    """Totals are words and numbers, never symbols."""
    return [
        Column(column.title, kind="text" if column.kind == "symbol" else column.kind)
        for column in columns
    ]


def _edges(columns: Sequence[Column], width: int) -> tuple[int, ...]:
    whole = sum(column.width for column in columns)
    so_far, edges = 0.0, [0]
    for column in columns:
        so_far += column.width
        edges.append(round(so_far / whole * width))
    return tuple(edges)


def _row(
    pen: Pen,
    edges: Sequence[int],
    columns: Sequence[Column],
    texts: Sequence[str],
    least: int = 0,
    *,
    bold: bool = False,
) -> Row:
    cells = tuple(
        make_cell(pen, column, text, right - left, bold=bold)
        for column, text, left, right in zip(columns, texts, edges, edges[1:], strict=False)
    )
    return Row(cells, max(least, *(cell.height for cell in cells)))


def split(rows: Sequence[Row], room: int, tail: int, paper: str) -> list[Sequence[Row]]:
    """The rows of each page; what is `tail` high must find room below those of the last one.

    Raises LabelError paper_too_small.
    """
    if max(tail, *(row.height for row in rows), 0) > room:
        raise LabelError("paper_too_small", value=paper)
    pages: list[list[Row]] = [[]]
    left = room
    for row in rows:
        if row.height > left:
            pages.append([])
            left = room
        pages[-1].append(row)
        left -= row.height
    if tail > left:
        last = pages[-1]
        # A line goes along: totals alone on a page would be taken for nothing.
        along = [last.pop()] if len(last) > 1 and last[-1].height + tail <= room else []
        pages.append(along)
    return [tuple(page) for page in pages]


def draw_table(
    pen: Pen, table: Table, rows: Sequence[Row], x: int, y: int, *, last: bool
) -> Iterator[Drawn]:
    """Titles, these rows, the totals on the last page; ruled."""
    rule = pen.dots(RULE_MM)
    shown = [table.titles, *rows, *([table.totals] if last and table.totals else [])]
    width, top = table.edges[-1], y
    yield Bar(x=x, y=y, width=width, height=rule)
    for row in shown:
        for cell, left, right in zip(row.cells, table.edges, table.edges[1:], strict=False):
            box = Area(x + left + rule, y + rule, right - left - rule, row.height - rule)
            yield from draw_cell(pen, cell, box)
        y += row.height
        yield Bar(x=x, y=y, width=width, height=rule)
    for edge in table.edges:
        at = min(edge, width - rule)
        yield Bar(x=x + at, y=top, width=rule, height=y - top + rule)
