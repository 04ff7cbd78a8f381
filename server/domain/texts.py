"""Free text as people write it: names, reasons, notes."""

import re

from server.domain.errors import InvalidInput

TEXT_LENGTH_MOST = 200

# Neither database nor printer nor screen can keep these: controls, and halves of UTF-16 pairs.
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def checked_text(text: str, what: str, most: int = TEXT_LENGTH_MOST) -> str:
    """The text, trimmed. Raises InvalidInput `bad_text` (controls) or `text_too_long`."""
    trimmed = text.strip()
    if _UNFIT.search(trimmed):
        raise InvalidInput("bad_text", what=what)
    if len(trimmed) > most:
        raise InvalidInput("text_too_long", what=what, most=most)
    return trimmed
