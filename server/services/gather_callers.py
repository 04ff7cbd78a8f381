"""Callers that come at the same time are served together: one transaction instead of many.

    gathering = Gathering(serve, fits)       serve([asked, …]) → an answer each, in order
    answer = gathering.ask(asked)            waits until somebody has served it

Whoever comes first serves; who comes meanwhile waits and is served next, all in one go. So a house
under load makes fewer journeys and commits, and one that is idle waits for nobody.
"""

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Event, Lock
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")


class _Ticket(Generic[Asked, Answered]):
    """One caller that waits: what it asks, its answer if somebody served it, and when to wake."""

    __slots__ = ("answers", "asked", "called", "serves")

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.answers: Sequence[Answered] = ()
        self.called = Event()
        self.serves = False


class Gathering(Generic[Asked, Answered]):
    """`serve` is called by about `at_once` threads; it gets one thing asked, or several of which
    each `fits` those before it. Should it fail for several, each caller asks again for itself."""

    def __init__(
        self,
        serve: Callable[[Sequence[Asked]], Sequence[Answered]],
        fits: Callable[[Sequence[Asked], Asked], bool],
        at_once: int = 1,
    ) -> None:
        self._serve = serve
        self._fits = fits
        self._at_once = at_once
        self._serving = 0
        self._waiting: deque[_Ticket[Asked, Answered]] = deque()
        self._lock = Lock()

    def ask(self, asked: Asked) -> Answered:
        """The answer to this; raises what `serve` raised for it."""
        ticket = _Ticket[Asked, Answered](asked)
        with self._lock:
            ticket.serves = self._serving < self._at_once
            if ticket.serves:
                self._serving += 1
            else:
                self._waiting.append(ticket)
        if not ticket.serves:
            ticket.called.wait()  # until served, left alone, or called to serve
        if ticket.serves:
            return self._serve_with(ticket)
        return ticket.answers[0] if ticket.answers else self._serve([asked])[0]

    def _serve_with(self, first: _Ticket[Asked, Answered]) -> Answered:
        """Serve this one and whoever waits and fits; then the next who waits is to serve."""
        group = self._take_group(first)
        answers: Sequence[Answered] = ()
        try:
            if len(group) > 1:
                with suppress(Exception):  # what is wrong with whom shows when each is alone
                    answers = self._serve([ticket.asked for ticket in group])
            if answers:
                return answers[0]
            return self._serve([first.asked])[0]
        finally:
            self._call_next()
            for at, ticket in enumerate(group[1:], 1):
                ticket.answers = answers[at : at + 1]
                ticket.called.set()

    def _take_group(self, first: _Ticket[Asked, Answered]) -> list[_Ticket[Asked, Answered]]:
        group, left = [first], deque[_Ticket[Asked, Answered]]()
        with self._lock:
            for ticket in self._waiting:
                fits = self._fits([one.asked for one in group], ticket.asked)
                (group if fits else left).append(ticket)
            self._waiting = left
        return group

    def _call_next(self) -> None:
        with self._lock:
            if self._waiting:
                following = self._waiting.popleft()
                following.serves = True
                following.called.set()
            else:
                self._serving -= 1
