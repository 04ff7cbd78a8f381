"""PDF and SVG: exact size, readable, seen through other people's engines."""

import io
import re

import pypdfium2
import pytest
from PIL import Image

from labels import PAGES, LabelError, design_names, load_design, render
from tests.labels.printers import scanned
from tests.labels.shipped import SAYS

POINTS_PER_MM = 72 / 25.4


def test_a_pdf_page_has_exactly_the_size_of_the_label():
    for name in design_names():
        design = load_design(name)
        (page,) = _pages(render(design, design.sample("zh"), to="pdf", verify=False).content)
        assert [size / POINTS_PER_MM for size in page.get_size()] == pytest.approx(
            design.size_mm, abs=0.001
        )


@pytest.mark.parametrize("name", design_names())
def test_another_pdf_engine_shows_what_a_scanner_reads(name):
    sample = load_design(name).sample("zh")
    (page,) = _pages(render(name, sample, to="pdf", dpi=300).content)
    assert scanned(_seen(page, dpi=400)) == SAYS[name]


def test_symbols_are_as_large_on_paper_as_on_the_label():
    sample = load_design("handling-unit-80x50").sample("en")
    (page,) = _pages(render("handling-unit-80x50", sample, to="pdf", dpi=203).content)
    bars = _seen(page, dpi=1016).crop((0, 300, 3200, 500))
    left, _, right, _ = bars.point(lambda value: 255 * (value < 128)).getbbox()
    assert (right - left) / 40 == pytest.approx(156 * 3 * 0.125, abs=0.03)


def test_no_printer_dialogue_may_scale_a_pdf():
    content = render("item-40x30", load_design("item-40x30").sample("zh"), to="pdf").content
    assert b"/PrintScaling /None" in content


def test_every_label_and_copy_is_a_page():
    many = [{"sku": f"SKU-{n}", "code": f"SKU-{n}", "name": "螺栓"} for n in range(3)]
    rendered = render("item-40x30", many, to="pdf", copies=2)
    texts = [scanned(_seen(page, dpi=406)) for page in _pages(rendered.content)]
    assert texts == [[f"]Q1SKU-{n}"] for n in (0, 0, 1, 1, 2, 2)]
    assert rendered.pages == 6


@pytest.mark.parametrize(
    ("sheet", "design"),
    [
        ("a4-24", "item-63x34"),
        ("a4-24", "location-63x34"),
        ("a4-65", "item-38x21"),
        ("a4-65", "location-38x21"),
    ],
)
def test_a_sheet_holds_a_label_in_every_cell(sheet, design):
    cells = PAGES[sheet].cells
    field, other = ("location", {}) if design.startswith("location") else ("code", _ITEM)
    many = [{field: f"A-{n:02d}", **other} for n in range(cells)]
    rendered = render(design, many, to="pdf", sheet=sheet, dpi=300)
    (page,) = _pages(rendered.content)
    read = scanned(_seen(page, dpi=300))
    assert [size / POINTS_PER_MM for size in page.get_size()] == pytest.approx([210, 297], abs=0.01)
    assert [text.rpartition("A-")[2] for text in read] == [f"{n:02d}" for n in range(cells)]


def test_a_sheet_that_was_begun_is_filled_up():
    many = [{"code": f"A-{n}", **_ITEM} for n in range(4)]
    pages = _pages(render("item-63x34", many, to="pdf", sheet="a4-24", first_cell=23).content)
    assert [scanned(_seen(page, dpi=300)) for page in pages] == [
        ["]Q1A-0", "]Q1A-1"],
        ["]Q1A-2", "]Q1A-3"],
    ]


def test_cells_lie_on_the_paper_without_overlap():
    for page in PAGES.values():
        assert page.pitch_mm[0] >= page.cell_mm[0]
        assert page.pitch_mm[1] >= page.cell_mm[1]
        right = page.left_mm + (page.columns - 1) * page.pitch_mm[0] + page.cell_mm[0]
        below = page.top_mm + (page.rows - 1) * page.pitch_mm[1] + page.cell_mm[1]
        assert right <= page.width_mm - page.left_mm + 0.01
        assert below <= page.height_mm - page.top_mm + 0.5


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"sheet": "a4-99"}, "sheet_unknown"),
        ({"sheet": "a4-65"}, "larger_than_cell"),
        ({"sheet": "a4-24", "first_cell": 25}, "bad_first_cell"),
        ({"sheet": "a4-24", "first_cell": 0}, "bad_first_cell"),
    ],
)
def test_a_sheet_that_cannot_be_is_refused(asked, code):
    with pytest.raises(LabelError) as refused:
        render("item-63x34", {"code": "A", **_ITEM}, to="pdf", **asked)
    assert refused.value.code == code


@pytest.mark.browser
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_browser_shows_svg_labels_a_scanner_reads(page, language):
    for name in design_names():
        design = load_design(name)
        content = render(design, design.sample(language), to="svg", language=language).content
        width, height = (round(mm * 8) for mm in design.size_mm)
        page.set_viewport_size({"width": width, "height": height})
        svg = re.sub(r'width="[^"]*mm" height="[^"]*mm"', 'width="100%"', content.decode(), count=1)
        page.set_content(f"<style>body{{margin:0}}svg{{display:block}}</style>{svg}")
        picture = Image.open(io.BytesIO(page.screenshot()))
        assert scanned(picture) == SAYS[name], name


def test_svg_says_its_size_in_millimetres():
    content = render("item-40x30", load_design("item-40x30").sample("zh"), to="svg").content
    assert b'width="40mm" height="30mm" viewBox="0 0 320 240"' in content


def test_svg_keeps_hostile_text_as_text():
    name = '<script>alert("1")</script>&'
    content = render("item-40x30", {"sku": "A", "code": "A", "name": name}, to="svg").content
    assert b"<script" not in content
    assert b"&lt;script&gt;" in content


_ITEM = {"sku": "SKU-1", "name": "六角螺栓"}


def _pages(content):
    return list(pypdfium2.PdfDocument(content))


def _seen(page, dpi):
    return page.render(scale=dpi / 72).to_pil().convert("L")
