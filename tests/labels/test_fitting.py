"""Text that fits: shrunk, wrapped at good places, cut as the last resort."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labels import LabelError, fonts
from labels.fitting import ELLIPSIS, Room, fit, fit_code, wrap


def room(width, height=100, most=1, size=40, least=20):
    return Room(width, height, most, size, least, bold=False)


def test_text_that_fits_keeps_its_size():
    fitted = fit("螺栓", room(100))
    assert (fitted.lines, fitted.size, fitted.whole) == (("螺栓",), 40, True)


def test_text_shrinks_before_it_is_cut():
    fitted = fit("螺栓螺栓", room(100))
    assert fitted.lines == ("螺栓螺栓",)
    assert 20 <= fitted.size <= 25


def test_text_that_is_too_long_at_its_smallest_ends_in_an_ellipsis():
    fitted = fit("螺栓" * 20, room(100))
    assert fitted.size == 20
    assert not fitted.whole
    assert fitted.lines[0].endswith(ELLIPSIS)
    assert fonts.length(fitted.lines[0], 20, False) <= 100


def test_only_the_last_line_is_cut():
    fitted = fit("螺栓" * 20, room(100, height=100, most=2, size=20))
    assert [len(line) for line in fitted.lines] == [5, 5]
    assert fitted.lines[1].endswith(ELLIPSIS)


def test_lines_that_do_not_fit_the_height_are_not_tried():
    fitted = fit("螺栓" * 20, room(100, height=25, most=4, size=20))
    assert len(fitted.lines) == 1


def test_words_stay_together_where_they_can():
    assert wrap("hexagon bolt steel", 20, False, 120, 3) == ["hexagon", "bolt steel"]


def test_a_word_longer_than_a_line_is_broken():
    lines = wrap("x" * 30, 20, False, 100, 9)
    assert lines is not None
    assert "".join(lines) == "x" * 30


@pytest.mark.parametrize(
    ("text", "lines"),
    [("一二三四，五六", ["一二三", "四，五六"]), ("一二三（四五", ["一二三", "（四五"])],
)
def test_chinese_marks_stand_neither_first_nor_last(text, lines):
    assert wrap(text, 25, False, 100, 3) == lines


def test_a_code_stays_on_one_line_if_it_does_not_shrink_much():
    wide = room(190, height=100, most=2, size=40, least=10)
    assert fit("M8X40-A2", wide).lines == ("M8X40-A2",) or fit("M8X40-A2", wide).size == 40
    assert fit_code("M8X40-A2", wide).lines == ("M8X40-A2",)


def test_a_code_that_would_shrink_much_takes_two_lines():
    fitted = fit_code("A-03-12-B-07", room(90, height=100, most=2, size=40, least=5))
    assert "".join(fitted.lines) == "A-03-12-B-07"
    assert len(fitted.lines) == 2


@given(
    text=st.text(st.characters(codec="gb18030", exclude_categories=["Cc", "Cs", "Co", "Cn"])),
    width=st.integers(10, 400),
    most=st.integers(1, 4),
)
def test_lines_are_never_wider_than_the_room_and_lose_nothing_but_spaces(text, width, most):
    with suppress(LabelError):  # a character without a font
        _check_lines(text, room(width, height=200, most=most, size=30, least=12))


def _check_lines(text, room):
    fitted = fit(text, room)
    if fitted.whole:
        assert "".join(fitted.lines).replace(" ", "") == text.replace(" ", "")
    longest = max((len(line) for line in fitted.lines), default=0)
    widest = max((fonts.length(line, fitted.size, False) for line in fitted.lines), default=0)
    assert widest <= room.width or longest <= 2
