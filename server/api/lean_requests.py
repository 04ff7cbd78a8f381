"""What Flask does for every request and this application never uses is left out.

Sign-in is kept by access.py in its own cookies, so there are no Flask sessions to open, sign and
save; no view and no hook is a coroutine.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Request, Response
from flask.sessions import NullSession, SessionInterface, SessionMixin

Called = TypeVar("Called", bound=Callable[..., Any])


class NoSessions(SessionInterface):
    """Whoever touches `flask.session` is told that there is none."""

    def open_session(self, app: Flask, request: Request) -> SessionMixin:
        """The one session nobody can write to."""
        return _NOBODYS

    def is_null_session(self, obj: object) -> bool:
        """Always: there is nothing to save."""
        return True

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Nothing to save."""


_NOBODYS = NullSession()


def make_requests_lean(app: Flask) -> None:
    """No sessions, and no asking of each function whether it is a coroutine."""
    app.session_interface = NoSessions()
    app.ensure_sync = _as_it_is  # type: ignore[method-assign, assignment]


def _as_it_is(function: Called) -> Called:
    return function
