"""Templates of messages: text with {places}, filled with facts. No conditions, no code.

A line whose only content is a place that is filled with nothing is left out.
"""

import re
from collections.abc import Mapping
from typing import Final

from server.domain.errors import InvalidInput
from server.domain.texts import checked_text

BODY_LENGTH_MOST: Final = 4_000
TITLE_LENGTH_MOST: Final = 200
LANGUAGES: Final = ("zh", "en")
KINDS: Final = ("digest", "red_line", "approval_overdue", "report", "trouble")
"""What a message is about; a subscription names one of these."""
PLACES: Final[Mapping[str, tuple[str, ...]]] = {
    "digest": (
        "site", "site_code", "day", "time", "since", "link", "alerts", "alert_count", "counts",
        "counts_waiting", "exceptions", "exception_count", "devices", "device_count", "receipts",
        "picks", "movements", "yesterday", "turnover", "documents", "stock_value",
    ),
    "red_line": ("site", "site_code", "day", "time", "link", "lines", "number"),
    "approval_overdue": ("site", "site_code", "day", "time", "link", "lines", "number"),
    "report": ("site", "site_code", "day", "time", "link", "title", "summary"),
    "trouble": ("site", "site_code", "day", "time", "link", "title", "summary"),
}  # fmt: skip
_PLACE: Final = re.compile(r"\{([^{}]*)\}")
_NAME: Final = re.compile(r"[a-z][a-z_]{0,39}")


def checked_template(kind: str, text: str, most: int, *, one_line: bool = False) -> str:
    """The text, all of whose places this kind of message knows.

    Raises InvalidInput `unknown_place`, `bad_template` (a brace that is no place),
    `text_too_long`, `bad_text`.
    """
    lines = [checked_text(line, "template", most) for line in text.splitlines()]
    if one_line and len(lines) > 1:
        raise InvalidInput("bad_template", at=lines[1][:20])
    joined = "\n".join(line.rstrip() for line in lines).strip()
    if len(joined) > most:
        raise InvalidInput("text_too_long", what="template", most=most)
    for name in _PLACE.findall(joined):
        if name not in PLACES[kind]:
            raise InvalidInput("unknown_place", place=name[:40], places=", ".join(PLACES[kind]))
    rest = _PLACE.sub("", joined)
    for brace in "{}":
        if brace in rest:
            raise InvalidInput("bad_template", at=rest[rest.index(brace) :][:20])
    return joined


def filled(template: str, facts: Mapping[str, str]) -> str:
    """The template with its places filled; facts are inserted as they are and never read again."""
    lines = []
    for line in template.splitlines():
        text = _PLACE.sub(lambda place: facts.get(place[1], ""), line)
        if text.strip() or not _PLACE.search(line):
            lines.append(text.rstrip())
    return "\n".join(lines).strip()


def as_one_line(text: str) -> str:
    """A title: no line breaks, whatever a name in it holds."""
    return " ".join(text.split())


_HARMLESS: Final = str.maketrans(
    {
        "[": "［",
        "]": "］",
        "<": "＜",
        ">": "＞",
        "`": "＇",
        "*": "＊",
        "@": "＠",
        "\\": "＼",
        "\n": " ",
        "\r": " ",
    }
)


def in_markdown(text: str) -> str:
    """Somebody else's text, so that it can neither link, call people, nor begin a line of its own:
    chats have no escapes, so signs that mean something become their full-width twins."""
    plain = text.translate(_HARMLESS)
    return "＃" + plain[1:] if plain.startswith("#") else plain
