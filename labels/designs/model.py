"""A design is data: fields to fill in, and elements placed in millimetres."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from labels.drawing import Rotation

LANGUAGES = ("en", "zh")
FIELD_TYPES = ("text", "code", "number", "date", "gs1", "choice")
ALIGNS = ("left", "center", "right")
VALIGNS = ("top", "middle", "bottom")
MEDIA = ("label", "card", "page")
PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
# A date field also answers to its name + "_yymmdd": the form GS1 codes want.
GS1_DATE = "_yymmdd"
# A number also answers to its name + "_even": 480 as 0480, which Code 128 packs in pairs.
EVEN = "_even"
_FORMS = {"date": GS1_DATE, "number": EVEN}

Words = Mapping[str, str]  # one sentence per language


@dataclass(frozen=True, slots=True)
class Template:
    """Text with {fields}, as parts: a part whose fields are all empty is left out."""

    parts: tuple[Words, ...]

    @property
    def fields(self) -> tuple[str, ...]:
        """Names of the fields, in order, each once."""
        return tuple(dict.fromkeys(self._names()))

    def _names(self) -> Iterator[str]:
        for words in self.parts:
            for text in words.values():
                yield from PLACEHOLDER.findall(text)


@dataclass(frozen=True, slots=True)
class Field:
    """What a label is told. check "mod10": the last digit must be right (GTIN, SSCC ...)."""

    name: str
    type: str
    title: Words
    sample: Words
    required: bool = False
    max_length: int = 200
    lengths: tuple[int, ...] = ()
    check: str = ""
    choices: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """What templates may call it."""
        return tuple(self.name + form for form in ("", _FORMS.get(self.type)) if form is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """Box: x, y, width, height in mm. when: a field that must be filled in ("!name": empty)."""

    place: str
    box_mm: tuple[float, float, float, float]
    when: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextElement(Element):
    """Text up to `lines` lines; shrinks from size_mm (em) to min_size_mm, then is cut with …

    overflow: what happens to text that is still too long ("cut" or "refuse"; codes refuse).
    """

    text: Template
    size_mm: float
    min_size_mm: float
    lines: int = 1
    bold: bool = True
    align: str = "left"
    valign: str = "top"
    rotation: Rotation = 0
    overflow: str = "cut"


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolElement(Element):
    """A symbol as large as fits; the box includes its quiet zone and the text below it.

    module_mm: the widest module wanted; min_module_mm: the narrowest that may be printed.
    human_mm: em of the human-readable text, 0 = none.
    """

    symbol: str
    content: Template
    module_mm: float = 2.0
    min_module_mm: float = 0.0
    min_dots: int = 2
    human_mm: float = 0.0
    align: str = "center"
    valign: str = "middle"
    rotation: Rotation = 0
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class BarElement(Element):
    """A black rectangle (a line is a thin one)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameElement(Element):
    """The outline of a rectangle."""

    thickness_mm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrowElement(Element):
    """An arrow; its direction may come from a field (up, down, left, right, or none)."""

    direction: Template


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureElement(Element):
    """A small picture (a logo) kept in the design itself, as PNG."""

    png: bytes


AnyElement = TextElement | SymbolElement | BarElement | FrameElement | ArrowElement | PictureElement


@dataclass(frozen=True, slots=True)
class Design:
    """One kind of label. media: what it is printed on, so that a printer can be chosen."""

    name: str
    version: int
    title: Words
    size_mm: tuple[float, float]
    media: Literal["label", "card", "page"]
    fields: tuple[Field, ...]
    elements: tuple[AnyElement, ...]

    def field(self, name: str) -> Field | None:
        """The field of this name, also by another form of it."""
        return next((each for each in self.fields if name in each.names), None)

    def sample(self, language: str) -> dict[str, str]:
        """Data for a preview, in one language."""
        return {each.name: each.sample[language] for each in self.fields if each.sample[language]}
