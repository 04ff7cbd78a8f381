"""Designs as files: what is wrong is named by its place; what is shipped is complete."""

import base64
import copy
import io
import json

import pytest
from PIL import Image

from labels import LabelError, design_document, design_names, import_design, load_design, render
from labels.designs import LANGUAGES
from labels.designs.model import SymbolElement, TextElement
from tests.labels.printers import picture_of, scanned
from tests.labels.shipped import SAYS

GOOD = {
    "name": "small",
    "version": 1,
    "title": {"en": "Small", "zh": "小"},
    "size_mm": [40, 20],
    "fields": [
        {"name": "code", "type": "code", "required": True, "sample": "A-1"},
        {"name": "day", "type": "date"},
        {"name": "way", "type": "choice", "choices": ["left", "right"]},
    ],
    "elements": [
        {"kind": "symbol", "box_mm": [0, 0, 20, 20], "symbol": "qr", "content": "{code}"},
        {"kind": "text", "box_mm": [20, 0, 20, 5], "text": "{code}", "size_mm": 3},
        {"kind": "arrow", "box_mm": [25, 6, 5, 5], "direction": "{way}"},
        {"kind": "frame", "box_mm": [20, 12, 10, 6]},
        {"kind": "bar", "box_mm": [20, 19, 20, 0.5], "when": "day"},
    ],
}


def _fields_of(name):
    return {field.name for field in load_design(name).fields}


def changed(path, value):
    document = copy.deepcopy(GOOD)
    *way, last = path
    spot = document
    for step in way:
        spot = spot[step]
    spot[last] = value
    return document


def test_the_issue_asks_for_these_designs():
    kinds = {name.rpartition("-")[0] for name in design_names()}
    assert kinds >= {
        "item", "location", "handling-unit", "tote", "carton", "pallet", "lot", "serial", "badge",
        "day-badge", "commands", "count-ticket", "cover-sheet",
    }  # fmt: skip


@pytest.mark.parametrize("name", design_names())
def test_a_shipped_design_is_complete_in_both_languages(name):
    design = load_design(name)
    assert design.name == name
    for language in LANGUAGES:
        assert design.title[language]
        assert all(field.title[language] for field in design.fields)
        assert all(field.sample[language] for field in design.fields if field.name != "mark")


@pytest.mark.parametrize("name", design_names())
def test_a_shipped_design_survives_export_and_import(name):
    exported = json.dumps(design_document(name), ensure_ascii=False)
    assert import_design(exported) == load_design(name)
    assert import_design(exported.encode()) == load_design(name)


@pytest.mark.parametrize("name", design_names())
def test_a_shipped_design_needs_only_its_required_fields(name):
    design = load_design(name)
    sample = design.sample("en")
    least = {field.name: sample[field.name] for field in design.fields if field.required}
    read = scanned(picture_of(render(design, least, language="en").preview))
    assert bool(read) == bool(SAYS[name])


@pytest.mark.parametrize("dpi", [203, 300, 600])
@pytest.mark.parametrize("name", [name for name in design_names() if "mark" in _fields_of(name)])
def test_a_reprint_is_marked_and_says_the_same(name, dpi):
    sample = load_design(name).sample("zh")
    first = render(name, sample, dpi=dpi)
    again = render(name, {**sample, "mark": "R12"}, dpi=dpi)
    assert again.preview != first.preview
    assert scanned(picture_of(again.preview)) == SAYS[name]


def test_what_is_stuck_on_goods_can_be_marked_as_a_reprint():
    marked = {name.rpartition("-")[0] for name in design_names() if "mark" in _fields_of(name)}
    assert marked == {"item", "handling-unit", "tote", "carton", "pallet", "lot", "serial"}


@pytest.mark.parametrize("name", design_names())
def test_chinese_on_thermal_paper_is_never_finer_than_two_millimetres(name):
    texts = [each for each in load_design(name).elements if isinstance(each, TextElement)]
    assert min((each.min_size_mm for each in texts), default=2) >= 2


def test_locations_and_totes_survive_damage_better():
    for name in design_names():
        if name.startswith(("location", "tote")):
            symbols = [each for each in load_design(name).elements if _is_qr(each)]
            assert {each.options.get("ec") for each in symbols} == {"Q"}


