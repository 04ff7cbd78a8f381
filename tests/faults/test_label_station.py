"""`stockturn station` with a real server and a printer: labels arrive, whatever is killed."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.faults.house import PASSWORD, ROOT, House, running_house
from tests.labels.fake_printer import FakePrinter
from tests.labels.printers import read_zpl, scanned
from tests.labels.stations import wait_for
from tests.plugins.processes import Child

MEDIA = {"name": "40x30", "width_mm": 40, "height_mm": 30}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One house for all tests; each has a station and a printer of its own."""
    var = tmp_path_factory.mktemp("house")
    with running_house(var, f"sqlite:///{var / 'stockturn.sqlite3'}", handhelds=0) as whole:
        yield whole


@pytest.fixture(scope="module")
def boss(house: House) -> Iterator[httpx.Client]:
    """The administrator."""
    with httpx.Client(base_url=f"{house.address}/api/v1", timeout=60, trust_env=False) as client:
        post(client, "/sessions", login="sam", password=PASSWORD)
        yield client


def post(client: httpx.Client, path: str, **body: Any) -> dict[str, Any]:
    answer = client.post(path, json=body)
    assert answer.is_success, (path, answer.text)
    told: dict[str, Any] = answer.json()
    return told


def station_token(boss: httpx.Client, name: str) -> str:
    user = post(boss, "/users", name=name, role="station", sites=["S1"])
    made: str = post(boss, "/tokens", user_id=user["id"], name="agent")["token"]
    return made


@contextmanager
def agent(house: House, token: str, printer: FakePrinter, name: str) -> Iterator[Child]:
    program = [sys.executable, "-m", "server.cli", "station", "--server", house.address]
    spool = str(house.var / name)
    program += ["--spool", spool, "--printer", f"{name}={printer.address}"]
    environment = {**os.environ, "STOCKTURN_STATION_TOKEN": token, "LANG": "C.UTF-8"}
    child = Child(program, ready=f"ready: {name}", cwd=ROOT, env=environment)
    try:
        yield child
    finally:
        child.stop()


def printer_with_media(boss: httpx.Client, name: str) -> str:
    """Wait until the agent has made its printer known, and say what is in it."""

    def known() -> list[dict[str, Any]]:
        return [row for row in boss.get("/printers").json()["rows"] if row["name"] == name]

    wait_for(known)
    (row,) = known()
    changed = boss.patch(
        f"/printers/{row['id']}",
        json={"media": MEDIA},
        headers={"If-Match": str(row["version"])},
    )
    assert changed.is_success, changed.text
    found: str = row["id"]
    return found


def order(boss: httpx.Client, printer: str, codes: list[str]) -> str:
    data = [{"code": code, "sku": code, "name": "六角螺栓"} for code in codes]
    wanted = {"kind": "data", "data": data}
    uid = str(uuid4())
    post(boss, "/print-jobs", id=uid, printer=printer, design="item-40x30", wanted=wanted)
    return uid


def job_of(boss: httpx.Client, uid: str) -> dict[str, Any]:
    told: dict[str, Any] = boss.get(f"/print-jobs/{uid}").json()
    return told


def codes_on(paper: list[bytes]) -> list[str]:
    pictures = [picture for picture, _ in read_zpl(b"".join(paper))]
    return [scanned(picture)[0][3:] for picture in pictures]


def test_labels_reach_paper_whatever_is_killed(house: House, boss: httpx.Client) -> None:
    token = station_token(boss, "killed")
    codes = [f"C-{number:03d}" for number in range(1, 41)]
    with FakePrinter(seconds=0.05) as printer:
        with agent(house, token, printer, "killed") as first:
            where = printer_with_media(boss, "killed")
            for number in (1, 2):
                uid = order(boss, where, [f"A-{number}"])
                asked = time.monotonic()
                wait_for(lambda: printer.taken == number)  # noqa: B023
                print(f"\nfirst label {1000 * (time.monotonic() - asked):.0f} ms after the order")
                wait_for(lambda: job_of(boss, uid)["state"] == "confirmed")  # noqa: B023
            assert codes_on(printer.printed) == ["A-1", "A-2"]
            uid = order(boss, where, codes)
            wait_for(lambda: len(printer.printed) >= 8)
            first.kill()
        with agent(house, token, printer, "killed") as second:
            wait_for(lambda: len(printer.printed) >= 26)
            house.kill("web")
            wait_for(lambda: len(printer.printed) >= 32)
            wait_for(house.is_whole, 60)
            wait_for(lambda: job_of(boss, uid)["state"] == "confirmed", 60)
            began = time.monotonic()
            second.stop()
            assert time.monotonic() - began < 5
            assert second.returncode == 0
        check_paper(codes_on(printer.printed[2:]), codes, job_of(boss, uid))


def check_paper(paper: list[str], codes: list[str], job: dict[str, Any]) -> None:
    """Every label is there, and what is there twice was said to be."""
    assert set(paper) == set(codes)
    twice = {codes.index(code) + 1 for code in paper if paper.count(code) > 1}
    assert twice <= set(job["doubtful"])
    assert len(job["doubtful"]) <= 10


def test_a_fault_is_in_the_queue_with_its_reason_and_goes_when_mended(
    house: House, boss: httpx.Client
) -> None:
    with (
        FakePrinter(seconds=0.01, stop_after=3) as printer,
        agent(house, station_token(boss, "empty"), printer, "empty"),
    ):
        uid = order(boss, printer_with_media(boss, "empty"), [f"C-{each}" for each in range(8)])
        wait_for(lambda: job_of(boss, uid)["reason"] == "no_paper")
        assert job_of(boss, uid)["state"] == "paused"
        printer.load_paper()
        wait_for(lambda: job_of(boss, uid)["state"] == "confirmed")
        assert len(printer.printed) == 8


def test_a_job_cancelled_while_the_printer_is_open_sends_nothing_more(
    house: House, boss: httpx.Client
) -> None:
    with (
        FakePrinter(seconds=0.01, stop_after=2) as printer,
        agent(house, station_token(boss, "open"), printer, "open") as station,
    ):
        uid = order(boss, printer_with_media(boss, "open"), [f"C-{each}" for each in range(40)])
        wait_for(lambda: job_of(boss, uid)["reason"] == "no_paper")
        post(boss, f"/print-jobs/{uid}/cancel")
        taken = printer.taken
        wait_for(lambda: any("not ours any more" in line for line in list(station.output)))
        printer.load_paper()
        wait_for(lambda: printer.is_idle)
        assert printer.taken == taken == len(printer.printed)
        assert job_of(boss, uid)["state"] == "cancelled"
