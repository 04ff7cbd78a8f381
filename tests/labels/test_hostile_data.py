"""Whatever people type: either a label that says exactly that, or a refusal naming the field."""

import json
import re
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from labels import LabelError, design_names, load_design, render
from tests.labels.printers import picture_of, read_tspl, read_zpl, same_dots, scanned
from tests.labels.shipped import SAYS

ITEM = {"sku": "SKU-1", "code": "SKU-1", "name": "六角螺栓"}
COMMANDS = [
    "^XZ^XA^FO0,0^FDhello^FS",
    "~JA",
    "~DG^JUF",
    'SIZE 10 mm,10 mm\\r\\nPRINT 99"',
    "%PDF-1.7 endstream endobj",
    '"; DROP TABLE item; --',
    "{sku}{name}",
    "\\&\\n",
]
LANGUAGE = re.compile(rb"\A~?(SD\d\d\n)?\^XA[A-Z0-9^,]*\^FO0,0\^GFA,[^\^~]*\^FS\^PQ1,0,1,N\^XZ\n\Z")


ASCII = st.characters(min_codepoint=32, max_codepoint=126)
TEXTS = st.text(max_size=60) | st.text(ASCII) | st.text(st.characters(codec="gb18030"))
CODES = st.text(ASCII, min_size=1, max_size=44) | st.text(max_size=30)


@given(name=TEXTS, code=CODES)
@settings(max_examples=200)
@example(name="^XZ~JA", code="^XA^FDx^FS")
@example(name='"\\', code='"PRINT 9,9"')
@example(name="😀", code="A")
@example(name="a\u202eb", code="A")
@example(name="Ze" + "\u0301" * 8 + "lgo", code="A")
def test_any_text_is_printed_exactly_or_refused_by_field(name, code):
    answer = _answer({"sku": "SKU-1", "name": name, "code": code}, to="zpl")
    if isinstance(answer, LabelError):
        assert answer.field in {"name", "code"}
        assert answer.code in _words()
    else:
        assert LANGUAGE.fullmatch(answer.content)
        ((picture, _),) = read_zpl(answer.content)
        assert scanned(picture) == ["]Q1" + code.strip(" ")]


@given(name=TEXTS)
@settings(max_examples=50)
def test_no_text_changes_anything_but_the_dots(name):
    answer = _answer({**ITEM, "name": name}, to="tspl")
    if isinstance(answer, LabelError):
        assert answer.field == "name"
    else:
        (sheet,) = read_tspl(answer.content)
        assert sheet.commands[-1] == "PRINT 1,1"
        assert same_dots(sheet.picture, picture_of(answer.preview))


@pytest.mark.parametrize("name", design_names())
@given(data=st.data())
@settings(max_examples=25)
def test_every_design_prints_or_refuses_by_field_whatever_it_is_told(name, data):
    design = load_design(name)
    told = {field.name: data.draw(_values(field)) for field in design.fields}
    answer = _answer(told, to="tspl", design=name, dpi=data.draw(st.sampled_from([203, 300])))
    if isinstance(answer, LabelError):
        assert answer.field in told
        assert answer.code in _words()
    else:
        (sheet,) = read_tspl(answer.content)
        assert len(scanned(sheet.picture)) >= min(1, len(SAYS[name]))


@pytest.mark.parametrize("hostile", COMMANDS)
@pytest.mark.parametrize("field", ["name", "code"])
def test_commands_of_printers_are_only_text(hostile, field):
    data = {**ITEM, field: hostile}
    rendered = render("item-63x34", data)
    assert LANGUAGE.fullmatch(rendered.content)
    ((picture, _),) = read_zpl(rendered.content)
    assert scanned(picture) == ["]Q1" + data["code"]]


def test_braces_in_data_are_not_filled_in_again():
    by_braces = render("item-40x30", {**ITEM, "name": "{sku}"}).preview
    by_value = render("item-40x30", {**ITEM, "name": "SKU-1"}).preview
    assert by_braces != by_value


@pytest.mark.parametrize(
    ("data", "field", "code"),
    [
        ({"name": "a\x00b"}, "name", "field_control_character"),
        ({"name": "a\nb"}, "name", "field_control_character"),
        ({"name": "a\x1b!?"}, "name", "field_control_character"),
        ({"name": "a\u202eb"}, "name", "field_control_character"),
        ({"name": "a\ud800b"}, "name", "field_control_character"),
        ({"name": "\ue000"}, "name", "field_control_character"),
        ({"name": "\U00012345\U0001f9ff"}, "name", "no_glyph"),
        ({"name": "x" * 401}, "name", "field_too_long"),
        ({"name": ""}, "name", "field_missing"),
        ({"name": "   "}, "name", "field_missing"),
        ({"name": None}, "name", "field_missing"),
        ({"name": True}, "name", "field_type"),
        ({"name": ["a"]}, "name", "field_type"),
        ({"sku": "x" * 41}, "sku", "field_too_long"),
        ({"sku": "WWWW-" * 8}, "sku", "text_does_not_fit"),
        ({"code": "中文"}, "code", "code_not_ascii"),
        ({"code": "a\tb"}, "code", "field_control_character"),
    ],
)
def test_a_refusal_names_the_field_and_the_reason(data, field, code):
    with pytest.raises(LabelError) as refused:
        render("item-40x30", {**ITEM, **data})
    assert (refused.value.field, refused.value.code) == (field, code)


