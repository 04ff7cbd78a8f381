"""Cursor pagination: {"rows": […], "next_cursor": text or null}, at most 500 rows a page.

@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(ItemSchema))
def get(self, query):
    after = cursor_key(query["cursor"], int)          # [last id] or []
    rows = items_after(session, after[0] if after else 0, query["limit"] + 1)
    return page(rows, query["limit"], lambda row: [row.id])
"""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from marshmallow import Schema, fields, validate

from server.domain.errors import InvalidInput

ROWS_MOST = 500
ROWS_USUAL = 100
CURSOR_LENGTH_MOST = 2_000

Row = TypeVar("Row")


class PageQuery(Schema):
    """The query of every list; extend it with the list's own filters."""

    cursor = fields.String(load_default="", validate=validate.Length(max=CURSOR_LENGTH_MOST))
    limit = fields.Integer(load_default=ROWS_USUAL, validate=validate.Range(1, ROWS_MOST))


def page_of(row: type[Schema]) -> type[Schema]:
    """The schema of a page of these rows."""
    name = row.__name__.removesuffix("Schema") + "Page"
    body = {
        "rows": fields.List(fields.Nested(row), required=True),
        "next_cursor": fields.String(required=True, allow_none=True),
    }
    return type(name, (Schema,), body)


def page(rows: Sequence[Row], limit: int, key: Callable[[Row], list[Any]]) -> dict[str, Any]:
    """One page out of up to limit + 1 rows; `key` gives what the next page must come after."""
    more = len(rows) > limit
    shown = rows[:limit]
    return {"rows": shown, "next_cursor": make_cursor(key(shown[-1])) if more else None}


def make_cursor(key: list[Any]) -> str:
    """An opaque text that `cursor_key` reads back."""
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def cursor_key(cursor: str, *kinds: type) -> list[Any]:
    """The key inside, of these types; [] for no cursor. Raises InvalidInput `bad_cursor`."""
    key = free_cursor_key(cursor)
    if cursor and [type(part) for part in key] != list(kinds):
        raise InvalidInput("bad_cursor")
    return key


def free_cursor_key(cursor: str) -> list[Any]:
    """The key inside, texts and whole numbers whatever their order, for who checks it further; []
    for no cursor. Raises InvalidInput `bad_cursor`."""
    if not cursor:
        return []
    try:
        key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        raise InvalidInput("bad_cursor") from None
    if not isinstance(key, list) or any(type(part) not in (str, int) for part in key):
        raise InvalidInput("bad_cursor")
    if any(type(part) is int and abs(part) >= 2**63 for part in key):
        raise InvalidInput("bad_cursor")
    return key
