"""How modules are named and what they never contain."""

import ast
import re

from tests.architecture.sources import EVERYTHING, PRODUCT, nodes, python_files

_BANNED_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "data", "misc"}
_UNFINISHED = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X"]) + r")\b")


def test_no_module_has_a_name_that_says_nothing():
    assert [path for path in python_files(*EVERYTHING) if path.stem in _BANNED_NAMES] == []


def test_no_import_hides_inside_a_function():
    hidden = [
        place
        for place, node in nodes(*EVERYTHING)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert hidden == []


def test_nothing_is_left_unfinished():
    notes = [path for path in python_files(*EVERYTHING) if _UNFINISHED.search(path.read_text())]
    stubs = [place for place, node in nodes(*PRODUCT) if _raises_not_implemented(node)]
    assert notes + stubs == []


def test_no_test_sleeps():
    sleeping = [
        place
        for place, node in nodes("tests")
        if isinstance(node, ast.Call) and _called(node) in {"time.sleep", "sleep"}
    ]
    assert sleeping == []


def test_tests_are_named_as_sentences():
    terse = [
        f"{place} {node.name}"
        for place, node in nodes("tests")
        if isinstance(node, ast.FunctionDef)
        and node.name.startswith("test_")
        and len(node.name.split("_")) < 4
    ]
    assert terse == []


def _raises_not_implemented(node):
    return isinstance(node, ast.Raise) and "NotImplementedError" in ast.dump(node)


def _called(node):
    return ast.unparse(node.func)
