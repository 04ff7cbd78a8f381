"""TERM in the middle of everything: handhelds at work and a large file being written."""

import json
import threading
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from server.cli.process_tree import GONE_S, STOP_S
from tests.faults.clients import Crowd
from tests.faults.house import PASSWORD, ROLES, House, running_house

HANDHELDS = 8
ITEMS = 20_000
WAIT_S = 60
SLACK_S = 0.4
"""Between two looks of a parent that gets little of a busy machine."""


def test_a_house_told_to_stop_under_load_keeps_to_its_own_bound(tmp_path: Path) -> None:
    with running_house(tmp_path, f"sqlite:///{tmp_path / 'stockturn.sqlite3'}", HANDHELDS) as house:
        crowd = Crowd(house, seed=3)
        try:
            for client in crowd.clients:
                threading.Thread(target=_until_cut, args=(client,), daemon=True).start()
            importing = _begin_import(house)
            goal = crowd.answered() + 50
            _wait(lambda: crowd.answered() >= goal or not importing.is_alive())
        finally:
            house.run.stop()
        stopped = _told(house, "stopped")
    assert stopped["after_s"] <= STOP_S + GONE_S + SLACK_S
    assert stopped["left"] == []
    assert house.run.returncode == 0


def test_a_child_that_was_killed_is_seen_to_come_back(tmp_path: Path) -> None:
    with running_house(tmp_path, f"sqlite:///{tmp_path / 'stockturn.sqlite3'}", 0) as house:
        for role in ROLES:
            house.kill(role)
            _wait(partial(_came_back, house, role))
    assert _children(house, "child died") == list(ROLES)
    assert _children(house, "child started again") == list(ROLES)


def _came_back(house: House, role: str) -> bool:
    return role in _children(house, "child started again")


def _until_cut(client: Any) -> None:
    try:
        client.work(threading.Event())
    except (httpx.HTTPError, AssertionError):
        return


def _begin_import(house: House) -> threading.Thread:
    """A file of goods, checked, and being applied."""
    lines = (f"BULK-{number:06d},Bulk goods {number},pcs\n" for number in range(ITEMS))
    admin = httpx.Client(base_url=f"{house.address}/api/v1", timeout=120)
    admin.post("/sessions", json={"login": "sam", "password": PASSWORD}).raise_for_status()
    content = ("sku,name_en,base_unit\n" + "".join(lines)).encode()
    checked = admin.post("/imports?kind=items", files={"file": ("bulk.csv", content)})
    checked.raise_for_status()

    def apply() -> None:
        try:
            admin.post(f"/imports/{checked.json()['uid']}/apply")
        except httpx.HTTPError:
            return
        finally:
            admin.close()

    thread = threading.Thread(target=apply, daemon=True)
    thread.start()
    return thread


def _told(house: House, event: str) -> dict[str, Any]:
    return next(line for line in map(_line, house.run.output) if line.get("event") == event)


def _children(house: House, event: str) -> list[str]:
    lines = map(_line, list(house.run.output))
    return [line["child"] for line in lines if line.get("event") == event]


def _line(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _wait(look: Any) -> None:
    pause = threading.Event()
    for _ in range(WAIT_S * 20):
        if look():
            return
        pause.wait(0.05)
    raise AssertionError(f"it did not happen within {WAIT_S} s")
