"""POST /commands by HTTP: every answer there is, and never a 5xx."""

from uuid import uuid4

import pytest

from server.services.recent import forget
from server.store.db import reading, unit_of_work
from server.store.models import Device, User
from tests.api.pda import Pda, on_hand
from tests.api.shelves import furnish


@pytest.fixture
def pda(world, clock):
    furnish(world)
    return Pda(world, clock)


@pytest.fixture
def sqlite_pda(sqlite_world, clock):
    furnish(sqlite_world)
    return Pda(sqlite_world, clock)


def receipt(pda, **changed):
    return pda.do("receive_line", **{"to": "A-01", "item": "M8", "quantity": "5", **changed})


def test_a_fact_is_applied_and_its_copy_is_a_duplicate_with_the_first_answer(pda):
    pda.make("receive_line", to="A-01", item="M8", quantity="5")
    envelope = pda.envelope(pda.outbox)
    first = pda.post(envelope).json["answers"][0]
    again = pda.post(envelope).json["answers"][0]
    assert first["status"] == "applied"
    assert first["movement_ids"]
    assert (again["status"], again["first"]) == ("duplicate", first)
    assert on_hand("A-01") == "5"


def test_a_fact_below_zero_is_applied_and_flagged(pda):
    answer = pda.do("pick_line", from_="A-01", item="M8", quantity="2")
    assert (answer["status"], answer["codes"]) == ("applied_flagged", ["below_zero"])


def test_one_envelope_gets_one_answer_each_in_order(pda):
    pda.make("receive_line", to="A-01", item="M8", quantity="5")
    pda.make("receive_line", to="NOWHERE", item="M8", quantity="5")
    pda.make("fly", to="the moon")
    pda.make("pick_line", from_="A-01", item="M8", quantity="2")
    answers = pda.send()
    assert [a["status"] for a in answers] == ["applied", "rejected", "rejected", "applied"]
    assert [a.get("code") for a in answers[1:3]] == ["unknown_location", "unknown_command_type"]
    assert answers[1]["fields"] == {"location": "NOWHERE"}
    assert on_hand("A-01") == "3"


def test_the_same_id_with_another_body_is_a_conflict(pda):
    made = pda.make("receive_line", to="A-01", item="M8", quantity="5")
    pda.send()
    other = {**made, "body": {**made["body"], "quantity": "6"}}
    answer = pda.send([other])[0]
    assert (answer["status"], answer["code"]) == ("conflict", "command_id_reused")
    assert on_hand("A-01") == "5"


def test_a_retry_of_a_rejected_command_is_rejected_again_the_same(pda):
    made = pda.make("receive_line", to="NOWHERE", item="M8", quantity="5")
    first = pda.send()[0]
    assert pda.send([made])[0] == first


def test_what_follows_a_gap_is_held_until_the_gap_comes(pda):
    first = pda.make("receive_line", to="A-01", item="M8", quantity="1")
    second = pda.make("receive_line", to="A-01", item="M8", quantity="2")
    held = pda.send([second])[0]
    assert (held["status"], held["expected_seq"]) == ("held", 1)
    assert [a["status"] for a in pda.send([first, second])] == ["applied", "applied"]


def test_a_number_used_twice_is_held_in_quarantine(pda):
    receipt(pda)
    pda.next_seq = 1
    answer = receipt(pda)
    assert (answer["status"], answer["codes"]) == ("held", ["quarantined"])
    assert on_hand("A-01") == "5"


def test_work_under_an_expired_pass_counts_and_is_flagged(pda, clock):
    clock.turn(hours=13)
    answer = receipt(pda)
    assert (answer["status"], answer["codes"]) == ("applied_flagged", ["expired_pass"])


def test_work_under_a_revoked_pass_waits_and_does_not_block_the_next_person(pda, world):
    supervisor = world.user_pass("B-supervisor")
    with unit_of_work() as session:
        session.get(User, world.users["operator"]).epoch += 1
    forget("users")
    assert receipt(pda)["codes"] == ["quarantined"]
    pda.user_pass = supervisor
    assert receipt(pda)["status"] == "applied"


@pytest.mark.parametrize("forged", ["nonsense", "eyJ1IjoxfQ.xxxx"])
def test_a_forged_pass_is_rejected(sqlite_pda, forged):
    sqlite_pda.user_pass = forged
    answer = receipt(sqlite_pda)
    assert (answer["status"], answer["code"]) == ("rejected", "bad_user_pass")


def test_a_fact_without_a_person_is_rejected(sqlite_pda):
    made = sqlite_pda.make("receive_line", to="A-01", item="M8", quantity="5")
    del made["user_pass"]
    answer = sqlite_pda.send()[0]
    assert (answer["status"], answer["code"]) == ("rejected", "user_pass_required")


def test_the_person_of_the_header_speaks_for_commands_without_a_pass(sqlite_pda):
    made = sqlite_pda.make("receive_line", to="A-01", item="M8", quantity="5")
    passed = made.pop("user_pass")
    api = sqlite_pda.world.as_device(passed)
    answer = api.post("/commands", json=sqlite_pda.envelope([made])).json["answers"][0]
    assert answer["status"] == "applied"


def test_a_revoked_handheld_still_hands_over_what_it_recorded(pda, world):
    pda.make("receive_line", to="A-01", item="M8", quantity="5")
    desk = world.as_role("supervisor")
    assert desk.post(f"/devices/{world.device_id}/revoke").status_code == 200
    answer = pda.send()[0]
    assert (answer["status"], answer["codes"]) == ("held", ["quarantined"])
    assert on_hand("A-01") == "0"
    waiting = desk.get("/quarantine").json["rows"]
    assert [(row["reason"], row["seq"]) for row in waiting] == [("revoked", "1")]
    assert "user_pass" not in waiting[0]["command"]


