"""At most twenty messages in any minute: a bucket of five, and one more every four seconds.

A bucket of `burst` filled once per `every_ms` lets at most burst + minute / every pass in any
minute: 5 + 15 = 20.
"""

from dataclasses import dataclass, replace
from typing import Final

MINUTE_MS: Final = 60_000
MESSAGES_MOST: Final = 20
BURST: Final = 5
EVERY_MS: Final = MINUTE_MS // (MESSAGES_MOST - BURST)


@dataclass(frozen=True, slots=True)
class Bucket:
    """spent_until: the instant at which the bucket will be full again, if nothing more is sent."""

    spent_until: int = 0

    def ready_at(self, now: int) -> int:
        """When the next message may leave; `now` when it may at once."""
        return max(now, self.spent_until - (BURST - 1) * EVERY_MS)

    def take(self, now: int) -> "Bucket":
        """The bucket after one message left now."""
        return replace(self, spent_until=max(self.spent_until, now) + EVERY_MS)
