"""Cells of files: what people write, and what may be written into a spreadsheet."""

from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.cells import (
    day,
    guarded,
    number_cell,
    packagings,
    unguarded,
    whole_number,
    yes_or_no,
)
from server.domain.errors import InvalidInput
from server.domain.imports import ITEMS, KINDS, match_columns, read_row
from server.domain.numbers import quantity
from server.services.read_table import read_table
from server.services.write_table import csv_file, xlsx_file


@pytest.mark.parametrize(
    "cell", ["2026-1-2", "2026/01/02", "20260102", "2026年1月2日", "2026-01-02 00:00:00"]
)
def test_a_day_is_read_as_people_write_it(cell):
    assert day(cell) == date(2026, 1, 2)


@pytest.mark.parametrize("cell", ["2026-02-30", "1.2.2026", "soon", "", "2026"])
def test_what_is_no_day_is_refused(cell):
    with pytest.raises(InvalidInput, match="bad_date"):
        day(cell)


@pytest.mark.parametrize(
    ("cell", "number"),
    [("1,234.50", "1234.5"), ("1，234", "1234"), ("-0.000001", "-0.000001"), ("1234", "1234")],
)
def test_thousands_may_be_grouped(cell, number):
    assert number_cell(quantity)(cell) == Decimal(number)


@pytest.mark.parametrize("cell", ["1,2", "1 000", "NaN", "Infinity", "0x10", "1.0000001", "--1"])
def test_what_is_no_number_is_refused(cell):
    with pytest.raises(InvalidInput):
        number_cell(quantity)(cell)


def test_whole_numbers_and_yes_and_no_have_their_words():
    assert [whole_number(cell) for cell in ("12", "12.0", "-3")] == [12, 12, -3]
    assert [yes_or_no(cell) for cell in ("是", "否", "YES", "0")] == [True, False, True, False]
    for read, cell in ((whole_number, "1.5"), (whole_number, "9" * 20), (yes_or_no, "maybe")):
        with pytest.raises(InvalidInput):
            read(cell)


def test_packagings_are_names_and_quantities_in_any_width():
    assert packagings("箱=12；托：480") == [("箱", Decimal(12)), ("托", Decimal(480))]
    for cell in ("箱", "=12", "箱=", "箱=many"):
        with pytest.raises(InvalidInput):
            packagings(cell)


@given(st.text())
def test_a_guarded_text_is_no_formula_and_comes_back_as_it_was(text):
    assert not guarded(text).startswith(("=", "+", "-", "@", "\t", "\r"))
    if not text.startswith("'"):
        assert unguarded(guarded(text)) == text


WORD = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn")), min_size=1)


@given(st.lists(st.lists(WORD, min_size=3, max_size=3), min_size=1, max_size=5))
def test_a_written_csv_reads_back_cell_by_cell(rows):
    table = read_table(b"".join(csv_file(("a", "b", "c"), rows)))
    kept = [row for row in rows if any(cell.strip() for cell in row)]
    assert [[unguarded(cell) for cell in row] for row in table[1:]] == [
        [unguarded(guarded(cell)) for cell in row] for row in kept
    ]


def test_numbers_stay_numbers_in_both_formats():
    rows = [["=1", Decimal("-5.50"), 3, None, True]]
    for write in (csv_file, xlsx_file):
        table = read_table(b"".join(write(("a", "b", "c", "d", "e"), rows)))
        assert table[1] == ["'=1", "-5.5", "3", "", "1"]


@given(st.binary(max_size=300))
def test_any_bytes_are_a_table_or_a_coded_refusal(content):
    for start in (b"", b"PK\x03\x04", b"\xef\xbb\xbf", b"a,b\n"):
        with suppress(InvalidInput):
            assert len(read_table(start + content)) >= 2


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_field_is_found_by_its_own_name_and_by_each_of_its_headers(kind):
    own = [field.name for field in kind.fields]
    assert list(match_columns(kind, own, {}).values()) == own
    for field in kind.fields:
        for header in field.headers:
            others = [name for name in kind.required if name != field.name]
            assert match_columns(kind, [*others, header], {})[len(others)] == field.name


def test_headers_are_compared_without_marks_and_remarks():
    found = match_columns(ITEMS, ["货号* (必填)", "ＮＡＭＥ", "属性：颜色", "备注"], {})
    assert found == {0: "sku", 1: "name_zh", 2: "attribute:颜色"}
    assert read_row(ITEMS, found, ["A", "", "银"]) == {"sku": "A", "attributes": {"颜色": "银"}}
