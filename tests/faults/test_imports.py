"""A large file is written while handhelds work: nobody is kept waiting for the database."""

import threading
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.faults.clients import Crowd
from tests.faults.house import PASSWORD, House, running_house

HANDHELDS = 2


def test_handhelds_are_answered_while_a_file_is_written(tmp_path: Path) -> None:
    answer_during_import(tmp_path, 8_000)


@pytest.mark.full
def test_handhelds_are_answered_while_fifty_thousand_items_are_written(tmp_path: Path) -> None:
    answer_during_import(tmp_path, 50_000)


def answer_during_import(var: Path, rows: int) -> None:
    """Facts are answered before the import is, none fails, and the import stands whole."""
    with running_house(var, f"sqlite:///{var / 'stockturn.sqlite3'}", HANDHELDS) as house:
        importing = Importing(house, rows)
        with closing(importing), Crowd(house, seed=5) as crowd:
            importing.start()
            importing.wait_for("applying")
            before = crowd.answered()
            importing.join(300)
            meanwhile = crowd.answered() - before
        tally = crowd.tally()
        print(f"\n{rows} items in {importing.seconds:.1f} s, {meanwhile} facts answered meanwhile")
        assert (importing.answer["state"], importing.answer["new"]) == ("applied", rows)
        assert importing.was_seen
        assert meanwhile > 0
        assert tally.failed == 0


class Importing(threading.Thread):
    """Somebody at a desk who applies a file of new goods."""

    def __init__(self, house: House, rows: int) -> None:
        super().__init__(daemon=True)
        self.seconds = 0.0
        self.was_seen = False
        self.answer: dict[str, object] = {}
        self._admin = httpx.Client(base_url=f"{house.address}/api/v1", timeout=300)
        who = {"login": "sam", "password": PASSWORD}
        self._admin.post("/sessions", json=who).raise_for_status()
        lines = (f"BULK-{number:06d},Goods {number},pcs,C{number % 9}\n" for number in range(rows))
        content = ("sku,name_en,base_unit,category\n" + "".join(lines)).encode()
        checked = self._admin.post("/imports?kind=items", files={"file": ("bulk.csv", content)})
        checked.raise_for_status()
        self._path = f"/imports/{checked.json()['uid']}"

    def run(self) -> None:
        """Apply it."""
        answer = self._admin.post(f"{self._path}/apply")
        self.seconds = answer.elapsed.total_seconds()
        self.answer = answer.json()

    def close(self) -> None:
        """Hang up."""
        self.join()
        self._admin.close()

    def wait_for(self, state: str) -> None:
        """Until people are told that it is in this state, or it is over."""
        pause = threading.Event()
        while self.is_alive() and not self.was_seen:
            self.was_seen = self._admin.get(self._path).json()["state"] == state
            pause.wait(0.02)
