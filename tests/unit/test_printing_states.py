"""The rules of print jobs, in any order: stations that come and go, people who decide."""

from dataclasses import replace
from uuid import uuid4

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from server.domain.errors import Conflict, InvalidInput, RuleViolated
from server.domain.printing import (
    ENDED,
    HELD,
    Printing,
    Report,
    cancel,
    expire,
    extend,
    hand_out,
    offer,
    requeue,
    resume,
    run_out,
    take_report,
)

NOW = 1_795_000_000_000
REFUSALS = {"say_what_was_printed", "station_has_it", "print_job_ended"}


class PrintJob(RuleBasedStateMachine):
    """One job; `paper` is what its printer really did: number → how often."""

    @initialize(labels=st.integers(1, 4), numbered=st.booleans())
    def order(self, labels, numbered):
        self._order(labels, numbered)

    @precondition(lambda self: self.job.ended)
    @rule(labels=st.integers(1, 4), numbered=st.booleans())
    def another_order(self, labels, numbered):
        self._order(labels, numbered)

    def _order(self, labels, numbered):
        self.job = Printing("queued", labels, numbered, NOW + 1)
        self.paper = dict.fromkeys(range(1, labels + 1), 0)
        self.agent, self.sent, self.lease = uuid4(), 0, None
        self.away = 0  # how far a station goes that cannot hear us

    @precondition(lambda self: self.job.state == "queued")
    @rule(prints=st.integers(-1, 3))
    def a_station_gets_it(self, prints):
        self.away = 0
        self.lease, self.sent = uuid4(), self.job.confirmed
        self.job = offer(self.job, self.agent, self.lease, NOW)
        if prints >= 0:
            self._report("sending")
        for _ in range(prints):
            self._print(3)

    @precondition(lambda self: self._has_it())
    @rule()
    def it_says_that_it_begins(self):
        self._report("sending")

    @precondition(lambda self: self._has_it() and self.job.state != "leased")
    @rule(ahead=st.integers(1, 3))
    def it_prints_a_label_it_fetched(self, ahead):
        self._print(ahead)

    def _print(self, ahead):
        if self.sent < self.job.labels:
            self.job = hand_out(self.job, min(self.sent + ahead, self.job.labels))
            self.sent += 1
            self.paper[self.sent] += 1

    @precondition(lambda self: self._has_it() and self.job.state != "leased")
    @rule(behind=st.integers(0, 2))
    def it_reports(self, behind):
        confirmed = max(self.sent - behind, 0)
        self._report("sending", self.sent, confirmed)

    @precondition(lambda self: self._has_it() and self.job.state != "leased")
    @rule()
    def it_runs_out_of_paper(self):
        self._report("paused", self.sent, self.sent, "no_paper")

    @precondition(lambda self: self._has_it() and self.sent == self.job.labels)
    @rule()
    def it_has_printed_all(self):
        self._report("confirmed", self.sent, self.sent)

    @precondition(lambda self: self.job.state in HELD or self._is_paused_with_a_lease())
    @rule()
    def it_falls_silent(self):
        began = self.job.state in ("sending", "sent") and self.lease == self.job.lease
        self.away = self.job.handed if began else self.away
        self.job = run_out(self.job)

    @precondition(lambda self: self.away and self.sent < self.away)
    @rule()
    def it_prints_on_while_the_server_is_away(self):
        self.sent += 1
        self.paper[self.sent] += 1

    @precondition(lambda self: self._has_it())
    @rule()
    def it_is_back(self):
        self.job = extend(self.job, NOW)

    @precondition(lambda self: self.job.state == "paused")
    @rule(looks=st.booleans())
    def a_person_lets_it_go_on(self, looks):
        self._decide(lambda: resume(self.job, self._seen() if looks else None))

    @precondition(lambda self: not self.job.ended)
    @rule(looks=st.booleans())
    def a_person_redirects_it(self, looks):
        self._decide(lambda: requeue(self.job, self._seen() if looks else None))

    @precondition(lambda self: self.job.state in ("queued", "paused"))
    @rule(really=st.integers(0, 9))
    def it_grows_too_old(self, really):
        if really == 7:
            self.job = expire(self.job)

    @precondition(lambda self: not self.job.ended)
    @rule(really=st.integers(0, 9))
    def it_is_cancelled(self, really):
        if really == 7:
            self.job = cancel(self.job)

    @invariant()
    def no_label_is_lost(self):
        if getattr(self, "job", None) and self.job.state == "confirmed":
            assert all(self.paper.values()), self.paper

    @invariant()
    def no_label_is_printed_twice_in_silence(self):
        if getattr(self, "job", None):
            twice = {number for number, times in self.paper.items() if times > 1}
            assert twice <= set(self.job.doubtful), (self.paper, self.job)

    @invariant()
    def numbers_are_in_order_and_only_a_held_job_has_a_lease_that_lives(self):
        if getattr(self, "job", None):
            job = self.job
            assert 0 <= job.confirmed <= job.sent <= job.labels
            if job.state in ("queued", "expired", "cancelled"):
                assert job.lease is None

    def _has_it(self):
        held = self.job.state in HELD or self._is_paused_with_a_lease()
        return held and self.lease == self.job.lease

    def _is_paused_with_a_lease(self):
        return self.job.state == "paused" and self.job.lease is not None

    def _report(self, state, sent=None, confirmed=None, reason=""):
        report = Report(
            state,
            self.job.sent if sent is None else sent,
            self.job.confirmed if confirmed is None else confirmed,
            reason,
        )
        self.job = take_report(self.job, self.lease, report, NOW)

    def _seen(self):
        """The last label on paper without a gap before it."""
        numbers = [number for number, times in self.paper.items() if not times]
        return max(self.job.confirmed, min(numbers, default=self.job.labels + 1) - 1)

    def _decide(self, decide):
        try:
            self.job = decide()
        except (InvalidInput, RuleViolated) as refusal:
            if refusal.code not in REFUSALS:
                raise


TestPrintJob = PrintJob.TestCase
TestPrintJob.settings = settings(max_examples=300, stateful_step_count=50, deadline=None)


def test_a_lease_of_somebody_else_is_refused():
    job = offer(Printing("queued", 2, False, NOW), uuid4(), uuid4(), NOW)
    for lease in (uuid4(), None):
        with pytest.raises(Conflict, match="lease_lost"):
            take_report(job, lease, Report("sending", 1, 0), NOW)


def test_what_has_ended_stays_as_it_ended():
    for state in ENDED:
        job = Printing(state, 2, False, NOW, lease=uuid4())
        assert take_report(job, job.lease, Report(state, 2, 0), NOW) == job
        assert replace(job).ended


def test_of_a_job_that_has_ended_nothing_else_is_begun():
    for state in ENDED:
        job = Printing(state, 2, False, NOW, lease=uuid4())
        with pytest.raises(Conflict, match="lease_lost"):
            take_report(job, job.lease, Report("sending", 1, 0), NOW)


def test_what_a_station_nobody_hears_may_print_after_the_look_is_doubtful():
    job = hand_out(offer(Printing("queued", 3, True, NOW), uuid4(), uuid4(), NOW), 3)
    lost = run_out(take_report(job, job.lease, Report("sending", 1, 0), NOW))
    assert resume(lost, 1).doubtful == (2, 3)
