"""stockturn label: labels as files, without a server."""

import pytest
from click.testing import CliRunner

from labels.decoding.attempts import read_picture
from server.cli import cli
from server.domain.people import SYSTEM
from server.services.keep_records import create_record
from server.services.manage_items import create_item
from server.services.manage_places import LOCATIONS, SITES
from tests.api.stations import zpl_picture


@pytest.fixture
def shell(sqlite_app, sqlite_url, tmp_path, monkeypatch):
    """Runs `stockturn label …` beside a warehouse with an item and three locations."""
    create_item({"sku": "M8", "name_zh": "螺栓", "base_unit": "pcs"}, actor=SYSTEM)
    create_record(SITES, {"code": "SH1"}, actor=SYSTEM)
    for code in ("A-01", "A-02", "B-01"):
        create_record(LOCATIONS, {"site": "SH1", "code": code, "kind": "bin"}, actor=SYSTEM)
    monkeypatch.setenv("STOCKTURN_VAR", str(tmp_path / "var"))
    monkeypatch.setenv("STOCKTURN_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("STOCKTURN_SECRET_KEY", "test")
    monkeypatch.setenv("LANG", "C.UTF-8")
    return lambda *arguments: CliRunner().invoke(cli, ("label", *arguments))


def test_an_item_label_comes_as_zpl_by_its_size(shell):
    made = shell("item", "M8", "--design", "40x30", "--format", "zpl")
    assert made.exit_code == 0, made.output
    assert [found.text for found in read_picture(zpl_picture(made.stdout_bytes))] == ["M8"]


def test_locations_of_a_question_go_into_a_file_with_separators(shell, tmp_path):
    out = tmp_path / "locations.tspl"
    asked = ("query", "locations", "--site", "SH1", "--design", "60x40", "--separators")
    made = shell(*asked, "--format", "tspl", "--out", str(out))
    assert made.exit_code == 0, made.output
    assert out.read_bytes().count(b"PRINT 1,1") == 5
    assert shell("location", "A-01", "--site", "SH1", "--design", "60x40").exit_code == 0


def test_a_csv_becomes_sheets_as_pdf(shell, tmp_path):
    rows = tmp_path / "rows.csv"
    rows.write_text(
        "code,sku,name\n" + "".join(f"{at},S{at},名 {at}\n" for at in range(30)), "utf-8"
    )
    made = shell("csv", str(rows), "--design", "item-63x34", "--format", "pdf", "--sheet", "a4-24")
    assert made.exit_code == 0, made.output
    assert made.stdout_bytes.startswith(b"%PDF")


@pytest.mark.parametrize(
    "content",
    [
        "sku;code;name\nS1;1;六角螺栓\n".encode("gb18030"),
        "\ufeffsku,code,name\r\nS1,1,六角螺栓,more\r\n".encode(),
    ],
)
def test_a_csv_may_come_as_spreadsheets_write_it(shell, tmp_path, content):
    (tmp_path / "rows.csv").write_bytes(content)
    made = shell("csv", str(tmp_path / "rows.csv"), "--design", "40x30")
    assert made.exit_code == 0, made.output
    assert [found.text for found in read_picture(zpl_picture(made.stdout_bytes))] == ["1"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "empty_file"),
        (b"sku,code,name\n", "empty_file"),
        (b"\x00\x01", "no_table"),
        (b"\xff\xfe\x00\xd8,a\n", "unknown_encoding"),
        (b"a" * 300_000 + b"\n1\n", "no_table"),
        (b"foo,bar\n1,2\n", "field_missing (field=code, row=1)"),
        (b"sku,code,name\nS1,1,n\nS2,2,a\x07b\n", "row=2)"),
    ],
)
def test_a_csv_that_cannot_be_printed_is_refused_with_the_row(shell, tmp_path, content, told):
    (tmp_path / "rows.csv").write_bytes(content)
    refused = shell("csv", str(tmp_path / "rows.csv"), "--design", "40x30")
    assert refused.exit_code == 1
    assert told in refused.output


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("item", "GHOST", "--design", "40x30"), "unknown_item"),
        (("item", "M8", "--design", "99x99"), "design_unknown"),
        (("unit", "GHOST", "--design", "80x50"), "unknown_unit"),
        (("query", "items", "--q", "nothing", "--design", "40x30"), "nothing_to_print"),
    ],
)
def test_what_cannot_be_printed_is_said_in_a_sentence(shell, arguments, code):
    refused = shell(*arguments)
    assert refused.exit_code == 1
    assert code in refused.output
