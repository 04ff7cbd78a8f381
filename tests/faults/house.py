"""The whole application as real processes, set up over HTTP, to be hurt.

`stockturn run` keeps its own children running; a test kills them by name, and PostgreSQL with them.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from socket import socket
from typing import Any
from uuid import uuid4

import httpx

from tests.plugins.postgresql import PostgresServer
from tests.plugins.processes import Child, children_of, kill_tree

ROOT = Path(__file__).parents[2]
PASSWORD = "correct horse battery"
PIN = "314159"
PLACES = ("DOCK", "A-1", "A-2")
ITEMS = ("NUT", "BOLT")
ROLES = ("web", "relay", "worker", "outbound", "schedule", "valkey")
LAST_QUEUE = "labels"


@dataclass(frozen=True)
class Badge:
    """What a handheld has after enrolling and signing in."""

    token: str
    user_pass: str


@dataclass
class House:
    """A running house; `postgresql` is its own server, if it has one."""

    var: Path
    database_url: str
    port: int
    run: Child
    postgresql: PostgresServer | None = None
    badges: list[Badge] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def kill(self, role: str) -> None:
        """kill -9 for one part and all it started; the house starts it again by itself."""
        kill_tree(self._pids()[role])

    def is_whole(self) -> bool:
        """Whether all parts run and it may be sent work."""
        try:
            answer = httpx.get(f"{self.address}/readyz", timeout=5)
        except httpx.HTTPError:
            return False
        body = answer.json()
        return set(self._pids()) == set(ROLES) and body["status"] == "ready"

    def _pids(self) -> dict[str, int]:
        found = {}
        for pid in children_of(self.run.pid):
            words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
            role = "valkey" if "valkey" in words[0] else words[-2]
            found["worker" if role == LAST_QUEUE else role] = pid
        return found


@contextmanager
def running_house(
    var: Path, database_url: str, handhelds: int, postgresql: PostgresServer | None = None
) -> Iterator[House]:
    """A house with goods, places and this many enrolled handhelds."""
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "STOCKTURN_DATABASE_URL": database_url,
        "STOCKTURN_RATE_LIMITS": "0",
        "STOCKTURN_LOG_LEVEL": "INFO",
        "STOCKTURN_SWEEP_INTERVAL_S": "1",
    }
    program = [sys.executable, "-m", "server.cli", "run", "--port", str(port), "--var", str(var)]
    run = Child(program, ready="ready http", cwd=ROOT, env=environment)
    try:
        house = House(var, database_url, port, run, postgresql)
        with httpx.Client(base_url=f"{house.address}/api/v1", timeout=60) as admin:
            _set_up(admin, (var / "set_up_token").read_text().strip())
            house.badges += [_enrol(house, admin, number) for number in range(handhelds)]
        yield house
    finally:
        run.stop()


def _set_up(admin: httpx.Client, token: str) -> None:
    site = {"code": "S1", "name_zh": "一仓", "name_en": "One"}
    owner = {"name": "Sam", "login": "sam", "password": PASSWORD}
    _post(admin, "/set-up", token=token, **owner, site=site)
    _post(admin, "/sessions", login="sam", password=PASSWORD)
    _post(admin, "/users", name="Olga", role="operator", badge="B-1", pin=PIN, sites=["S1"])
    for code in PLACES:
        _post(admin, "/locations", site="S1", code=code, kind="dock" if code == "DOCK" else "bin")
    for sku in ITEMS:
        _post(admin, "/items", sku=sku, base_unit="pcs")


def _enrol(house: House, admin: httpx.Client, number: int) -> Badge:
    code = _post(admin, "/enrolment-codes", site="S1", device_name=f"H{number}", keyless=False)
    uid = str(uuid4())
    with httpx.Client(base_url=f"{house.address}/api/v1", timeout=60) as device:
        enrolled = _post(device, "/devices/enrol", code=code["code"], uid=uid, name=f"H{number}")
        device.headers["Authorization"] = f"Bearer {enrolled['token']}"
        passed = _post(device, "/user-passes", badge="B-1", pin=PIN)
    return Badge(enrolled["token"], passed["user_pass"])


def _post(client: httpx.Client, path: str, **body: Any) -> dict[str, Any]:
    answer = client.post(path, json=body)
    assert answer.is_success, (path, answer.text)
    told: dict[str, Any] = answer.json()
    return told
