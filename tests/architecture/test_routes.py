"""Deny by default: no route exists without saying who may call it."""

import pytest

from server.api.access import PUBLIC, declared_view, refuse_undeclared
from server.app import create_app
from server.domain.people import ALL_PERMISSIONS
from server.settings import Settings


@pytest.fixture
def web(sqlite_url, tmp_path):
    return create_app(Settings(var=tmp_path, database_url=sqlite_url, secret_key="test"))


def test_every_route_declares_a_permission_somebody_has_or_is_public(web):
    declared = {permission for _, permission in _routes(web)}
    assert declared <= {*ALL_PERMISSIONS, PUBLIC}


def test_an_undeclared_route_keeps_the_application_from_starting(web):
    web.add_url_rule("/forgotten", "forgotten", lambda: "open to the world")
    with pytest.raises(RuntimeError, match="GET /forgotten declares no permission"):
        refuse_undeclared(web)


def test_the_public_doors_that_change_something_are_these_only(web):
    open_doors = {
        route
        for route, permission in _routes(web)
        if permission == PUBLIC and not route.startswith("GET ")
    }
    assert open_doors <= WAYS_IN


WAYS_IN = {
    "POST /api/v1/devices/enrol",
    "POST /api/v1/sessions",
    "POST /api/v1/set-up",
}
"""Signing in, joining by a single-use code, and the first run by its token; all rate limited."""


def _routes(web):
    """("GET /path", permission) of every route and method."""
    return [
        (f"{method} {rule.rule}", declared_view(web, rule, method).permission)
        for rule in web.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]
