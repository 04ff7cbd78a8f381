"""How long the station waits for what."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds. answer: for a printer's state; poll: between two questions while it prints; settle:
    how long it must be idle to count as done, unseen_settle: if it was never seen at work; stall:
    until bytes it does not take count as a fault; again: between two tries to reach it; look: at
    idle printers; keep_open: an idle connection; grace: for what is under way when we must end.
    """

    answer: float = 2.0
    poll: float = 0.1
    settle: float = 0.3
    unseen_settle: float = 1.5
    stall: float = 5.0
    again: float = 2.0
    look: float = 15.0
    keep_open: float = 5.0
    grace: float = 2.5
    lease_wait: int = 20


WINDOW = 10
"""Labels that may be in a printer without being certain."""
