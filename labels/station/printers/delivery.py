"""Ways to a printer that take a piece of work whole and answer nothing about paper."""

from typing import Protocol


class Delivery(Protocol):
    """certain: what was delivered is where it belongs, and delivering it again changes nothing.
    chunk: labels delivered at once. looks_back: how many labels before a failure are doubtful."""

    certain: bool
    chunk: int
    looks_back: int

    def deliver(self, name: str, content: bytes) -> None:
        """Hand it over whole. Raises WireLost with the reason."""
