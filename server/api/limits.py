"""Rate limits at the doors where secrets are guessed; counted in Redis, or in memory without it."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from flask import Flask, current_app, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from werkzeug.routing import Rule

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
    """Switch the limits on, unless the setting rate_limits is off; once all routes are there."""
    if not settings.rate_limits:
        return
    limiter = Limiter(
        get_remote_address,
        app=app,
        default_limits=[GUESSES],
        strategy="moving-window",
        storage_uri=_storage(settings.redis_url),
        in_memory_fallback_enabled=True,
        headers_enabled=True,
    )
    limiter.request_filter(_is_exempt)
    _keep_to_limited_resources(app)


def _keep_to_limited_resources(app: Flask) -> None:
    """The extension's hooks weigh more than most requests: resources without a limit skip them."""
    kinds: tuple[Any, ...] = (
        app.before_request_funcs,
        app.after_request_funcs,
        app.teardown_request_funcs,
    )
    for hooks in kinds:
        hook = hooks[None].pop()
        for name in _limited_resources(app):
            hooks.setdefault(name, []).insert(0, hook)


def _limited_resources(app: Flask) -> set[str | None]:
    return {
        rule.endpoint.rpartition(".")[0] or None
        for rule in app.url_map.iter_rules()
        if any(_is_limited(app, rule, method) for method in rule.methods or ())
    }


def _is_limited(app: Flask, rule: Rule, method: str) -> bool:
    return method != "OPTIONS" and hasattr(declared_view(app, rule, method), "guess_limited")


def _is_exempt() -> bool:
    rule = request.url_rule
    return rule is None or not _is_limited(current_app, rule, request.method)


def _storage(redis_url: str) -> str:
    if redis_url.startswith("unix://"):
        return "redis+" + redis_url
    return redis_url or "memory://"
