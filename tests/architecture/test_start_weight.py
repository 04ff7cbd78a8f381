"""What a handheld must read before its first screen: small enough for a slow corner of the hall."""

import gzip
import re
from pathlib import Path

import pytest

DIST = Path(__file__).parents[2] / "scanner_client" / "dist"
BYTES_MOST = 40_000
IMPORTED = re.compile(r"""(?:from|import)\s*["'](?:\./|/assets/)([^"']+\.js)["']""")


@pytest.fixture
def dist() -> Path:
    """The built web app."""
    if not (DIST / "index.html").is_file():
        pytest.skip("scanner_client/dist is not built: run make client")
    return DIST


def test_a_handheld_starts_with_forty_kilobytes_at_most(dist: Path) -> None:
    page = (dist / "index.html").read_text()
    named = re.findall(r'(?:src|href)="/(assets/[^"]+\.(?:js|css))"', page)
    start = {dist / "index.html", *(dist / name for name in named), *_chunks(dist, "floor_page")}
    languages = [*_chunks(dist, "zh"), *_chunks(dist, "en")]
    start.add(max(languages, key=_weight))
    whole = _with_imports(start)
    weights = {path.name: _weight(path) for path in sorted(whole)}
    assert sum(weights.values()) <= BYTES_MOST, weights
    assert not {path for path in whole if "stock_page" in path.name}
    assert len(set(languages) & whole) == 1


def _chunks(dist: Path, name: str) -> list[Path]:
    found = list((dist / "assets").glob(f"{name}-*.js"))
    assert len(found) == 1, (name, found)
    return found


def _with_imports(start: set[Path]) -> set[Path]:
    """These files and all they import at once (what they import later is not waited for)."""
    seen: set[Path] = set()
    left = list(start)
    while left:
        path = left.pop()
        if path in seen:
            continue
        seen.add(path)
        if path.suffix == ".js":
            left += [path.parent / name for name in IMPORTED.findall(path.read_text())]
    return seen


def _weight(path: Path) -> int:
    return len(gzip.compress(path.read_bytes(), 9))
