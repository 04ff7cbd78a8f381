"""What keeps a printer from printing: stable codes, and words with the way to mend them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple


class Fault(NamedTuple):
    """What is wrong, and what somebody standing there does about it."""

    what: str
    how_to_mend: str


def _read() -> dict[str, dict[str, Fault]]:
    told = json.loads(Path(__file__).with_name("faults.json").read_text(encoding="utf-8"))
    return {
        code: {language: Fault(*words) for language, words in both.items()}
        for code, both in told.items()
    }


FAULTS: Final[Mapping[str, Mapping[str, Fault]]] = _read()
"""By reason code, then by language (zh, en)."""


def in_words(reason: str, language: str) -> str:
    """Both sentences; the code itself when nobody has words for it."""
    fault = FAULTS.get(reason, {}).get(language)
    return f"{fault.what} {fault.how_to_mend}" if fault else reason
