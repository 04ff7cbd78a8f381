"""GS1 as written on labels and read off them: identifiers, contents, element strings. Pure."""

from labels.gs1.content import check_digit, has_check_digit, is_digits
from labels.gs1.elements import (
    GS,
    Element,
    Flaw,
    checked_content,
    checked_shape,
    find_conflict,
    find_flaws,
    parse_bracketed,
    parse_element_string,
)
from labels.gs1.errors import Gs1Error
from labels.gs1.identifiers import Identifier, identifiers

__all__ = [
    "GS",
    "Element",
    "Flaw",
    "Gs1Error",
    "Identifier",
    "check_digit",
    "checked_content",
    "checked_shape",
    "find_conflict",
    "find_flaws",
    "has_check_digit",
    "identifiers",
    "is_digits",
    "parse_bracketed",
    "parse_element_string",
]
