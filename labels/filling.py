"""Data checked against a design's fields, and put into its templates. Data is never a command."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from labels.designs.model import EVEN, GS1_DATE, LANGUAGES, PLACEHOLDER, Design, Field, Template
from labels.errors import LabelError
from labels.gs1 import check_digit, is_digits

Value = str | int | Decimal | date | None
SHOWN = 60
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
# Controls, surrogates, private and unassigned characters have no place on a label.
_REFUSED = {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}
# Nor have those that reorder what stands around them.
_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def check_language(language: str) -> None:
    """Raises LabelError language_unknown."""
    if language not in LANGUAGES:
        raise LabelError("language_unknown", value=language[:SHOWN], allowed=", ".join(LANGUAGES))


def check_choice(name: str, value: str, allowed: tuple[str, ...]) -> None:
    """Raises LabelError field_choice."""
    if value not in allowed:
        raise LabelError(
            "field_choice", name, value=value[:SHOWN], allowed=", ".join(filter(None, allowed))
        )


def checked_values(design: Design, data: Mapping[str, Value]) -> dict[str, str]:
    """Every field of the design with its text, "" when it is not filled in.

    Data the design has no field for is left alone. Raises LabelError with the field's name:
    field_missing, field_type, field_too_long, field_control_character, field_not_a_number,
    field_not_a_date, field_choice, code_not_ascii, code_not_digits, code_wrong_length,
    bad_check_digit.
    """
    values: dict[str, str] = {}
    for field in design.fields:
        value = _checked(field, _text(field, data.get(field.name)))
        values[field.name] = value
        values[field.name + GS1_DATE] = value.replace("-", "")[2:]
        values[field.name + EVEN] = value.zfill(len(value) + len(value) % 2)
    return values


def fill(template: Template, values: Mapping[str, str], language: str) -> str:
    """The template's parts with values in place of {fields}."""
    return "".join(_filled(words[language], values) for words in template.parts)


def _filled(text: str, values: Mapping[str, str]) -> str:
    names = PLACEHOLDER.findall(text)
    if names and not any(values[name] for name in names):
        return ""
    return PLACEHOLDER.sub(lambda found: values[found[1]], text)


def _text(field: Field, value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal | date):
        raise LabelError("field_type", field.name, value=type(value).__name__)
    return unicodedata.normalize("NFC", value).strip(" ") if isinstance(value, str) else str(value)


def _checked(field: Field, value: str) -> str:
    if not value:
        if field.required:
            raise LabelError("field_missing", field.name)
        return ""
    if len(value) > field.max_length:
        raise LabelError("field_too_long", field.name, length=len(value), most=field.max_length)
    _refuse_characters(field, value)
    _CHECKS[field.type](field, value)
    return value


def _refuse_characters(field: Field, value: str) -> None:
    for at, character in enumerate(value, 1):
        if unicodedata.category(character) in _REFUSED or character in _REORDERING:
            raise LabelError(
                "field_control_character",
                field.name,
                character=f"U+{ord(character):04X}",
                position=at,
            )


def _check_code(field: Field, value: str) -> None:
    wrong = sorted({each for each in value if not " " <= each <= "~"})
    if wrong:
        characters = " ".join(wrong[:10])
        raise LabelError("code_not_ascii", field.name, value=value[:SHOWN], characters=characters)
    if field.lengths and len(value) not in field.lengths:
        wanted = ", ".join(map(str, field.lengths))
        raise LabelError("code_wrong_length", field.name, value=value[:SHOWN], wanted=wanted)
    if field.check == "mod10":
        _check_mod10(field, value)


def _check_mod10(field: Field, value: str) -> None:
    if not is_digits(value):
        raise LabelError("code_not_digits", field.name, value=value[:SHOWN])
    expected = check_digit(value[:-1])
    if value[-1] != expected:
        raise LabelError("bad_check_digit", field.name, value=value[:SHOWN], expected=expected)


def _check_number(field: Field, value: str) -> None:
    if not _NUMBER.fullmatch(value):
        raise LabelError("field_not_a_number", field.name, value=value[:SHOWN])


def _check_date(field: Field, value: str) -> None:
    try:
        written = date.fromisoformat(value).isoformat()
    except ValueError:
        written = ""
    if written != value:
        raise LabelError("field_not_a_date", field.name, value=value[:SHOWN])


def _check_choice(field: Field, value: str) -> None:
    check_choice(field.name, value, field.choices)


def _accept(field: Field, value: str) -> None:
    """Any text will do; GS1 element strings are checked when their symbol is made."""


_CHECKS: dict[str, Callable[[Field, str], None]] = {
    "text": _accept,
    "gs1": _accept,
    "code": _check_code,
    "number": _check_number,
    "date": _check_date,
    "choice": _check_choice,
}
