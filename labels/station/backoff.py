"""Waiting longer after each failure, never all at once (full jitter)."""

import random

LEAST_S = 0.25
MOST_S = 20.0


class Backoff:
    """delay_s() grows from a quarter of a second to twenty; begin again after a success."""

    def __init__(self, least_s: float = LEAST_S, most_s: float = MOST_S) -> None:
        self._least_s = least_s
        self._most_s = most_s
        self._failures = 0

    def delay_s(self, asked_s: float = 0.0) -> float:
        """How long to wait now; at least what the other side asked for."""
        most = min(self._most_s, self._least_s * 2.0 ** min(self._failures, 16))
        self._failures += 1
        return max(asked_s, most / 2 + random.uniform(0, most / 2))

    def succeeded(self) -> None:
        """Begin again."""
        self._failures = 0
