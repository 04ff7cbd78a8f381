"""What passwords, PINs and logins must look like, and how long a wrong one locks the door."""

from itertools import pairwise
from typing import Final

from server.domain.codes import code_key
from server.domain.errors import InvalidInput

PASSWORD_LENGTH_LEAST: Final = 10
PASSWORD_LENGTH_MOST: Final = 200
PIN_LENGTH: Final = 6
FAILURES_BEFORE_LOCK: Final = 5
LOCK_MINUTES: Final = (1, 5, 15, 60)
MINUTE_MS: Final = 60_000


def check_password(password: str, login: str) -> None:
    """Raises InvalidInput `password_too_short`, `password_too_long` or `password_is_login`."""
    if len(password) < PASSWORD_LENGTH_LEAST:
        raise InvalidInput("password_too_short", least=PASSWORD_LENGTH_LEAST)
    if len(password) > PASSWORD_LENGTH_MOST:
        raise InvalidInput("password_too_long", most=PASSWORD_LENGTH_MOST)
    if login and code_key(password) == code_key(login):
        raise InvalidInput("password_is_login")


def check_pin(pin: str) -> None:
    """Raises InvalidInput `bad_pin` unless it is 6 digits, `pin_too_simple` for 111111, 123456."""
    if len(pin) != PIN_LENGTH or not (pin.isascii() and pin.isdigit()):
        raise InvalidInput("bad_pin", digits=PIN_LENGTH)
    steps = {int(after) - int(before) for before, after in pairwise(pin)}
    if steps in ({0}, {1}, {-1}):
        raise InvalidInput("pin_too_simple")


def lock_ms(failures: int) -> int:
    """How long this many failures in a row lock the door: 0 below five, then 1, 5, 15, 60 min."""
    if failures < FAILURES_BEFORE_LOCK:
        return 0
    step = min(failures - FAILURES_BEFORE_LOCK, len(LOCK_MINUTES) - 1)
    return LOCK_MINUTES[step] * MINUTE_MS
