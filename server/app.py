"""The web application, the only module that sees everything; served as `create_served_app`."""

import sys
from typing import Final

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter

from server.api import (
    alerts,
    boards,
    channels,
    command_view,
    commands,
    counts,
    customers,
    devices,
    documents,
    exceptions,
    exports,
    feed,
    imports,
    items,
    labels,
    messages,
    month_end,
    movements,
    people,
    periods,
    pictures,
    places,
    printing,
    quarantine,
    reports,
    reservations,
    revaluations,
    scans,
    schedules,
    sessions,
    set_up,
    settings,
    stock,
    suppliers,
    sync,
    tokens,
    turnover,
    webhooks,
)
from server.api.access import guard, refuse_undeclared
from server.api.errors import register_errors
from server.api.headers import register_headers
from server.api.health import health
from server.api.lean_requests import make_requests_lean
from server.api.limits import register_limits
from server.api.metrics import metrics, register_metrics
from server.api.openapi import finish_document, register_openapi
from server.api.static import static
from server.bootstrap import make_base_app, settings_of
from server.logs import configure_logs
from server.settings import Settings

RESOURCES = (
    alerts.blueprint,
    boards.blueprint,
    channels.blueprint,
    command_view.blueprint,
    commands.blueprint,
    counts.blueprint,
    customers.blueprint,
    devices.blueprint,
    documents.blueprint,
    exceptions.blueprint,
    exports.blueprint,
    feed.blueprint,
    imports.blueprint,
    items.blueprint,
    labels.blueprint,
    messages.blueprint,
    month_end.blueprint,
    movements.blueprint,
    people.blueprint,
    periods.blueprint,
    pictures.blueprint,
    places.blueprint,
    printing.blueprint,
    quarantine.blueprint,
    reports.blueprint,
    reservations.blueprint,
    revaluations.blueprint,
    scans.blueprint,
    schedules.blueprint,
    sessions.blueprint,
    set_up.blueprint,
    settings.blueprint,
    stock.blueprint,
    suppliers.blueprint,
    sync.blueprint,
    tokens.blueprint,
    turnover.blueprint,
    webhooks.blueprint,
)
"""Blueprints of server.api.openapi.Blueprint: described in the OpenAPI document."""

SWITCH_S: Final = 0.0005
"""How long a thread may compute while others want to: at Python's own 5 ms, a thread that the
database has answered waits for its turn with its rows locked."""

PLAIN = (static, health, metrics)
"""Flask blueprints that are no part of the API's document (health, metrics, files)."""


def create_app(settings: Settings | None = None) -> Flask:
    """The application with every route.

    Raises RuntimeError if a route declares no permission, InvalidInput `bad_setting`.
    """
    app = make_base_app(settings)
    settings = settings_of(app)
    _trust(app, settings)
    app.url_map.converters["int"] = _Id
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    configure_logs(settings.log_level)
    make_requests_lean(app)
    register_headers(app)
    register_metrics(app)
    register_errors(app)
    app.before_request(guard)
    api = register_openapi(app)
    for blueprint in RESOURCES:
        api.register_blueprint(blueprint)
    for plain in PLAIN:
        app.register_blueprint(plain)
    refuse_undeclared(app)
    register_limits(app, settings)
    finish_document(app, api)
    return app


def create_served_app() -> Flask:
    """The same for a web server's own process, whose threads take turns oftener."""
    sys.setswitchinterval(SWITCH_S)
    return create_app()


class _Id(IntegerConverter):
    """Ids are 64-bit: a longer number in a path names nothing."""

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **{"max": 2**63 - 1, **options})  # type: ignore[arg-type]


def _trust(app: Flask, settings: Settings) -> None:
    if settings.trusted_hosts:
        app.config["TRUSTED_HOSTS"] = [
            host.strip() for host in settings.trusted_hosts.split(",") if host.strip()
        ]
    if settings.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, settings.proxies, settings.proxies, settings.proxies
        )
