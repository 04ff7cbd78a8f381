"""Data → symbol → picture → decoders → the same data, for every kind and every identifier."""

import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from labels.decoding.attempts import read_picture
from labels.decoding.zbar import has_zbar
from labels.drawing import Rotation
from labels.gs1 import identifiers
from labels.reading_back import read_back
from labels.symbols import KINDS, make_symbol
from server.domain.gs1 import parse_bracketed, parse_digital_link, parse_element_string
from tests.labels.codes import bracketed, data_for
from tests.labels.pictures import picture_of, picture_with, placed

MODULES = st.integers(2, 6)
ROTATIONS: st.SearchStrategy[Rotation] = st.sampled_from((0, 90, 180, 270))


def test_both_decoders_are_here():
    assert has_zbar()


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=150)
@given(st.data(), MODULES, ROTATIONS)
def test_every_kind_is_read_back_by_every_decoder_that_knows_it(
    kind: str, data: st.DataObject, module: int, rotation: Rotation
):
    symbol = make_symbol(kind, data.draw(data_for(kind)))
    thing = placed(symbol, module=module, rotation=rotation)
    read_back(picture_with(thing), [thing])


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=30)
@given(st.data(), st.integers(3, 6), ROTATIONS)
def test_a_picture_says_what_was_put_into_it(
    kind: str, data: st.DataObject, module: int, rotation: Rotation
):
    symbol = make_symbol(kind, data.draw(data_for(kind)))
    found = read_picture(picture_of(symbol, module=module, rotation=rotation).convert("L"))
    expected = symbol.data.removeprefix("0") if kind == "ean13" else symbol.data
    assert [each.text for each in found] == [expected]


@example("997", 3)
@example("99088546001176961010", 3)
@example("-1#y-(^GR`n", 5)
@given(data_for("code128"), MODULES)
def test_code_128_that_once_was_misread_is_read(data: str, module: int):
    thing = placed(make_symbol("code128", data), module=module)
    read_back(picture_with(thing), [thing])


def test_a_long_code_seen_too_small_is_not_taken_for_two():
    symbol = make_symbol("gs1_128", "(02)00952540647507(37)8645(17)261231")
    found = read_picture(picture_of(symbol, module=5).convert("L"))
    assert [each.text for each in found] == [symbol.data]


@pytest.mark.parametrize("kind", ["gs1_128", "gs1_qr", "gs1_datamatrix"])
def test_every_application_identifier_comes_back_with_its_value(kind: str):
    dice = random.Random(20261123)
    for ai in identifiers():
        written = bracketed((ai,), dice)
        if kind == "gs1_128" and len(written) > KINDS[kind].most:
            continue
        symbol = make_symbol(kind, written)
        assert parse_element_string(symbol.data) == parse_bracketed(written)
        thing = placed(symbol, module=3)
        read_back(picture_with(thing), [thing])


@given(data_for("digital_link_qr"))
def test_digital_links_mean_the_elements_they_were_made_of(written: str):
    symbol = make_symbol("digital_link_qr", written)
    assert sorted(parse_digital_link(symbol.data)) == sorted(parse_bracketed(written))
