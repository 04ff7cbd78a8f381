"""The shape of every refusal, and the headers every answer carries."""

import json
import logging

import pytest

from server.api import people
from server.app import create_app
from server.settings import Settings

KEYS = {"type", "title", "status", "code", "detail", "fields", "request_id"}


def _json(data):
    return {"data": data, "content_type": "application/json"}


def _check(answer, status, code):
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert answer.mimetype == "application/problem+json"
    assert set(answer.json) == KEYS
    assert (answer.json["status"], answer.json["code"]) == (status, code)
    assert answer.json["request_id"] == answer.headers["X-Request-ID"]
    assert answer.json["type"] == f"/api/docs/errors#{code}"


@pytest.mark.parametrize(
    ("method", "path", "options", "status", "code"),
    [
        ("get", "/nothing/here", {}, 404, "not_found"),
        ("get", "/users/99999999999999999999999", {}, 404, "not_found"),
        ("get", "/users/7000000", {}, 404, "unknown_user"),
        ("put", "/users", {"json": {}}, 405, "method_not_allowed"),
        ("post", "/users", _json("{"), 400, "invalid_body"),
        ("post", "/users", _json(b"\xff"), 400, "invalid_body"),
        ("post", "/users", _json("[" * 99_999), 400, "invalid_body"),
        ("post", "/users", _json("9" * 9_999), 400, "invalid_body"),
        ("post", "/users", {"data": "a=b"}, 422, "invalid_fields"),
        ("post", "/users", {"json": []}, 422, "invalid_fields"),
        ("post", "/users", {"json": {"name": 1, "role": "king"}}, 422, "invalid_fields"),
        ("post", "/users", {"json": {"name": "a", "role": "clerk", "x": 1}}, 422, "unknown_field"),
        ("post", "/users", {"json": {"name": "a\0", "role": "clerk"}}, 400, "bad_encoding"),
        ("post", "/users", _json(r'{"name": "\ud800"}'), 400, "bad_encoding"),
        ("get", "/users?limit=0", {}, 422, "invalid_fields"),
        ("get", "/users?limit=501", {}, 422, "invalid_fields"),
        ("get", "/users?colour=red", {}, 422, "unknown_field"),
        ("get", "/users?cursor=xyz", {}, 422, "bad_cursor"),
        ("get", "/users?cursor=WyJhIl0", {}, 422, "bad_cursor"),
        ("get", "/users?cursor=%ff", {}, 400, "bad_encoding"),
        ("get", "/users?cursor=%00", {}, 400, "bad_encoding"),
        ("get", "/users/%00", {}, 400, "bad_encoding"),
        ("patch", "/users/1", {"json": {}}, 428, "if_match_required"),
        ("patch", "/users/1", {"json": {}, "headers": {"If-Match": "*"}}, 412, "stale_version"),
        ("patch", "/users/1", {"json": {}, "headers": {"If-Match": '"9"'}}, 412, "stale_version"),
    ],
)  # fmt: skip
def test_every_refusal_has_one_shape(sqlite_world, method, path, options, status, code):
    api = sqlite_world.as_role("administrator")
    _check(getattr(api, method)(path, **options), status, code)


def test_the_same_on_postgresql_for_what_reaches_the_database(world):
    api = world.as_role("administrator")
    _check(api.post("/users", json={"name": "a\0b", "role": "clerk"}), 400, "bad_encoding")
    _check(api.get("/users/9223372036854775807"), 404, "unknown_user")


def test_a_body_that_only_speaks_of_nul_is_fine(sqlite_world):
    body = {"name": r"the escape \u0000 is six letters", "role": "clerk"}
    assert sqlite_world.as_role("administrator").post("/users", json=body).status_code == 201


def test_a_body_beyond_the_limit_is_too_large(sqlite_url, tmp_path):
    settings = Settings(var=tmp_path, database_url=sqlite_url, secret_key="x")
    client = create_app(Settings(**{**vars(settings), "request_bytes_most": 100})).test_client()
    answer = client.post("/api/v1/sessions", json={"login": "a" * 200, "password": "b"})
    _check(answer, 413, "too_large")


def test_too_many_sign_ins_from_one_address_are_told_when_to_come_back(sqlite_url, tmp_path):
    app = create_app(Settings(var=tmp_path, database_url=sqlite_url, secret_key="x"))
    client = app.test_client()
    codes = [client.post("/api/v1/sessions", json={}).status_code for _ in range(31)]
    assert codes == [422] * 30 + [429]
    answer = client.post("/api/v1/sessions", json={})
    _check(answer, 429, "too_many_requests")
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert client.get("/api/v1/me").status_code == 401


