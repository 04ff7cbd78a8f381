"""Codes as people type, print and scan them: compared NFKC-normalised and casefolded."""

import unicodedata
from functools import lru_cache

from server.domain.errors import InvalidInput

CODE_LENGTH_MOST = 200
KEYS_REMEMBERED = 20_000


@lru_cache(maxsize=KEYS_REMEMBERED)
def code_key(code: str) -> str:
    """What a code is compared by: full-width and half-width, upper and lower case are equal."""
    return unicodedata.normalize("NFKC", code).strip().casefold()


def checked_code(code: str, what: str) -> str:
    """The code, trimmed. Raises InvalidInput `bad_code` if empty, too long or not printable."""
    trimmed = code.strip()
    # One sign may normalise into many, and the key must fit the database's index too.
    longest = max(len(trimmed), len(code_key(trimmed)))
    if not trimmed or longest > CODE_LENGTH_MOST or not trimmed.isprintable():
        raise InvalidInput("bad_code", what=what, value=trimmed[:40])
    return trimmed
