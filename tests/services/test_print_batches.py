"""Batches of labels through the queue while stations crash, leases run out and people decide: no
label is lost, none is printed twice in silence."""

from collections import Counter
from dataclasses import dataclass, field
from random import Random
from uuid import UUID, uuid4

import pytest

from server.domain.errors import StockturnError
from server.domain.people import SYSTEM, Actor
from server.domain.printing import ENDED, PERSON_DECIDES, Report
from server.services.clock import use_clock
from server.services.decide_printing import cancel_printing, redirect_printing, resume_printing
from server.services.keep_designs import save_design
from server.services.keep_records import create_record
from server.services.lease_labels import Call, PrinterSeen, lease_labels, settle_overdue
from server.services.manage_people import add_user
from server.services.manage_places import SITES
from server.services.plan_labels import Wanted
from server.services.queue_labels import Order, queue_labels
from server.services.report_printing import fetch_labels, report_printing
from server.services.set_up_printers import set_up_printer
from server.store.db import db, reading
from server.store.print_queue import job_of

NOON = 1_795_000_000_000
MEDIA = {"name": "80x40", "width_mm": 80, "height_mm": 40, "across": 1}
JOBS_AT_ONCE = 10


class Crash(Exception):
    """The power is gone."""


@dataclass
class Held:
    """A job in a station's spool; begun: the label last handed to the printer, for sure or not."""

    lease: UUID
    labels: int
    numbered: bool
    confirmed: int
    begun: int
    claimed: bool = False
    doubtful: set[int] = field(default_factory=set)
    asking: bool = False


@dataclass
class Station:
    """An agent by the contract: what it writes down survives a crash, all else does not."""

    name: str
    actor: Actor
    random: Random
    paper: Counter
    agent: UUID = field(default_factory=uuid4)
    spool: dict[UUID, Held] = field(default_factory=dict)
    crashes: float = 0.06

    def work(self):
        """One turn: hear of jobs, then print one label of each."""
        try:
            self._lease()
            for uid in list(self.spool):
                self._print_one(uid)
        except Crash:
            self._restart()

    def lose_everything(self):
        """Its disk is gone: a new agent."""
        self.agent, self.spool = uuid4(), {}

    def _lease(self):
        seen = [PrinterSeen(self.name, "zpl", 203, "ready")]
        told = lease_labels(Call(self.agent, "1", seen, 0, 2), self.actor)
        self._maybe_crash()
        for job in (*told.jobs, *told.unbegun):
            known = self.spool.get(job.uid)
            if known is None or known.lease != job.lease:
                self.spool[job.uid] = Held(
                    job.lease, job.labels, job.numbered, job.confirmed, job.confirmed
                )

    def _print_one(self, uid):
        held = self.spool[uid]
        if held.asking:
            self._report(uid, "paused", PERSON_DECIDES)
            return
        if not held.claimed:
            if self._report(uid, "sending"):
                held.claimed = True
            return
        number = held.confirmed + 1
        if number <= held.labels:
            self._hand_over(uid, held, number)
        if uid in self.spool:
            self._report(uid, "confirmed" if held.confirmed == held.labels else "sending")

    def _hand_over(self, uid, held, number):
        try:
            pieces = fetch_labels(uid, held.lease, number, 2, self.actor)
        except StockturnError as refusal:
            _only_lease_lost(refusal)
            del self.spool[uid]
            return
        assert pieces[0].number == number
        held.begun = number
        self._maybe_crash()
        self.paper[uid, number] += 1
        self._maybe_crash()
        held.confirmed = number

    def _restart(self):
        """Of a label begun and not confirmed nobody knows: ask, or print it again and say so."""
        for held in self.spool.values():
            if held.begun > held.confirmed:
                held.asking = held.numbered
                held.doubtful |= set() if held.numbered else {held.begun}

    def _report(self, uid, state, reason=""):
        held = self.spool[uid]
        report = Report(state, held.begun, held.confirmed, reason, tuple(held.doubtful))
        try:
            report_printing(uid, held.lease, report, self.actor)
        except StockturnError as refusal:
            _only_lease_lost(refusal)
            del self.spool[uid]
            return False
        self._maybe_crash()
        if state == "confirmed":
            del self.spool[uid]
        return True

    def _maybe_crash(self):
        if self.random.random() < self.crashes:
            raise Crash


def _only_lease_lost(refusal):
    if refusal.code != "lease_lost":
        raise refusal


