"""Labels whose symbols cannot be read, or say something else, are refused."""

from dataclasses import replace

import pytest
from PIL import Image, ImageDraw

from labels import reading_back
from labels.drawing import Placed
from labels.errors import LabelError
from labels.reading_back import read_back
from labels.symbols import KINDS, make_symbol
from tests.labels.pictures import picture_with, placed

GTIN = "09501101530003"
DATA = {"ean13": "6901234567892", "ean8": "96385074", "upca": "012345678905", "itf14": GTIN}


def thing_of(kind: str, module: int = 4) -> Placed:
    data = f"(01){GTIN}(10)AB-12" if KINDS[kind].gs1 else DATA.get(kind, "SKU-4711")
    return placed(make_symbol(kind, data), module=module, field="code")


def refusal(picture: Image.Image, *things: Placed) -> LabelError:
    with pytest.raises(LabelError) as refused:
        read_back(picture, things)
    assert (refused.value.code, refused.value.field) == ("not_readable", "code")
    return refused.value


@pytest.mark.parametrize("mode", ["1", "L"])
def test_a_clean_picture_is_let_through(mode: str):
    thing = thing_of("qr")
    read_back(picture_with(thing).convert(mode), [thing])


@pytest.mark.parametrize("kind", KINDS)
def test_a_symbol_that_is_not_there_is_refused(kind: str):
    thing = thing_of(kind)
    error = refusal(Image.new("1", picture_with(thing).size, 1), thing)
    assert (error.fields["kind"], error.fields["read"]) == (kind, "")


@pytest.mark.parametrize("kind", KINDS)
def test_a_symbol_painted_over_is_refused(kind: str):
    thing = thing_of(kind)
    picture = picture_with(thing)
    middle = (thing.x + thing.width // 4, thing.y, thing.x + thing.width // 2, thing.bottom)
    ImageDraw.Draw(picture).rectangle(middle, fill=0)
    refusal(picture, thing)


@pytest.mark.parametrize("kind", KINDS)
def test_a_symbol_that_says_something_else_is_refused(kind: str):
    thing = thing_of(kind)
    picture = picture_with(thing)
    other = replace(thing, symbol=replace(thing.symbol, data="something else"))
    assert thing.symbol.data in refusal(picture, other).fields["read"]


@pytest.mark.parametrize(
    ("plain", "gs1"), [("code128", "gs1_128"), ("qr", "gs1_qr"), ("datamatrix", "gs1_datamatrix")]
)
def test_the_right_digits_without_fnc1_are_refused(plain: str, gs1: str):
    thing = placed(make_symbol(plain, f"01{GTIN}"), field="code")
    claimed = replace(thing, symbol=replace(thing.symbol, kind=gs1))
    assert refusal(picture_with(thing), claimed).fields["read"].startswith(KINDS[plain].aim)


@pytest.mark.parametrize("kind", ["code128", "gs1_128", "ean13"])
def test_lines_in_the_quiet_zone_are_refused(kind: str):
    thing = thing_of(kind, module=3)
    picture = picture_with(thing)
    pen = ImageDraw.Draw(picture)
    for x in (thing.x - 4, thing.right + 2):
        pen.rectangle((x, thing.y, x + 2, thing.bottom), fill=0)
    refusal(picture, thing)


def test_one_bad_symbol_among_good_ones_is_found():
    good, bad = thing_of("qr"), replace(thing_of("qr"), y=400)
    picture = Image.new("1", (400, 800), 1)
    picture.paste(picture_with(good), (0, 0))
    refusal(picture, good, bad)


def test_a_second_decoder_must_agree(monkeypatch: pytest.MonkeyPatch):
    thing = thing_of("qr")
    monkeypatch.setattr(reading_back, "read_zbar", lambda *_: [])
    assert refusal(picture_with(thing), thing).fields["decoder"] == "zbar"


def test_without_the_library_of_the_second_the_first_is_enough(monkeypatch: pytest.MonkeyPatch):
    thing = thing_of("qr")
    monkeypatch.setattr(reading_back, "has_zbar", lambda: False)
    monkeypatch.setattr(reading_back, "read_zbar", lambda *_: [])
    read_back(picture_with(thing), [thing])