def test_a_request_reaches_only_the_askers_sites(sqlite_pda, sqlite_world):
    command = {
        "id": str(uuid4()),
        "v": 1,
        "type": "receive_line",
        "intent": "request",
        "body": {"site": "BJ2", "to": "Z-01", "item": "M8", "quantity": "1"},
    }
    api = sqlite_world.as_role("clerk")
    answer = api.post("/commands", json={"device": None, "commands": [command]}).json["answers"][0]
    assert (answer["status"], answer["code"]) == ("rejected", "unknown_site")


def test_a_desk_cannot_report_facts_and_an_operator_no_requests(sqlite_pda, sqlite_world):
    made = sqlite_pda.make("receive_line", to="A-01", item="M8", quantity="5")
    envelope = sqlite_pda.envelope([made])
    refused = sqlite_world.as_role("clerk").post("/commands", json=envelope)
    assert (refused.status_code, refused.json["code"]) == (403, "facts_need_a_device")
    asked = {"id": str(uuid4()), "v": 1, "type": "undo", "intent": "request", "body": {}}
    refused = sqlite_world.as_role("operator").post("/commands", json={"commands": [asked]})
    assert (refused.status_code, refused.json["code"]) == (403, "not_permitted")


def test_another_handhelds_name_is_refused(sqlite_pda):
    refused = sqlite_pda.post(sqlite_pda.envelope([], device=str(uuid4())))
    assert (refused.status_code, refused.json["code"]) == (403, "device_mismatch")


@pytest.mark.parametrize("missing", ["sent_at", "mono_ms", "boot_id"])
def test_a_handheld_without_clocks_is_refused(sqlite_pda, missing):
    envelope = sqlite_pda.envelope([])
    del envelope[missing]
    refused = sqlite_pda.post(envelope)
    assert (refused.status_code, refused.json["code"]) == (422, "clock_required")


def test_a_hundred_commands_are_taken_and_one_more_is_refused(pda):
    for _ in range(101):
        pda.make("receive_line", to="A-01", item="M8", quantity="1")
    refused = pda.post(pda.envelope(pda.outbox))
    assert (refused.status_code, refused.json["code"]) == (422, "invalid_fields")
    assert {a["status"] for a in pda.send(pda.outbox[:100])} == {"applied"}
    assert on_hand("A-01") == "100"


@pytest.mark.parametrize(
    "changed",
    [
        {"commands": None},
        {"commands": [1]},
        {"commands": [{"type": "undo"}]},
        {"commands": [{"id": "x", "seq": 1}]},
        {"commands": [{"id": str(uuid4()), "seq": 0}]},
        {"commands": [{"id": str(uuid4()), "seq": 2**63}]},
        {"commands": [{"id": str(uuid4()), "seq": True}]},
        {"commands": [{"id": "11111111-1111-4111-8111-111111111111"}] * 2},
        {"mono_ms": -1},
        {"mono_ms": "12"},
        {"sent_at": "yesterday"},
        {"boot_id": "\x01"},
        {"next_seq": 10**30},
        {"colour": "red"},
    ],
)
def test_an_envelope_that_cannot_be_read_is_refused_as_a_whole(sqlite_pda, changed):
    refused = sqlite_pda.post({**sqlite_pda.envelope([]), **changed})
    assert refused.status_code == 422, refused.json


@pytest.mark.parametrize(
    "spoilt",
    [
        {"body": None},
        {"body": []},
        {"body": {"to": {}, "item": [], "quantity": {}}},
        {"type": None},
        {"type": ["receive_line"]},
        {"v": 2},
        {"intent": "wish"},
        {"wall_ms": 10**40},
        {"mono_ms": 1.5},
        {"boot_id": ""},
        {"replaces": "me"},
        {"scans": [{"text": "x" * 5000}]},
        {"user_pass": 7},
        {"extra": 1},
        {"occurred_at": "0000-01-01T00:00:00Z"},
    ],
)
def test_a_malformed_command_is_rejected_alone_and_consumes_its_number(sqlite_pda, spoilt):
    sqlite_pda.make("receive_line", to="A-01", item="M8", quantity="1").update(spoilt)
    sqlite_pda.make("receive_line", to="A-01", item="M8", quantity="2")
    spoiled, fine = sqlite_pda.send()
    assert spoiled["status"] == "rejected", spoiled
    assert fine["status"] == "applied"


def test_replacing_mends_a_rejected_command_once(pda):
    wrong = pda.make("receive_line", to="NOWHERE", item="M8", quantity="5")
    pda.send()
    pda.make("receive_line", to="A-01", item="M8", quantity="5")["replaces"] = wrong["id"]
    assert pda.send()[0]["status"] == "applied"
    pda.make("receive_line", to="A-01", item="M8", quantity="5")["replaces"] = wrong["id"]
    assert pda.send()[0]["code"] == "nothing_to_replace"


def test_a_late_copy_of_an_old_envelope_tells_nothing_new_of_its_handheld(pda, world, clock):
    pda.make("receive_line", to="A-01", item="M8", quantity="1")
    old = pda.envelope(pda.outbox)
    pda.post(old)
    pda.outbox.clear()
    clock.turn(minutes=10)
    receipt(pda)
    seen = _device(world)
    clock.turn(hours=2)
    assert pda.post(old).json["answers"][0]["status"] == "duplicate"
    assert _device(world) == seen


def _device(world):
    with reading() as session:
        device = session.get(Device, world.device_id)
        return (device.last_seen_at, device.next_seq, device.wall_offset_ms, device.accepted_seq)
