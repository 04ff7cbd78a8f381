"""A label station for browser tests: the real agent, and printers that keep what they were sent."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.conftest import House
from tests.labels.fake_printer import FakePrinter
from tests.plugins.processes import Child

MEDIA_60X40 = {"name": "60x40", "width_mm": 60, "height_mm": 40}


@dataclass
class Station:
    """Two printers that answer: `fake` speaks ZPL, `other` TSPL."""

    fake: FakePrinter
    other: FakePrinter
    child: Child


@contextmanager
def running_station(
    house: House, folder: Path, user: str = "包装台标签站", letter: str = "P"
) -> Iterator[Station]:
    """A station at MAIN with two printers, P1 and P2; nobody said yet what is in them."""
    made = house.post("/users", name=user, role="station", sites=["MAIN"])
    token = house.post("/tokens", user_id=made["id"], name="station")["token"]
    with FakePrinter("zpl") as fake, FakePrinter("tspl") as other:
        child = Child(
            [
                *(str(Path(sys.executable).parent / "stockturn"), "station"),
                *("--server", house.address, "--spool", str(folder)),
                *("--printer", f"{letter}1={fake.address}?language=zpl&dpi=203"),
                *("--printer", f"{letter}2={other.address}?language=tspl&dpi=203"),
            ],
            ready=f"{letter}1",
            env={**os.environ, "STOCKTURN_STATION_TOKEN": token},
        )
        try:
            _until_known(house, user)
            yield Station(fake, other, child)
        finally:
            child.stop()


def _until_known(house: House, user: str) -> None:
    end = time.monotonic() + 20
    while not any(row["station"] == user for row in house.get("/printers")["rows"]):
        assert time.monotonic() < end, "the station never called"


def put_in(house: House, printer: str, **media: object) -> None:
    """Say what is in a printer, as somebody at the desk does."""
    rows = house.get("/printers")["rows"]
    row = next(each for each in rows if each["name"] == printer)
    answer = house.admin.patch(
        f"/api/v1/printers/{row['id']}",
        json={"media": {**MEDIA_60X40, **media}},
        headers={"If-Match": f'"{row["version"]}"'},
    )
    assert answer.is_success, answer.text
