"""What a document says, as plain data: whoever feeds it words, numbers and dates as to be read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Pair = tuple[str, str]
"""A word and what belongs to it: ("Supplier", "Lakeside Machine Works")."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the lines.

    width: its share of the row. kind: "text" wraps and ends in … after three lines; "code" wraps
    and is never cut; "number" stands on one line to the right and is never cut; "symbol" is
    printed as a Data Matrix of the text, 9 mm or more wide (a location, an item to scan).
    """

    title: str
    width: float = 1.0
    kind: Literal["text", "code", "number", "symbol"] = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedDocument:
    """One document.

    title: its kind, in large. number: its code; also printed as barcode `D:` + number. company:
    who issues it. head: what stands above the lines, on every page, in three columns (what is
    longer takes more of them). lines: cells in the order of the columns. totals: a last row of
    bold cells ("" = empty), () = none. foot: below the lines on the last page (remarks, the amount
    in words). signatures: who signs on every page, with the names known already ("" = by hand);
    None = 制单, 审核, 仓管 (Prepared by, Checked by, Warehouse). parts: what the sheets of a form
    with carbon copies are for ("白联 存根"). row_mm: least height of a line, to write in.
    """

    title: str
    number: str
    company: str = ""
    head: Sequence[Pair] = ()
    columns: Sequence[Column]
    lines: Sequence[Sequence[str]]
    totals: Sequence[str] = ()
    foot: Sequence[Pair] = ()
    signatures: Sequence[Pair] | None = None
    parts: Sequence[str] = ()
    row_mm: float = 5.2

    def __post_init__(self) -> None:
        """Raises ValueError where a row has other than one cell per column."""
        rows = [*self.lines, self.totals] if self.totals else self.lines
        if not self.columns or any(len(row) != len(self.columns) for row in rows):
            raise ValueError("every row has one cell per column")
