"""Everything that leaves the house, in turns: events, what must be told now, messages."""

import time
from typing import NamedTuple

from server.services.clock import now_ms
from server.services.compose_messages import compose_messages
from server.services.deliver_webhooks import deliver_webhooks, plan_deliveries
from server.services.send_messages import send_messages
from server.store.db import reading
from server.store.outbox import is_any_message_due, is_any_subscription_due
from server.store.webhook_turns import is_any_webhook_due


class Sent(NamedTuple):
    """What one round did."""

    planned: int
    delivered: int
    composed: int
    messages: int


def is_anything_to_send() -> bool:
    """Whether anything may leave now; asked after every change, so it is cheap."""
    now = now_ms()
    with reading() as session:
        return (
            is_any_webhook_due(session, now)
            or is_any_message_due(session, now)
            or is_any_subscription_due(session, now)
        )


def send_what_is_due(seconds: float) -> Sent:
    """One round of about so long; what is left is rung for again."""
    end = time.monotonic() + seconds
    planned = plan_deliveries()
    composed = compose_messages()
    messages = send_messages(max(end - time.monotonic(), 0.1))
    return Sent(planned, deliver_webhooks(max(end - time.monotonic(), 0.1)), composed, messages)
