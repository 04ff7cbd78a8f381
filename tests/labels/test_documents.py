"""Documents on paper: exact sizes, every line once, codes whole, barcodes a scanner reads."""

import io

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from labels import LabelError
from labels.designs import LANGUAGES
from labels.documents import PAPERS, Column, PrintedDocument, render_documents, sample_document
from labels.documents.pages import document_pages
from labels.documents.table import Row, split
from labels.drawing import Bar, TextLine, dots_per_mm
from tests.labels.printers import scanned

MM = 72 / 25.4
COLUMNS = (Column("Item", 2, "code"), Column("Name", 4), Column("Qty", 1, "number"))


def document(**changes):
    plain = {
        "title": "Issue",
        "number": "IS-1",
        "columns": COLUMNS,
        "lines": [("A-1", "Bolt", "5")],
    }
    return PrintedDocument(**{**plain, **changes})


def texts(made, paper="241x140", language="en"):
    """What each page says, line by line of text."""
    pages = document_pages(made, PAPERS[paper], language)
    return [[thing.text for thing in page.things if isinstance(thing, TextLine)] for page in pages]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("paper", PAPERS)
def test_another_pdf_engine_shows_pages_of_exact_size_with_a_code_to_scan(paper, language):
    rendered = render_documents([sample_document(language, 20)], paper=paper, language=language)
    pages = list(pypdfium2.PdfDocument(rendered.content))
    on = PAPERS[paper]
    assert len(pages) == rendered.pages
    for page in pages:
        size = [points / MM for points in page.get_size()]
        assert size == pytest.approx([on.width_mm, on.height_mm], abs=0.001)
        seen = page.render(scale=min(on.dpi, 200) / 72).to_pil().convert("L")
        assert scanned(seen) == ["]C0D:GR-2026-00017"]


@pytest.mark.parametrize("paper", PAPERS)
def test_every_line_is_printed_once_in_order_and_pages_are_counted(paper):
    lines = [(f"SKU-{n:03d}", "Bolt " * (n % 9 + 1), str(n)) for n in range(70)]
    pages = texts(document(lines=lines, totals=("Total", "", "2415")), paper)
    codes = [text for page in pages for text in page if text.startswith("SKU-")]
    assert codes == [line[0] for line in lines]
    for number, page in enumerate(pages, 1):
        assert page[-1] == f"Page {number} of {len(pages)}"
        assert {"Issue", "IS-1", "Item", "Prepared by:", "Checked by:"} <= set(page)
        assert ("2415" in page) == (number == len(pages))
    assert any(text.startswith("SKU-") for text in pages[-1])


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_printed_in_margins_or_over_something_else(paper, language):
    on = PAPERS[paper]
    dots = dots_per_mm(on.dpi)
    for page in document_pages(sample_document(language, 20), on, language):
        left, right = on.side_mm * dots - 2, (on.width_mm - on.side_mm) * dots + 2
        assert all(thing.x >= left and thing.right <= right for thing in page.things)
        assert max(thing.bottom for thing in page.things) <= (on.height_mm - on.edge_mm + 1) * dots
        words = [thing for thing in page.things if isinstance(thing, TextLine)]
        rules = [thing for thing in page.things if isinstance(thing, Bar)]
        for at, one in enumerate(words):
            assert not any(_meet(one, other) for other in (*words[at + 1 :], *rules)), one.text


def test_signatures_are_the_usual_three_or_as_told_with_names_that_are_known():
    assert {"制单：", "审核：", "仓管："} <= set(texts(document(), language="zh")[0])
    (told,) = texts(document(signatures=[("Driver", ""), ("Gate", "Li Lei")]))
    assert {"Driver:", "Gate: Li Lei"} <= set(told)
    assert "Prepared by:" not in told
    assert "Warehouse:" not in texts(document(signatures=()))[0]


def test_names_end_in_an_ellipsis_codes_never():
    name, code = "Bolt with a very long name " * 20, "X-" + "0123456789" * 6
    (page,) = texts(document(lines=[(code, name, "1")]))
    start = page.index("Qty") + 1
    assert "".join(page[start:]).startswith(code)
    assert any(text.endswith("…") for text in page)
    with pytest.raises(LabelError) as refused:
        texts(document(lines=[("X" * 400, "", "1")]))
    assert (refused.value.code, refused.value.field) == ("text_does_not_fit", "Item")


