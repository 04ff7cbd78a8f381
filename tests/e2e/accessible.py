"""What axe-core says of a screen: nothing serious, in any language, light or size."""

from functools import cache
from typing import Any

from playwright.sync_api import Page

from tests.e2e.conftest import ROOT

AXE = ROOT / "scanner_client" / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = ("serious", "critical")


def check_accessible(page: Page, name: str) -> None:
    """Raises AssertionError naming the rules a screen breaks, and where."""
    page.evaluate(_source())
    found: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert len(found["passes"]) > 3, f"axe looked at nothing on {name}"
    broken = [
        f"{name}: {violation['id']} ({violation['impact']}): {violation['help']}\n"
        + "\n".join(f"    {node['html'][:150]}\n    {_why(node)}" for node in violation["nodes"])
        for violation in found["violations"]
        if violation["impact"] in GRAVE
    ]
    assert not broken, "\n".join(broken)


def _why(node: dict[str, Any]) -> str:
    return str(node.get("failureSummary", "")).replace("\n", " ")[:200]


@cache
def _source() -> str:
    return AXE.read_text(encoding="utf-8")
