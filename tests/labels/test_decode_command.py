"""`stockturn decode FILE…`."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from labels.symbols import make_symbol
from server.cli import cli
from tests.labels.pictures import picture_of


@pytest.fixture
def photographs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a pallet label, a wall and a letter; it is where we are."""
    label = picture_of(make_symbol("gs1_datamatrix", "(01)09501101530003(10)AB(21)9"))
    label.save(tmp_path / "label.png")
    Image.new("L", (200, 100), 200).save(tmp_path / "wall.png")
    (tmp_path / "letter.txt").write_text("Dear Sirs")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    return tmp_path


def decoded(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["decode", *arguments])


@pytest.mark.usefixtures("photographs")
def test_each_code_is_told_with_its_symbology_and_place():
    done = decoded("label.png")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith("label.png: datamatrix 010950110153000310AB<GS>219 (")


@pytest.mark.usefixtures("photographs")
def test_a_picture_without_a_code_makes_the_command_fail_and_hides_nothing():
    done = decoded("wall.png", "label.png", "letter.txt", "none.png")
    assert done.exit_code == 1
    assert done.stdout.count("\n") == 1
    refusals = done.stderr.splitlines()
    assert refusals[0] == "wall.png: -"
    assert refusals[1].endswith("[picture_unreadable]")
    assert refusals[2].endswith("[picture_missing]")


@pytest.mark.usefixtures("photographs")
def test_json_tells_everything_of_every_file():
    done = decoded("--json", "label.png", "wall.png", "letter.txt")
    assert done.exit_code == 1
    label, wall, letter = json.loads(done.stdout)
    (code,) = label["codes"]
    assert (code["symbology"], code["aim"], code["decoder"]) == ("datamatrix", "]d2", "zxing-cpp")
    assert code["text"] == "010950110153000310AB\x1d219"
    assert bytes.fromhex(code["data"]) == code["text"].encode()
    assert [len(corner) for corner in code["position"]] == [2, 2, 2, 2]
    assert wall == {"file": "wall.png", "codes": []}
    assert letter["error"] == {"code": "picture_unreadable", "fields": {"reason": "no picture"}}


@pytest.mark.usefixtures("photographs")
def test_refusals_are_said_in_chinese_where_that_is_spoken(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert "图片" in decoded("letter.txt").stderr


def test_at_least_one_picture_is_wanted():
    assert decoded().exit_code == 2
