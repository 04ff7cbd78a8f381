"""Exact numbers: quantities have 6 decimals, values 4, rounding is half-even; no float anywhere.

In the database both are 64-bit integers scaled by 10^6 and 10^4, in JSON they are strings.
"""

from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation

from server.domain.errors import InvalidInput

QUANTITY_PLACES = 6
MONEY_PLACES = 4
QUANTITY_UNIT = Decimal(1).scaleb(-QUANTITY_PLACES)
MONEY_UNIT = Decimal(1).scaleb(-MONEY_PLACES)
QUANTITY_SCALE = 10**QUANTITY_PLACES
MONEY_SCALE = 10**MONEY_PLACES

# One line of a document stays below a million million units, so that sums of millions of lines
# still fit the database's 64-bit integers (9.2 * 10^18 / 10^6).
QUANTITY_MOST = Decimal(10**9)
MONEY_MOST = Decimal(10**12)

# What many lines add up to: far beyond any warehouse, and well within 64 bits.
QUANTITY_SUM_MOST = Decimal(10**12)
MONEY_SUM_MOST = Decimal(10**14)

EXACT = Context(prec=60, rounding=ROUND_HALF_EVEN)
ZERO = Decimal(0)


def quantity(number: Decimal | int | str) -> Decimal:
    """The number as a quantity of base units.

    Raises InvalidInput `bad_quantity` if it is no finite number or has over 6 decimals,
    `quantity_too_large` beyond ±10^9.
    """
    return _exact(number, QUANTITY_UNIT, QUANTITY_MOST, "quantity")


def money(number: Decimal | int | str) -> Decimal:
    """The number as a value or a unit cost; raises InvalidInput `bad_money`, `money_too_large`."""
    return _exact(number, MONEY_UNIT, MONEY_MOST, "money")


def check_quantity_sum(number: Decimal) -> None:
    """Raises InvalidInput `quantity_too_large` for a sum the books cannot hold."""
    if abs(number) > QUANTITY_SUM_MOST:
        raise InvalidInput("quantity_too_large", value=plain(number), most=plain(QUANTITY_SUM_MOST))


def check_money_sum(number: Decimal) -> None:
    """Raises InvalidInput `money_too_large` for a value the books cannot hold."""
    if abs(number) > MONEY_SUM_MOST:
        raise InvalidInput("money_too_large", value=plain(number), most=plain(MONEY_SUM_MOST))


def round_money(number: Decimal) -> Decimal:
    """Half-even to 4 decimals."""
    return number.quantize(MONEY_UNIT, context=EXACT)


def round_quantity(number: Decimal) -> Decimal:
    """Half-even to 6 decimals."""
    return number.quantize(QUANTITY_UNIT, context=EXACT)


def plain(number: Decimal) -> str:
    """The number as people and JSON write it: no exponent, no trailing zeros ("12", "0.5")."""
    text = f"{number:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _exact(number: Decimal | int | str, unit: Decimal, most: Decimal, what: str) -> Decimal:
    try:
        value = Decimal(number)
    except (InvalidOperation, ValueError, TypeError):
        raise InvalidInput(f"bad_{what}", value=str(number)[:40]) from None
    if not value.is_finite():
        raise InvalidInput(f"bad_{what}", value=str(number)[:40])
    if abs(value) > most:
        raise InvalidInput(f"{what}_too_large", value=str(number)[:40], most=plain(most))
    rounded = value.quantize(unit, context=EXACT)
    if rounded != value:
        raise InvalidInput(f"bad_{what}", value=str(number)[:40])
    return rounded
