"""Making text fit: shrink, wrap, and cut with an ellipsis as the last resort."""

import math
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace

from labels import fonts

LINE_PITCH = 1.2  # em from baseline to baseline
ASCENT = 0.9  # em from the top of a line to its baseline
ELLIPSIS = "…"
SMALLER_ON_ONE_LINE = 0.7
_SHRINK = 0.94
_NEVER_FIRST = frozenset("，。、；：？！）】》」』”’％,.;:?!)]}%…·")
_NEVER_LAST = frozenset("（【《「『“‘([{¥$#")
_BREAK_AFTER = frozenset(" -/,;")


@dataclass(frozen=True, slots=True)
class Room:
    """Where text must fit. width, height: dots; most: lines; size, least: dots per em."""

    width: int
    height: int
    most: int
    size: int
    least: int
    bold: bool


@dataclass(frozen=True, slots=True)
class Fitted:
    """Lines that fit at this size; whole: nothing was cut."""

    lines: tuple[str, ...]
    size: int
    whole: bool


def fit_code(text: str, room: Room) -> Fitted:
    """As fit, but a code stays on one line if that does not make it much smaller."""
    fitted = fit(text, room)
    if len(fitted.lines) < 2:
        return fitted
    least = max(room.least, int(fitted.size * SMALLER_ON_ONE_LINE))
    alone = fit(text, replace(room, most=1, least=least))
    return alone if alone.whole else fitted


def fit(text: str, room: Room) -> Fitted:
    """The largest size at which the whole text fits, else the smallest, cut."""
    sizes = [size for size in _sizes(room) if _height(1, size) <= room.height] or [room.least]
    for size in sizes:
        most = min(room.most, _lines_high(room, size))
        lines = wrap(text, size, room.bold, room.width, most)
        if lines is not None:
            return Fitted(tuple(lines), size, whole=True)
    size = sizes[-1]
    return Fitted(tuple(_cut(text, size, room, _lines_high(room, size))), size, whole=False)


def wrap(text: str, size: int, bold: bool, width: int, most: int) -> list[str] | None:
    """The text in at most so many lines, None if it needs more. Words longer than a line break."""
    whole = fonts.length(text, size, bold)
    if whole <= width:
        return [text]
    if whole > width * most:
        return None
    lines: list[str] = []
    while text and len(lines) < most:
        taken = _taken(text, size, bold, width)
        lines.append(text[:taken].rstrip(" "))
        text = text[taken:].lstrip(" ")
    return None if text else lines


def _cut(text: str, size: int, room: Room, high: int) -> list[str]:
    lines: list[str] = []
    most = min(room.most, high)
    while text and len(lines) < most - 1:
        taken = _taken(text, size, room.bold, room.width)
        lines.append(text[:taken].rstrip(" "))
        text = text[taken:].lstrip(" ")
    if not text or fonts.length(text, size, room.bold) <= room.width:
        return [*lines, text] if text else lines
    fits = _fitting(text, size, room.bold, room.width - _length(ELLIPSIS, size, room.bold))
    return [*lines, text[: _whole_character(text, fits)].rstrip(" ") + ELLIPSIS]


def _taken(text: str, size: int, bold: bool, width: int) -> int:
    """How many characters go on this line: up to the last good place to break, at least one."""
    fits = _fitting(text, size, bold, width)
    if fits == len(text):
        return fits
    good = next((end for end in range(fits, 0, -1) if _may_break(text, end)), 0)
    return good or max(_whole_character(text, fits), 1)


def _fitting(text: str, size: int, bold: bool, width: int) -> int:
    """How many characters fit: guessed by proportion, then looked for nearby."""
    whole = _length(text, size, bold)
    if whole <= width:
        return len(text)
    end = max(0, min(len(text) - 1, len(text) * width // whole))
    while end and _length(text[:end], size, bold) > width:
        end -= 1
    while _length(text[: end + 1], size, bold) <= width:
        end += 1
    return end


def _length(text: str, size: int, bold: bool) -> int:
    return math.ceil(fonts.length(text, size, bold))


def _may_break(text: str, at: int) -> bool:
    before, after = text[at - 1], text[at]
    if after in _NEVER_FIRST or before in _NEVER_LAST or _clings(after):
        return False
    return after == " " or before in _BREAK_AFTER or _is_wide(before) or _is_wide(after)


def _whole_character(text: str, end: int) -> int:
    while 0 < end < len(text) and _clings(text[end]):
        end -= 1
    return end


def _clings(character: str) -> bool:
    return unicodedata.category(character) in {"Mn", "Mc", "Me", "Cf"}


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in {"W", "F"}


def _sizes(room: Room) -> Iterator[int]:
    size = room.size
    while size > room.least:
        yield size
        size = min(size - 1, int(size * _SHRINK))
    yield room.least


def _height(lines: int, size: int) -> float:
    return (1 + (lines - 1) * LINE_PITCH) * size


def _lines_high(room: Room, size: int) -> int:
    """How many lines fit into the height, at least one."""
    return max(1, int((room.height / size - 1) / LINE_PITCH + 1.001))
