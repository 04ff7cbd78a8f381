"""Webhooks: in order, at least once, whoever dies; patient, and not for ever."""

import json
import threading
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from standardwebhooks.webhooks import Webhook as Verifier

from server.domain.errors import InvalidInput, NotPermitted, RuleViolated, StockturnError
from server.domain.people import SYSTEM, Actor
from server.domain.webhooks import ATTEMPTS_MOST, Outcome
from server.services.deliver_webhooks import (
    LEASE_MS,
    deliver_webhooks,
    plan_deliveries,
    send_all,
    settle_turn,
    take_turn,
)
from server.services.manage_webhooks import change_webhook, rotate_secret
from server.services.replay_webhooks import Range, replay_delivery, replay_range, try_webhook
from server.services.send_what_is_due import is_anything_to_send
from server.store.db import reading
from server.store.models import Feed
from tests.outside import every_delivery, every_message, one_webhook

SUPERVISOR = Actor(None, "supervisor", None)


def deliver(house):
    """One round: the relay, then a worker."""
    house.number()
    plan_deliveries()
    return deliver_webhooks(30)


def seqs(there):
    return [int(body["data"]["seq"]) for body in there.bodies]


def test_what_happens_is_told_in_order_signed_and_once(either, there, monkeypatch):
    made = either.webhook(there.url)
    for number in range(30):
        either.tell(id=number)
    assert not is_anything_to_send()
    either.number()
    assert is_anything_to_send()
    assert deliver(either) == 20
    assert deliver(either) == 10
    assert not is_anything_to_send()
    assert seqs(there) == sorted(set(seqs(there)))
    assert [body["data"]["payload"]["id"] for body in there.bodies] == [*range(30)]
    assert {body["type"] for body in there.bodies} == {"count.approved"}
    assert there.bodies[0]["timestamp"].startswith("2026-11-18T")
    for request in there.requests[:3]:
        verify(monkeypatch, either, made.secret, request)


def verify(monkeypatch, house, secret, request):
    """By the specification's own library, at the house's time."""
    monkeypatch.setattr(Verifier, "_Webhook__verify_timestamp", lambda *_: _instant(request))
    assert int(request.headers["webhook-timestamp"]) == house.now // 1000
    return Verifier(secret).verify(request.body, dict(request.headers))


def _instant(request):
    from_header = int(request.headers["webhook-timestamp"])
    return datetime.fromtimestamp(from_header, UTC)


def test_only_the_types_and_the_site_that_were_asked_for_are_told(house, there):
    house.webhook(there.url, types=["alert.*", "period.closed"], site="SH1")
    house.tell("alert.triggered", id=1)
    house.tell("alert.triggered", site="BJ2", id=2)
    house.tell("count.approved", id=3)
    house.tell("period.closed", site=None, id=4)
    house.tell("alert_rule.changed", id=5)
    deliver(house)
    assert [body["data"]["payload"]["id"] for body in there.bodies] == [1, 4]
    assert [body["data"]["site"] for body in there.bodies] == ["SH1", None]


def test_cost_is_told_only_where_an_administrator_granted_it(house, there):
    house.webhook(there.url, "plain")
    house.webhook(there.url + "?paid", "paid", include_cost=True)
    house.tell("count.approved", id=1, value="9.99", lines=[{"unit_cost": "3", "n": 1}])
    house.tell("receipt.revalued", id=2)
    deliver(house)
    told = {"plain": [], "paid": []}
    for request in there.requests:
        told["paid" if request.path.endswith("paid") else "plain"].append(request.json["data"])
    assert [data["payload"] for data in told["plain"]] == [{"id": 1, "lines": [{"n": 1}]}]
    assert [data["payload"]["id"] for data in told["paid"]] == [1, 2]
    assert "9.99" in json.dumps(told["paid"])
    assert [data["payload"]["id"] for data in told["plain"]] == [1]
    with pytest.raises(NotPermitted, match="needs_administrator"):
        house.webhook(there.url, "mine", actor=SUPERVISOR, include_cost=True)


def test_a_webhook_tells_no_more_than_its_makers_role_may_read(house, there):
    house.webhook(there.url, "mine", actor=SUPERVISOR)
    house.tell("user.changed", id=1)
    house.tell("count.approved", id=2)
    deliver(house)
    assert [body["type"] for body in there.bodies] == ["count.approved"]


def test_what_an_administrator_made_is_changed_by_administrators(house, there):
    webhook_id = house.webhook(there.url, include_cost=True).identity[0]
    with pytest.raises(NotPermitted, match="needs_administrator"):
        change_webhook(webhook_id, {"url": there.url + "2"}, version=1, actor=SUPERVISOR)
    with pytest.raises(NotPermitted, match="needs_administrator"):
        rotate_secret(webhook_id, version=1, actor=SUPERVISOR)
    change_webhook(webhook_id, {"state": "paused"}, version=1, actor=SUPERVISOR)
    assert one_webhook(webhook_id).state == "paused"


