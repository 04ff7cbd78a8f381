"""Codes in pictures from anywhere: found, placed, and never at the cost of the process."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from labels.decoding import Found, attempts, decode, limits, parent
from labels.decoding.attempts import read_picture
from labels.decoding.found import found_from_json
from labels.errors import LabelError
from labels.symbols import make_symbol
from tests.labels.mutants import FORMATS
from tests.labels.pictures import picture_of

ROOT = Path(__file__).parents[2]
REFUSED = {"decoded", "picture_unreadable", "too_many_pixels"}


def encoded(picture: Image.Image, format_: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, format_, **options)
    return buffer.getvalue()


def shelf() -> Image.Image:
    """A location label above an item label."""
    picture = Image.new("L", (700, 500), 255)
    picture.paste(picture_of(make_symbol("qr", "L:A-01-03"), module=5), (20, 10))
    picture.paste(picture_of(make_symbol("ean13", "6901234567892"), module=3), (250, 250))
    return picture


def code_of(source: bytes | Path | str) -> str:
    with pytest.raises(LabelError) as refused:
        decode(source)
    return refused.value.code


def header_of(width: int, height: int) -> bytes:
    """A picture that says it is of this size, and goes no further."""
    return f"P5 {width} {height} 255\n".encode()


@pytest.mark.parametrize("format_", FORMATS)
def test_every_code_is_found_with_its_symbology_and_place(format_: str):
    codes = {found.symbology: found for found in decode(encoded(shelf(), format_))}
    assert {name: found.text for name, found in codes.items()} == {
        "qr": "L:A-01-03",
        "ean13": "6901234567892",
    }
    assert (codes["qr"].aim, codes["qr"].data) == ("]Q1", b"L:A-01-03")
    for (x, y), (across, down) in zip(codes["qr"].position, _corners(48, 38, 105), strict=True):
        assert abs(x - across) <= 6
        assert abs(y - down) <= 6
    assert all(x > 250 and y > 250 for x, y in codes["ean13"].position)


def _corners(left: int, top: int, size: int) -> list[tuple[int, int]]:
    right, bottom = left + size, top + size
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def test_files_are_read_by_their_path(tmp_path: Path):
    file = tmp_path / "货架.png"
    file.write_bytes(encoded(shelf()))
    assert len(decode(file)) == len(decode(str(file))) == 2


def test_transparent_paper_is_white():
    picture = picture_of(make_symbol("datamatrix", "T:17")).convert("L")
    drawn = Image.new("RGBA", picture.size, (0, 0, 0, 0))
    drawn.putalpha(picture.point(lambda value: 255 - value))
    assert [found.text for found in decode(encoded(drawn))] == ["T:17"]


def test_deep_greys_are_read():
    picture = picture_of(make_symbol("qr", "W:9")).convert("I;16")
    assert [found.text for found in decode(encoded(picture))] == ["W:9"]


def test_places_are_those_of_the_picture_as_it_is_shown():
    turned = shelf().transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown turned clockwise
    assert decode(encoded(turned, "JPEG", exif=exif, quality=95))[0].text == "L:A-01-03"
    (x, y), *_ = decode(encoded(turned, "JPEG", exif=exif, quality=95))[0].position
    assert max(abs(x - 48), abs(y - 38)) <= 6


@pytest.mark.parametrize("degrees", [10, 35, 45, 80, 170, 260])
def test_slanted_codes_are_read(degrees: int):
    picture = picture_of(make_symbol("code128", "SKU-4711"), module=4).convert("L")
    slanted = picture.rotate(degrees, expand=True, fillcolor=255)
    assert {found.text for found in read_picture(slanted)} == {"SKU-4711"}


def test_places_of_later_attempts_are_given_back_in_the_picture(monkeypatch: pytest.MonkeyPatch):
    picture = picture_of(make_symbol("qr", "L:A-01-03"), module=4).convert("L")
    (usual,) = read_picture(picture)
    for attempt in attempts._LATER:
        for found in attempt(picture):
            assert found.text == usual.text
            assert abs(_centre(found)[0] - _centre(usual)[0]) <= 6
            assert abs(_centre(found)[1] - _centre(usual)[1]) <= 6


def _centre(found: Found) -> tuple[float, float]:
    across, down = zip(*found.position, strict=True)
    return sum(across) / 4, sum(down) / 4


def test_findings_survive_their_way_through_json():
    found = Found("qr", "]Q1", "中\x1d", b"\x00\xff", ((1, 2), (3, 4), (5, 6), (7, 8)), "zbar")
    assert found_from_json(json.loads(json.dumps(found.as_json()))) == found


def test_a_picture_without_codes_has_none():
    assert decode(encoded(Image.new("RGB", (300, 200), "white"))) == []


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (b"", "picture_unreadable"),
        (b"%PDF-1.7 and so on", "picture_unreadable"),
        (b"\x89PNG\r\n\x1a\n", "picture_unreadable"),
        (encoded(shelf())[:-200], "picture_unreadable"),
        (encoded(shelf(), "JPEG")[:2000], "picture_unreadable"),
        (header_of(5000, 4001), "too_many_pixels"),
        (header_of(60000, 60000), "too_many_pixels"),
        (header_of(2**31 - 1, 2**31 - 1), "too_many_pixels"),
        (header_of(30_001, 1), "too_many_pixels"),
        (b"\0" * (limits.MOST_BYTES + 1), "picture_too_heavy"),
    ],
)
def test_what_cannot_be_decoded_is_refused_in_words(source: bytes, code: str):
    assert code_of(source) == code


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path):
    assert code_of(tmp_path / "none.png") == "picture_missing"
    assert code_of(tmp_path) == "picture_missing"


def test_a_bomb_is_refused_before_it_is_unpacked():
    bomb = encoded(Image.new("1", (9000, 9000)))
    assert len(bomb) < 20_000
    assert code_of(bomb) == "too_many_pixels"


CHILDREN = {
    "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)": "signal 11",
    "import sys; sys.exit(3)": "exit 3",
    "import labels.decoding.child as child; child._limit(); b'x' * (2 << 30)": "exit 1",
    "import threading; threading.Event().wait()": "1 s",
}


@pytest.mark.parametrize(("program", "reason"), CHILDREN.items())
def test_a_child_that_ends_badly_harms_nobody(
    program: str, reason: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(parent, "_CHILD", (sys.executable, "-c", program))
    if reason == "1 s":
        monkeypatch.setattr(parent, "WALL_CLOCK_S", 1)
    with pytest.raises(LabelError) as refused:
        decode(b"picture")
    assert (refused.value.code, refused.value.fields["reason"]) == ("decoding_stopped", reason)


def test_the_child_imports_nothing_from_where_it_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "__init__.py").write_text("raise SystemExit('caught')")
    (tmp_path / "json.py").write_text("raise SystemExit('caught')")
    monkeypatch.chdir(tmp_path)
    assert len(decode(encoded(shelf()))) == 2


@pytest.mark.parametrize("count", [300, pytest.param(2000, marks=pytest.mark.full)])
def test_no_broken_picture_ends_the_decoder(count: int):
    done = subprocess.run(
        [sys.executable, "-m", "tests.labels.mutants", "20261123", str(count)],
        cwd=ROOT,
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    answers = json.loads(done.stdout)
    assert sum(answers.values()) == count
    assert set(answers) == REFUSED
    assert answers["decoded"] > count / 4
