"""Slowing down who guesses: five wrong in a row lock a subject for 1, 5, 15, then 60 minutes.

An attempt is counted before the secret is compared and taken back when it was right, so guesses
sent at the same moment cannot pass the counter together.
"""

import hashlib

from server.domain.errors import TooManyAttempts
from server.domain.passwords import lock_ms
from server.services.clock import now_ms
from server.store.db import unit_of_work
from server.store.sign_ins import (
    Counter,
    forget_failures,
    lock_counters,
    set_counter,
    take_back,
)

PERSON_MEMORY_MS = 24 * 3_600_000
DEVICE_MEMORY_MS = 15 * 60_000


def person(kind: str, key: str) -> str:
    """The subject of a login or a badge, the same whether it exists or not, and never in clear."""
    return f"{kind}:{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}"


def device(device_id: int) -> str:
    """The subject of a handheld; its failures fade after 15 minutes, not by somebody's success."""
    return f"device:{device_id}"


def begin_attempt(*subjects: str) -> None:
    """Count one attempt. Raises TooManyAttempts `locked_out` (retry_after_s) while locked."""
    now = now_ms()
    with unit_of_work() as session:
        counters = lock_counters(session, subjects, now)
        until = max(counter.locked_until for counter in counters.values())
        if until <= now:
            for subject, counter in counters.items():
                set_counter(session, subject, _one_more(subject, counter, now))
            forget_failures(session, now - PERSON_MEMORY_MS)
    if until > now:
        raise TooManyAttempts("locked_out", retry_after_s=-(-(until - now) // 1000))


def attempt_was_right(*subjects: str) -> None:
    """Take the attempt back."""
    with unit_of_work() as session:
        for subject in sorted(subjects):
            take_back(session, subject, keep=subject.startswith("device:"))


def _one_more(subject: str, counter: Counter, now: int) -> Counter:
    remembered = counter.last_failure_at >= now - _memory_ms(subject)
    failures = (counter.failures if remembered else 0) + 1
    lock = lock_ms(failures)
    return Counter(failures, now, now + lock if lock else 0)


def _memory_ms(subject: str) -> int:
    return DEVICE_MEMORY_MS if subject.startswith("device:") else PERSON_MEMORY_MS
