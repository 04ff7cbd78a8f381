"""What people read: sentences for error codes in Chinese and English, pages the server makes."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

TEXT: Final = Path(__file__).parent
LANGUAGES: Final = ("zh", "en")
WORDS: Final[Mapping[str, Mapping[str, str]]] = json.loads(
    (TEXT / "errors.json").read_text("utf-8")
)
REPORTS: Final[Mapping[str, Mapping[str, Mapping[str, str]]]] = json.loads(
    (TEXT / "reports.json").read_text("utf-8")
)
EXPORT_MAPS: Final[Mapping[str, Mapping[str, Any]]] = json.loads(
    (TEXT / "export_maps.json").read_text("utf-8")
)
"""Shipped column maps by name: title (zh, en), and the columns of each kind of batch."""


def report_words(section: str, name: str, language: str) -> str:
    """What a report, a column, a kind of movement … is called; its name when nobody said."""
    return REPORTS[section].get(name, {}).get(language, name)


EVENTS: Final[Mapping[str, Mapping[str, str]]] = json.loads(
    (TEXT / "events.json").read_text("utf-8")
)
"""Every topic of the change feed, by name, in words."""
MESSAGES: Final[Mapping[str, Mapping[str, Any]]] = json.loads(
    (TEXT / "messages.json").read_text("utf-8")
)
"""What leaves by chat and mail: templates by kind, and the words their facts are made of."""


def worded(code: str, fields: Mapping[str, Any], language: str) -> str:
    """The sentence for this code, its {fields} filled in; the code itself when it has none."""
    template = WORDS.get(code, {}).get(language, code)
    return template.format_map(_Facts(fields))


class _Facts(dict[str, Any]):
    def __missing__(self, name: str) -> str:
        return "…"
