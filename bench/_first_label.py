"""From the request to the first bytes of the label at the printer: web, station, printer.

Everything runs as it does in a warehouse: `stockturn run`, `stockturn station` and a printer on
TCP that answers. Cold: the first label since server and station were started, when both have been
idle for longer than anything of theirs waits or stays open. Warm: those after it.
"""

import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from tests.labels.fake_printer import FakePrinter
from tests.plugins.processes import Child

AIM_MS = 300
COLD_RUNS, WARM_LABELS = 3, 20
IDLE_S = 25
"""Longer than a long poll (20 s), a look at an idle printer (15 s) and an open connection (5 s)."""
PROGRAM = str(Path(sys.executable).parent / "stockturn")
MEDIA = {"name": "40x30", "width_mm": 40, "height_mm": 30}


class Printer(FakePrinter):
    """Notes when the first bytes of a label come, before the whole of it is there."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.came = threading.Event()
        self.at = 0.0

    def expect(self) -> None:
        self.came.clear()

    async def _understand(self, writer: object) -> None:
        if b"^XA" in self._buffer and not self.came.is_set():
            self.at = time.perf_counter()
            self.came.set()
        await super()._understand(writer)  # type: ignore[arg-type]


def first_labels() -> tuple[list[float], list[float]]:
    """Milliseconds of the cold and of the warm labels."""
    cold: list[float] = []
    warm: list[float] = []
    with tempfile.TemporaryDirectory() as folder, Printer("zpl", seconds=0.2) as printer:
        var, token = Path(folder) / "var", ""
        for run in range(COLD_RUNS):
            with _house(var) as house:
                token = token or _set_up(house, var)
                with _station(house, token, Path(folder) / "spool", printer.address):
                    printer_id = _put_in(house, printer)
                    time.sleep(IDLE_S)
                    cold.append(_label(house, printer, printer_id, f"{run}-0"))
                    warm += [
                        _label(house, printer, printer_id, f"{run}-{n}")
                        for n in range(1, WARM_LABELS + 1)
                    ]
    return cold, warm


def _label(house: httpx.Client, printer: Printer, printer_id: str, name: str) -> float:
    """One label with a name no cache has seen; milliseconds until it is at the printer."""
    data = {"sku": f"SKU-{name}", "code": f"SKU-{name}", "name": f"不锈钢内六角螺栓 {name}"}
    order = {"id": str(uuid4()), "printer": printer_id, "design": "item-40x30"}
    printer.expect()
    started = time.perf_counter()
    answer = house.post("/print-jobs", json=order | {"wanted": {"kind": "data", "data": [data]}})
    assert answer.is_success, answer.text
    assert printer.came.wait(30), "the label never came"
    took = (printer.at - started) * 1000
    while house.get(f"/print-jobs/{order['id']}").json()["state"] != "confirmed":
        time.sleep(0.1)  # until then the station keeps its printer for this label
    time.sleep(0.3)
    return took


@contextmanager
def _house(var: Path) -> Iterator[httpx.Client]:
    port = _free_port()
    run = [PROGRAM, "run", "--port", str(port), "--var", str(var), "--no-demo"]
    environment = {**os.environ, "STOCKTURN_RATE_LIMITS": "0"}
    child = Child(run, ready="ready http", env=environment)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1", timeout=60) as house:
            if (var / "administrator").exists():
                _sign_in(house)
            yield house
    finally:
        child.stop()


def _set_up(house: httpx.Client, var: Path) -> str:
    """A site, an administrator and a station; the station's token."""
    site = {"code": "MAIN", "name_en": "Main"}
    owner = {"name": "Ada", "login": "ada", "password": "correct horse battery"}
    set_up = (var / "set_up_token").read_text().strip()
    house.post("/set-up", json={"token": set_up, **owner, "site": site}).raise_for_status()
    _sign_in(house)
    (var / "administrator").touch()
    user = house.post("/users", json={"name": "Bench", "role": "station", "sites": ["MAIN"]})
    asked = {"user_id": user.json()["id"], "name": "bench"}
    return str(house.post("/tokens", json=asked).json()["token"])


def _sign_in(house: httpx.Client) -> None:
    known = {"login": "ada", "password": "correct horse battery"}
    house.post("/sessions", json=known).raise_for_status()


@contextmanager
def _station(house: httpx.Client, token: str, spool: Path, printer: str) -> Iterator[None]:
    server = str(house.base_url).removesuffix("/api/v1/")
    program = [PROGRAM, "station", "--server", server, "--spool", str(spool)]
    program += ["--printer", f"P1={printer}?language=zpl&dpi=203"]
    environment = {**os.environ, "STOCKTURN_STATION_TOKEN": token}
    with subprocess.Popen(
        program, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as child:
        try:
            yield
        finally:
            child.terminate()


def _put_in(house: httpx.Client, printer: Printer) -> str:
    """The printer, once its station has looked at it and called, with its media set; its id."""
    looks = printer.asked
    end = time.monotonic() + 60
    while time.monotonic() < end:
        rows = house.get("/printers").json()["rows"]
        if printer.asked > looks and rows and rows[0]["state"] == "ready":
            return _with_media(house, rows[0])
        time.sleep(0.2)
    raise AssertionError("the station never called")


def _with_media(house: httpx.Client, row: dict[str, Any]) -> str:
    if row["media"] is None:
        version = {"If-Match": f'"{row["version"]}"'}
        changed = house.patch(f"/printers/{row['id']}", json={"media": MEDIA}, headers=version)
        changed.raise_for_status()
    return str(row["id"])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def report() -> None:
    """Print the figures."""
    cold, warm = first_labels()
    ordered = sorted(warm)
    words = ", ".join(f"{each:.0f}" for each in cold)
    print(f"request to printer, the first after {IDLE_S} s of idling: {words} ms")
    print(
        f"request to printer, the {len(warm)} after: median {ordered[len(ordered) // 2]:.0f} ms, "
        f"p95 {ordered[int(len(ordered) * 0.95)]:.0f}, worst {ordered[-1]:.0f}"
    )
    print(f"aim: {AIM_MS} ms; load average {os.getloadavg()[0]:.1f}")
