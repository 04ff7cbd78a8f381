"""Dates and numbers out of GS1 values, and the one form of a GTIN."""

import calendar
from datetime import date
from decimal import Decimal

from labels.gs1 import has_check_digit, is_digits
from server.domain.gs1.errors import ScanError

GTIN_LENGTHS = (8, 12, 13, 14)


def gtin_14(digits: str) -> str | None:
    """GTIN-8, -12, -13 and -14 in their common form of 14 digits; None if it is no GTIN."""
    if len(digits) not in GTIN_LENGTHS or not has_check_digit(digits):
        return None
    return digits.zfill(14)


def gtin_forms(gtin: str) -> tuple[str, ...]:
    """The ways a 14-digit GTIN may have been written down: 14, 13, 12 and 8 digits."""
    return tuple(
        gtin[14 - size :] for size in reversed(GTIN_LENGTHS) if gtin.startswith("0" * (14 - size))
    )


def expand_upc_e(digits: str) -> str | None:
    """The GTIN-12 behind the 8 digits of a UPC-E symbol (General Specifications 5.2.2.4.2)."""
    if len(digits) != 8 or not is_digits(digits) or digits[0] not in "01":
        return None
    system, body, last, check = digits[0], digits[1:6], digits[6], digits[7]
    if last in "012":
        middle = body[:2] + last + "0000" + body[2:5]
    elif last == "3":
        middle = body[:3] + "00000" + body[3:5]
    elif last == "4":
        middle = body[:4] + "00000" + body[4]
    else:
        middle = body + "0000" + last
    full = system + middle + check
    return full if has_check_digit(full) else None


def code_date(ai: str, value: str, reference_year: int) -> date:
    """YYMMDD in the century nearest the reference year; day 00 is the last of its month.

    Window of 49 years back to 50 ahead: General Specifications 7.12. Raises ScanError
    bad_code_date for 29 February of a century year that has none.
    """
    year, month, day = _nearest_year(int(value[:2]), reference_year), int(value[2:4]), value[4:6]
    last = calendar.monthrange(year, month)[1]
    if int(day) > last:
        raise ScanError("bad_code_date", ai=ai, value=value)
    return date(year, month, int(day) or last)


def decimal_value(ai: str, digits: str) -> Decimal:
    """A measure or amount whose identifier's last digit tells the number of decimals."""
    return Decimal(int(digits)).scaleb(-int(ai[-1]))


def _nearest_year(two_digits: int, reference_year: int) -> int:
    century = reference_year - reference_year % 100
    ahead = two_digits - reference_year % 100
    if ahead > 50:
        century -= 100
    elif ahead < -49:
        century += 100
    return century + two_digits
