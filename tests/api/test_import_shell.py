"""stockturn import and export: files in and out without a browser."""

import pytest
from click.testing import CliRunner

from server.cli import cli


@pytest.fixture
def shell(sqlite_url, tmp_path, monkeypatch):
    """Runs a command line against a fresh database, in a directory of its own."""
    monkeypatch.setenv("STOCKTURN_VAR", str(tmp_path))
    monkeypatch.setenv("STOCKTURN_DATABASE_URL", sqlite_url)
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(cli, list(words))


def test_a_file_is_imported_exported_and_rolled_back(shell, tmp_path):
    (tmp_path / "items.csv").write_text("sku,unit\nA,kg\n", "utf-8")
    dry = shell("import", "file", "items", "items.csv", "--dry-run")
    assert dry.exit_code == 0, dry.output
    assert "dry_run: 1 new 0 changed 0 same 0 wrong" in dry.output
    done = shell("import", "file", "items", "items.csv")
    assert "applied: 1 new" in done.output
    assert shell("export", "items", "out.csv").exit_code == 0
    assert "A,,,,kg" in (tmp_path / "out.csv").read_text("utf-8-sig")
    assert shell("import", "roll-back", done.output.split()[0]).exit_code == 0


def test_wrong_rows_are_written_and_make_the_exit_code_1(shell, tmp_path):
    (tmp_path / "items.csv").write_text("sku,unit\nA,kg\n,kg\n", "utf-8")
    done = shell("import", "file", "items", "items.csv", "--wrong-rows", "wrong.csv")
    assert done.exit_code == 1
    assert "[field_missing]" in (tmp_path / "wrong.csv").read_text("utf-8-sig")


def test_a_file_that_is_no_table_is_refused_in_a_sentence(shell, tmp_path):
    (tmp_path / "items.csv").write_bytes(b"")
    refused = shell("import", "file", "items", "items.csv")
    assert refused.exit_code == 1
    assert "[empty_file]" in refused.output
