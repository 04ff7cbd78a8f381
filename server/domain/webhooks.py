"""Webhooks after the Standard Webhooks specification: secrets, signatures, retries, giving up.

webhook-id         the same for every attempt at one event
webhook-timestamp  of the attempt, seconds since 1970
webhook-signature  v1,BASE64(HMAC-SHA256(key, id "." timestamp "." body)), one per valid secret,
                   separated by spaces; key: what follows "whsec_", decoded from Base64
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from server.domain.errors import InvalidInput

PREFIX: Final = "whsec_"
KEY_BYTES: Final = 32
KEY_BYTES_LEAST, KEY_BYTES_MOST = 24, 64
ROTATION_MS: Final = 24 * 3_600_000
"""For how long after a rotation deliveries carry a signature of the old secret too."""
FIRST_WAIT_MS: Final = 5_000
WAIT_GROWTH: Final = 4
LONGEST_WAIT_MS: Final = 6 * 3_600_000
LONGEST_ASKED_MS: Final = 24 * 3_600_000
JITTER: Final = 0.2
ATTEMPTS_MOST: Final = 12
"""After so many refusals of one event (while others are taken) it is set aside for good."""
TYPES_MOST: Final = 50
_ABOUT_THE_RECEIVER: Final = frozenset({401, 403, 404, 405, 407, 408, 421, 425, 426, 429})

Verdict = Literal["delivered", "refused", "down", "gone"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one attempt. status 0: no answer; retry_after_ms: as the receiver asked."""

    verdict: Verdict
    status: int = 0
    code: str = ""
    excerpt: str = ""
    took_ms: int = 0
    retry_after_ms: int | None = None


def make_secret(random_bytes: bytes) -> str:
    """A secret people can copy, from 24 to 64 random bytes."""
    return PREFIX + base64.b64encode(random_bytes).decode()


def secret_key_of(secret: str) -> bytes:
    """The key in a secret. Raises InvalidInput `bad_webhook_secret`."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise InvalidInput("bad_webhook_secret") from None
    if not secret.startswith(PREFIX) or not KEY_BYTES_LEAST <= len(key) <= KEY_BYTES_MOST:
        raise InvalidInput("bad_webhook_secret")
    return key


def signatures(secrets: Sequence[str], message_id: str, timestamp_s: int, body: bytes) -> str:
    """The header: one signature per secret, the newest first."""
    signed = f"{message_id}.{timestamp_s}.".encode() + body
    marks = (hmac.new(secret_key_of(secret), signed, hashlib.sha256).digest() for secret in secrets)
    return " ".join("v1," + base64.b64encode(mark).decode() for mark in marks)


def wants(patterns: Iterable[str], topic: str) -> bool:
    """Whether a subscription's types ("*", "count.*", "movement.posted") name the topic."""
    kind = topic.partition(".")[0]
    return any(pattern in ("*", topic, f"{kind}.*") for pattern in patterns)


def judge(status: int) -> Verdict:
    """What an HTTP status says: 2xx taken; 410 nobody wants these any more; 4xx that speak of the
    content: it will not have this event; everything else (5xx, redirections, which are not
    followed, a wrong address or key, too many): it is not ready for any."""
    if 200 <= status < 300:
        return "delivered"
    if status == 410:
        return "gone"
    if 400 <= status < 500 and status not in _ABOUT_THE_RECEIVER:
        return "refused"
    return "down"


def wait_ms(attempts: int, luck: float, asked_ms: int | None = None) -> int:
    """How long to wait after so many failed attempts; luck: 0 … 1 spreads waiters by ± 20 %.

    What the receiver asked for is respected, up to a day.
    """
    grown: int = min(
        FIRST_WAIT_MS * (WAIT_GROWTH ** (min(max(attempts, 1), 10) - 1)), LONGEST_WAIT_MS
    )
    spread = round(grown * (1 - JITTER + 2 * JITTER * luck))
    return max(spread, min(asked_ms or 0, LONGEST_ASKED_MS))


def retry_after_ms(value: str | None) -> int | None:
    """Retry-After in seconds; a date or nonsense counts as nothing asked for."""
    text = (value or "").strip()
    return int(text) * 1000 if text.isascii() and text.isdigit() and len(text) < 9 else None
