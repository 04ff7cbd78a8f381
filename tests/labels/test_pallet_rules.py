"""The GS1 logistic label, measured in millimetres (GS1 General Specifications 5.4.4 and 6.6)."""

import pytest

from labels import load_design
from labels.drawing import TextLine, dots_per_mm
from labels.layout import lay_out

HEIGHT_MM = 32.0
TEXT_MM = 7.0


@pytest.fixture(params=[(dpi, language) for dpi in (203, 300, 600) for language in ("zh", "en")])
def pallet(request):
    dpi, language = request.param
    design = load_design("pallet-100x150")
    return lay_out(design, design.sample(language), dpi=dpi, language=language)


def test_it_has_the_size_of_its_stock(pallet):
    assert (pallet.width_mm, pallet.height_mm) == (100, 150)


def test_bars_stand_upright_like_a_picket_fence(pallet):
    assert {placed.rotation for placed in _linear(pallet)} == {0}


def test_the_sscc_is_the_lowest_symbol(pallet):
    lowest = max(pallet.symbols, key=lambda placed: placed.bottom)
    assert lowest.symbol.text.startswith("(00)")


def test_modules_of_linear_symbols_are_between_the_limits_of_logistics(pallet):
    for placed in _linear(pallet):
        assert 0.495 <= _mm(pallet, placed.module) <= 1.016


def test_modules_of_the_matrix_symbol_are_half_as_wide_again(pallet):
    (matrix,) = (placed for placed in pallet.symbols if not placed.symbol.linear)
    assert _mm(pallet, matrix.module) >= 0.743


def test_linear_symbols_are_at_least_32_mm_high(pallet):
    for placed in _linear(pallet):
        assert _mm(pallet, placed.height) >= HEIGHT_MM


def test_linear_symbols_have_ten_modules_of_quiet_inside_the_label(pallet):
    for placed in _linear(pallet):
        quiet = 10 * placed.module
        assert placed.quiet[0] >= quiet
        assert placed.x >= quiet
        assert placed.right + quiet <= pallet.width


def test_linear_symbols_are_short_enough(pallet):
    for placed in _linear(pallet):
        assert _mm(pallet, placed.width + 20 * placed.module) <= 165
        assert len(placed.symbol.data) <= 48


def test_each_linear_symbol_has_its_text_below(pallet):
    for placed in _linear(pallet):
        (text,) = (line for line in _texts(pallet) if line.text == placed.symbol.text)
        assert 0 <= _mm(pallet, text.y - placed.bottom) <= 3


def test_what_the_matrix_symbol_says_is_printed_too(pallet):
    (matrix,) = (placed for placed in pallet.symbols if not placed.symbol.linear)
    small = [line for line in _texts(pallet) if line.bottom < pallet.height // 5]
    assert matrix.symbol.text in "".join(line.text for line in small)


@pytest.mark.parametrize(
    "text", ["395011015300000011", "09501101530003", "480", "2026-12-31", "L2409A"]
)
def test_content_is_at_least_seven_millimetres_high_and_without_identifiers(pallet, text):
    (line,) = (line for line in _texts(pallet) if line.text == text)
    assert _mm(pallet, line.height) >= TEXT_MM


def test_titles_are_the_english_ones_in_any_language(pallet):
    texts = [line.text for line in _texts(pallet)]
    for title in ("SSCC", "CONTENT", "COUNT", "BEST BEFORE", "BATCH/LOT"):
        assert any(text.startswith(title) for text in texts), title


def _linear(pallet):
    return [placed for placed in pallet.symbols if placed.symbol.linear]


def _texts(pallet):
    return [thing for thing in pallet.things if isinstance(thing, TextLine)]


def _mm(pallet, dots):
    return dots / dots_per_mm(pallet.dpi)
