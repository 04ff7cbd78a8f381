"""Every topic of the change feed is named, in both languages and in the docs."""

import ast
import re

from server.text import EVENTS
from tests.architecture.sources import ROOT, nodes

_DOCS = (ROOT / "docs" / "webhooks.md").read_text(encoding="utf-8")
_TOPIC = re.compile(r"[a-z][a-z_]*\.[a-z][a-z_]*")


def test_every_topic_that_is_announced_is_named():
    assert sorted(_announced() - {*EVENTS}) == []


def test_every_kind_of_record_that_tells_of_its_changes_is_named():
    kinds = {
        node.args[0].value
        for _, node in nodes("server")
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "RecordKind"
    }
    assert len(kinds) > 10
    assert sorted(f"{kind}.changed" for kind in kinds if f"{kind}.changed" not in EVENTS) == []


def test_every_name_is_in_both_languages_and_in_the_docs():
    assert [topic for topic, words in EVENTS.items() if {*words} != {"zh", "en"}] == []
    assert [topic for topic in EVENTS if f"| `{topic}` |" not in _DOCS] == []
    assert list(EVENTS) == sorted(EVENTS)


def _announced():
    """Literal topics handed to what writes the feed."""
    writers = {"announce", "feed_row"}
    return {
        argument.value
        for _, node in nodes("server")
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in writers
        for argument in (*node.args, *(keyword.value for keyword in node.keywords))
        if isinstance(argument, ast.Constant)
        and isinstance(argument.value, str)
        and _TOPIC.fullmatch(argument.value)
    }
