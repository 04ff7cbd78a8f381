"""GS1 element strings and bracketed text: text in, (identifier, value) pairs out.

An element string is the identifiers and values one after another; values without predefined
length end at FNC1, which scanners transmit as GS (0x1D). Bracketed text is the same written for
people: (01)09501101530003(10)AB-123, a literal bracket inside a value written as \\(.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from labels.gs1.content import CHARSETS, HOLDS, is_padded_base_64
from labels.gs1.errors import Gs1Error
from labels.gs1.identifiers import Identifier, Part, identifier_at, identifiers

GS = "\x1d"
CHECK_DIGIT_RULES = {"csum", "csumalpha"}
DATE_RULES = {"yymmd0", "yymmdd", "yyyymmdd"}

Element = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Flaw:
    """A value that breaks a content rule of its identifier."""

    ai: str
    rule: str
    value: str


def parse_element_string(text: str) -> tuple[Element, ...]:
    """The elements of a text whose values end at GS, in order; one leading GS is passed over.

    Raises Gs1Error empty_code, unknown_ai, bad_length, bad_charset.
    """
    elements = []
    at = 1 if text.startswith(GS) else 0
    while at < len(text):
        identifier = _known(identifier_at(text, at), text[at : at + 4])
        start = at + len(identifier.ai)
        end = _value_end(identifier, text, start)
        elements.append((identifier.ai, checked_shape(identifier, text[start:end])))
        at = end + 1 if text.startswith(GS, end) else end
    if not elements:
        raise Gs1Error("empty_code")
    return tuple(elements)


def parse_bracketed(text: str) -> tuple[Element, ...]:
    """The elements of (01)... text. Raises Gs1Error like parse_element_string."""
    return tuple(
        (ai, checked_shape(_known(identifiers().get(ai), ai), value))
        for ai, value in split_brackets(text)
    )


def split_brackets(text: str) -> Iterator[Element]:
    """Identifiers and values between brackets, whatever they are; unknown_ai if there are none."""
    at = 0
    while at < len(text):
        close = text.find(")", at, at + 6)
        if text[at] != "(" or close < 0:
            raise Gs1Error("unknown_ai", ai=text[at : at + 6])
        end = _next_bracket(text, close + 1)
        yield text[at + 1 : close], text[close + 1 : end].replace("\\(", "(")
        at = end


def checked_shape(identifier: Identifier, value: str) -> str:
    """The value itself; raises bad_length or bad_charset where it does not fit its parts."""
    for part, piece in pieces(identifier, value):
        if len(piece) < part.least:
            raise _bad_length(identifier, value)
        if not CHARSETS[part.charset].issuperset(piece):
            raise Gs1Error("bad_charset", ai=identifier.ai, value=value[:100])
        if part.charset == "Z" and not is_padded_base_64(piece):
            raise Gs1Error("bad_charset", ai=identifier.ai, value=value[:100])
    if not value or len(value) > identifier.most:
        raise _bad_length(identifier, value)
    return value


def pieces(identifier: Identifier, value: str) -> Iterator[tuple[Part, str]]:
    """The value cut into its parts; optional parts past its end are left out."""
    at = 0
    for part in identifier.parts:
        if part.optional and at >= len(value):
            return
        yield part, value[at : at + part.most]
        at += part.most


def find_flaws(elements: Sequence[Element]) -> tuple[Flaw, ...]:
    """Every content rule broken by elements of the right shape."""
    return tuple(
        Flaw(ai, rule, value)
        for ai, value in elements
        for part, piece in pieces(identifiers()[ai], value)
        for rule in part.rules
        if rule in HOLDS and not HOLDS[rule](piece)
    )


def checked_content(elements: Sequence[Element]) -> tuple[Flaw, ...]:
    """The flaws a reader can live with; raises bad_check_digit or bad_code_date for the others,
    conflicting_elements when an identifier stands twice with two values.

    A wrong check digit or date means the code was misread or misprinted; a wrong flag or bank
    account in some other element is no reason to refuse the goods.
    """
    flaws = find_flaws(elements)
    for flaw in flaws:
        if flaw.rule in CHECK_DIGIT_RULES:
            raise Gs1Error("bad_check_digit", ai=flaw.ai, value=flaw.value)
        if flaw.rule in DATE_RULES:
            raise Gs1Error("bad_code_date", ai=flaw.ai, value=flaw.value)
    repeated = find_conflict(elements)
    if repeated is not None:
        raise Gs1Error("conflicting_elements", ai=repeated)
    return flaws


def find_conflict(elements: Sequence[Element]) -> str | None:
    """The first identifier that stands twice with different values."""
    seen: dict[str, str] = {}
    for ai, value in elements:
        if seen.setdefault(ai, value) != value:
            return ai
    return None


def _known(identifier: Identifier | None, ai: str) -> Identifier:
    if identifier is None:
        raise Gs1Error("unknown_ai", ai=ai)
    return identifier


def _value_end(identifier: Identifier, text: str, start: int) -> int:
    end = text.find(GS, start)
    end = len(text) if end < 0 else end
    return min(end, start + identifier.most) if identifier.predefined else end


def _next_bracket(text: str, start: int) -> int:
    at = text.find("(", start)
    while at > start and text[at - 1] == "\\":
        at = text.find("(", at + 1)
    return len(text) if at < 0 else at


def _bad_length(identifier: Identifier, value: str) -> Gs1Error:
    return Gs1Error(
        "bad_length",
        ai=identifier.ai,
        value=value[:100],
        least=identifier.least,
        most=identifier.most,
    )
