"""Fields that many records have, from what somebody gave to what is kept."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from server.domain.codes import checked_code, code_key
from server.domain.errors import InvalidInput
from server.domain.numbers import ZERO, money, plain, quantity
from server.domain.texts import checked_text

Number = Decimal | int | str


def coded(values: Mapping[str, Any], what: str) -> dict[str, Any]:
    """code and code_key, if a code is given. Raises InvalidInput `bad_code`."""
    if "code" not in values:
        return {}
    code = checked_code(values["code"], what)
    return {"code": code, "code_key": code_key(code)}


def texts(values: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Those of the named texts that are given. Raises InvalidInput `bad_text`, `text_too_long`."""
    return {name: checked_text(values[name], name) for name in names if name in values}


def cost(value: Number | None, field: str) -> Decimal | None:
    """Money ≥ 0, or unknown. Raises InvalidInput `bad_money`, `negative_number`."""
    return None if value is None else _at_least_zero(money(value), field)


def level(value: Number | None, field: str) -> Decimal | None:
    """A quantity ≥ 0, or unknown. Raises InvalidInput `bad_quantity`, `negative_number`."""
    return None if value is None else _at_least_zero(quantity(value), field)


def positive(value: Number, field: str) -> Decimal:
    """A quantity > 0. Raises InvalidInput `bad_quantity`, `not_positive`."""
    number = quantity(value)
    if number <= ZERO:
        raise InvalidInput("not_positive", field=field, value=plain(number))
    return number


def whole(value: int | None, field: str, least: int, most: int) -> int | None:
    """A whole number within bounds, or unknown. Raises InvalidInput `out_of_range`."""
    if value is not None and not least <= value <= most:
        raise InvalidInput("out_of_range", field=field, least=least, most=most)
    return value


def one_of(value: str, field: str, allowed: tuple[str, ...]) -> str:
    """One of the words. Raises InvalidInput `bad_choice`."""
    if value not in allowed:
        raise InvalidInput("bad_choice", field=field, value=value[:40], allowed=list(allowed))
    return value


def _at_least_zero(number: Decimal, field: str) -> Decimal:
    if number < ZERO:
        raise InvalidInput("negative_number", field=field, value=plain(number))
    return number
