"""Rows into files, CSV or XLSX, a row at a time and safe to open: text cells that a spreadsheet
would take for a formula are guarded, numbers stay as they are."""

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, Final

from openpyxl import Workbook

from server.domain.cells import guarded
from server.domain.numbers import plain

CSV_TYPE: Final = "text/csv; charset=utf-8"
XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BLOCK: Final = 256 * 1024
_BOM: Final = "\ufeff"
"""Spreadsheets take a CSV file for UTF-8 only when it begins with this."""

Row = Sequence[Any]


def csv_file(header: Sequence[str], rows: Iterable[Row]) -> Iterator[bytes]:
    """The file in pieces: UTF-8 with a byte-order mark, commas, CR LF."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    text.write(_BOM)
    writer.writerow([guarded(name) for name in header])
    for row in rows:
        writer.writerow([_plain_cell(value) for value in row])
        if text.tell() >= BLOCK:
            yield _drained(text)
    yield _drained(text)


def xlsx_file(header: Sequence[str], rows: Iterable[Row]) -> Iterator[bytes]:
    """The file in pieces; it is built on disk, so memory does not grow with it."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Stockturn")
    sheet.append([guarded(name) for name in header])
    for row in rows:
        sheet.append([typed_cell(value) for value in row])
    with tempfile.TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        while block := file.read(BLOCK):
            yield block


def _drained(text: io.StringIO) -> bytes:
    content = text.getvalue().encode("utf-8")
    text.seek(0)
    text.truncate()
    return content


def _plain_cell(value: Any) -> str:
    typed = typed_cell(value)
    return plain(typed) if isinstance(typed, Decimal) else "" if typed is None else str(typed)


def typed_cell(value: Any) -> str | int | Decimal | None:
    """The value as a workbook keeps it: numbers as such, text safe to open."""
    if isinstance(value, bool):
        return int(value)
    if value is None or isinstance(value, int | Decimal):
        return value
    return guarded(str(value))
