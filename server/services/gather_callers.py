"""Callers that come at the same time are served together: one transaction instead of many.

    gathering = Gathering(serve, fits)       serve([asked, …], go_on) → an answer each, in order
    answer = gathering.ask(asked)            waits until somebody has served it

Whoever comes first serves; who comes meanwhile waits and is served next, all in one go. So a house
under load makes fewer journeys and commits, and one that is idle waits for nobody. A server that
has only to wait (for the disk) says so by `go_on()`, and the next may begin.

Under load the callers just answered come again at once, one by one. Served as they come, they
would fall apart into ever smaller groups; so whoever is to serve waits for as many as came together
lately, a millisecond for each step in which somebody still comes.
"""

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Event, Lock
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")
GoOn = Callable[[], None]
STEPS_MOST = 5
GROUPS_REMEMBERED = 8


class _Ticket(Generic[Asked, Answered]):
    """One caller that waits: what it asks, its answer if somebody served it, and when to wake."""

    __slots__ = ("answers", "asked", "called", "serves")

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.answers: Sequence[Answered] = ()
        self.called = Event()
        self.serves = False


class Gathering(Generic[Asked, Answered]):
    """`serve` gets one thing asked, or several of which each `fits` those before it. One thread at
    a time calls it, save for those that said go_on(), were left alone, or waited in vain for
    `patience_s`. Should it fail for several, each caller asks again for itself. `company_s`: how
    long whoever is to serve waits for one more of those expected."""

    def __init__(
        self,
        serve: Callable[[Sequence[Asked], GoOn], Sequence[Answered]],
        fits: Callable[[Sequence[Asked], Asked], bool],
        patience_s: float = 0.25,
        company_s: float = 0.001,
    ) -> None:
        self._serve = serve
        self._fits = fits
        self._patience_s = patience_s
        self._company_s = company_s
        self._is_serving = False
        self._waiting: deque[_Ticket[Asked, Answered]] = deque()
        self._lock = Lock()
        self._sizes = deque([1], GROUPS_REMEMBERED)
        self._enough, self._all_came = 0, Event()

    def ask(self, asked: Asked) -> Answered:
        """The answer to this; raises what `serve` raised for it."""
        ticket = _Ticket[Asked, Answered](asked)
        with self._lock:
            ticket.serves = not self._is_serving
            if ticket.serves:
                self._is_serving = True
            else:
                self._waiting.append(ticket)
                if len(self._waiting) == self._enough:
                    self._all_came.set()
        if ticket.serves:
            self._await_company(max(self._sizes))
            return self._serve_with(ticket, self._call_next)
        if not ticket.called.wait(self._patience_s) and self._leave_queue(ticket):
            return self._serve_with(ticket, _nobody_waits)
        ticket.called.wait()  # until served, left alone, or called to serve
        if ticket.serves:
            self._await_company(max(2, *self._sizes))
            return self._serve_with(ticket, self._call_next)
        return ticket.answers[0] if ticket.answers else self._serve([asked], _nobody_waits)[0]

    def _await_company(self, callers: int) -> None:
        """Until so many are here, the caller included, or a step passes in which nobody came."""
        self._enough = callers - 1
        before, here = -1, len(self._waiting)
        for _ in range(STEPS_MOST):
            if here >= self._enough or here == before:
                break
            self._all_came.wait(self._company_s)
            before, here = here, len(self._waiting)
        self._enough = 0
        self._all_came.clear()

    def _serve_with(self, first: _Ticket[Asked, Answered], call_next: GoOn) -> Answered:
        """Serve this one and whoever waits and fits; then the next who waits is to serve."""
        group = self._take_group(first)
        go_on = _Once(call_next)
        try:
            answers = self._serve_together(group, go_on) if len(group) > 1 else ()
            return answers[0] if answers else self._serve([first.asked], go_on)[0]
        finally:
            go_on()

    def _serve_together(
        self, group: Sequence[_Ticket[Asked, Answered]], go_on: GoOn
    ) -> Sequence[Answered]:
        """Nothing if that failed: what is wrong with whom shows when each is alone."""
        answers: Sequence[Answered] = ()
        try:
            with suppress(Exception):
                answers = self._serve([ticket.asked for ticket in group], go_on)
            return answers
        finally:
            for at, ticket in enumerate(group[1:], 1):
                ticket.answers = answers[at : at + 1]
                ticket.called.set()

    def _leave_queue(self, ticket: _Ticket[Asked, Answered]) -> bool:
        """Whether it still stood there: whoever serves is held up, and we need not be."""
        with self._lock:
            stands = ticket in self._waiting
            if stands:
                self._waiting.remove(ticket)
        return stands

    def _take_group(self, first: _Ticket[Asked, Answered]) -> list[_Ticket[Asked, Answered]]:
        group, left = [first], deque[_Ticket[Asked, Answered]]()
        with self._lock:
            for ticket in self._waiting:
                fits = self._fits([one.asked for one in group], ticket.asked)
                (group if fits else left).append(ticket)
            self._waiting = left
            self._sizes.append(len(group))
        return group

    def _call_next(self) -> None:
        with self._lock:
            if self._waiting:
                following = self._waiting.popleft()
                following.serves = True
                following.called.set()
            else:
                self._is_serving = False


class _Once:
    """Does it the first time it is called."""

    def __init__(self, do: GoOn) -> None:
        self._do: GoOn | None = do

    def __call__(self) -> None:
        do, self._do = self._do, None
        if do is not None:
            do()


def _nobody_waits() -> None:
    """Who was left alone has nobody to call."""
