"""What was read less than a second ago: authentication asks the database once per second and key.

Revoking a token, retiring a user or raising an epoch in any process therefore takes hold
everywhere within one second; in the process that did it, at once (`forget`).
"""

from collections.abc import Callable, Hashable
from typing import TypeVar

from server.services.clock import now_ms
from server.store.installation import memory

FRESH_MS = 900
KEYS_MOST = 20_000

Found = TypeVar("Found")


def recently(name: str, key: Hashable, read: Callable[[], Found | None]) -> Found | None:
    """The value read for this key within FRESH_MS, else read() anew; None is never kept."""
    kept, now = memory(name), now_ms()
    entry = kept.get(key)
    if entry is not None and 0 <= now - entry[0] < FRESH_MS:
        value: Found = entry[1]
        return value
    found = read()
    if found is None:
        kept.pop(key, None)
    else:
        if len(kept) >= KEYS_MOST:
            kept.clear()
        kept[key] = (now, found)
    return found


def forget(*names: str) -> None:
    """Drop what this process remembers under these names."""
    for name in names:
        memory(name).clear()
