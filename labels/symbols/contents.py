"""What may stand in a symbol: plain text, numbers with a check digit, GS1 elements."""

from collections.abc import Iterable

from labels.errors import LabelError
from labels.gs1 import (
    GS,
    Element,
    Gs1Error,
    check_digit,
    checked_content,
    has_check_digit,
    identifiers,
    is_digits,
    parse_bracketed,
    parse_element_string,
)
from labels.symbols.kinds import Kind

SHOWN = 100


def checked_text(kind: Kind, data: str, field: str) -> str:
    """The data itself, if it is printable ASCII of a length the kind takes.

    Other characters would need ECI, which common scanners and decoders render as rubbish.
    Raises LabelError code_empty, code_not_ascii, code_too_long.
    """
    _check_printable(data, field)
    return checked_length(kind, data, field)


def checked_length(kind: Kind, data: str, field: str) -> str:
    """The data itself; raises LabelError code_too_long."""
    if len(data) > kind.most:
        raise LabelError("code_too_long", field, value=data[:SHOWN], most=kind.most)
    return data


def checked_number(kind: Kind, data: str, field: str) -> str:
    """The digits themselves; raises LabelError code_not_digits, code_wrong_length (a number
    without its check digit is one digit short), bad_check_digit with the right one."""
    _check_printable(data, field)
    if not is_digits(data):
        raise LabelError("code_not_digits", field, value=data[:SHOWN])
    if len(data) != kind.digits:
        raise LabelError("code_wrong_length", field, value=data, wanted=kind.digits)
    if not has_check_digit(data):
        raise LabelError("bad_check_digit", field, value=data, expected=check_digit(data[:-1]))
    return data


def checked_elements(data: str, field: str) -> tuple[Element, ...]:
    """The elements of (01)... text or of an element string with GS.

    Raises LabelError code_empty, code_not_ascii, or what is wrong with GS1 data: unknown_ai,
    bad_length, bad_charset, bad_check_digit (with the right digit), bad_code_date,
    conflicting_elements, bad_element for every other broken rule.
    """
    _check_printable(data.replace(GS, ""), field)
    try:
        elements = parse_bracketed(data) if data.startswith("(") else parse_element_string(data)
        flaws = checked_content(elements)
    except Gs1Error as broken:
        raise _refusal(broken, field) from None
    if flaws:
        raise LabelError("bad_element", field, ai=flaws[0].ai, value=flaws[0].value)
    return elements


def element_string(elements: Iterable[Element]) -> str:
    """What a scanner returns after its symbology identifier: GS where a length is not predefined.

    Elements of predefined length are not moved to the front: their order may mean something.
    """
    pieces = [ai + value + ("" if identifiers()[ai].predefined else GS) for ai, value in elements]
    return "".join(pieces).removesuffix(GS)


def bracketed(elements: Iterable[Element]) -> str:
    """The elements as people read them: (00)395011015300000011."""
    return "".join(f"({ai}){value}" for ai, value in elements)


def _check_printable(data: str, field: str) -> None:
    if not data:
        raise LabelError("code_empty", field)
    wrong = sorted({character for character in data if not " " <= character <= "~"})
    if wrong:
        raise LabelError("code_not_ascii", field, value=data[:SHOWN], characters=_named(wrong))


def _refusal(broken: Gs1Error, field: str) -> LabelError:
    facts: dict[str, str | int] = dict(broken.fields)
    if broken.code == "bad_check_digit":
        facts |= _expected(str(facts["ai"]), str(facts["value"]))
    return LabelError(broken.code, field, **facts)


def _expected(ai: str, value: str) -> dict[str, str]:
    """The right check digit, where it is the last of the first component (8003 has a 0 before)."""
    for part in identifiers()[ai].parts:
        if "csum" in part.rules:
            return {"expected": check_digit(value[: part.most - 1])}
        value = value[part.most :]
    return {}


def _named(characters: Iterable[str]) -> str:
    """Characters as people find them in a list: U+0007 for one that cannot be seen."""
    return " ".join(c if c.isprintable() else f"U+{ord(c):04X}" for c in list(characters)[:10])
