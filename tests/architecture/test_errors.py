"""Every error code that is raised is documented, and worded in Chinese and English."""

import ast
import json
import re
from string import Formatter

from server.api.errors import CODE_OF_STATUS
from tests.architecture.sources import PRODUCT, ROOT, nodes

_WORDS = json.loads((ROOT / "server" / "text" / "errors.json").read_text(encoding="utf-8"))
_DOCS = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")


def test_every_code_that_is_raised_is_worded():
    assert [code for code in _raised_codes() if not _matching(code, _WORDS)] == []


def test_every_code_that_is_raised_is_documented():
    documented = set(re.findall(r"`([a-z][a-z0-9_]*)`", _DOCS))
    assert [code for code in _raised_codes() if not _matching(code, documented)] == []


def test_every_code_that_is_worded_is_documented():
    assert [code for code in _WORDS if f"`{code}`" not in _DOCS] == []


def test_every_code_is_worded_in_both_languages():
    assert [code for code, words in _WORDS.items() if set(words) != {"en", "zh"}] == []
    assert [code for code, words in _WORDS.items() if not all(words.values())] == []


def test_both_languages_speak_of_the_same_facts():
    uneven = [code for code, words in _WORDS.items() if _facts(words["en"]) != _facts(words["zh"])]
    assert uneven == []


def test_codes_are_kept_in_order():
    assert list(_WORDS) == sorted(_WORDS)


def _facts(sentence):
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def _matching(pattern, codes):
    return any(re.fullmatch(pattern, code) for code in codes)


def _raised_codes():
    """Patterns of the first arguments of all refusals: f"bad_{what}" is bad_.+"""
    refusals = _refusals()
    calls = [node for _, node in nodes(*PRODUCT) if isinstance(node, ast.Call) and node.args]
    refused = [_pattern(call.args[0]) for call in calls if _name(call.func) in refusals]
    answered = [_pattern(call.args[1]) for call in calls if _name(call.func) == "problem"]
    return sorted({code for code in (*refused, *answered, *CODE_OF_STATUS.values()) if code})


def _refusals():
    """Names of StockturnError and of everything that descends from it."""
    classes = [node for _, node in nodes(*PRODUCT) if isinstance(node, ast.ClassDef)]
    family = {"StockturnError"}
    while grown := {c.name for c in classes if family & {*map(_name, c.bases)}} - family:
        family |= grown
    return family


def _name(node):
    return ast.unparse(node).rpartition(".")[2]


def _pattern(node):
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.escape(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(_pattern(part) or ".+" for part in node.values)
    return None