def test_a_good_document_is_understood():
    design = load_design(GOOD)
    assert design.size_mm == (40.0, 20.0)
    assert design.media == "label"
    assert scanned(picture_of(render(design, {"code": "A-1"}).preview)) == ["]Q1A-1"]


@pytest.mark.parametrize(
    ("path", "value", "code", "place"),
    [
        (["name"], "Small!", "design_value", "name"),
        (["name"], 5, "design_value", "name"),
        (["version"], 0, "design_value", "version"),
        (["version"], 1.5, "design_value", "version"),
        (["version"], True, "design_value", "version"),
        (["title"], {"en": "Small"}, "design_value", "title"),
        (["title"], "a\nb", "design_value", "title"),
        (["size_mm"], [40], "design_value", "size_mm"),
        (["size_mm"], [40, 4000], "design_value", "size_mm.1"),
        (["size_mm"], [float("nan"), 40], "design_value", "size_mm.0"),
        (["media"], "film", "design_value", "media"),
        (["colour"], "red", "design_unknown_key", "colour"),
        (["fields"], {}, "design_value", "fields"),
        (["fields", 0], "code", "design_value", "fields[0]"),
        (["fields", 0, "name"], "Code", "design_value", "fields[0].name"),
        (["fields", 0, "name"], "day", "design_twice", "fields[1].name"),
        (["fields", 0, "type"], "colour", "design_value", "fields[0].type"),
        (["fields", 0, "max_length"], 0, "design_value", "fields[0].max_length"),
        (["fields", 0, "lengths"], ["a"], "design_value", "fields[0].lengths"),
        (["fields", 0, "check"], "mod11", "design_value", "fields[0].check"),
        (["elements", 0, "kind"], "video", "design_value", "elements[0].kind"),
        (["elements", 0, "symbol"], "aztec", "design_value", "elements[0].symbol"),
        (["elements", 0, "ec"], "X", "design_value", "elements[0].ec"),
        (["elements", 0, "size"], 1, "design_unknown_key", "elements[0].size"),
        (["elements", 0, "box_mm"], [0, 0, 20], "design_value", "elements[0].box_mm"),
        (["elements", 0, "box_mm"], [0, 0, 0, 1], "design_value", "elements[0].box_mm.2"),
        (["elements", 0, "box_mm"], [0, -1, 9, 9], "design_value", "elements[0].box_mm.1"),
        (["elements", 0, "box_mm"], [30, 0, 20, 20], "design_outside", "elements[0].box_mm"),
        (["elements", 0, "content"], "{sku}", "design_unknown_field", "elements[0]"),
        (["elements", 1, "text"], "{code.__class__}", "design_value", "elements[1].text"),
        (["elements", 1, "text"], "{code!r}", "design_value", "elements[1].text"),
        (["elements", 1, "text"], "}", "design_value", "elements[1].text"),
        (["elements", 1, "text"], [], "design_value", "elements[1].text"),
        (["elements", 1, "text"], {"en": "x"}, "design_value", "elements[1].text"),
        (["elements", 1, "text"], "{code_yymmdd}", "design_unknown_field", "elements[1]"),
        (["elements", 1, "size_mm"], "3", "design_value", "elements[1].size_mm"),
        (["elements", 1, "min_size_mm"], 4, "design_value", "elements[1].min_size_mm"),
        (["elements", 1, "bold"], 1, "design_value", "elements[1].bold"),
        (["elements", 1, "rotation"], 45, "design_value", "elements[1].rotation"),
        (["elements", 1, "align"], "justify", "design_value", "elements[1].align"),
        (["elements", 4, "when"], "night", "design_unknown_field", "elements[4]"),
    ],
)
def test_what_is_wrong_is_named_by_its_place(path, value, code, place):
    with pytest.raises(LabelError) as refused:
        load_design(changed(path, value))
    assert (refused.value.code, refused.value.field) == (code, place)


@pytest.mark.parametrize("key", ["name", "version", "title", "size_mm"])
def test_what_is_missing_is_named(key):
    document = {name: value for name, value in GOOD.items() if name != key}
    with pytest.raises(LabelError) as refused:
        load_design(document)
    assert (refused.value.code, refused.value.field) == ("design_incomplete", key)


