"""Links a message carries to a phone: they lead to one thing, for a while, and decide nothing.

The signature is over the thing and the end of its time, so that a link cannot be made up or kept
for ever; whoever opens it signs in and needs the same rights as anywhere else.
"""

from typing import Final

from itsdangerous import BadData, URLSafeSerializer

from server.domain.errors import InvalidInput, RuleViolated
from server.services.clock import now_ms
from server.store.installation import secret_key

HOUR_MS: Final = 3_600_000
COUNT_LINK_HOURS: Final = 24
"""Long enough for the evening's digest to be answered next morning."""


def count_link(count_id: int) -> tuple[str, int]:
    """Path and query of a link to one count, and when it ends (UTC milliseconds)."""
    ends = now_ms() + COUNT_LINK_HOURS * HOUR_MS
    return f"/c/{count_id}?s={_signer().dumps([count_id, ends])}", ends


def check_count_link(count_id: int, signature: str) -> int:
    """When this link ends (UTC milliseconds).

    Raises InvalidInput `bad_link` for one of another count or not of ours, RuleViolated
    `link_expired`.
    """
    try:
        content = _signer().loads(signature)
    except BadData:
        raise InvalidInput("bad_link") from None
    linked, ends = content
    if linked != count_id:
        raise InvalidInput("bad_link")
    if ends <= now_ms():
        raise RuleViolated("link_expired")
    return int(ends)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(secret_key(), salt="stockturn count link")
