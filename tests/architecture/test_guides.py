"""The guides: one of each in both languages, every picture shown, every link leading somewhere."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
GUIDES = DOCS / "guides"
NAMES = ("first-morning", "operator", "clerk", "supervisor", "administrator")
PICTURE_BYTES_MOST = 90_000
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def test_every_guide_is_there_in_both_languages_with_the_same_sections():
    for name in NAMES:
        texts = [(GUIDES / f"{name}.{language}.md").read_text("utf-8") for language in ("zh", "en")]
        sections = [len(re.findall(r"^## ", text, re.MULTILINE)) for text in texts]
        assert sections[0] == sections[1] > 1, name


def test_every_picture_is_shown_in_its_language_and_none_is_left_over():
    shown = set()
    for path in GUIDES.glob("*.md"):
        language = path.stem.rpartition(".")[2]
        found = re.findall(r"\]\(pictures/([^)]+)\)", path.read_text("utf-8"))
        assert [name for name in found if not name.endswith(f"-{language}.png")] == [], path.name
        shown |= set(found)
    kept = {path.name: path.stat().st_size for path in (GUIDES / "pictures").glob("*.png")}
    assert kept.keys() == shown
    assert [name for name, size in kept.items() if size > PICTURE_BYTES_MOST] == []


@pytest.mark.parametrize("path", sorted(GUIDES.glob("*.md")), ids=lambda path: path.name)
def test_every_link_of_a_guide_leads_somewhere(path):
    links = LINK.findall(path.read_text("utf-8"))
    dead = [to for to in links if "://" not in to and not (path.parent / to).exists()]
    assert dead == []