@pytest.mark.parametrize("content", ["", "{", "[1]", "null", b"\xff\xfe{}", "[" * 100_000])
def test_a_file_that_is_no_design_is_refused(content):
    with pytest.raises(LabelError) as refused:
        import_design(content)
    assert refused.value.code in {"design_not_json", "design_value"}


def test_a_design_nobody_ships_is_refused_with_those_there_are():
    with pytest.raises(LabelError) as refused:
        load_design("../../etc/passwd")
    assert refused.value.code == "design_unknown"
    assert "item-40x30" in refused.value.fields["allowed"]


def test_something_in_the_quiet_zone_is_refused():
    document = changed(["elements", 1, "box_mm"], [1, 1, 20, 5])
    with pytest.raises(LabelError) as refused:
        render(document, {"code": "A-1"})
    assert refused.value.code == "quiet_zone_covered"
    assert refused.value.fields["by"] == "code"


def test_a_frame_around_a_symbol_does_not_disturb_it():
    document = changed(["elements", 3, "box_mm"], [0, 0, 20, 20])
    document["elements"][0]["box_mm"] = [0.5, 0.5, 19, 19]
    assert scanned(picture_of(render(document, {"code": "A-1"}).preview)) == ["]Q1A-1"]


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("symbol", ["qr", "code128", "datamatrix", "pdf417"])
def test_symbols_and_their_text_are_read_in_every_direction(symbol, rotation):
    document = changed(
        ["elements"],
        [
            {
                "kind": "symbol",
                "box_mm": [2, 2, 56, 56],
                "symbol": symbol,
                "content": "{code}",
                "rotation": rotation,
                "human_mm": 4,
            },
        ],
    )
    document["size_mm"] = [60, 60]
    for to in ("png", "svg", "pdf", "tspl"):
        assert render(document, {"code": "ABC-123"}, to=to).content
    upright = picture_of(render(document, {"code": "ABC-123"}).preview)
    assert [text[3:] for text in scanned(upright)] == ["ABC-123"]


def test_turned_text_is_the_same_text_turned():
    pictures = []
    for rotation in (0, 90, 180, 270):
        element = {
            "kind": "text",
            "box_mm": [0, 0, 20, 20],
            "text": "{code}",
            "size_mm": 5,
            "rotation": rotation,
        }
        document = {**GOOD, "size_mm": [20, 20], "elements": [element]}
        seen = picture_of(render(document, {"code": "Agj"}).preview)
        pictures.append(seen.convert("L").rotate(rotation))
    assert len({picture.tobytes() for picture in pictures}) == 1


def test_a_logo_is_printed_in_black_and_white():
    document = changed(["elements"], [_logo(b"\x89PNG", Image.new("RGBA", (8, 8), "black"))])
    seen = picture_of(render(document, {"code": "A"}).preview).convert("L")
    assert seen.crop((80, 80, 120, 120)).getextrema() == (0, 0)
    assert seen.crop((0, 0, 79, 79)).getextrema() == (255, 255)


@pytest.mark.parametrize("png", ["!!", base64.b64encode(b"GIF89a").decode(), "iVBORw0KGgo="])
def test_a_picture_that_is_none_is_refused(png):
    document = changed(["elements"], [{"kind": "picture", "box_mm": [10, 10, 5, 5], "png": png}])
    with pytest.raises(LabelError) as refused:
        render(document, {"code": "A"})
    assert (refused.value.code, refused.value.field) == ("design_value", "elements[0].png")


def test_a_direction_of_an_arrow_must_be_one():
    with pytest.raises(LabelError) as refused:
        render(GOOD, {"code": "A", "way": "north"})
    assert (refused.value.code, refused.value.field) == ("field_choice", "way")


def _is_qr(element):
    return isinstance(element, SymbolElement) and element.symbol == "qr"


def _logo(magic, picture):
    out = io.BytesIO()
    picture.save(out, "PNG")
    assert out.getvalue().startswith(magic)
    return {
        "kind": "picture",
        "box_mm": [10, 10, 5, 5],
        "png": base64.b64encode(out.getvalue()).decode("ascii"),
    }
