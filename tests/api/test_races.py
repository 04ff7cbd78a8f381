"""Eight at once for the last of everything, over HTTP: requests have one winner, facts all count,
and documents in opposite order never wait for each other in a circle."""

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from server.domain.people import SYSTEM, Actor
from server.services import apply_commands
from server.services.gather_callers import Gathering
from server.services.keep_records import create_record
from server.services.manage_devices import enrol_device, make_enrolment_code
from server.services.manage_items import create_item
from server.services.manage_places import LOCATIONS
from server.services.verify_ledger import verify_books
from server.store.db import db, reading
from tests.api.conftest import PIN, Clock, World
from tests.api.pda import Pda, on_hand

CLIENTS = 8
LINES = 10
SIZES = pytest.mark.parametrize("units", [20, pytest.param(200, marks=pytest.mark.full)])


@pytest.fixture(params=["one_node", "nodes"], autouse=True)
def nodes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """All clients at one web node, where they share transactions, or each at one of its own."""
    if request.param == "one_node":
        return
    own = threading.local()

    def gathering() -> Gathering[Any, Any]:
        if not hasattr(own, "gathering"):
            own.gathering = Gathering(apply_commands._apply_posts, apply_commands._fits)
        found: Gathering[Any, Any] = own.gathering
        return found

    monkeypatch.setattr(apply_commands, "_gathering", gathering)


@pytest.fixture
def house(world: World) -> World:
    """A shelf in SH1."""
    create_record(LOCATIONS, {"site": "SH1", "code": "A-01", "kind": "bin"}, actor=SYSTEM)
    return world


@pytest.fixture
def pdas(house: World, clock: Clock) -> list[Pda]:
    """Eight handhelds with the operator signed in."""
    return [_pda(house, clock, number) for number in range(CLIENTS)]


@SIZES
def test_the_last_unit_has_one_winner_among_those_who_ask_for_it(house: World, units: int) -> None:
    skus = _last_ones(house, units)

    def ask(_client: int) -> list[str]:
        speaker = house.as_role("administrator")
        return [_status(speaker, _request("pick_line", **_pick(sku))) for sku in skus]

    answers = Counter(_at_once(ask))
    assert answers == {"applied": units, "rejected": (CLIENTS - 1) * units}
    assert {on_hand("A-01", sku) for sku in skus} == {"0"}


@SIZES
def test_those_who_took_the_last_unit_are_all_believed(
    house: World, pdas: list[Pda], units: int
) -> None:
    skus = _last_ones(house, units)

    def tell(client: int) -> list[str]:
        pda = pdas[client]
        for sku in skus:
            pda.make("pick_line", **_pick(sku))
        told = []
        while pda.outbox:
            told += [answer["status"] for answer in pda.send(pda.outbox[:LINES])]
        return told

    answers = Counter(_at_once(tell))
    assert answers == {"applied": units, "applied_flagged": (CLIENTS - 1) * units}
    assert {on_hand("A-01", sku) for sku in skus} == {str(1 - CLIENTS)}
    assert verify_books().broken == ()


@pytest.mark.parametrize("units", [50, pytest.param(200, marks=pytest.mark.full)])
def test_documents_with_the_same_rows_in_opposite_order_never_deadlock(
    house: World, pdas: list[Pda], units: int
) -> None:
    _last_ones(house, 1)  # so that the place is in the books, and their rows for the rest are not
    skus = _items(LINES, "SAME")
    before = _deadlocks()

    def tell(client: int) -> list[str]:
        pda, told = pdas[client], []
        for _ in range(units // LINES):
            for sku in skus if client % 2 else reversed(skus):
                pda.make("receive_line", to="A-01", item=sku, quantity="1")
            told += [answer["status"] for answer in pda.send()]
        return told

    assert Counter(_at_once(tell)) == {"applied": CLIENTS * units}
    assert {on_hand("A-01", sku) for sku in skus} == {str(CLIENTS * units // LINES)}
    assert _deadlocks() == before


def _last_ones(world: World, units: int) -> list[str]:
    """Items of which there is one each."""
    skus = _items(units, "LAST")
    stocked = [_request("receive_line", to="A-01", item=sku, quantity="1") for sku in skus]
    for start in range(0, units, 100):
        envelope = {"device": None, "commands": stocked[start : start + 100]}
        answer = world.as_role("administrator").post("/commands", json=envelope)
        assert {told["status"] for told in answer.json["answers"]} == {"applied"}, answer.json
    return skus


def _items(number: int, name: str) -> list[str]:
    skus = [f"{name}-{n:03}" for n in range(number)]
    for sku in skus:
        create_item({"sku": sku, "base_unit": "pcs"}, actor=SYSTEM)
    return skus


def _pda(world: World, clock: Clock, number: int) -> Pda:
    chief = Actor(world.users["administrator"], "administrator", None)
    code = make_enrolment_code("SH1", f"PDA {number + 2}", keyless=False, actor=chief).code
    token = enrol_device(code, uuid4(), "", None, safe_line=True).token
    badge = {"badge": "B-operator", "pin": PIN}
    passed = world.client(token).post("/user-passes", json=badge).json
    return Pda(world, clock, passed["user_pass"], token)


def _pick(sku: str) -> dict[str, str]:
    return {"from_": "A-01", "item": sku, "quantity": "1"}


def _request(kind: str, **body: str) -> dict[str, Any]:
    body = {"site": "SH1", **{name.rstrip("_"): value for name, value in body.items()}}
    return {"id": str(uuid4()), "v": 1, "type": kind, "intent": "request", "body": body}


def _status(speaker: Any, command: dict[str, Any]) -> str:
    answer = speaker.post("/commands", json={"device": None, "commands": [command]})
    assert answer.status_code == 200, answer.json
    status: str = answer.json["answers"][0]["status"]
    return status


def _at_once(work: Callable[[int], list[str]]) -> list[str]:
    """What each of the clients was answered; they begin at the same moment."""
    barrier, told, problems = threading.Barrier(CLIENTS), list[str](), list[BaseException]()

    def run(client: int) -> None:
        barrier.wait()
        try:
            told.extend(work(client))
        except BaseException as problem:  # noqa: BLE001 (told by the main thread)
            problems.append(problem)

    threads = [threading.Thread(target=run, args=(client,)) for client in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    return told


def _deadlocks() -> int:
    """Those PostgreSQL has resolved in this database; SQLite has one writer.

    A connection tells its own when it ends.
    """
    if db.engine.dialect.name == "sqlite":
        return 0
    db.engine.dispose()
    with reading() as session:
        while session.scalar(_OTHERS):
            session.rollback()
        asked = text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(session.scalar(asked) or 0)


_OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
