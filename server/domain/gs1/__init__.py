"""GS1 as scans bring it: element strings, Digital Link, keys. Pure; knows no warehouse.

What labels need as well (identifiers, contents, element strings) is labels/gs1.
"""

from labels.gs1 import (
    GS,
    Element,
    Flaw,
    check_digit,
    find_conflict,
    find_flaws,
    has_check_digit,
    is_digits,
)
from server.domain.gs1.digital_link import is_web_address, parse_digital_link
from server.domain.gs1.elements import checked_content, parse_bracketed, parse_element_string
from server.domain.gs1.errors import ScanError
from server.domain.gs1.keys import code_date, decimal_value, expand_upc_e, gtin_14, gtin_forms
from server.domain.gs1.pairings import Pairing, find_pairings

__all__ = [
    "GS",
    "Element",
    "Flaw",
    "Pairing",
    "ScanError",
    "check_digit",
    "checked_content",
    "code_date",
    "decimal_value",
    "expand_upc_e",
    "find_conflict",
    "find_flaws",
    "find_pairings",
    "gtin_14",
    "gtin_forms",
    "has_check_digit",
    "is_digits",
    "is_web_address",
    "parse_bracketed",
    "parse_digital_link",
    "parse_element_string",
]
