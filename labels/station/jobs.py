"""A print job as the station keeps it, and what it tells the server of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

CHECK_LAST_LABEL = "check_last_label"


@dataclass(frozen=True, slots=True)
class Offer:
    """A job as the server leases it; confirmed: printed before, by whomever."""

    uid: str
    lease: str
    printer: str
    language: str
    dpi: int
    labels: int
    confirmed: int
    numbered: bool
    expires_ms: int

    @property
    def parts(self) -> int:
        """How many pieces the labels come in: a PDF is one."""
        return min(self.labels, 1) if self.language == "pdf" else self.labels


def offer_from_json(told: dict[str, Any]) -> Offer:
    """Raises ValueError, KeyError or TypeError when it is no offer."""
    expires_ms = round(datetime.fromisoformat(told["expires_at"]).timestamp() * 1000)
    return Offer(
        uid=str(UUID(told["id"])),
        lease=str(UUID(told["lease"])),
        printer=str(told["printer"]),
        language=str(told["language"]),
        dpi=int(told["dpi"]),
        labels=int(told["labels"]),
        confirmed=0 if told["language"] == "pdf" else int(told["confirmed"]),
        numbered=bool(told["numbered"]),
        expires_ms=expires_ms,
    )


@dataclass(frozen=True, slots=True)
class Job:
    """One job in the spool; numbers count the parts the printer gets, 1 … parts.

    confirmed ≤ sent: this far it is certainly printed, this far handed over (or just about to be).
    touched: the highest ever handed over, unless somebody saw that it was not printed; what is
    handed over again at or below it is doubtful. passed: this far a printer that cannot be asked
    took it. fetched: labels here. reason: why it waits.
    outcome: "", confirmed, unverified or failed. claimed: the server knows that we may have begun.
    """

    uid: str
    lease: str
    printer: str
    language: str
    dpi: int
    labels: int
    parts: int
    numbered: bool
    expires_ms: int
    confirmed: int
    sent: int
    touched: int
    passed: int
    fetched: int
    doubtful: tuple[int, ...]
    reason: str
    outcome: str
    claimed: bool
    told: str

    @property
    def in_flight(self) -> int:
        """Handed over, not certain."""
        return self.sent - self.confirmed

    @property
    def state(self) -> str:
        """As the server calls it."""
        if self.outcome:
            return self.outcome
        if self.reason:
            return "paused"
        return "sent" if self.sent == self.parts and self.sent else "sending"

    def report(self) -> dict[str, Any]:
        """What the server is told: the same words mean there is nothing new."""
        return {
            "lease": self.lease,
            "state": self.state,
            "sent": self._labels(max(self.touched, self.sent)),
            "confirmed": self._labels(self.confirmed),
            "reason": self.reason,
            "doubtful": list(self.doubtful),
        }

    def _labels(self, parts: int) -> int:
        return self.labels if parts == self.parts else parts