def test_signing_in_is_still_limited_while_redis_is_away(sqlite_url, tmp_path):
    away = f"unix://{tmp_path}/nobody.sock"
    settings = Settings(var=tmp_path, database_url=sqlite_url, secret_key="x", redis_url=away)
    client = create_app(settings).test_client()
    codes = [client.post("/api/v1/sessions", json={}).status_code for _ in range(31)]
    assert codes == [422] * 30 + [429]


def test_a_foreign_host_name_is_refused(sqlite_url, tmp_path):
    settings = Settings(
        var=tmp_path, database_url=sqlite_url, secret_key="x", trusted_hosts="wms.example, .lan"
    )
    client = create_app(settings).test_client()
    _check(client.get("/api/v1/me", base_url="http://evil.example"), 400, "bad_request")
    assert client.get("/api/v1/me", base_url="http://wms.example").status_code == 401
    assert client.get("/api/v1/me", base_url="http://a.lan").status_code == 401


def test_what_nobody_foresaw_is_logged_and_tells_nothing(sqlite_world, caplog, monkeypatch):
    def broken(*_args):
        raise RuntimeError("secret detail")

    monkeypatch.setattr(people, "user_page", broken)
    with caplog.at_level(logging.ERROR):
        answer = sqlite_world.as_role("administrator").get("/users")
    _check(answer, 500, "internal_error")
    assert "secret detail" not in answer.get_data(as_text=True)
    assert "secret detail" in caplog.text


@pytest.mark.parametrize(
    ("headers", "detail"),
    [
        ({"Accept-Language": "en-GB,en;q=0.9"}, "Sign in first."),
        ({"Accept-Language": "zh-CN"}, "请先登录。"),
        ({"Accept-Language": "fr"}, "请先登录。"),
        ({}, "请先登录。"),
    ],
)
def test_a_refusal_speaks_the_readers_language(sqlite_world, headers, detail):
    assert sqlite_world.client().get("/me", headers=headers).json["detail"] == detail


def test_a_known_user_is_answered_in_their_own_language(sqlite_world):
    english = sqlite_world.client(sqlite_world.token_for(sqlite_world.add(language="en")))
    answer = english.get("/users", headers={"Accept-Language": "zh"})
    assert answer.json["detail"].startswith("You are not permitted")


@pytest.mark.parametrize("path", ["/", "/api/v1/me", "/api/docs", "//localhost/nothing.js"])
def test_every_answer_carries_the_headers_of_a_safe_page(sqlite_world, path):
    answer = sqlite_world.client().http.get(path, buffered=True)
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self' 'wasm-unsafe-eval';" in policy
    for part in ("object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert part in policy
    assert "unsafe-inline" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "camera=(self)" in answer.headers["Permissions-Policy"]


def test_api_answers_are_not_stored(sqlite_world):
    assert sqlite_world.client().get("/me").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("given", "kept"),
    [("scan-42.abc_DEF", True), ("short", False), ("x" * 65, False), ("bad id with spaces", False)],
)
def test_a_sane_request_id_is_kept(sqlite_world, given, kept):
    answer = sqlite_world.client().get("/me", headers={"X-Request-ID": given})
    assert (answer.headers["X-Request-ID"] == given) is kept


def test_no_answer_lets_another_origin_read(sqlite_world):
    answer = sqlite_world.client().get("/me", headers={"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_the_document_describes_every_route(sqlite_world):
    document = sqlite_world.client().get("/openapi.json").json
    assert document["openapi"].startswith("3.1")
    described = {
        (path, method)
        for path, operations in document["paths"].items()
        for method in operations
        if method != "parameters"
    }
    assert ("/api/v1/users/{user_id}", "patch") in described
    operation = document["paths"]["/api/v1/users"]["post"]
    assert operation["x-permission"] == "people.write"
    assert operation["x-step-up"] is True
    assert json.dumps(document)


def test_the_documentation_is_a_page_without_scripts(sqlite_world):
    page = sqlite_world.client().http.get("/api/docs").get_data(as_text=True)
    assert "/api/v1/users" in page
    assert "<script" not in page
    errors = sqlite_world.client().http.get("/api/docs/errors").get_data(as_text=True)
    assert 'id="locked_out"' in errors
