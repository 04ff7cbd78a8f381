"""Every route against every role, without credentials, and from a foreign site."""

import re

import pytest

from server.api.access import PUBLIC, declared_view
from server.domain.people import PERMISSIONS, ROLES
from server.services.sign_in import known_user

REFUSED = {"not_permitted", "not_authenticated", "user_pass_required", "step_up_required"}
WITHOUT_SITE = ("/items", "/barcodes", "/categories", "/packagings", "/lots", "/owners",
                "/suppliers", "/supplier-items", "/statuses", "/column-maps", "/me", "/scans",
                "/sessions", "/stock", "/movements", "/feed", "/sync", "/exports", "/turnover",
                "/alerts", "/commands", "/imports")  # fmt: skip


def test_nobody_gets_in_without_credentials(sqlite_world):
    for method, path, view in _routes(sqlite_world):
        if view.permission != PUBLIC:
            answer = getattr(sqlite_world.client(), method)(path, json={})
            assert (answer.status_code, answer.json["code"]) == (401, "not_authenticated"), path


@pytest.mark.parametrize("role", ROLES)
def test_a_role_reaches_exactly_the_routes_of_its_permissions(sqlite_world, role):
    api, reached = sqlite_world.as_role(role), 0
    for method, path, view in _routes(sqlite_world):
        if view.permission == PUBLIC:
            continue
        answer = getattr(api, method)(path, json={})
        allowed = view.permission in PERMISSIONS[role]
        assert answer.status_code < 500, (method, path, answer.get_data(as_text=True))
        refused = answer.status_code == 403 and answer.json["code"] == "not_permitted"
        assert refused is not allowed or _refused_within(answer, view), (method, path)
        reached += allowed
    assert (reached > 0) is bool(PERMISSIONS[role])


def test_a_handheld_without_a_person_reaches_only_its_own_routes(sqlite_world):
    for method, path, view in _routes(sqlite_world):
        if view.permission in (PUBLIC, *PERMISSIONS["device"]):
            continue
        answer = getattr(sqlite_world.as_device(), method)(path, json={})
        assert answer.json["code"] == "user_pass_required", path


def test_what_needs_the_password_again_is_refused_without_it(sqlite_world, clock):
    desk = sqlite_world.signed_in()
    clock.turn(minutes=20)
    guarded = [route for route in _routes(sqlite_world) if route[2].step_up]
    assert guarded
    for method, path, _view in guarded:
        assert getattr(desk, method)(path, json={}).json["code"] == "step_up_required", path


def test_nothing_of_another_site_can_be_read_or_changed(sqlite_world):
    """Ids 1 to 3 exist in SH1 only; somebody of BJ2 asks for each of them."""
    stranger = _stranger(sqlite_world)
    for method, path, view in _routes(sqlite_world, number=1):
        if view.permission == PUBLIC or "/1" not in path or _is_siteless(path):
            continue
        answer = getattr(stranger, method)(path, json={}, headers={"If-Match": '"1"'})
        assert 400 <= answer.status_code < 500, (method, path, answer.json)


def test_lists_show_nothing_of_another_site(sqlite_world):
    stranger = _stranger(sqlite_world)
    for path in ("/devices", "/sites", "/locations", "/users", "/tokens"):
        answer = stranger.get(path)
        assert answer.status_code == 200
        assert "SH1" not in answer.get_data(as_text=True), path
        assert "PDA 1" not in answer.get_data(as_text=True), path


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
def test_another_site_cannot_use_the_cookie(sqlite_world, headers):
    desk = sqlite_world.signed_in()
    refused = desk.post("/sessions/step-up", json={"password": "x"}, headers=headers)
    assert refused.json["code"] == "foreign_origin"
    assert desk.delete("/sessions/current", headers=headers).json["code"] == "foreign_origin"
    login = {"login": "supervisor", "password": "x"}
    signing_in = sqlite_world.client().post("/sessions", json=login, headers=headers)
    assert signing_in.json["code"] == "foreign_origin"


def test_our_own_page_can_use_the_cookie(sqlite_world):
    desk = sqlite_world.signed_in()
    own = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert desk.delete("/sessions/current", headers=own).status_code == 204


def test_a_bearer_token_needs_no_origin(sqlite_world):
    other = {"Origin": "https://erp.example"}
    made = sqlite_world.as_role("administrator").post(
        "/tokens", json={"user_id": "1", "name": "x"}, headers=other
    )
    assert made.status_code == 201


@pytest.mark.parametrize(
    "value", ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer stk_no", "Bearer std_no", "Bearer é"]
)
def test_a_bad_authorization_header_is_refused(sqlite_world, value):
    answer = sqlite_world.client().get("/me", headers={"Authorization": value})
    assert (answer.status_code, answer.json["code"]) == (401, "bad_token")


def test_a_bad_bearer_does_not_fall_back_to_the_cookie(sqlite_world):
    desk = sqlite_world.signed_in()
    assert desk.get("/me", headers={"Authorization": "Bearer stk_no"}).status_code == 401


def _routes(world, number=7_000_000):
    """(method, path with ids filled in, view) of every route."""
    for rule in world.app.url_map.iter_rules():
        path = re.sub(r"<int:[^>]+>", str(number), rule.rule)
        path = re.sub(r"<uuid:[^>]+>", "6f1c7b0e-1111-4222-8333-444455556666", path)
        path = re.sub(r"<[^>]+>", "x", path)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            if path != "/api/v1/sessions/current":
                yield method.lower(), "//localhost" + path, declared_view(world.app, rule, method)


def _refused_within(answer, view):
    """A service may demand more than the route (cost.read to see cost), never less."""
    permission = answer.json["fields"].get("permission")
    return permission is not None and permission != view.permission


def _is_siteless(path):
    return path.removeprefix("//localhost/api/v1").startswith(WITHOUT_SITE)


def _stranger(world):
    user = world.add(role="administrator", sites=["BJ2"])
    assert known_user(user).site_ids == {world.sites["BJ2"]}
    return world.client(world.token_for(user))