def test_numbers_shrink_on_one_line_and_are_refused_rather_than_cut():
    number = "−1,234,567.000"
    (page,) = texts(document(lines=[("A", "B", number)]))
    assert number in page
    with pytest.raises(LabelError) as refused:
        texts(document(lines=[("A", "B", "9" * 60)]))
    assert (refused.value.code, refused.value.field) == ("text_does_not_fit", "Qty")


def test_cells_of_kind_symbol_are_codes_to_scan():
    columns = (Column("Scan", 2, "symbol"), Column("Place"))
    lines = [(f"L:A-{n:02d}-01", f"A-{n:02d}-01") for n in range(1, 9)]
    made = document(columns=columns, lines=lines, totals=("", "8"))
    rendered = render_documents([made], paper="a4", to="png", language="en")
    seen = Image.open(io.BytesIO(rendered.content))
    assert scanned(seen) == ["]C0D:IS-1", *(f"]d1{code}" for code, _ in lines)]


def test_a_number_too_long_for_bars_is_a_matrix_and_one_no_scanner_returns_is_text():
    long = "TRANSFER-2026-SHANGHAI-CHENGDU-000417"
    shown = render_documents([document(number=long)], paper="241x93", to="png").picture
    assert scanned(shown) == [f"]d1D:{long}"]
    shown = render_documents([document(number="采购-7")], to="png").picture
    assert scanned(shown) == []
    assert "采购-7" in texts(document(number="采购-7"))[0]


def test_hostile_text_is_only_text():
    lines = [("^XA~JA", "\x1b@ \u202e" + "名" * 200 + "\n\t\x00", "1"), ('"', "שלום 😀 \\", "2")]
    head = [("Note", "a\r\nb \U0010fffe"), ("", ""), ("Long", "word " * 200)]
    (page,) = texts(document(lines=lines, head=head, company="\x07", foot=[("F", "🦄" * 9)]))
    assert "^XA~JA" in page
    assert "a b ?" in page
    assert render_documents([document(lines=lines, head=head)]).content.startswith(b"%PDF")


def test_copies_come_as_whole_sets_and_each_document_counts_its_own_pages():
    long = document(lines=[(f"A-{n}", "", "1") for n in range(30)])
    rendered = render_documents([long, document(number="IS-2")], paper="241x140", copies=2)
    read = [
        scanned(page.render(scale=2.5).to_pil()) for page in pypdfium2.PdfDocument(rendered.content)
    ]
    one = ["]C0D:IS-1"], ["]C0D:IS-1"]
    assert read == [*one, *one, ["]C0D:IS-2"], ["]C0D:IS-2"]]


@pytest.mark.parametrize(
    ("changes", "asked", "code"),
    [
        ({}, {"paper": "letter"}, "paper_unknown"),
        ({}, {"language": "de"}, "language_unknown"),
        ({}, {"to": "zpl"}, "format_unknown"),
        ({}, {"copies": 0}, "bad_copies"),
        ({}, {"copies": True}, "bad_copies"),
        ({"lines": [("A", "B", "1")] * 10_001}, {}, "too_many_lines"),
        ({"row_mm": 80}, {"paper": "241x93"}, "paper_too_small"),
        ({"foot": [("Note", "word " * 90)] * 9}, {"paper": "241x93"}, "paper_too_small"),
    ],
)
def test_what_cannot_be_printed_is_refused(changes, asked, code):
    with pytest.raises(LabelError) as refused:
        render_documents([document(**changes)], **asked)
    assert refused.value.code == code


def test_nothing_is_nothing_to_print_but_a_document_without_lines_is_a_form():
    with pytest.raises(LabelError, match="nothing_to_print"):
        render_documents([])
    assert render_documents([document(lines=[])]).pages == 1
    with pytest.raises(ValueError, match="one cell per column"):
        document(lines=[("A",)])


@given(st.lists(st.integers(1, 40), max_size=40), st.integers(0, 40))
def test_rows_are_split_without_loss_and_the_tail_has_room(heights, tail):
    rows = [Row((), height) for height in heights]
    pages = split(rows, 40, tail, "a4")
    assert [row for page in pages for row in page] == rows
    used = [sum(row.height for row in page) for page in pages]
    assert max(used) <= 40
    assert used[-1] + tail <= 40


def _meet(one, other):
    across = one.x < other.right and other.x < one.right
    return across and one.y < other.bottom and other.y < one.bottom
