"""docs/symbols.md has the table of kinds as it is."""

import re
from pathlib import Path

from labels.symbols import KINDS

PAGE = Path(__file__).parents[2] / "docs" / "symbols.md"


def test_the_page_tells_the_sizes_of_every_kind():
    rows = re.findall(
        r"^\| `(\w+)` \|[^|]+\| ([\d.]+) \| (\d+) \| (\d+) \|", PAGE.read_text("utf-8"), re.M
    )
    told = {name: (float(least), int(quiet), int(most)) for name, least, quiet, most in rows}
    held = {each.name: (each.min_module_mm, each.quiet, each.most) for each in KINDS.values()}
    assert told == held
