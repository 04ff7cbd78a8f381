"""Only server/store/db.py decides when something is kept."""

import ast

from tests.architecture.sources import PRODUCT, nodes

_DECISIONS = {"commit", "rollback"}


def test_only_the_store_commits_or_rolls_back():
    deciding = {
        place.partition(":")[0]
        for place, node in nodes(*PRODUCT)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in _DECISIONS
    }
    assert deciding == {"server/store/db.py"}
