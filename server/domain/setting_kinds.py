"""What a business setting is: its kind of value, its bounds, where it holds, and what it is called.

    COUNT_LIMIT = money("count.automatic_value", "50", 0, 10_000, zh="…", en="…")

A value has one form in JSON (whole numbers and yes/no as such, decimals as strings, times of day as
"08:30") and one in Python (`Setting.read`), so that services never parse.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Generic, TypeVar

from server.domain.errors import InvalidInput
from server.domain.numbers import plain
from server.domain.texts import checked_text

Value = TypeVar("Value")
KINDS = ("yes_no", "whole", "decimal", "choice", "text", "times", "days")
TIMES_MOST = 24
DAYS_LISTED_MOST = 12
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


@dataclass(frozen=True, slots=True)
class Setting(Generic[Value]):
    """One business setting.

    key: "<what>.<name>", units last. usual: its value in JSON where nobody set one. least, most:
    bounds of a number, or of a text's length. per_site: a site may have a value of its own.
    zh, en: what it is called; zh_why, en_why: what it changes. unit: "h", "d", "%" … to show.
    site_column: the column of `site` that keeps it, for what every site has of its own.
    """

    key: str
    kind: str
    usual: Any
    read: Callable[[Any], Value]
    zh: str
    en: str
    zh_why: str = ""
    en_why: str = ""
    least: Decimal | None = None
    most: Decimal | None = None
    choices: tuple[str, ...] = ()
    unit: str = ""
    per_site: bool = True
    site_column: str = ""

    def checked(self, value: Any) -> Any:
        """The value as it is kept, in JSON. Raises InvalidInput `bad_setting_value`."""
        try:
            kept = _CHECKS[self.kind](self, value)
        except (ValueError, TypeError, InvalidOperation, InvalidInput):
            raise self._unfit(value) from None
        return kept

    def _unfit(self, value: Any) -> InvalidInput:
        return InvalidInput(
            "bad_setting_value", name=self.key, value=str(value)[:40], wanted=self.wanted
        )

    @property
    def wanted(self) -> str:
        """What a value must be, e.g. "whole 1…72" or "recount | ask | accept"."""
        if self.choices:
            return " | ".join(self.choices)
        if self.least is None or self.most is None:
            return self.kind
        return f"{self.kind} {plain(self.least)}…{plain(self.most)}"


def yes_no(key: str, usual: bool, **more: Any) -> Setting[bool]:
    """True or false."""
    return Setting(key, "yes_no", usual, bool, **more)


def whole(key: str, usual: int, least: int, most: int, **more: Any) -> Setting[int]:
    """A whole number within bounds."""
    return Setting(key, "whole", usual, int, least=Decimal(least), most=Decimal(most), **more)


def decimal(key: str, usual: str, least: int, most: int, **more: Any) -> Setting[Decimal]:
    """A number of up to 4 decimals within bounds: a percentage, an amount of money."""
    bounds = Decimal(least), Decimal(most)
    return Setting(key, "decimal", usual, Decimal, least=bounds[0], most=bounds[1], **more)


def choice(key: str, usual: str, choices: Sequence[str], **more: Any) -> Setting[str]:
    """One of a few words."""
    return Setting(key, "choice", usual, str, choices=tuple(choices), **more)


def text(key: str, usual: str, most: int, **more: Any) -> Setting[str]:
    """A text of at most so many characters."""
    return Setting(key, "text", usual, str, least=Decimal(0), most=Decimal(most), **more)


def times(key: str, usual: Sequence[str], **more: Any) -> Setting[tuple[str, ...]]:
    """Times of day, "08:30", in the site's time zone, sorted and each once."""
    return Setting(key, "times", list(usual), tuple, **more)


def days(key: str, usual: Sequence[int], least: int, most: int, **more: Any) -> Setting[Any]:
    """Numbers of days, each more than the one before: the upper ends of buckets."""
    bounds = Decimal(least), Decimal(most)
    return Setting(
        key, "days", list(usual), tuple, least=bounds[0], most=bounds[1], unit="d", **more
    )


def _check_yes_no(_setting: Setting[Any], value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _check_whole(setting: Setting[Any], value: Any) -> int:
    if type(value) is not int:
        raise TypeError
    _require_within(setting, Decimal(value))
    return value


def _check_decimal(setting: Setting[Any], value: Any) -> str:
    if not isinstance(value, str) or len(value) > TIMES_MOST:
        raise TypeError
    number = Decimal(value)
    _require_within(setting, number)
    if number != round(number, 4):
        raise ValueError
    return plain(number)


def _check_choice(setting: Setting[Any], value: Any) -> str:
    if value not in setting.choices:
        raise ValueError
    return str(value)


def _check_text(setting: Setting[Any], value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return checked_text(value, setting.key, int(setting.most or 0))


def _check_times(_setting: Setting[Any], value: Any) -> list[str]:
    if not isinstance(value, list) or len(value) > TIMES_MOST:
        raise TypeError
    if not all(isinstance(each, str) and _TIME.fullmatch(each) for each in value):
        raise ValueError
    return sorted(set(value))


def _check_days(setting: Setting[Any], value: Any) -> list[int]:
    if not isinstance(value, list) or not 0 < len(value) <= DAYS_LISTED_MOST:
        raise TypeError
    for each in value:
        _check_whole(setting, each)
    if value != sorted(set(value)):
        raise ValueError
    return value


def _require_within(setting: Setting[Any], number: Decimal) -> None:
    least, most = setting.least, setting.most
    if least is None or most is None or not least <= number <= most:
        raise ValueError


_CHECKS: dict[str, Callable[[Setting[Any], Any], Any]] = {
    "yes_no": _check_yes_no,
    "whole": _check_whole,
    "decimal": _check_decimal,
    "choice": _check_choice,
    "text": _check_text,
    "times": _check_times,
    "days": _check_days,
}
