"""The pictures in docs/labels.md: one of every design in both languages, still telling the truth.

STOCKTURN_WRITE_PICTURES=1 draws them anew (fonts differ between machines, so their dots are not
compared, only what a scanner reads).
"""

import os

import pytest

from labels import design_names, load_design, render
from labels.designs import LANGUAGES
from labels.documents import render_documents, sample_document
from tests.labels.printers import ROOT, picture_of, scanned
from tests.labels.shipped import SAYS

FOLDER = ROOT / "docs" / "labels"
DOCUMENTS = ROOT / "docs" / "documents"
ON_PAPER = (("241x140", "zh", 6), ("241x93", "en", 4), ("241x279", "zh", 24), ("a4", "en", 12))
PAGE = ROOT / "docs" / "labels.md"
MOST_BYTES, MOST_BYTES_OF_A_PAGE = 30_000, 70_000


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", design_names())
def test_the_picture_of_a_design_shows_what_it_prints(name, language):
    path = FOLDER / f"{name}-{language}.png"
    now = _drawn(name, language)
    if os.environ.get("STOCKTURN_WRITE_PICTURES"):
        FOLDER.mkdir(exist_ok=True)
        now.save(path, optimize=True)
    shown = picture_of(path.read_bytes())
    assert (shown.mode, shown.size) == ("1", now.size)
    assert scanned(shown) == SAYS[name]
    assert path.stat().st_size < MOST_BYTES


def test_every_picture_is_shown_and_none_is_left_over():
    expected = {f"{name}-{language}.png" for name in design_names() for language in LANGUAGES}
    assert {path.name for path in FOLDER.iterdir()} == expected
    page = PAGE.read_text(encoding="utf-8")
    assert [name for name in sorted(expected) if f"labels/{name}" not in page] == []


@pytest.mark.parametrize(("paper", "language", "lines"), ON_PAPER)
def test_the_picture_of_a_document_shows_what_a_browser_prints(paper, language, lines):
    path = DOCUMENTS / f"{paper}-{language}.png"
    made = [sample_document(language, lines)]
    now = render_documents(made, paper=paper, language=language, to="png").picture
    if os.environ.get("STOCKTURN_WRITE_PICTURES"):
        DOCUMENTS.mkdir(exist_ok=True)
        now.save(path, optimize=True)
    shown = picture_of(path.read_bytes())
    assert (shown.mode, shown.size) == ("1", now.size)
    assert scanned(shown) == ["]C0D:GR-2026-00017"]
    assert path.stat().st_size < MOST_BYTES_OF_A_PAGE
    assert f"documents/{path.name}" in PAGE.read_text(encoding="utf-8")


def _drawn(name, language):
    sample = load_design(name).sample(language)
    return picture_of(render(name, sample, to="png", language=language).content)
