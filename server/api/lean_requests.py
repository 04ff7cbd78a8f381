"""What Flask does for every request and this application never uses is left out.

Sign-in is kept by access.py in its own cookies, so there are no Flask sessions to open, sign and
save; no view and no hook is a coroutine; an answer that is there whole is sent whole.
"""

from collections.abc import Callable, Iterable
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


class WholeResponse(Response):
    """Content that is there leaves as a list: the server need not come back for more."""

    def get_app_iter(self, environ: dict[str, Any]) -> Iterable[bytes]:
        """The same bytes as ever."""
        in_pieces = super().get_app_iter(environ)
        whole = isinstance(self.response, list) and not self._on_close
        return list(in_pieces) if whole else in_pieces


def make_requests_lean(app: Flask) -> None:
    """No sessions, no asking of each function whether it is a coroutine, answers in one piece."""
    app.session_interface = NoSessions()
    app.response_class = WholeResponse
    app.ensure_sync = _as_it_is  # type: ignore[method-assign, assignment]


def _as_it_is(function: Called) -> Called:
    return function
