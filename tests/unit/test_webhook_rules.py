"""Signatures others can check, and how long to wait."""

import json
from datetime import UTC, datetime

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from server.domain.errors import InvalidInput
from server.domain.webhooks import (
    LONGEST_WAIT_MS,
    judge,
    make_secret,
    retry_after_ms,
    secret_key_of,
    signatures,
    wait_ms,
    wants,
)

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NEW = make_secret(bytes(range(32)))


def test_the_vector_of_the_specification_is_met():
    header = signatures(
        [SECRET], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
    )
    assert header == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("secret", [SECRET, NEW])
def test_the_specifications_own_library_accepts_both_secrets_of_a_rotation(secret):
    body = json.dumps({"type": "count.approved", "货": "手套"}, ensure_ascii=False).encode()
    at = int(datetime.now(UTC).timestamp())
    headers = {
        "webhook-id": "evt_1",
        "webhook-timestamp": str(at),
        "webhook-signature": signatures([NEW, SECRET], "evt_1", at, body),
    }
    assert Webhook(secret).verify(body, headers)["货"] == "手套"
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body + b" ", headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body, {**headers, "webhook-id": "evt_2"})


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_AAAA", "whsec_***", SECRET[6:]])
def test_a_secret_that_is_none_is_refused(secret):
    with pytest.raises(InvalidInput, match="bad_webhook_secret"):
        secret_key_of(secret)


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (200, "delivered"), (204, "delivered"), (301, "down"), (400, "refused"), (401, "down"),
        (404, "down"), (408, "down"), (409, "refused"), (410, "gone"), (422, "refused"),
        (429, "down"), (500, "down"), (503, "down"),
    ],
)  # fmt: skip
def test_a_status_says_whether_to_wait_or_to_go_on(status, verdict):
    assert judge(status) == verdict


def test_waits_grow_spread_and_end():
    assert wait_ms(1, 0.5) == 5_000
    assert (wait_ms(1, 0.0), wait_ms(1, 1.0)) == (4_000, 6_000)
    grown = [wait_ms(attempts, 0.5) for attempts in range(1, 12)]
    assert grown == sorted(grown)
    assert grown[-1] == LONGEST_WAIT_MS
    assert wait_ms(1, 0.5, 3_600_000) == 3_600_000
    assert wait_ms(1, 0.5, 10**12) == 24 * 3_600_000


def test_retry_after_is_seconds_or_nothing():
    assert retry_after_ms(" 120 ") == 120_000
    assert [retry_after_ms(text) for text in (None, "", "-1", "Wed, 21 Oct 2026", "9" * 12)] == [
        None
    ] * 5


def test_types_name_all_a_kind_or_one():
    assert wants(["*"], "a.b")
    assert wants(["count.*"], "count.approved")
    assert not wants(["count.*"], "count_task.made")
    assert wants(["alert.resolved"], "alert.resolved")
    assert not wants(["alert.resolved"], "alert.snoozed")
