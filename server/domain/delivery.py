"""Each command applied at most once, in the order its device made them: RULES 5–7.

seq runs 1, 2, 3 … on a device. What is above the next expected number waits (the device resends);
what the device no longer has (below oldest_unsent_seq) is lost, and is said to be lost.
"""

from dataclasses import dataclass
from enum import StrEnum


class Admission(StrEnum):
    """What to do with a command of a device that we have not seen before."""

    APPLY = "apply"
    APPLY_AFTER_LOSS = "apply_after_loss"
    HOLD = "hold"
    QUARANTINE = "quarantine"


@dataclass(frozen=True, slots=True)
class Loss:
    """Commands first_seq … last_seq will never come."""

    first_seq: int
    last_seq: int


def detect_loss(accepted_seq: int, oldest_unsent_seq: int) -> Loss | None:
    """The gap between what we have and the oldest the device still has, if there is one."""
    if oldest_unsent_seq > accepted_seq + 1:
        return Loss(accepted_seq + 1, oldest_unsent_seq - 1)
    return None


def admit(seq: int, accepted_seq: int, lost: list[Loss], quarantined: bool) -> Admission:
    """What becomes of a command whose id is new to us.

    A number already used by another id means a cloned or restored device: from then on nothing of
    it is applied unseen. A number once given up for lost may still turn up: a fact is a fact.
    """
    if quarantined:
        return Admission.QUARANTINE
    if seq > accepted_seq + 1:
        return Admission.HOLD
    if seq == accepted_seq + 1:
        return Admission.APPLY
    if any(loss.first_seq <= seq <= loss.last_seq for loss in lost):
        return Admission.APPLY_AFTER_LOSS
    return Admission.QUARANTINE
