"""Files of rows, CSV or XLSX, into rows of texts; every way they can be broken has a code."""

import csv
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from typing import Any, Final

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from server.domain.errors import InvalidInput

ROWS_MOST: Final = 100_000
COLUMNS_MOST: Final = 200
CELL_LENGTH_MOST: Final = 4_000
UNPACKED_BYTES_MOST: Final = 200 * 1024 * 1024
_ZIP_MARK: Final = b"PK\x03\x04"
_OLD_EXCEL_MARK: Final = b"\xd0\xcf\x11\xe0"
_BOMS: Final = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_DELIMITERS: Final = (",", ";", "\t")

Rows = list[list[str]]


def read_table(content: bytes) -> Rows:
    """The rows of the file, its header first; rows without any text are left out.

    Raises InvalidInput `empty_file`, `no_table` (neither CSV nor XLSX), `old_excel_file`,
    `unknown_encoding`, `too_many_rows`, `too_many_columns`, `cell_too_long`.
    """
    if content.startswith(_OLD_EXCEL_MARK):
        raise InvalidInput("old_excel_file")
    rows = _xlsx(content) if content.startswith(_ZIP_MARK) else _csv(content)
    kept = list(_checked(rows))
    if len(kept) < 2:
        raise InvalidInput("empty_file")
    return kept


def _checked(rows: Iterable[list[str]]) -> Iterator[list[str]]:
    count = 0
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        count += 1
        if count > ROWS_MOST + 1:
            raise InvalidInput("too_many_rows", most=ROWS_MOST)
        if len(row) > COLUMNS_MOST:
            raise InvalidInput("too_many_columns", most=COLUMNS_MOST)
        if any(len(cell) > CELL_LENGTH_MOST for cell in row):
            raise InvalidInput("cell_too_long", row=count, most=CELL_LENGTH_MOST)
        yield row


def _csv(content: bytes) -> Iterator[list[str]]:
    text = _decoded(content)
    head = text[: text.find("\n")] if "\n" in text else text
    delimiter = max(_DELIMITERS, key=head.count)
    if "\0" in text:
        raise InvalidInput("no_table")
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error:
        raise InvalidInput("no_table") from None


def _decoded(content: bytes) -> str:
    encodings = [name for mark, name in _BOMS if content.startswith(mark)] or ["utf-8", "gb18030"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InvalidInput("unknown_encoding")


def _xlsx(content: bytes) -> Iterator[list[str]]:
    # openpyxl raises whatever its parsers meet; of an upload all of it means the same.
    try:
        _refuse_bomb(content)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        for row in sheet.iter_rows(values_only=True):
            yield _without_tail([_text(value) for value in row])
    except InvalidInput:
        raise
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        ArithmeticError,
        AttributeError,
        EOFError,
        LookupError,
        NotImplementedError,
        OSError,
        SyntaxError,
        TypeError,
        ValueError,
        zlib.error,
    ):
        raise InvalidInput("no_table") from None


def _refuse_bomb(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(part.file_size for part in archive.infolist()) > UNPACKED_BYTES_MOST:
            raise InvalidInput("too_many_rows", most=ROWS_MOST)


def _without_tail(cells: list[str]) -> list[str]:
    """Spreadsheets keep thousands of empty columns that were once touched."""
    last = next((place for place in range(len(cells), 0, -1) if cells[place - 1]), 0)
    return cells[:last]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    if isinstance(value, datetime):
        whole_day = value.time() == time()
        return value.date().isoformat() if whole_day else value.isoformat(" ", "seconds")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
