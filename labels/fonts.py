"""Which font draws which character, and how wide a line of text is.

Chinese first (Noto Sans CJK or what the machine has in its place), then fonts for what that one
lacks. A character none of them has is refused: a box on a label helps nobody.
"""

import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from PIL import Image, ImageChops, ImageDraw, ImageFont

from labels.errors import LabelError

# (file, face within the file), regular then bold; the first of each row that exists is used.
CHINESE = {
    False: (
        ("NotoSansCJK-Regular.ttc", 2),
        ("NotoSansSC-Regular.otf", 0),
        ("SourceHanSansSC-Regular.otf", 0),
        ("msyh.ttc", 0),
        ("PingFang.ttc", 0),
        ("wqy-zenhei.ttc", 0),
        ("simhei.ttf", 0),
    ),
    True: (
        ("NotoSansCJK-Bold.ttc", 2),
        ("NotoSansSC-Bold.otf", 0),
        ("SourceHanSansSC-Bold.otf", 0),
        ("msyhbd.ttc", 0),
        ("PingFang.ttc", 0),
        ("wqy-zenhei.ttc", 0),
        ("simhei.ttf", 0),
    ),
}
OTHERS = {
    False: ("DejaVuSans.ttf", "NotoSans-Regular.ttf", "NotoSansArabic-Regular.ttf", "arial.ttf"),
    True: ("DejaVuSans-Bold.ttf", "NotoSans-Bold.ttf", "NotoSansArabic-Bold.ttf", "arialbd.ttf"),
}
SYMBOLS = ("NotoSansSymbols2-Regular.ttf", "NotoEmoji-Regular.ttf", "Symbola.ttf", "seguisym.ttf")
INSTALL = "fonts-noto-cjk"

_NO_CHARACTER = "\U0010fffe"
PROBE = 24
# Em kept above and below the baseline while a line is drawn.
_ABOVE, _BELOW = 3, 2
# Whose form or place depends on the neighbours: marks, Hebrew to Khmer, Arabic forms, emoji parts.
_JOINING = re.compile("[\u0300-\u036f\u0590-\u1dff\ufb1d-\ufeff\U00010000-\U0010ffff]")
Face = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Run:
    """Part of a line in one font, `x` dots right of the line's start."""

    text: str
    face: Face
    x: int


@dataclass(frozen=True, slots=True)
class Shaped:
    """A line in dots; left, top, right, bottom: of its ink, from the line's start and baseline.

    picture: the ink and nothing around it, mode "1", 0 = black.
    """

    runs: tuple[Run, ...]
    left: int
    top: int
    right: int
    bottom: int
    picture: Image.Image


@lru_cache(maxsize=512)
def font_at(face: Face, size: int) -> ImageFont.FreeTypeFont:
    """The font with `size` dots per em."""
    return ImageFont.truetype(face[0], size, index=face[1])


@lru_cache(maxsize=2)
def faces(bold: bool) -> tuple[Face, ...]:
    """The faces this machine has, best first."""
    chinese = [face for face in CHINESE[bold] if _exists(face)][:1]
    rest = [(name, 0) for name in (*OTHERS[bold], *SYMBOLS)]
    return (*chinese, *(face for face in rest if _exists(face)))


@lru_cache(maxsize=128)
def shape(text: str, size: int, bold: bool) -> Shaped:
    """Split a line by font and draw it at `size` dots per em.

    Raises LabelError no_glyph naming the characters no font has, font_missing for Chinese where
    no Chinese font is installed.
    """
    runs: list[Run] = []
    x = 0
    for face, part in _in_order(_split(text, bold)):
        runs.append(Run(part, face, x))
        x += math.ceil(_advance(face, size, part))
    start, baseline = size, _ABOVE * size
    canvas = Image.new("1", (x + 2 * size, (_ABOVE + _BELOW) * size), 255)
    pen = ImageDraw.Draw(canvas)
    pen.fontmode = "1"
    for run in runs:
        at = (start + run.x, baseline)
        pen.text(at, run.text, fill=0, font=font_at(run.face, size), anchor="ls")
    box = ImageChops.invert(canvas).getbbox() or (start, baseline, start, baseline)
    left, top, right, bottom = box
    ink = (left - start, top - baseline, right - start, bottom - baseline)
    return Shaped(tuple(runs), *ink, canvas.crop(box))