@pytest.mark.parametrize(
    ("data", "code", "facts"),
    [
        ({"sscc": "395011015300000012"}, "bad_check_digit", {"expected": "1"}),
        ({"sscc": "39501101530000001"}, "code_wrong_length", {"wanted": "18"}),
        ({"sscc": "39501101530000001X"}, "code_not_digits", {}),
        ({"gtin": "09501101530004"}, "bad_check_digit", {"expected": "3"}),
        ({"best_before": "2026-02-30"}, "field_not_a_date", {"value": "2026-02-30"}),
        ({"best_before": "20261231"}, "field_not_a_date", {}),
        ({"count": "12a"}, "field_not_a_number", {}),
        ({"count": "1234567"}, "field_too_long", {"most": 6}),
        ({"lot": "L" * 20 + "1"}, "field_too_long", {"most": 20}),
        ({"lot": "批号"}, "code_not_ascii", {}),
        ({"lot": "W" * 20}, "text_does_not_fit", {}),
    ],
)
def test_numbers_of_a_pallet_are_checked(data, code, facts):
    good = {
        "sscc": "395011015300000011",
        "company": "Lakeside",
        "gtin": "09501101530003",
        "count": 480,
        "best_before": date(2026, 12, 31),
        "lot": "L1",
    }
    render("pallet-100x150", good)
    with pytest.raises(LabelError) as refused:
        render("pallet-100x150", {**good, **data})
    assert (refused.value.field, refused.value.code) == (next(iter(data)), code)
    assert facts.items() <= refused.value.fields.items()


def test_a_code_too_long_for_its_symbol_says_what_would_help():
    with pytest.raises(LabelError) as refused:
        render("serial-40x20", {"sku": "A", "serial": "S" * 20, "gtin": "1" * 13 + "6"}, dpi=204)
    assert refused.value.code == "dpi_unknown"
    with pytest.raises(LabelError) as refused:
        render(_narrow_design(), {"code": "ABCDEFGHIJ-0123456789"})
    assert refused.value.code == "symbol_too_small"
    assert refused.value.fields["needed_width_mm"] > refused.value.fields["width_mm"] == 40
    wider = _narrow_design(refused.value.fields["needed_width_mm"])
    assert scanned(picture_of(render(wider, {"code": "ABCDEFGHIJ-0123456789"}).preview))


def test_numbers_and_dates_may_come_as_such():
    data = {"carton": Decimal("3"), "cartons": 12, "lpn": "CTN1", "ship_to": "湖滨"}
    as_text = {**data, "carton": "3", "cartons": "12"}
    assert render("carton-100x100", data) == render("carton-100x100", as_text)


def test_data_a_design_has_no_field_for_is_left_alone():
    assert render("item-40x30", {**ITEM, "price": "1\x00"}) == render("item-40x30", ITEM)


def test_a_name_of_two_hundred_characters_is_cut_with_an_ellipsis():
    long = render("item-40x30", {**ITEM, "name": "不锈钢内六角" * 34})
    assert scanned(picture_of(long.preview)) == ["]Q1SKU-1"]


@pytest.mark.parametrize("name", ["مسمار سداسي", "ברגים", "M8 مسمار 螺栓", "نص ABC 123", "ё ñ ß ệ"])
def test_other_scripts_are_printed(name):
    with_name = render("item-40x30", {**ITEM, "name": name})
    assert with_name.preview != render("item-40x30", {**ITEM, "name": "x"}).preview


def _values(field):
    """Mostly what the field takes, sometimes anything."""
    good = {
        "text": st.text(st.characters(codec="gb18030", exclude_categories=["C", "Z"]), min_size=1),
        "number": st.integers(0, 99999).map(str),
        "date": st.dates(),
        "choice": st.sampled_from(field.choices or ("",)),
        "code": st.text(ASCII, min_size=1, max_size=field.max_length),
    }[field.type]
    usual = st.just(field.sample["zh"]) | good
    return usual | st.none() if not field.required else usual | st.text(max_size=5)


def _answer(data, to, design="item-40x30", dpi=203):
    try:
        return render(design, data, to=to, dpi=dpi)
    except LabelError as refused:
        return refused


def _narrow_design(width_mm=40):
    return {
        "name": "narrow",
        "version": 1,
        "title": "Narrow",
        "size_mm": [width_mm, 20],
        "fields": [{"name": "code", "type": "code", "required": True}],
        "elements": [
            {
                "kind": "symbol",
                "box_mm": [0, 0, width_mm, 20],
                "symbol": "code128",
                "content": "{code}",
            }
        ],
    }


@cache
def _words():
    path = Path(__file__).resolve().parents[2] / "server" / "text" / "errors.json"
    return json.loads(path.read_text(encoding="utf-8"))
