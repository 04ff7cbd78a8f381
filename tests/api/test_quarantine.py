"""Quarantine over HTTP: what waits is believed or refused by somebody who may, once."""

import pytest

from server.store.db import reading
from server.store.models import Movement
from server.store.queries.people import device_by_id
from tests.api.pda import Pda, on_hand
from tests.api.shelves import furnish


@pytest.fixture
def pda(world, clock):
    furnish(world)
    return Pda(world, clock)


@pytest.fixture
def desk(world):
    return world.as_role("supervisor")


def quarantine_one(pda, **changed):
    """Use a number twice; answers the second command."""
    pda.do("receive_line", to="A-01", item="M8", quantity="5")
    pda.next_seq = 1
    body = {"to": "A-02", "item": "M8", "quantity": "2", **changed}
    made = pda.make("receive_line", **body)
    assert pda.send()[0]["codes"] == ["quarantined"]
    return made


def test_an_accepted_command_is_posted_at_its_own_time_and_the_handheld_trusted_again(
    pda, desk, world, clock
):
    happened = clock.now
    made = quarantine_one(pda)
    clock.turn(hours=1)
    row = desk.get("/quarantine").json["rows"][0]
    assert (row["command_id"], row["reason"]) == (made["id"], "sequence_reused")
    answer = desk.post(f"/quarantine/{row['id']}/accept")
    assert answer.json["codes"] == ["accepted_from_quarantine"]
    assert on_hand("A-02") == "2"
    with reading() as session:
        posted = session.get(Movement, int(answer.json["movement_ids"][0]))
        assert (posted.occurred_at, posted.user_id) == (happened, world.users["operator"])
    assert pda.send([made])[0]["status"] == "duplicate"
    pda.outbox.clear()
    assert pda.do("receive_line", to="A-02", item="M8", quantity="1")["status"] == "applied"


def test_a_refused_command_is_rejected_for_good(pda, desk):
    made = quarantine_one(pda)
    row = desk.get("/quarantine").json["rows"][0]
    assert desk.post(f"/quarantine/{row['id']}/refuse").json["status"] == "rejected"
    assert on_hand("A-02") == "0"
    told = pda.send([made])[0]
    assert (told["status"], told["code"]) == ("rejected", "refused_by_supervisor")
    assert desk.get("/quarantine").json["rows"] == []
    refused = desk.get("/quarantine?state=refused").json["rows"][0]
    assert refused["decided_by_name"] == "Supervisor"


def test_the_handheld_is_trusted_only_when_nothing_of_it_waits(pda, desk, world):
    quarantine_one(pda)
    pda.next_seq = 2
    pda.do("receive_line", to="A-02", item="M8", quantity="3")
    first, second = desk.get("/quarantine").json["rows"]
    desk.post(f"/quarantine/{first['id']}/accept")
    assert _device(world).quarantined
    desk.post(f"/quarantine/{second['id']}/accept")
    assert not _device(world).quarantined
    assert _device(world).accepted_seq == 2
    assert on_hand("A-02") == "5"


def test_deciding_twice_is_refused(pda, desk):
    quarantine_one(pda)
    row = desk.get("/quarantine").json["rows"][0]
    desk.post(f"/quarantine/{row['id']}/accept")
    for verb in ("accept", "refuse"):
        again = desk.post(f"/quarantine/{row['id']}/{verb}")
        assert (again.status_code, again.json["code"]) == (409, "already_decided")
    assert on_hand("A-02") == "2"


def test_what_cannot_be_posted_still_waits(pda, desk):
    quarantine_one(pda, to="NOWHERE")
    row = desk.get("/quarantine").json["rows"][0]
    refused = desk.post(f"/quarantine/{row['id']}/accept")
    assert (refused.status_code, refused.json["code"]) == (409, "unknown_location")
    assert [r["state"] for r in desk.get("/quarantine").json["rows"]] == ["waiting"]


def test_a_revoked_handhelds_work_can_be_accepted_in_any_order(pda, desk, world):
    for quantity in ("1", "2", "4"):
        pda.make("receive_line", to="A-01", item="M8", quantity=quantity)
    desk.post(f"/devices/{world.device_id}/revoke")
    pda.send()
    rows = desk.get("/quarantine").json["rows"]
    for row in reversed(rows):
        assert desk.post(f"/quarantine/{row['id']}/accept").status_code == 200
    assert on_hand("A-01") == "7"
    assert (_device(world).state, _device(world).accepted_seq) == ("revoked", 3)


def test_only_who_may_decides_and_only_for_their_sites(pda, desk, world):
    quarantine_one(pda)
    row = desk.get("/quarantine").json["rows"][0]
    for role in ("operator", "clerk", "planner"):
        assert world.as_role(role).post(f"/quarantine/{row['id']}/accept").status_code == 403
    far = world.client(world.token_for(world.add(role="supervisor", sites=["BJ2"])))
    assert far.get("/quarantine").json["rows"] == []
    for verb in ("accept", "refuse"):
        refused = far.post(f"/quarantine/{row['id']}/{verb}")
        assert (refused.status_code, refused.json["code"]) == (404, "unknown_quarantined_command")


def test_a_declared_loss_lets_the_handheld_go_on_and_orders_looks(pda, desk, world):
    # A site that is not live yet has nothing to look at.
    site = f"/sites/{world.sites['SH1']}"
    world.as_role("administrator").post(f"{site}/go-live")
    pda.do("receive_line", to="A-01", item="M8", quantity="5")
    pda.next_seq = 4
    kept = pda.make("pick_line", from_="A-01", item="M8", quantity="1")
    pda.outbox = []
    assert pda.send([kept], oldest_unsent_seq=2)[0]["status"] == "held"
    lost = f"/devices/{world.device_id}/lost-ranges"
    answer = desk.post(lost, json={"first_seq": 2, "last_seq": 3})
    assert (answer.status_code, answer.json["accepted_seq"]) == (200, "3")
    assert pda.send([kept], oldest_unsent_seq=2)[0]["status"] == "applied"
    tasks = desk.get("/count-tasks").json["rows"]
    assert [(t["location"], t["reason"]) for t in tasks] == [("A-01", "commands_lost")]


@pytest.mark.parametrize("given", [(1, 2), (3, 3), (2, 4), (2, 2**53)])
def test_only_the_gap_we_wait_for_can_be_declared_lost(sqlite_world, clock, given):
    furnish(sqlite_world)
    pda = Pda(sqlite_world, clock)
    pda.do("receive_line", to="A-01", item="M8", quantity="5")
    pda.next_seq = 4
    pda.send([])
    lost = f"/devices/{sqlite_world.device_id}/lost-ranges"
    body = {"first_seq": given[0], "last_seq": given[1]}
    refused = sqlite_world.as_role("supervisor").post(lost, json=body)
    assert (refused.status_code, refused.json["code"]) == (409, "not_the_gap")


def test_a_range_ends_after_it_begins(sqlite_world):
    lost = f"/devices/{sqlite_world.device_id}/lost-ranges"
    body = {"first_seq": 3, "last_seq": 2}
    assert sqlite_world.as_role("supervisor").post(lost, json=body).status_code == 422


def _device(world):
    with reading() as session:
        return device_by_id(session, world.device_id)