def test_a_worker_that_dies_after_sending_lets_another_send_the_same_again(either, there):
    webhook_id = either.webhook(there.url).identity[0]
    either.tell(id=1)
    either.number()
    plan_deliveries()
    dead = take_turn(webhook_id)
    send_all(dead)
    assert take_turn(webhook_id) is None, "the lease holds"
    either.turn(ms=LEASE_MS)
    assert deliver(either) == 1
    first, second = there.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    assert settle_turn(dead, [(dead.parcels[0].delivery_id, Outcome("delivered", 200))]) == 1
    assert [row.state for row in every_delivery()] == ["delivered"]
    assert every_delivery()[0].attempts == 1


def test_a_worker_that_wakes_too_late_does_not_undo_what_another_did(house, there):
    webhook_id = house.webhook(there.url).identity[0]
    house.tell(id=1)
    house.number()
    plan_deliveries()
    late = take_turn(webhook_id)
    house.turn(ms=LEASE_MS)
    deliver(house)
    settle_turn(late, [(late.parcels[0].delivery_id, Outcome("down", 0, "unreachable"))])
    webhook = one_webhook(webhook_id)
    assert (webhook.failures, webhook.failing_since) == (0, None)
    assert [row.state for row in every_delivery()] == ["delivered"]


def test_many_workers_at_once_lose_and_double_nothing(either, there):
    made = [either.webhook(f"{there.url}?{name}", name) for name in ("a", "b")]
    for number in range(25):
        either.tell(id=number)
    either.number()
    errors = []

    def work():
        try:
            with either.app.app_context():
                for _ in range(4):
                    plan_deliveries()
                    deliver_webhooks(30)
        except StockturnError as problem:
            errors.append(problem)

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    deliver(either)
    assert errors == []
    for name in ("a", "b"):
        told = [
            request.json["data"]["payload"]["id"]
            for request in there.requests
            if request.path.endswith(name) and request.json["type"] == "count.approved"
        ]
        assert told == [*range(25)]
    assert len(made) == 2


def test_while_nobody_answers_everything_waits_and_then_comes_in_order(house, there):
    webhook_id = house.webhook(there.url).identity[0]
    there.usual = (503, b"busy")
    for number in range(3):
        house.tell(id=number)
    assert deliver(house) == 0
    assert len(there.requests) == 1
    assert deliver(house) == 0
    assert len(there.requests) == 1, "it waits"
    webhook = one_webhook(webhook_id)
    assert webhook.waits_until > house.now
    assert every_delivery()[0].excerpt == "busy"
    there.usual = (200, b"")
    house.turn(ms=webhook.waits_until - house.now)
    assert deliver(house) == 3
    assert [body["data"]["payload"]["id"] for body in there.bodies] == [0, 0, 1, 2]
    assert one_webhook(webhook_id).failing_since is None


def test_retry_after_is_respected(house, there):
    webhook_id = house.webhook(there.url).identity[0]
    there.answers = [(429, b"", {"Retry-After": "3600"})]
    house.tell(id=1)
    deliver(house)
    assert one_webhook(webhook_id).waits_until == house.now + 3_600_000


def test_an_event_the_receiver_will_not_have_does_not_hold_up_the_others(house, there):
    house.webhook(there.url)
    there.answers = [(422, b"no such item")]
    for number in range(3):
        house.tell(id=number)
    assert deliver(house) == 2
    assert [row.state for row in every_delivery()] == ["pending", "delivered", "delivered"]
    there.usual = (422, b"no")
    for _ in range(ATTEMPTS_MOST):
        house.turn(hours=7)
        deliver(house)
    poison = every_delivery()[0]
    assert (poison.state, poison.attempts, poison.code) == ("failed", ATTEMPTS_MOST, "http_422")


def test_after_days_of_silence_it_is_disabled_and_people_are_told(house, there):
    webhook_id = house.webhook(there.url, types=["count.*"]).identity[0]
    house.subscribe(house.bot(there.url + "?bot"), "trouble")
    there.usual = (500, b"")
    house.tell(id=1)
    for _ in range(40):
        deliver(house)
        house.turn(hours=7)
        if one_webhook(webhook_id).state == "disabled":
            break
    assert one_webhook(webhook_id).state == "disabled"
    assert len(there.requests) > 10
    house.number()
    with reading() as session:
        assert session.query(Feed).filter(Feed.topic == "webhook.disabled").count() == 1
    (message,) = every_message()
    assert "erp" in message.title
    assert "http_500" in message.parts[0]
    house.tell(id=2)
    asked = len(there.requests)
    deliver(house)
    assert len(there.requests) == asked
    there.usual = (200, b"")
    version = one_webhook(webhook_id).version
    change_webhook(webhook_id, {"state": "active"}, version=version, actor=SYSTEM)
    deliver(house)
    assert [row.state for row in every_delivery()] == ["delivered", "delivered"]


