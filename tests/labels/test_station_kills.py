"""kill -9 of the station agent and of the server, at every state: nothing lost, and nothing
printed twice without being said to be."""

import itertools
import os
import random
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from socket import socket
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.labels.fake_printer import FakePrinter
from tests.labels.stations import number_of, wait_for
from tests.plugins.processes import Child

ROOT = Path(__file__).resolve().parents[2]
MOMENTS = (
    "leased",
    "labels",
    "before sending",
    "between sending",
    "after sending",
    "first label",
    "some label",
    "before sent",
    "between sent",
    "after sent",
    "before confirmed",
    "between confirmed",
    "after confirmed",
    "before paused",
    "between paused",
    "after paused",
)
VICTIMS = ("agent", "server", "printer")
BATCHES_AT_ONCE = 4


class Theatre:
    """Server, agent and two printers as they run, and what is seen of them."""

    def __init__(self, folder: Path, printers: list[FakePrinter]) -> None:
        self.folder = folder
        self.printers = printers
        with socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._moment = threading.Event()
        self._awaited = ""
        for printer in printers:
            printer.on_taken = self._taken
        self.server = self._start_server()
        self.agent = self._start_agent()

    def kill_at(self, moment: str, victim: str, give_work: Callable[[], None]) -> bool:
        """Whether the moment came and the victim was killed."""
        self._moment.clear()
        self._awaited = moment
        give_work()
        if moment.endswith("paused"):
            for printer in self.printers:
                printer.break_down("no_paper")
        came = self._moment.wait(3)
        self._awaited = ""
        if came:
            self.kill(victim)
        for printer in self.printers:
            printer.load_paper()
        return came

    def kill(self, victim: str) -> None:
        """kill -9, and start it again; a printer loses power."""
        if victim == "agent":
            self.agent.kill()
            self.agent = self._start_agent()
        elif victim == "server":
            self.server.kill()
            self.server = self._start_server()
        else:
            random.choice(self.printers).reset()

    def ask(self, method: str, path: str, **body: Any) -> Any:
        """The test's own word to the server, which may just have been killed."""
        url = f"http://127.0.0.1:{self.port}{path}"
        return httpx.request(method, url, json=body or None, timeout=20, trust_env=False).json()

    def jobs(self) -> list[dict[str, Any]]:
        return self.ask("GET", "/jobs")["jobs"]

    def papers(self, uid: str) -> list[int]:
        """Numbers of the labels of a job that came out, in order."""
        mine = [each for one in self.printers for each in one.printed if uid.encode() in each]
        return [number_of(each) for each in mine]

    def _taken(self, label: bytes) -> None:
        self._see("first label" if number_of(label) == 1 else "some label")

    def _see(self, line: str) -> None:
        if self._awaited and line.startswith(self._awaited):
            self._moment.set()

    def _start_server(self) -> Child:
        program = ["tests.labels.contract_server", str(self.folder / "queue"), str(self.port)]
        return _Heard(self._see, _python(*program))

    def _start_agent(self) -> Child:
        server = f"http://127.0.0.1:{self.port}"
        printers = [f"p{number}={each.address}" for number, each in enumerate(self.printers)]
        program = ["tests.labels.station_program", server, str(self.folder / "spool"), *printers]
        return Child(_python(*program), ready="ready", cwd=ROOT, env=_environment())

    def close(self) -> None:
        self.agent.stop()
        self.server.kill()


class _Heard(Child):
    """A child each of whose lines is looked at as it comes."""

    def __init__(self, see: Callable[[str], None], program: list[str]) -> None:
        self._see = see
        super().__init__(program, ready="ready", cwd=ROOT, env=_environment())

    def _read_rest(self) -> None:
        for line in self._stdout:
            self._see(line)


def _python(*words: str) -> list[str]:
    return [sys.executable, "-m", *words]


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}


@contextmanager
def theatre(folder: Path) -> Iterator[Theatre]:
    with ExitStack() as stack:
        printers = [stack.enter_context(FakePrinter(seconds=0.004)) for _ in range(2)]
        stage = Theatre(folder, printers)
        stack.callback(stage.close)
        yield stage


def test_a_hundred_batches_survive_kills_at_every_state(tmp_path: Path) -> None:
    batches_survive(tmp_path, batches=100, seed=1)


@pytest.mark.full
def test_a_thousand_batches_survive_kills_at_every_state(tmp_path: Path) -> None:
    batches_survive(tmp_path, batches=1000, seed=2)


def batches_survive(folder: Path, batches: int, seed: int) -> None:
    """Each victim at each moment in turn, two batches of labels under way at each."""
    luck = random.Random(seed)
    plan = itertools.cycle(itertools.product(MOMENTS, VICTIMS))
    with theatre(folder) as stage:
        person = _Person(stage)
        made: list[str] = []
        hits: Counter[tuple[str, str]] = Counter()
        while len(made) < batches:
            moment, victim = next(plan)
            if stage.kill_at(moment, victim, lambda: made.extend(_make(stage, luck, len(made)))):
                hits[moment, victim] += 1
            wait_for(lambda: person.left(made) <= BATCHES_AT_ONCE, 60)
        wait_for(lambda: person.left(made) == 0, 60)
        _check(stage, made)
        doubtful = sum(len(job["doubtful"]) for job in stage.jobs())
        labels = sum(len(stage.papers(uid)) for uid in made)
        print(f"\n{batches} batches, {hits.total()} kills at {len(hits)} states")
        print(f"{labels} labels out, {doubtful} said to be doubtful, {person.asked} questions")
        assert len(hits) >= min(batches // 2, len(MOMENTS) * len(VICTIMS)) * 0.9


def _make(stage: Theatre, luck: random.Random, number: int) -> list[str]:
    """A batch for each printer, every third of numbered labels."""
    made = []
    for each in (number, number + 1):
        made.append(str(uuid4()))
        labels = luck.choice((1, 2, 9, 10, 11, 25))
        job = {"id": made[-1], "labels": labels, "numbered": each % 3 == 0}
        stage.ask("POST", "/jobs", **job, printer=f"p{each % 2}")
    return made


class _Person:
    """Looks at the paper when the queue asks, and presses no other button."""

    def __init__(self, stage: Theatre) -> None:
        self._stage = stage
        self.asked = 0

    def left(self, made: list[str]) -> int:
        """How many batches are not done; answers what is asked."""
        jobs = self._stage.jobs()
        for job in jobs:
            if job["reason"] == "check_last_label":
                self._answer(job)
        return len(made) - sum(job["state"] == "confirmed" for job in jobs)

    def _answer(self, job: dict[str, Any]) -> None:
        wait_for(lambda: all(printer.is_idle for printer in self._stage.printers))
        last = max(self._stage.papers(job["id"]), default=0)
        confirmed = max(last, job["confirmed"])
        self._stage.ask("POST", f"/jobs/{job['id']}/resume", confirmed=confirmed)
        self.asked += 1


def _check(stage: Theatre, made: list[str]) -> None:
    told = {job["id"]: job for job in stage.jobs()}
    for uid in made:
        job, papers = told[uid], stage.papers(uid)
        twice = {number for number in papers if papers.count(number) > 1}
        story = f"{job} on paper: {papers}"
        assert set(papers) == set(range(1, job["labels"] + 1)), f"lost: {story}"
        assert twice <= set(job["doubtful"]), f"silent duplicate: {story}"
        if job["numbered"]:
            assert not twice, story
