"""What can be wrong with a label, as one exception with stable codes.

Every code is worded in Chinese and English in server/text/errors.json and listed in docs/errors.md.
"""

from collections.abc import Mapping
from typing import Any


class LabelError(Exception):
    """A label that is refused.

    `code` is stable, `field` names the field of the data (or the place in the design) that must
    change, `fields` are the facts the sentence is made of; `field` is one of them.
    """

    def __init__(self, code: str, /, field: str = "", **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.field = field
        self.fields: Mapping[str, Any] = {"field": field, **facts}

    def __str__(self) -> str:
        facts = ", ".join(f"{name}={value}" for name, value in self.fields.items() if value != "")
        return f"{self.code} ({facts})" if facts else self.code
