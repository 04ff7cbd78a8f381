"""What waits in quarantine or was lost: decided once, and the handheld goes on."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from server.api.schemas.commands import read_command
from server.domain.commands import Answer
from server.domain.delivery import Loss
from server.domain.errors import RuleViolated
from server.services.mend_devices import accept_quarantined, declare_lost, refuse_quarantined
from server.store.db import reading
from server.store.models import CountTask, Device, QuarantinedCommand
from tests.arrivals import books_agree, stock, where_serial
from tests.floor import Floor, Handheld, handheld, open_floor


@pytest.fixture
def floor(app: Flask) -> Iterator[Floor]:
    with open_floor(items=("NUT", {"sku": "DRILL", "tracking": "serial"})) as opened:
        yield opened


@pytest.fixture
def olga(floor: Floor) -> Handheld:
    """A handheld under suspicion: it has used its second number twice."""
    device = handheld(floor)
    device.do("receive_line", to="A-1", item="NUT", quantity="100")
    device.do("receive_line", to="DOCK", item="DRILL", quantity="1", serial="S1")
    floor.wait()
    device.next_seq = 2
    assert device.do("pick_line", from_="A-1", item="NUT", quantity="1").codes == ("quarantined",)
    device.outbox.clear()
    return device


def waiting() -> list[tuple[int, UUID, dict[str, Any]]]:
    with reading() as session:
        asked = select(
            QuarantinedCommand.id, QuarantinedCommand.command_id, QuarantinedCommand.command
        ).where(QuarantinedCommand.state == "waiting")
        rows = session.execute(asked.order_by(QuarantinedCommand.id))
        return [(row[0], row[1], json.loads(row[2])) for row in rows]


def accept_all(floor: Floor) -> list[Answer]:
    actor = floor.desk()
    return [accept_quarantined(i, read_command(c, raw), actor) for i, c, raw in waiting()]


def progress(olga: Handheld) -> tuple[int, bool]:
    with reading() as session:
        device = session.get_one(Device, olga.id)
        return device.accepted_seq, device.quarantined


def test_everything_a_suspected_handheld_did_is_posted_as_it_happened(
    floor: Floor, olga: Handheld
) -> None:
    body = {"item": "DRILL", "quantity": "1", "serial": "S1"}
    olga.make("move_stock", from_="DOCK", to="A-2", **body)
    olga.make("pack_unit", location="A-1", item="NUT", quantity="5", unit="P1")
    taken = olga.make("pick_line", from_="A-1", item="NUT", quantity="9")
    olga.make("undo", command=taken["id"], how="never")
    assert {a.status for a in olga.send()} == {"held"}
    answers = accept_all(floor)
    assert {a.status for a in answers} == {"applied_flagged"}
    assert all("accepted_from_quarantine" in a.codes for a in answers)
    assert (stock("A-1"), where_serial("S1")) == ({"A-1": 99}, {"A-2": 1})
    assert progress(olga) == (6, False)
    assert {a.status for a in olga.send()} == {"duplicate"}
    assert olga.do("pick_line", from_="A-1", item="NUT", quantity="1").status == "applied"
    books_agree()


def test_some_accepted_and_some_refused_leave_no_gap(floor: Floor, olga: Handheld) -> None:
    for _ in range(3):
        olga.make("pick_line", from_="A-1", item="NUT", quantity="10")
    olga.send()
    for number, (row_id, command_id, raw) in enumerate(waiting()):
        decide = refuse_quarantined if number % 2 else accept_quarantined
        decide(row_id, read_command(command_id, raw), floor.desk())
    assert stock("A-1") == {"A-1": 89}
    assert progress(olga) == (5, False)
    assert [a.status for a in olga.send()] == ["rejected", "duplicate", "rejected"]


def test_an_accepted_command_is_retried_as_it_is_if_it_cannot_be_posted(
    floor: Floor, olga: Handheld
) -> None:
    olga.make("pick_line", from_="NOWHERE", item="NUT", quantity="10")
    olga.send()
    with pytest.raises(RuleViolated, match="unknown_location"):
        accept_all(floor)
    assert len(waiting()) == 1
    assert progress(olga) == (2, True)


def test_a_loss_is_declared_only_once_and_looked_at(floor: Floor, olga: Handheld) -> None:
    other = handheld(floor, "H2", cart="CART-2", user="otto")
    other.do("pick_line", from_="A-1", item="NUT", quantity="1")
    other.make("pick_line", from_="A-1", item="NUT", quantity="2")
    other.make("pick_line", from_="A-1", item="NUT", quantity="3")
    other.deliver(other.envelope([]))
    device = declare_lost(other.id, Loss(2, 3), floor.desk())
    assert (device.accepted_seq, device.next_seq) == (3, 4)
    with reading() as session:
        reasons = session.scalars(select(CountTask.reason).where(CountTask.state == "open"))
        assert set(reasons) == {"commands_lost"}
    with pytest.raises(RuleViolated, match="not_the_gap"):
        declare_lost(other.id, Loss(2, 3), floor.desk())


def test_what_was_lost_and_turns_up_after_all_is_posted(floor: Floor, olga: Handheld) -> None:
    other = handheld(floor, "H2", cart="CART-2", user="otto")
    other.make("pick_line", from_="A-1", item="NUT", quantity="2")
    other.deliver(other.envelope([]))
    declare_lost(other.id, Loss(1, 1), floor.desk())
    assert other.send()[0].codes == ("after_loss",)
    assert stock("A-1") == {"A-1": 98}
    books_agree()
