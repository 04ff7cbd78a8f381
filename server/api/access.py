"""Who may come in: every view declares a permission, or that it is public; the rest is refused.

    @requires("counts.decide", step_up=True)
    def post(self): actor = current_actor() …

Credentials, in this order: `Authorization: Bearer stk_… | std_… | brd_…`, the desk's session
cookie, the handheld's device cookie. A handheld names the person by `X-User-Pass`; where a browser
holds both cookies, that header (even empty) says it speaks as the handheld. A cookie is only
believed on unsafe methods when the browser says the request comes from our own pages.
"""

from collections.abc import Callable
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, request
from werkzeug.routing import Rule

from server.bootstrap import settings_of
from server.domain.errors import NotAuthenticated, NotPermitted
from server.domain.people import ALL_PERMISSIONS, DEVICE_ROLE, Actor
from server.services.authenticate import (
    Caller,
    caller_of_board,
    caller_of_device,
    caller_of_session,
    caller_of_token,
)
from server.services.clock import now_ms

PUBLIC: Final = "public"
SESSION_COOKIE: Final = "stockturn_session"
DEVICE_COOKIE: Final = "stockturn_device"
DEVICE_COOKIE_S: Final = 400 * 86_400
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
PASSIVE_PERMISSIONS: Final = frozenset({"feed.read"})
"""Polling the feed does not keep a desk session from falling idle."""

View = TypeVar("View", bound=Callable[..., Any])


def requires(permission: str, *, step_up: bool = False) -> Callable[[View], View]:
    """Declare what the caller must be permitted; `step_up`: and gave the password ≤ 15 min ago.

    Raises ValueError at import for a permission nobody has.
    """
    if permission not in ALL_PERMISSIONS:
        raise ValueError(f"no role has the permission {permission}")

    def declare(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        view.step_up = step_up  # type: ignore[attr-defined]
        return view

    return declare


def public(view: View) -> View:
    """Declare that anybody may call it."""
    view.permission = PUBLIC  # type: ignore[attr-defined]
    view.step_up = False  # type: ignore[attr-defined]
    return view


def current_actor() -> Actor:
    """By whom this request is made; only in views that declared a permission."""
    actor = g.actor
    assert isinstance(actor, Actor)
    return actor


def current_caller() -> Caller:
    """The same with the user, the device and the session behind it."""
    caller = g.caller
    assert isinstance(caller, Caller)
    return caller


def guard() -> None:
    """Before every request: authenticate, then check permission and step-up."""
    rule, method = request.url_rule, request.method
    if rule is None or method == "OPTIONS":
        return
    view = declared_view(current_app, rule, method)
    if view.permission == PUBLIC:
        if not request.authorization:
            require_same_origin()
        return
    caller = _authenticate(view.permission)
    actor = _actor(caller)
    g.caller = caller
    g.actor = actor
    if caller.user is not None:
        g.language = caller.user.language
    _authorise(actor, caller, view)


def require_same_origin() -> None:
    """Raises NotPermitted `foreign_origin` when a browser says another site made this request."""
    if request.method in SAFE_METHODS:
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in ("same-origin", "none"):
        raise NotPermitted("foreign_origin")
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise NotPermitted("foreign_origin")


def declared_view(app: Flask, rule: Rule, method: str) -> Any:
    """The function behind this rule and method; it carries `permission` and `step_up`."""
    view = app.view_functions[rule.endpoint]
    view_class = getattr(view, "view_class", None)
    if view_class is None:
        return view
    name = "get" if method == "HEAD" and not hasattr(view_class, "head") else method.lower()
    return getattr(view_class, name)


def refuse_undeclared(app: Flask) -> None:
    """Raises RuntimeError naming a route that declares no permission and is not public either."""
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            if not hasattr(declared_view(app, rule, method), "permission"):
                raise RuntimeError(f"{method} {rule.rule} declares no permission")


def session_cookie() -> str:
    """The session cookie's name: bound to this host by its prefix when there is TLS."""
    return _cookie(SESSION_COOKIE)


def set_cookie(response: Response, name: str, value: str, max_age_s: int) -> None:
    """An HttpOnly, SameSite=Strict cookie for the whole host; Secure over TLS."""
    response.set_cookie(
        _cookie(name),
        value,
        max_age=max_age_s,
        secure=request.is_secure,
        httponly=True,
        samesite="Strict",
        path="/",
    )


def clear_cookie(response: Response, name: str) -> None:
    """Take the cookie back."""
    response.delete_cookie(
        _cookie(name), path="/", secure=request.is_secure, httponly=True, samesite="Strict"
    )


def _cookie(name: str) -> str:
    return f"__Host-{name}" if request.is_secure else name


def _authenticate(permission: str) -> Caller:
    user_pass = request.environ.get("HTTP_X_USER_PASS")
    if "HTTP_AUTHORIZATION" in request.environ:
        return _by_bearer(user_pass or "")
    session = request.cookies.get(session_cookie())
    device = request.cookies.get(_cookie(DEVICE_COOKIE))
    as_handheld = user_pass is not None or permission == "user_passes.create"
    if device and (as_handheld or not session):
        require_same_origin()
        return caller_of_device(device, user_pass or "")
    if not session:
        raise NotAuthenticated("not_authenticated")
    require_same_origin()
    idle_ms = settings_of(current_app).session_idle_minutes * 60_000
    active = permission not in PASSIVE_PERMISSIONS and "X-Passive" not in request.headers
    return caller_of_session(session, idle_ms, active=active)


def _by_bearer(user_pass: str) -> Caller:
    authorization = request.authorization
    token = authorization.token if authorization and authorization.type == "bearer" else None
    if token is None:
        raise NotAuthenticated("bad_token")
    if token.startswith("std_"):
        return caller_of_device(token, user_pass)
    if token.startswith("brd_"):
        return caller_of_board(token)
    return caller_of_token(token)


def _actor(caller: Caller) -> Actor:
    return Actor(
        user_id=caller.user.id if caller.user else None,
        role=caller.role,
        site_ids=caller.site_ids,
        device_id=caller.device.id if caller.device else None,
        source=caller.source,
        request_id=g.request_id,
    )


def _authorise(actor: Actor, caller: Caller, view: Any) -> None:
    if actor.role == DEVICE_ROLE and not actor.may(view.permission):
        raise NotAuthenticated("user_pass_required")
    actor.require(view.permission)
    until = caller.stepped_up_until
    if view.step_up and until is not None and until <= now_ms():
        raise NotPermitted("step_up_required")
