"""Rate limits at the doors where secrets are guessed; counted in Redis, or in memory without it."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from flask import Flask, current_app, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from server.api.access import declared_view
from server.settings import Settings

GUESSES: Final = "30 per minute"
"""Per address and door: a hall of handhelds behind one address signs in at the start of a shift.
Guessing one person's secret is slowed down by services.lock_out."""

View = TypeVar("View", bound=Callable[..., Any])


def guess_limited(view: View) -> View:
    """Declare that a view takes a secret somebody might guess."""
    view.guess_limited = True  # type: ignore[attr-defined]
    return view


def register_limits(app: Flask, settings: Settings) -> None:
    """Switch the limits on, unless the setting rate_limits is off."""
    if not settings.rate_limits:
        return
    Limiter(
        get_remote_address,
        app=app,
        default_limits=[GUESSES],
        strategy="moving-window",
        storage_uri=_storage(settings.redis_url),
        in_memory_fallback_enabled=True,
        headers_enabled=True,
    )
    for hooks in (app.before_request_funcs, app.after_request_funcs, app.teardown_request_funcs):
        hooks[None].append(_where_declared(hooks[None].pop()))


def _where_declared(hook: Callable[..., Any]) -> Callable[..., Any]:
    """The extension's own hooks weigh more than most requests: only limited views pay for them."""

    def run(*passed: Any) -> Any:
        if _is_limited():
            return hook(*passed)
        return passed[0] if passed else None  # the response, after a request

    return run


def _is_limited() -> bool:
    if request.url_rule is None or request.method == "OPTIONS":
        return False
    view = declared_view(current_app, request.url_rule, request.method)
    return hasattr(view, "guess_limited")


def _storage(redis_url: str) -> str:
    if redis_url.startswith("unix://"):
        return "redis+" + redis_url
    return redis_url or "memory://"
