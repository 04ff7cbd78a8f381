"""Our own numbers of documents, from patterns such as PO-{yy}{mm}-{nnnn}.

A series is the pattern with everything filled in but the running number, so that each month (or
year, or site) counts anew where the pattern says so. Gaps do no harm; no number is given twice.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from server.domain.codes import CODE_LENGTH_MOST
from server.domain.documents import KINDS
from server.domain.errors import InvalidInput

USUAL_PATTERNS: Final[Mapping[str, str]] = {
    kind.name: f"{kind.prefix}-{{yy}}{{mm}}-{{nnnn}}" for kind in KINDS.values()
}
PATTERN_LENGTH_MOST: Final = 60
_NUMBER = re.compile(r"\{(n{1,9})\}")
_FIELD = re.compile(r"\{[^{}]*\}")
_DATES: Final = ("{yyyy}", "{yy}", "{mm}", "{dd}", "{site}")


def checked_pattern(pattern: str) -> str:
    """The pattern. Raises InvalidInput `bad_number_pattern` unless it has one {n…} and nothing
    unknown in braces."""
    text = pattern.strip()
    unknown = [f for f in _FIELD.findall(text) if f not in _DATES and not _NUMBER.fullmatch(f)]
    plain = _FIELD.sub("", text)
    whole = plain.isprintable() and "{" not in plain and "}" not in plain
    if len(_NUMBER.findall(text)) != 1 or unknown or not whole or len(text) > PATTERN_LENGTH_MOST:
        raise InvalidInput("bad_number_pattern", value=text[:PATTERN_LENGTH_MOST])
    return text


def series_of(pattern: str, day: date, site: str) -> str:
    """The pattern for this day and site, with the running number still open."""
    filled = pattern.replace("{yyyy}", f"{day:%Y}").replace("{yy}", f"{day:%y}")
    filled = filled.replace("{mm}", f"{day:%m}").replace("{dd}", f"{day:%d}")
    return filled.replace("{site}", site.replace("{", "").replace("}", ""))


def number_in(series: str, running: int) -> str:
    """The running number put in, with at least as many digits as the pattern has n's."""
    found = _NUMBER.search(series)
    assert found is not None
    text = f"{running:0{len(found[1])}d}"
    return (series[: found.start()] + text + series[found.end() :])[:CODE_LENGTH_MOST]