def length(text: str, size: int, bold: bool) -> float:
    """How far a line advances, in dots at `size` dots per em, before kerning."""
    return sum(_advance(face, size, part) for face, part in _split(text, bold))


def _advance(face: Face, size: int, text: str) -> float:
    """Of plain writing the sum of its characters, remembered; else (Arabic ...) measured whole."""
    if _JOINING.search(text):
        return font_at(face, size).getlength(text, mode="1")
    return sum(_advance_of_one(face, size, each) for each in text)


@lru_cache(maxsize=65536)
def _advance_of_one(face: Face, size: int, character: str) -> float:
    return font_at(face, size).getlength(character, mode="1")


def _exists(face: Face) -> bool:
    try:
        font_at(face, PROBE)
    except OSError:
        return False
    return True


@lru_cache(maxsize=2048)
def _split(text: str, bold: bool) -> tuple[tuple[Face, str], ...]:
    whole = next((face for face in faces(bold) if all(_has(face, each) for each in text)), None)
    if whole:
        return ((whole, text),) if text else ()
    chosen = list(_faces_of(text, bold))
    missing = "".join(sorted({c for c, face in zip(text, chosen, strict=True) if face is None}))
    if missing:
        raise _without_font(missing, bold)
    pairs = groupby(zip(text, chosen, strict=True), key=lambda pair: pair[1])
    return _spaced([(face, "".join(c for c, _ in group)) for face, group in pairs if face])


def _without_font(characters: str, bold: bool) -> LabelError:
    """Chinese without a Chinese font is the machine's fault, anything else the text's."""
    has_chinese = bool(set(faces(bold)) & set(CHINESE[bold]))
    if has_chinese or not any(unicodedata.east_asian_width(each) == "W" for each in characters):
        return LabelError("no_glyph", characters=characters)
    return LabelError("font_missing", install=INSTALL)


def _spaced(parts: list[tuple[Face, str]]) -> tuple[tuple[Face, str], ...]:
    """Spaces at the end of a part begin the next one: at the end they would change sides when
    the part runs right to left."""
    for at in range(len(parts) - 1):
        (face, text), (next_face, next_text) = parts[at : at + 2]
        spaces = text[len(text.rstrip(" ")) :]
        parts[at] = (face, text.rstrip(" "))
        parts[at + 1] = (next_face, spaces + next_text)
    return tuple(part for part in parts if part[1])


def _faces_of(text: str, bold: bool) -> Iterator[Face | None]:
    """One face per character; what is neutral (spaces, marks) stays with what precedes it."""
    last: Face | None = None
    for character in text:
        neutral = not unicodedata.category(character).startswith("L")
        if not (last and neutral and _has(last, character)):
            last = next((face for face in faces(bold) if _has(face, character)), None)
        yield last


def _in_order(parts: tuple[tuple[Face, str], ...]) -> tuple[tuple[Face, str], ...]:
    """As seen from left to right: a line that begins right-to-left has its last part first."""
    return parts[::-1] if is_right_to_left("".join(part for _, part in parts)) else parts


def is_right_to_left(text: str) -> bool:
    """Whether the first letter with a direction is Arabic, Hebrew ... (UAX 9, rules P2 and P3)."""
    strong = (unicodedata.bidirectional(each) for each in text)
    return next((kind in {"R", "AL"} for kind in strong if kind in {"L", "R", "AL"}), False)


@lru_cache(maxsize=65536)
def _has(face: Face, character: str) -> bool:
    if unicodedata.category(character) in {"Cf", "Mn"} or character.isspace():
        return True
    return _ink(face, character) != _ink(face, _NO_CHARACTER)


def _ink(face: Face, character: str) -> tuple[tuple[int, int], bytes]:
    mask = font_at(face, PROBE).getmask(character, mode="1")
    return mask.size, bytes(mask)
