"""Enrolling handhelds and taking them out of service."""

from uuid import uuid4

import pytest


@pytest.fixture
def chief(world):
    """A supervisor's desk."""
    return world.as_role("supervisor")


def _code(chief, **options):
    made = chief.post("/enrolment-codes", json={"site": "SH1", **options})
    assert made.status_code == 201, made.json
    return made.json["code"]


def _enrol(world, code, **options):
    http = {key: options.pop(key) for key in ("base_url", "environ_base") if key in options}
    return world.client().post(
        "/devices/enrol", json={"code": code, "uid": str(uuid4()), **options}, **http
    )


def test_a_code_enrols_one_handheld_once(world, chief):
    code = _code(chief, device_name="PDA 2")
    first = _enrol(world, code)
    assert first.status_code == 201
    assert (first.json["device"]["name"], first.json["device"]["site_code"]) == ("PDA 2", "SH1")
    assert world.client(first.json["token"]).get("/me").json["code"] == "user_pass_required"
    assert _enrol(world, code).json["code"] == "bad_enrolment_code"


def test_a_code_can_be_typed_in_small_letters_with_hyphens(world, chief):
    code = _code(chief).lower()
    assert _enrol(world, f" {code[:5]}-{code[5:]} ").status_code == 201


def test_a_code_lives_ten_minutes(world, chief, clock):
    code = _code(chief)
    clock.turn(minutes=10)
    assert _enrol(world, code).json["code"] == "bad_enrolment_code"


def test_a_handheld_enrolled_twice_needs_a_new_uid(world, chief):
    uid = str(uuid4())
    assert _enrol(world, _code(chief), uid=uid).status_code == 201
    code = _code(chief)
    assert _enrol(world, code, uid=uid).json["code"] == "device_uid_taken"
    assert _enrol(world, code).status_code == 201


def test_over_plain_http_only_a_keyless_code_works(world, chief):
    far = {"environ_base": {"REMOTE_ADDR": "192.168.1.20"}}
    assert _enrol(world, _code(chief), **far).json["code"] == "keyless_needs_supervisor"
    keyless = _enrol(world, _code(chief, keyless=True), public_key="k", **far)
    assert keyless.json["device"]["keyless"] is True
    over_tls = _enrol(world, _code(chief), base_url="https://wms.example", **far)
    assert over_tls.status_code == 201


def test_the_device_cookie_is_the_browsers_alone(world, chief):
    client = world.client()
    body = {"code": _code(chief), "uid": str(uuid4())}
    cookie = client.post("/devices/enrol", json=body).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert client.get("/me").json["code"] == "user_pass_required"
    passed = client.post("/user-passes", json={"badge": "B-operator", "pin": "482913"})
    assert passed.status_code == 201
    named = client.get("/me", headers={"X-User-Pass": passed.json["user_pass"]})
    assert named.json["role"] == "operator"


def test_a_browser_that_is_desk_and_handheld_says_which_one_speaks(world):
    both = world.signed_in()
    chief = world.as_role("supervisor")
    both.post("/devices/enrol", json={"code": _code(chief), "uid": str(uuid4())})
    assert both.get("/me").json["source"] == "session"
    assert both.get("/me", headers={"X-User-Pass": ""}).json["code"] == "user_pass_required"
    passed = both.post("/user-passes", json={"badge": "B-operator", "pin": "482913"})
    assert passed.status_code == 201
    named = {"X-User-Pass": passed.json["user_pass"]}
    assert both.get("/me", headers=named).json["source"] == "device"


def test_a_supervisor_manages_only_handhelds_of_their_sites(world, chief):
    far = world.client(world.token_for(world.add(role="supervisor", sites=["BJ2"])))
    assert far.get("/devices").json["rows"] == []
    assert far.post(f"/devices/{world.device_id}/revoke").json["code"] == "unknown_device"
    assert far.post("/enrolment-codes", json={"site": "SH1"}).json["code"] == "unknown_site"
    assert [row["name"] for row in chief.get("/devices").json["rows"]] == ["PDA 1"]


def test_revoking_twice_changes_nothing_more(world, chief, clock):
    first = chief.post(f"/devices/{world.device_id}/revoke").json
    clock.turn(minutes=1)
    assert chief.post(f"/devices/{world.device_id}/revoke").json == first
