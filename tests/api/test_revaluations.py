"""Later prices and landed cost over HTTP: who may, what is answered, and once."""

import pytest

from tests.api.shelves import furnish, request


@pytest.fixture
def desk(world):
    furnish(world)
    return world.as_role("supervisor")


@pytest.fixture
def receipt(world, desk):
    told = request(world, "receive_line", item="M8", quantity="10", to="A-01")
    return told["movement_ids"][0]


def test_a_later_price_revalues_what_is_on_hand_and_what_is_gone(world, desk, receipt):
    request(world, "pick_line", item="M8", quantity="4", from_="A-01")
    answer = desk.post("/revaluations", json={"movement_id": receipt, "unit_cost": "3"})
    assert answer.status_code == 201
    told = answer.json
    assert (told["value"], told["cogs"], told["receipt_value"]) == ("18", "12", "30")


def test_the_same_price_again_changes_nothing(desk, receipt):
    body = {"movement_id": receipt, "unit_cost": "3", "reason": "invoice 17"}
    assert desk.post("/revaluations", json=body).json["value"] == "30"
    again = desk.post("/revaluations", json=body)
    assert (again.status_code, again.json["value"], again.json["command_id"]) == (201, "0", None)


def test_a_key_keeps_landed_cost_from_being_added_twice(desk, receipt):
    body = {"movement_id": receipt, "amount": "7.5"}
    headers = {"Idempotency-Key": "freight-1"}
    first = desk.post("/revaluations", json=body, headers=headers)
    again = desk.post("/revaluations", json=body, headers=headers)
    assert first.json == again.json
    assert desk.post("/revaluations", json=body).json["receipt_value"] == "15"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"movement_id": "1"},
        {"movement_id": "1", "unit_cost": "1", "amount": "1"},
        {"movement_id": "1", "unit_cost": "-1"},
        {"movement_id": "1", "unit_cost": 1},
        {"movement_id": "1", "unit_cost": "0.00001"},
        {"movement_id": "x", "unit_cost": "1"},
    ],
)
def test_a_body_that_says_nothing_clear_is_refused(sqlite_world, body):
    refused = sqlite_world.as_role("supervisor").post("/revaluations", json=body)
    assert refused.status_code == 422


def test_only_receipts_of_ones_own_sites_are_revalued(world, desk, receipt):
    issue = request(world, "pick_line", item="M8", quantity="4", from_="A-01")["movement_ids"][0]
    body = {"movement_id": issue, "unit_cost": "1"}
    assert desk.post("/revaluations", json=body).json["code"] == "not_a_receipt"
    far = world.client(world.token_for(world.add(role="supervisor", sites=["BJ2"])))
    body = {"movement_id": receipt, "unit_cost": "1"}
    assert far.post("/revaluations", json=body).json["code"] == "unknown_movement"
    assert world.as_role("planner").post("/revaluations", json=body).status_code == 403