def test_gone_means_never_again(house, there):
    webhook_id = house.webhook(there.url).identity[0]
    there.usual = (410, b"")
    house.tell(id=1)
    deliver(house)
    assert one_webhook(webhook_id).state == "disabled"


def test_a_range_and_a_single_delivery_are_replayed_with_their_ids(either, there):
    webhook_id = either.webhook(there.url, types=["count.*"]).identity[0]
    for number in range(4):
        either.tell(id=number)
    deliver(either)
    first, *_, last = seqs(there)
    assert replay_range(webhook_id, Range(first + 1, last - 1), actor=SYSTEM) == 2
    deliver(either)
    assert seqs(there)[4:] == [first + 1, first + 2]
    ids = [request.headers["webhook-id"] for request in there.requests]
    assert ids[4:] == ids[1:3]
    replay_delivery(webhook_id, every_delivery()[0].id, actor=SYSTEM)
    deliver(either)
    assert seqs(there)[-1] == first
    assert replay_range(webhook_id, Range(since=either.now - 1), actor=SYSTEM) == 4
    with pytest.raises(InvalidInput, match="bad_range_of_feed"):
        replay_range(webhook_id, Range(10**9), actor=SYSTEM)
    change_webhook(webhook_id, {"state": "paused"}, version=1, actor=SYSTEM)
    with pytest.raises(RuleViolated, match="webhook_not_active"):
        replay_range(webhook_id, Range(first), actor=SYSTEM)


def test_both_secrets_sign_for_a_day_after_a_rotation(house, there, monkeypatch):
    made = house.webhook(there.url)
    new = rotate_secret(made.identity[0], version=1, actor=SYSTEM)
    house.tell(id=1)
    deliver(house)
    for secret in (made.secret, new):
        verify(monkeypatch, house, secret, there.requests[-1])
    house.turn(hours=25)
    house.tell(id=2)
    deliver(house)
    verify(monkeypatch, house, new, there.requests[-1])
    assert " " not in there.requests[-1].headers["webhook-signature"]
    assert made.secret not in str(vars(one_webhook(made.identity[0])))


def test_a_test_is_sent_at_once_and_says_what_came_back(house, there, monkeypatch):
    made = house.webhook(there.url)
    there.answers = [(200, "收到".encode())]
    outcome = try_webhook(made.identity[0], SYSTEM)
    assert (outcome.verdict, outcome.status, outcome.excerpt) == ("delivered", 200, "收到")
    assert verify(monkeypatch, house, made.secret, there.requests[0])["type"] == "webhook.test"
    assert every_delivery() == []


def test_a_host_inside_is_refused_when_it_is_named_and_when_it_is_called(house, there):
    webhook_id = house.webhook(there.url).identity[0]
    house.tell(id=1)
    with open_again(house, allowed=""):
        with pytest.raises(NotPermitted, match="host_forbidden"):
            house.webhook("https://127.0.0.1/", "other")
        with pytest.raises(NotPermitted, match="host_forbidden"):
            change_webhook(webhook_id, {"url": "https://10.0.0.1/"}, version=1, actor=SYSTEM)
        deliver(house)
    assert there.requests == []
    assert every_delivery()[0].code == "host_forbidden"


@contextmanager
def open_again(house, allowed):
    """The same house under another setting."""
    before = house.app.config["STOCKTURN"]
    house.app.config["STOCKTURN"] = replace(before, outbound_allowed=allowed)
    yield
    house.app.config["STOCKTURN"] = before


@pytest.mark.parametrize("types", [["count"], ["*.approved"], ["counts.*"], ["nothing.happened"]])
def test_a_type_that_does_not_exist_is_refused(house, there, types):
    with pytest.raises(InvalidInput, match="unknown_event_type"):
        house.webhook(there.url, types=types)


def test_somebody_of_one_site_makes_webhooks_of_that_site(house, there):
    own = Actor(None, "supervisor", frozenset({house.sites["SH1"]}))
    with pytest.raises(NotPermitted, match="site_required"):
        house.webhook(there.url, actor=own)
    with pytest.raises(Exception, match="unknown_site"):
        house.webhook(there.url, actor=own, site="BJ2")
    assert house.webhook(there.url, actor=own, site="SH1").secret.startswith("whsec_")
