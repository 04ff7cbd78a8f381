"""Envelopes that come at once share a transaction, and nobody can tell from the answers."""

import threading
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import event

from server.api.schemas.commands import read_command
from server.domain.commands import Answer, Envelope
from server.domain.timekeeping import Contact
from server.services import apply_commands
from server.services.apply_commands import apply_envelope
from server.services.gather_callers import Gathering
from server.services.verify_ledger import verify_books
from server.store.db import db
from tests.floor import Floor, handheld, open_floor


class Door:
    """The first envelope waits inside until the others stand before the door."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.inside, self.go_on = threading.Event(), threading.Event()
        self.commits = 0
        self._first = threading.Lock()
        opened = apply_commands.open_batches

        def open_slowly(*arguments: Any) -> Any:
            if self._first.acquire(blocking=False):
                self.inside.set()
                assert self.go_on.wait(10)
            return opened(*arguments)

        monkeypatch.setattr(apply_commands, "open_batches", open_slowly)
        event.listen(db.engine, "commit", self._count)
        apply_commands._gatherings[db.engine] = self.gathering = Gathering(
            apply_commands._apply_posts, apply_commands._fits, patience_s=30
        )

    def _count(self, _connection: object) -> None:
        self.commits += 1

    def let_in(self, app: Flask, sends: list[Any]) -> list[list[Answer]]:
        """What each got, in the order of `sends`; all but the first came while it was inside."""
        answers: dict[int, list[Answer]] = {}

        def work(at: int) -> None:
            with app.app_context():
                answers[at] = sends[at]()

        threads = [threading.Thread(target=work, args=(at,)) for at in range(len(sends))]
        threads[0].start()
        assert self.inside.wait(10)
        pause = threading.Event()
        for at, thread in enumerate(threads[1:], 1):
            thread.start()
            while len(self.gathering._waiting) < at:
                pause.wait(0.002)
        self.go_on.set()
        for thread in threads:
            thread.join(20)
        return [answers[at] for at in range(len(sends))]


@pytest.fixture
def floor(app: Flask) -> Iterator[Floor]:
    with open_floor(items=["NUT", "BOLT"], locations=["A-1", "A-2"]) as opened:
        opened.request("receive_line", to="A-1", item="NUT", quantity="4")
        yield opened


def _asking(floor: Floor, *bodies: dict[str, Any], ids: list[str] | None = None) -> Any:
    """A desk's picks as one envelope."""
    raws = [
        {"id": given, "v": 1, "type": "pick_line", "intent": "request", "body": body}
        for given, body in zip(ids or [str(uuid4()) for _ in bodies], bodies, strict=True)
    ]
    commands = tuple(read_command(UUID(raw["id"]), raw) for raw in raws)
    envelope = Envelope(Contact("", 0, floor.now, floor.now), commands)
    return lambda: apply_envelope(envelope, floor.desk())


def _pick(quantity: str, item: str = "NUT") -> dict[str, Any]:
    return {"site": "S1", "from": "A-1", "item": item, "quantity": quantity}


def test_seven_that_waited_make_one_transaction_and_only_what_is_there_is_promised(
    app: Flask, floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    door = Door(monkeypatch)
    answers = door.let_in(app, [_asking(floor, _pick("1")) for _ in range(8)])
    assert [one.status for [one] in answers] == ["applied"] * 4 + ["rejected"] * 4
    assert {one.code for [one] in answers[4:]} == {"not_enough_available"}
    assert door.commits == 2
    assert floor.on_hand("A-1", "NUT") == 0
    assert verify_books().broken == ()


def test_handhelds_and_desks_share_and_each_keeps_its_own_numbers_and_clock(
    app: Flask, floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    pdas = [handheld(floor), handheld(floor, "otto")]
    for number, pda in enumerate(pdas, 1):
        pda.make("receive_line", to="A-2", item="BOLT", quantity=str(number))
    door = Door(monkeypatch)
    sends = [_asking(floor, _pick("1")), *(pda.send for pda in pdas), _asking(floor, _pick("2"))]
    answers = door.let_in(app, sends)
    assert [one.status for [one] in answers] == ["applied"] * 4
    assert door.commits == 2
    assert floor.on_hand("A-2", "BOLT") == 3
    assert [
        pda.do("put_away", from_="A-2", to="A-1", item="BOLT", quantity="1").status for pda in pdas
    ] == ["applied", "applied"]
    assert verify_books().broken == ()


def test_one_that_cannot_be_read_spoils_nothing_for_those_it_came_with(
    app: Flask, floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    door = Door(monkeypatch)
    sends = [
        _asking(floor, _pick("1")),
        _asking(floor, _pick("1")),
        _asking(floor, _pick("1", item="WHO")),
        _asking(floor, _pick("99")),
        _asking(floor, _pick("1")),
    ]
    answers = [one for [one] in door.let_in(app, sends)]
    said = [one.code or one.status.value for one in answers]
    assert said == ["applied", "applied", "unknown_item", "not_enough_available", "applied"]
    assert floor.on_hand("A-1", "NUT") == 1
    assert verify_books().broken == ()


def test_the_same_command_twice_at_once_is_applied_once(
    app: Flask, floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    door, one = Door(monkeypatch), str(uuid4())
    sends = [_asking(floor, _pick("1"))] + [_asking(floor, _pick("1"), ids=[one])] * 3
    answers = [answer.status for [answer] in door.let_in(app, sends)]
    assert sorted(answers) == ["applied", "applied", "duplicate", "duplicate"]
    assert floor.on_hand("A-1", "NUT") == 2


def test_what_only_shares_badly_is_tried_alone(
    app: Flask, floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = apply_commands.close_batches

    def fail_together(batches: list[Any]) -> None:
        if len(batches) > 1:
            raise RuntimeError("not together")
        closed(batches)

    monkeypatch.setattr(apply_commands, "close_batches", fail_together)
    answers = Door(monkeypatch).let_in(app, [_asking(floor, _pick("1")) for _ in range(4)])
    assert [one.status for [one] in answers] == ["applied"] * 4
    assert floor.on_hand("A-1", "NUT") == 0
    assert verify_books().broken == ()