@dataclass
class Hall:
    """Two stations, one kind of labels, a clock, and somebody who looks at the paper."""

    random: Random
    now: int = NOON
    paper: Counter = field(default_factory=Counter)
    jobs: list[UUID] = field(default_factory=list)
    cancelled: set[UUID] = field(default_factory=set)

    def open(self):
        site = create_record(SITES, {"code": "SH1"}, actor=SYSTEM)[0]
        self.stations, self.printers = [], []
        for name in ("P1", "P2"):
            user = add_user({"name": name, "role": "station", "sites": ["SH1"]}, actor=SYSTEM)
            actor = Actor(user.id, "station", frozenset({site}), source="token")
            station = Station(name, actor, self.random, self.paper)
            seen = [PrinterSeen(name, "zpl", 203, "ready")]
            (printer,) = lease_labels(Call(station.agent, "1", seen), actor).printers
            set_up_printer(printer.id, SYSTEM, version=printer.version, media=MEDIA)
            self.stations.append(station)
            self.printers.append(printer.id)

    def order(self):
        numbered = self.random.random() < 0.5
        count = self.random.randint(1, 3)
        design = "tote-80x40" if numbered else "plain"
        data = [{"tote": f"T{len(self.jobs):05d}{at}"} for at in range(count)]
        uid = uuid4()
        queue_labels(
            Order(uid, self.random.choice(self.printers), design, Wanted("data", data=data)), SYSTEM
        )
        self.jobs.append(uid)

    def step(self):
        choice = self.random.random()
        if choice < 0.70:
            self.random.choice(self.stations).work()
        elif choice < 0.80:
            self.now += self.random.randint(1, 90_000)
            settle_overdue()
        elif choice < 0.83:
            db.engine.dispose()  # what a restart of the server leaves: nothing but the database
        elif choice < 0.86:
            self.random.choice(self.stations).lose_everything()
        elif choice < 0.97:
            self.decide()
        else:
            self.interfere()

    def decide(self):
        """Somebody looks at every job that waits for it."""
        for uid in self.jobs:
            job = self.state_of(uid)
            if job.state == "paused":
                self._try(lambda: resume_printing(uid, self.seen(uid), SYSTEM))  # noqa: B023

    def interfere(self):
        uid = self.random.choice(self.jobs)
        if self.random.random() < 0.3:
            self._try(lambda: cancel_printing(uid, SYSTEM))
            self.cancelled.add(uid)
        else:
            target = self.random.choice(self.printers)
            looked = self.seen(uid) if self.random.random() < 0.5 else None
            self._try(lambda: redirect_printing(uid, target, looked, SYSTEM))

    def rest(self):
        """No more accidents: everything comes to its end."""
        for station in self.stations:
            station.crashes = 0
        for _ in range(200):
            if all(self.state_of(uid).state in ENDED for uid in self.jobs):
                return
            self.now += 20_000
            settle_overdue()
            for station in self.stations:
                station.work()
            self.decide()
        raise AssertionError([self.state_of(uid) for uid in self.jobs])

    def seen(self, uid):
        """The last label before the first that is not on paper."""
        job = self.state_of(uid)
        printed = job.confirmed
        while self.paper[uid, printed + 1]:
            printed += 1
        return printed

    def state_of(self, uid):
        with reading() as session:
            job = job_of(session, uid)
            session.expunge(job)
            return job

    def _try(self, decide):
        try:
            decide()
        except StockturnError as refusal:
            if refusal.code not in ("print_job_ended", "say_what_was_printed"):
                raise

    def check(self):
        for uid in self.jobs:
            job = self.state_of(uid)
            times = [self.paper[uid, number] for number in range(1, job.labels + 1)]
            if job.state == "confirmed":
                assert all(times), ("lost", job.numbered, times)
            else:
                assert job.state == "cancelled", job.state
                assert uid in self.cancelled
            if job.state == "confirmed":
                twice = {number for number, often in enumerate(times, 1) if often > 1}
                assert twice <= set(job.doubtful), ("silent", job.numbered, times, job.doubtful)


@pytest.fixture(autouse=True)
def plain_design(app):
    """A design without numbers that is quick to draw, kept as people keep theirs."""
    document = {
        "title": "plain",
        "size_mm": [80, 40],
        "media": "label",
        "fields": [{"name": "code", "type": "text", "title": "c", "sample": "c"}],
        "elements": [{"kind": "text", "box_mm": [5, 5, 60, 10], "text": "{code}-", "size_mm": 5}],
    }
    save_design("plain", document, None, SYSTEM)


@pytest.mark.parametrize("seed", range(10))
def test_no_label_is_lost_and_none_is_printed_twice_in_silence(app, seed):
    _run(seed)


@pytest.mark.full
@pytest.mark.parametrize("seed", range(100, 200))
def test_the_same_for_a_thousand_batches(app, seed):
    _run(seed)


def _run(seed):
    hall = Hall(Random(seed))
    with use_clock(lambda: hall.now):
        hall.open()
        for _ in range(JOBS_AT_ONCE):
            hall.order()
            for _ in range(hall.random.randint(2, 14)):
                hall.step()
        hall.rest()
        hall.check()
