"""One envelope is one transaction: it begins by locking, and all of it or nothing stays."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select

from server.domain.errors import Unavailable
from server.services import keep_commands
from server.store.db import db, reading, sqlite_module, unit_of_work
from server.store.models import Balance, Command, Movement, PendingFeed, Recalculation
from tests.floor import Handheld, handheld, open_floor


@pytest.fixture
def olga(app: Flask) -> Iterator[Handheld]:
    with open_floor() as floor:
        yield handheld(floor)


def test_on_sqlite_a_write_holds_the_only_lock_before_it_has_read_anything(
    sqlite_app: Flask,
) -> None:
    sqlite = sqlite_module()
    other = sqlite.connect(db.engine.url.database, timeout=0, isolation_level=None)
    with unit_of_work(), pytest.raises(sqlite.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    other.execute("BEGIN IMMEDIATE")
    other.close()


def test_a_transaction_that_fails_at_its_end_leaves_nothing_behind(
    olga: Handheld, monkeypatch: pytest.MonkeyPatch
) -> None:
    olga.do("receive_line", to="A-1", item="NUT", quantity="5")
    before = _rows()
    olga.make("pick_line", from_="A-1", item="NUT", quantity="1")
    with monkeypatch.context() as broken:
        broken.setattr(keep_commands, "save_device", _fail)
        with pytest.raises(Unavailable):
            olga.send()
    assert _rows() == before
    assert [answer.status for answer in olga.send()] == ["applied"]
    assert olga.floor.on_hand("A-1", "NUT") == 4


def _fail(*_arguments: object, **_options: object) -> None:
    raise Unavailable("database_busy", reason="test")


def _rows() -> tuple[object, ...]:
    asked = (
        select(func.count()).select_from(Command),
        select(func.count()).select_from(Movement),
        select(func.count()).select_from(PendingFeed),
        select(func.sum(Recalculation.wanted)),
        select(func.sum(Balance.on_hand)),
    )
    with reading() as session:
        return tuple(session.scalar(one) for one in asked)
