"""The content rules of GS1 values: check digits, dates, and the small alphabets of flags.

Names are those of the GS1 Barcode Syntax Dictionary. Formulas: GS1 General Specifications 7.9
(check digit), 7.9.5 (check character pair), ISO 13616 (IBAN). Not held here, so not checked: the
lists of countries, currencies and package types, and the inside of retail coupons.
"""

import calendar
import re
from collections.abc import Callable

SET_82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
SET_32 = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
BASE_64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
CHARSETS = {
    "N": frozenset("0123456789"),
    "X": frozenset(SET_82),
    "Y": frozenset("#-/0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    "Z": frozenset(BASE_64 + "="),
}
PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83)


def is_digits(text: str) -> bool:
    """Whether it is one or more of 0-9 (str.isdigit also takes ² and ٣)."""
    return text.isascii() and text.isdigit()


def check_digit(body: str) -> str:
    """The last digit of a GTIN, SSCC, GLN ... with these other digits (mod 10, weights 3 1)."""
    total = sum(int(digit) * (3, 1)[at % 2] for at, digit in enumerate(reversed(body)))
    return str(-total % 10)


def has_check_digit(digits: str) -> bool:
    """Whether the last digit is the right one."""
    return len(digits) > 1 and is_digits(digits) and check_digit(digits[:-1]) == digits[-1]


def check_pair(body: str) -> str:
    """The two check characters of an alphanumeric key of up to 23 characters of set 82."""
    weighed = zip(PRIMES, reversed(body), strict=False)
    total = sum(prime * SET_82.index(character) for prime, character in weighed) % 1021
    return SET_32[total >> 5] + SET_32[total & 31]


def is_day(yymmdd: str, *, zero_day: bool = False) -> bool:
    """Whether YYMMDD or YYYYMMDD is a day; day 00 (the last of its month) only if allowed."""
    year, month, day = int(yymmdd[:-4]), int(yymmdd[-4:-2]), int(yymmdd[-2:])
    if not 1 <= month <= 12:
        return False
    # Without a century 29 February is believed: only 1900 and 2100 would disagree.
    last = calendar.monthrange(2000 if year % 4 == 0 and len(yymmdd) == 6 else year or 1, month)[1]
    return (0 if zero_day else 1) <= day <= last


def is_padded_base_64(text: str) -> bool:
    """Whether `=` stands only where RFC 4648 wants it, after zero bits."""
    body = text.rstrip("=")
    pads = len(text) - len(body)
    if pads == 0:
        return True
    unused_bits = {1: 3, 2: 15}.get(pads, 0)
    closed = len(text) % 4 == 0 and bool(body) and "=" not in body
    return closed and unused_bits > 0 and BASE_64.index(body[-1]) & unused_bits == 0


def is_iban(text: str) -> bool:
    """Shape and mod 97 of an IBAN; whether its country exists is not asked."""
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}", text):
        return False
    return int("".join(str(int(each, 36)) for each in text[4:] + text[:4])) % 97 == 1


def _is_check_pair(text: str) -> bool:
    return len(text) > 2 and check_pair(text[:-2]) == text[-2:]


def _is_piece_of_total(digits: str) -> bool:
    return 0 < int(digits[:2]) <= int(digits[2:])


def _is_position_of_end(text: str) -> bool:
    found = re.fullmatch(r"([1-9][0-9]*)/([1-9][0-9]*)", text)
    return found is not None and int(found[1]) <= int(found[2])


def _matches(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda text: compiled.fullmatch(text) is not None


HOLDS: dict[str, Callable[[str], bool]] = {
    "csum": has_check_digit,
    "csumalpha": _is_check_pair,
    "gcppos1": _matches(r"[0-9]{4}.*"),
    "gcppos2": _matches(r".[0-9]{4}.*"),
    "hasnondigit": lambda text: not is_digits(text),
    "hh": _matches(r"[01][0-9]|2[0-3]"),
    "hhmi": _matches(r"(?:[01][0-9]|2[0-3])[0-5][0-9]"),
    "hyphen": _matches(r"-"),
    "iban": is_iban,
    "importeridx": _matches(r"[-0-9A-Z_a-z]"),
    "iso5218": _matches(r"[0129]"),
    "latitude": lambda digits: int(digits) <= 1_800_000_000,
    "longitude": lambda digits: int(digits) <= 3_600_000_000,
    "mediatype": _matches(r"0[1-9]|10|[89][0-9]"),
    "mi": _matches(r"[0-5][0-9]"),
    "nonzero": lambda digits: int(digits) != 0,
    "nozeroprefix": lambda digits: not digits.startswith("0"),
    "pcenc": _matches(r"(?:[^%]|%[0-9A-Fa-f]{2})*"),
    "pieceoftotal": _is_piece_of_total,
    "posinseqslash": _is_position_of_end,
    "ss": _matches(r"[0-5][0-9]"),
    "winding": _matches(r"[019]"),
    "yesno": _matches(r"[01]"),
    "yymmd0": lambda digits: is_day(digits, zero_day=True),
    "yymmdd": is_day,
    "yyyymmdd": is_day,
    "zero": lambda digits: int(digits) == 0,
}
"""Rule -> whether a value of the right shape obeys it; rules not named here are not checked."""
