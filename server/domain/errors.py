"""Everything that can go wrong, as one tree.

    StockturnError            code, message, fields; the door maps the class to an HTTP status
    ├── InvalidInput          the shape or the content is wrong                     422
    │   └── InvalidScan       a code that claims to be something it is not          422
    ├── NotFound              names something that does not exist (here)            404
    ├── RuleViolated          understood, but a rule of the house forbids it        409
    ├── Conflict              somebody or something else got there first            409
    ├── NotAuthenticated      we do not know who asks                               401
    ├── NotPermitted          we know, and they may not                             403
    ├── TooManyAttempts       locked out or too fast; fields carry retry_after_s    429
    └── Unavailable           try again soon: database busy, restarting or full     503

Every code is documented in docs/errors.md and worded in server/text/errors.json (zh and en).
"""

from collections.abc import Mapping
from typing import Any


class StockturnError(Exception):
    """A refusal with a stable code; `fields` are the facts its sentence is made of."""

    def __init__(self, code: str, /, **fields: Any) -> None:
        super().__init__(code)
        self.code = code
        self.fields: Mapping[str, Any] = fields

    def __str__(self) -> str:
        facts = ", ".join(f"{name}={value}" for name, value in self.fields.items())
        return f"{self.code} ({facts})" if facts else self.code


class InvalidInput(StockturnError):
    """The shape or the content is wrong."""


class InvalidScan(InvalidInput):
    """A code that claims to be something it is not."""


class NotFound(StockturnError):
    """Names something that does not exist, or not where the asker may look."""


class RuleViolated(StockturnError):
    """Understood, but a rule of the house forbids it."""


class Conflict(StockturnError):
    """Somebody or something else got there first."""


class NotAuthenticated(StockturnError):
    """We do not know who asks."""


class NotPermitted(StockturnError):
    """We know who asks, and they may not."""


class TooManyAttempts(StockturnError):
    """Locked out or too fast; `retry_after_s` says when to come back."""


class Unavailable(StockturnError):
    """Try again soon: the database is busy, restarting or full."""
