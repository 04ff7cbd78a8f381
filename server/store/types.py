"""Column types: one for each kind of number, the same on SQLite and PostgreSQL.

Quantities, values and instants are 64-bit integers in the database (scaled by 10^6, 10^4, and
milliseconds since 1970 UTC): exact, compact, and summed by the database without rounding.
"""

from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Dialect, Integer
from sqlalchemy.types import TypeDecorator, TypeEngine

from server.domain.numbers import MONEY_PLACES, MONEY_SCALE, QUANTITY_PLACES, QUANTITY_SCALE

BigId = BigInteger().with_variant(Integer, "sqlite")
Instant = BigInteger


class Scaled(TypeDecorator[Decimal]):
    """A Decimal in Python, in the database a whole number of its smallest parts."""

    impl = BigInteger
    cache_ok = True
    places: int
    scale: int

    def coerce_compared_value(self, op: Any, value: Any) -> TypeEngine[Any]:
        return self

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        return self.scaled(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return self.unscaled(value)

    def scaled(self, value: Decimal | None) -> int | None:
        """As the database has it."""
        return None if value is None else int(value * self.scale)

    def unscaled(self, value: Any) -> Decimal | None:
        """As Python has it."""
        return None if value is None else Decimal(int(value)).scaleb(-self.places)


class Quantity(Scaled):
    """Decimal base units in Python, millionths in the database."""

    cache_ok = True  # looked up in each class itself
    places = QUANTITY_PLACES
    scale = QUANTITY_SCALE


class Money(Scaled):
    """Decimal currency units in Python, ten-thousandths in the database."""

    cache_ok = True
    places = MONEY_PLACES
    scale = MONEY_SCALE
