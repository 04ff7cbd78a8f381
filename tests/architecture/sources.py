"""The project's own files and syntax trees, for the tests that keep its plan."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("server", "jobs", "labels")
EVERYTHING = (*PRODUCT, "migrations", "tests", "bench", "tools")


def python_files(*folders: str) -> list[Path]:
    """Every Python file under these folders of the repository."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


@cache
def syntax_tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def nodes(*folders: str) -> Iterator[tuple[str, ast.AST]]:
    """(file:line, node) of every node that has a place, in every file of these folders."""
    for path in python_files(*folders):
        for node in ast.walk(syntax_tree(path)):
            if hasattr(node, "lineno"):
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def project_files() -> list[Path]:
    """Every file that is, or is about to be, part of the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [path for name in listed.stdout.splitlines() if (path := ROOT / name).is_file()]
