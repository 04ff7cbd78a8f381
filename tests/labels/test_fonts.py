"""Which font draws what, and how lines are measured."""

import pytest

from labels import fonts
from labels.errors import LabelError


def test_chinese_latin_and_arabic_find_their_fonts():
    shaped = fonts.shape("螺栓 مسمار", 30, True)
    assert len(shaped.runs) == 2
    assert len({run.face for run in shaped.runs}) == 2


def test_one_font_serves_a_line_if_it_can():
    assert len(fonts.shape("螺栓 M8×40", 30, True).runs) == 1
    assert len(fonts.shape("مسمار M8", 30, True).runs) == 1


def test_a_line_that_begins_right_to_left_has_its_last_part_on_the_left():
    shaped = fonts.shape("مسمار 螺栓", 30, False)
    assert [run.text.strip() for run in shaped.runs] == ["螺栓", "مسمار"]


def test_spaces_stay_between_the_words_they_part():
    shaped = fonts.shape("مسمار 螺栓", 30, False)
    assert [run.text for run in shaped.runs] == [" 螺栓", "مسمار"]


def test_ink_is_measured_where_it_is():
    shaped = fonts.shape("M", 100, False)
    assert -80 < shaped.top < -65
    assert shaped.bottom <= 1
    assert 60 < shaped.right - shaped.left < 110


def test_nothing_needs_no_room():
    assert fonts.shape("", 30, True).runs == ()
    assert fonts.length("", 30, True) == 0


def test_a_character_without_a_font_is_named():
    with pytest.raises(LabelError) as refused:
        fonts.shape("A\U00012345", 30, True)
    assert refused.value.code == "no_glyph"
    assert refused.value.fields["characters"] == "\U00012345"


@pytest.fixture
def no_chinese_font(monkeypatch):
    monkeypatch.setattr(fonts, "CHINESE", {True: (("NoSuchFont.ttf", 0),), False: ()})
    _forget()
    yield
    monkeypatch.undo()
    _forget()


@pytest.mark.usefixtures("no_chinese_font")
def test_a_machine_without_chinese_fonts_says_what_to_install():
    with pytest.raises(LabelError) as refused:
        fonts.shape("螺栓", 30, True)
    assert refused.value.code == "font_missing"
    assert refused.value.fields["install"] == "fonts-noto-cjk"


@pytest.mark.usefixtures("no_chinese_font")
def test_a_machine_without_chinese_fonts_prints_latin():
    assert fonts.shape("Bolt", 30, True).right > 30


def _forget():
    for remembered in (fonts.faces, fonts.shape, fonts._split):
        remembered.cache_clear()
