"""kill -9 of every part under load, while handhelds send again: nothing lost, nothing doubled."""

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.books import books_of, check_nothing_lost_or_doubled, work_left
from tests.faults.clients import Crowd
from tests.faults.house import House, running_house
from tests.plugins.postgresql import running_postgresql

HANDHELDS = 8
WAIT_S = 60


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """A house on each kind of database, with eight handhelds."""
    opened = _on_sqlite if request.param == "sqlite" else _on_postgresql
    with opened(tmp_path) as whole:
        yield whole


@contextmanager
def _on_sqlite(var: Path) -> Iterator[House]:
    with running_house(var, f"sqlite:///{var / 'stockturn.sqlite3'}", HANDHELDS) as whole:
        yield whole


@contextmanager
def _on_postgresql(var: Path) -> Iterator[House]:
    with running_postgresql(durable=True) as server:
        url = server.url(server.create_database())
        with running_house(var, url, HANDHELDS, server) as whole:
            yield whole


def test_nothing_is_lost_or_doubled_whatever_is_killed(house: House) -> None:
    kill_and_check(house, rounds=1, seed=1)


@pytest.mark.full
def test_nothing_is_lost_or_doubled_however_often_it_is_killed(house: House) -> None:
    kill_and_check(house, rounds=12, seed=2)


def kill_and_check(house: House, rounds: int, seed: int) -> None:
    """Web twice, the worker, Valkey and the database in each round, in any order."""
    luck, kills = random.Random(seed), 0
    with Crowd(house, seed) as crowd:
        for _ in range(rounds):
            for victim in luck.sample(_victims(house), k=len(_victims(house))):
                _let_them_work(crowd, luck.randint(20, 60))
                _kill(house, victim)
                kills += 1
        _let_them_work(crowd, 50)
    _wait(house.is_whole)
    with books_of(house):
        _wait(lambda: work_left() == 0)
        house.run.stop()
        tally = crowd.tally()
        print(f"\n{house.database_url.split(':')[0]}: {kills} kills, {tally}")
        check_nothing_lost_or_doubled(crowd)
    assert tally.failed > 0
    assert tally.found_applied > 0


def _victims(house: House) -> list[str]:
    return ["web", "web", "worker", "valkey", *(["postgresql"] if house.postgresql else [])]


def _kill(house: House, victim: str) -> None:
    if victim != "postgresql":
        _wait(lambda: _was_there(house, victim))
        return
    assert house.postgresql is not None
    house.postgresql.kill()
    house.postgresql.start_again()


def _was_there(house: House, victim: str) -> bool:
    """Whether it ran, so that there was something to kill."""
    try:
        house.kill(victim)
    except (KeyError, OSError, IndexError):
        return False
    return True


def _let_them_work(crowd: Crowd, facts: int) -> None:
    goal = crowd.answered() + facts
    _wait(lambda: crowd.answered() >= goal)


def _wait(look: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(WAIT_S * 20):
        if look():
            return
        pause.wait(0.05)
    raise AssertionError(f"it did not happen within {WAIT_S} s: {look}")
