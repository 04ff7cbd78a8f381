"""What stands behind a movement: the command, its scans, its answer, and what took it back."""

import pytest

from tests.api.pda import Pda
from tests.api.shelves import furnish, receive, request


@pytest.fixture
def pda(sqlite_world, clock):
    furnish(sqlite_world)
    return Pda(sqlite_world, clock)


def test_a_command_is_shown_with_its_scans_and_what_undid_it(pda, sqlite_world):
    scan = {"text": "6901234567892", "aim": "]E0", "source": "scanner"}
    command = pda.make("receive_line", to="A-01", item="M8", quantity="5")
    command["scans"] = [scan]
    pda.send()
    clerk = sqlite_world.as_role("clerk")
    shown = clerk.get(f"/commands/{command['id']}").json
    assert (shown["type"], shown["user"], shown["site"]) == ("receive_line", "Operator", "SH1")
    assert (shown["scans"], shown["body"]["quantity"]) == ([scan], "5")
    assert (shown["movement_count"], shown["undone_by"], shown["codes"]) == (1, None, [])
    pda.do("undo", command=command["id"], how="put_back")
    assert clerk.get(f"/commands/{command['id']}").json["undone_by"] is not None


def test_a_command_of_another_site_is_unknown_and_costs_are_left_out(sqlite_world):
    furnish(sqlite_world)
    own = received(sqlite_world, to="A-01")
    foreign = received(sqlite_world, to="Z-01", site="BJ2")
    clerk, planner = (sqlite_world.as_role(role) for role in ("clerk", "planner"))
    assert "unit_cost" not in clerk.get(f"/commands/{own}").json["body"]
    assert planner.get(f"/commands/{own}").json["body"]["unit_cost"] == "2.5"
    assert clerk.get(f"/commands/{foreign}").json["code"] == "unknown_command"


def received(world, **where):
    return request(world, "receive_line", item="M8", quantity="4", unit_cost="2.5", **where)["id"]


def test_movements_are_found_by_person_and_by_device(pda, sqlite_world):
    receive(sqlite_world, "M8", "4")
    pda.do("receive_line", to="A-01", item="M8", quantity="5")
    clerk = sqlite_world.as_role("clerk")
    mine = [row for row in clerk.get("/movements").json["rows"] if row["device_id"]]
    assert [row["quantity"] for row in mine] == ["5"]
    for name, key in (("user", "user_id"), ("device", "device_id")):
        rows = clerk.get(f"/movements?{name}={mine[0][key]}").json["rows"]
        assert [row["id"] for row in rows] == [mine[0]["id"]]
