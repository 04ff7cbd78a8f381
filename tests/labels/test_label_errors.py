"""Every refusal of a label is worded in Chinese and English, and its sentence can be filled in."""

import ast
import json
import re
from string import Formatter

from labels.errors import LabelError
from tests.architecture.sources import ROOT, nodes

_WORDS = json.loads((ROOT / "server" / "text" / "errors.json").read_text(encoding="utf-8"))
_DOCS = set(
    re.findall(r"^\| `([a-z_]+)`", (ROOT / "docs" / "errors.md").read_text("utf-8"), re.MULTILINE)
)


def test_every_code_is_worded_and_documented():
    codes = {code for code, _ in _refusals()}
    assert len(codes) > 30
    assert sorted(codes - set(_WORDS)) == []
    assert sorted(codes - _DOCS) == []


def test_sentences_speak_only_of_facts_that_are_given():
    for code, facts in _refusals():
        named = {name for _, name, _, _ in Formatter().parse(_WORDS[code]["en"]) if name}
        assert named <= facts | {"field"}, code


def test_an_error_says_its_code_field_and_facts():
    error = LabelError("symbol_too_small", "code", needed_width_mm=3.5)
    assert str(error) == "symbol_too_small (field=code, needed_width_mm=3.5)"
    assert str(LabelError("nothing_to_print")) == "nothing_to_print"
    assert error.fields == {"field": "code", "needed_width_mm": 3.5}


def _refusals():
    """(code, facts) of each refusal written in labels/; facts passed on as a whole are left out."""
    for _, node in nodes("labels"):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "LabelError" and node.args:
            code, facts = node.args[0], {keyword.arg for keyword in node.keywords}
            if isinstance(code, ast.Constant) and None not in facts:
                yield code.value, facts
