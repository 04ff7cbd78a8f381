"""Rolls: settings of the printer, labels side by side, copies, offsets."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from labels import LabelError, Media, load_design, render, render_labels, rendering
from labels.layout import lay_out
from labels.raster import rasterise
from tests.labels.printers import picture_of, read_tspl, read_zpl, same_dots, scanned

ITEM = {"sku": "SKU-1", "code": "SKU-1", "name": "六角螺栓"}


def item(number):
    return {**ITEM, "code": f"SKU-{number}"}


def test_a_roll_without_wishes_leaves_the_printer_its_own():
    (sheet,) = read_tspl(render("item-40x30", ITEM, to="tspl").content)
    assert sheet.commands == (
        "SIZE 40 mm,30 mm",
        "GAP 2 mm,0 mm",
        "DIRECTION 1",
        "REFERENCE 0,0",
        "CLS",
        "PRINT 1,1",
    )


def test_settings_of_the_roll_reach_a_tspl_printer():
    media = Media(gap_mm=3, darkness=20, speed_inch_s=4, direction=1)
    (sheet,) = read_tspl(render("item-40x30", ITEM, to="tspl", media=media, copies=7).content)
    assert set(sheet.commands) >= {"GAP 3 mm,0 mm", "DENSITY 10", "SPEED 4", "DIRECTION 0"}
    assert sheet.copies == 7


def test_settings_of_the_roll_reach_a_zpl_printer():
    media = Media(tracking="mark", darkness=5, speed_inch_s=4, direction=1)
    content = render("item-40x30", ITEM, to="zpl", media=media, copies=7).content
    head, _, rest = content.partition(b"^FO0,0^GFA,")
    assert head == b"~SD05\n^XA^PW320^LL240^LH0,0^MNM^POI^PR4"
    assert rest.endswith(b"^FS^PQ7,0,1,N^XZ\n")


@pytest.mark.parametrize(
    ("tracking", "tspl", "zpl"),
    [
        ("gap", "GAP 2 mm,0 mm", b"^MNY"),
        ("mark", "BLINE 2 mm,0 mm", b"^MNM"),
        ("none", "GAP 0 mm,0 mm", b"^MNN"),
    ],
)
def test_the_sensor_is_told_what_to_look_for(tracking, tspl, zpl):
    media = Media(tracking=tracking)
    (sheet,) = read_tspl(render("item-40x30", ITEM, to="tspl", media=media).content)
    assert tspl in sheet.commands
    assert zpl in render("item-40x30", ITEM, to="zpl", media=media).content


def test_labels_stand_side_by_side_on_a_wide_roll():
    media = Media(across=3, across_gap_mm=2)
    rendered = render("item-40x30", [item(n) for n in range(4)], to="tspl", media=media)
    first, second = read_tspl(rendered.content)
    assert first.commands[0] == second.commands[0] == "SIZE 124 mm,30 mm"
    assert scanned(first.picture) == ["]Q1SKU-0", "]Q1SKU-1", "]Q1SKU-2"]
    assert scanned(second.picture) == ["]Q1SKU-3"]
    assert rendered.pages == 2


def test_copies_fill_the_rows_of_a_wide_roll():
    rendered = render("item-40x30", ITEM, to="zpl", media=Media(across=2), copies=5)
    rows = read_zpl(rendered.content)
    assert [len(scanned(picture)) for picture, _ in rows] == [2, 2, 1]
    assert rendered.pages == 3


def test_an_offset_moves_everything():
    plain = picture_of(render("location-60x40", {"location": "A-1"}).preview)
    media = Media(offset_x_mm=-0.5, offset_y_mm=0.25)
    moved = picture_of(render("location-60x40", {"location": "A-1"}, media=media).preview)
    assert same_dots(plain.crop((4, 0, 480, 318)), moved.crop((0, 2, 476, 320)))


def test_an_offset_that_pushes_the_code_off_the_label_is_refused():
    with pytest.raises(LabelError) as refused:
        render("item-40x30", ITEM, media=Media(offset_x_mm=-5))
    assert refused.value.code == "not_readable"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("across", 4),
        ("across", 0),
        ("across", 1.5),
        ("gap_mm", -1),
        ("gap_mm", float("nan")),
        ("darkness", 31),
        ("darkness", "5\r\nCLS"),
        ("speed_inch_s", True),
        ("direction", 2),
        ("offset_x_mm", 11),
        ("tracking", "gap\r\nCLS"),
        ("across", None),
    ],
)
def test_a_setting_outside_its_limits_is_refused_by_name(name, value):
    with pytest.raises(LabelError) as refused:
        Media(**{name: value})
    assert (refused.value.code, refused.value.field) == ("bad_media", name)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"to": "epl"}, "format_unknown"),
        ({"dpi": 204}, "dpi_unknown"),
        ({"language": "fr"}, "language_unknown"),
        ({"copies": 0}, "bad_copies"),
        ({"copies": 1000}, "bad_copies"),
        ({"copies": True}, "bad_copies"),
    ],
)
def test_a_wish_nobody_can_fulfil_is_refused(asked, code):
    with pytest.raises(LabelError) as refused:
        render("item-40x30", ITEM, **asked)
    assert refused.value.code == code


def test_pictures_hold_one_label():
    for to in ("png", "svg"):
        with pytest.raises(LabelError) as refused:
            render("item-40x30", [ITEM, ITEM], to=to)
        assert refused.value.code == "one_page_only"


def test_printing_nothing_or_too_much_is_refused():
    with pytest.raises(LabelError, match="nothing_to_print"):
        render("item-40x30", [])
    with pytest.raises(LabelError, match="too_many_labels"):
        render("item-40x30", [ITEM] * 11, copies=999)


def test_an_aisle_begins_with_its_separator():
    aisle = {"aisle": "A", "first": "A-01", "last": "A-02", "count": 2}
    labels = [
        ("aisle-60x40", aisle),
        *(("location-60x40", {"location": f"A-0{n}"}) for n in (1, 2)),
    ]
    sheets = read_tspl(render_labels(labels, to="tspl").content)
    assert [scanned(sheet.picture) for sheet in sheets] == [[], ["]Q1L:A-01"], ["]Q1L:A-02"]]


@pytest.mark.parametrize("across", [1, 2])
def test_a_roll_has_labels_of_one_size(across):
    labels = [("item-40x30", ITEM), ("location-60x40", {"location": "A-1"})]
    with pytest.raises(LabelError) as refused:
        render_labels(labels, media=Media(across=across))
    assert refused.value.code == "mixed_sizes"
    assert refused.value.fields["width_mm"] == 40


def test_a_code_that_came_out_wrong_never_leaves(monkeypatch):
    def scratched(drawing):
        picture = rasterise(drawing)
        placed = drawing.symbols[0]
        picture.paste(255, (placed.x, placed.y, placed.x + placed.width // 2, placed.bottom))
        return picture

    monkeypatch.setattr(rendering, "rasterise", scratched)
    with pytest.raises(LabelError) as refused:
        render("item-40x30", ITEM)
    assert (refused.value.code, refused.value.field) == ("not_readable", "code")


def test_a_code_that_says_something_else_never_leaves(monkeypatch):
    other = lay_out(load_design("item-40x30"), item(2), dpi=203, language="zh")
    monkeypatch.setattr(rendering, "rasterise", lambda drawing: rasterise(other))
    with pytest.raises(LabelError) as refused:
        render("item-40x30", ITEM)
    assert refused.value.fields["read"].endswith("SKU-2")


def test_many_threads_draw_what_one_does():
    each = [item(number) for number in range(40)]
    alone = [render("item-40x30", data).content for data in each]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda data: render("item-40x30", data).content, each * 5))
    assert together == alone * 5
