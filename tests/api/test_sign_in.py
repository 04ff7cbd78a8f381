"""Signing in at the desk and on a handheld, and how it ends."""

import threading

import pytest

from server.domain.people import SYSTEM
from server.services.clock import now_ms
from server.services.issue_tokens import revoke_token, tokens_listed
from server.services.manage_people import change_user
from server.services.sign_in import check_user_pass
from tests.api.conftest import PASSWORD, PIN


def test_login_and_password_open_a_session_that_shows_who_it_is(world):
    me = world.signed_in("supervisor").get("/me")
    assert me.json["name"] == "Supervisor"
    assert me.json["site_ids"] == [str(world.sites["SH1"])]
    assert "counts.decide" in me.json["permissions"]
    assert "people.write" not in me.json["permissions"]


def test_a_login_is_compared_without_case_and_width(world):
    assert world.signed_in("ＳUPERVISOR").get("/me").status_code == 200


def test_the_session_cookie_cannot_be_read_by_scripts_or_sent_by_other_sites(world):
    body = {"login": "supervisor", "password": PASSWORD}
    plain = world.client().post("/sessions", json=body).headers["Set-Cookie"]
    secure = world.client().post("/sessions", json=body, base_url="https://x.example")
    assert "HttpOnly" in plain
    assert "SameSite=Strict" in plain
    assert secure.headers["Set-Cookie"].startswith("__Host-stockturn_session=")
    assert "Secure" in secure.headers["Set-Cookie"]


def test_signing_out_ends_the_session_even_if_the_cookie_is_kept(world):
    desk = world.signed_in()
    kept = desk.http.get_cookie("stockturn_session").value
    assert desk.delete("/sessions/current").status_code == 204
    desk.http.set_cookie("stockturn_session", kept)
    assert desk.get("/me").json["code"] == "session_over"


def test_a_session_ends_after_thirty_idle_minutes(world, clock):
    desk = world.signed_in()
    clock.turn(minutes=29)
    assert desk.get("/me").status_code == 200
    clock.turn(minutes=29)
    assert desk.get("/me").status_code == 200
    clock.turn(minutes=31)
    assert desk.get("/me").json["code"] == "session_over"


def test_polling_does_not_keep_a_session_alive(world, clock):
    desk = world.signed_in()
    for _ in range(3):
        clock.turn(minutes=9)
        assert desk.get("/me", headers={"X-Passive": "1"}).status_code == 200
    clock.turn(minutes=4)
    assert desk.get("/me").json["code"] == "session_over"


def test_a_session_ends_after_twelve_hours_in_any_case(world, clock):
    desk = world.signed_in()
    for _ in range(24):
        assert desk.get("/me").status_code == 200
        clock.turn(minutes=29)
    assert desk.get("/me").status_code == 200
    clock.turn(minutes=25)
    assert desk.get("/me").json["code"] == "session_over"


def test_a_new_password_ends_every_session(world):
    desk = world.signed_in("supervisor")
    change_user(world.users["supervisor"], {"password": "another password"}, None, actor=SYSTEM)
    assert desk.get("/me").json["code"] == "session_over"


def test_retiring_somebody_ends_their_session_and_their_tokens(world):
    desk = world.signed_in("supervisor")
    change_user(world.users["supervisor"], {"retired": True}, None, actor=SYSTEM)
    assert desk.get("/me").json["code"] == "session_over"
    assert world.as_role("supervisor").get("/me").json["code"] == "bad_token"
    again = world.client().post("/sessions", json={"login": "supervisor", "password": PASSWORD})
    assert again.json["code"] == "wrong_password"


def test_wrong_password_and_unknown_login_get_the_same_answer(world):
    known = world.client().post("/sessions", json={"login": "supervisor", "password": "nope"})
    unknown = world.client().post("/sessions", json={"login": "nobody", "password": "nope"})
    assert known.status_code == unknown.status_code == 401
    assert known.json["code"] == unknown.json["code"] == "wrong_password"


@pytest.mark.parametrize("login", ["supervisor", "nobody"])
def test_five_wrong_passwords_lock_for_longer_and_longer(world, clock, login):
    def attempt(password="nope"):
        return world.client().post("/sessions", json={"login": login, "password": password})

    assert [attempt().json["code"] for _ in range(5)] == ["wrong_password"] * 5
    for minutes in (1, 5, 15, 60, 60):
        locked = attempt(PASSWORD)
        assert locked.status_code == 429
        assert locked.json["code"] == "locked_out"
        assert locked.headers["Retry-After"] == str(minutes * 60)
        clock.turn(minutes=minutes)
        assert attempt().json["code"] == "wrong_password"


def test_a_right_password_forgets_the_wrong_ones(world):
    for _ in range(3):
        for _ in range(4):
            world.client().post("/sessions", json={"login": "supervisor", "password": "nope"})
        world.signed_in("supervisor")


def test_guesses_at_the_same_moment_do_not_slip_past_the_lock(world):
    answers = []

    def guess():
        answer = world.client().post("/sessions", json={"login": "supervisor", "password": "nope"})
        answers.append(answer.json["code"])

    threads = [threading.Thread(target=guess) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["locked_out"] * 7 + ["wrong_password"] * 5


def test_step_up_lasts_fifteen_minutes(world, clock):
    desk = world.signed_in()
    new = {"user_id": "1", "name": "x"}
    clock.turn(minutes=14)
    assert desk.post("/tokens", json=new).status_code == 201
    clock.turn(minutes=2)
    assert desk.post("/tokens", json=new).json["code"] == "step_up_required"
    wrong = desk.post("/sessions/step-up", json={"password": "nope"})
    assert wrong.json["code"] == "wrong_password"
    assert desk.post("/sessions/step-up", json={"password": PASSWORD}).status_code == 200
    assert desk.post("/tokens", json=new).status_code == 201


def test_an_api_token_counts_as_stepped_up(world, clock):
    clock.turn(hours=30)
    made = world.as_role("administrator").post("/tokens", json={"user_id": "1", "name": "x"})
    assert made.status_code == 201


def test_a_revoked_token_is_refused_within_a_second_in_another_process(world, clock):
    erp = world.as_role("clerk")
    assert erp.get("/me").status_code == 200
    kept = dict(world.app.extensions["stockturn.tokens"])
    revoke_token(_token_of(world.users["clerk"]), actor=SYSTEM)
    assert erp.get("/me").json["code"] == "bad_token"
    world.app.extensions["stockturn.tokens"].update(kept)  # what another process still remembers
    assert erp.get("/me").status_code == 200
    clock.turn(ms=1000)
    assert erp.get("/me").json["code"] == "bad_token"


def test_a_token_expires(world, clock):
    token = world.token_for(world.users["clerk"], lasts_ms=60_000)
    assert world.client(token).get("/me").status_code == 200
    clock.turn(minutes=1)
    assert world.client(token).get("/me").json["code"] == "bad_token"


def test_a_token_of_one_site_sees_only_that_site(world):
    token = world.token_for(world.users["administrator"], site="BJ2")
    assert world.client(token).get("/me").json["site_ids"] == [str(world.sites["BJ2"])]


def test_badge_and_pin_sign_somebody_in_on_a_handheld(world):
    me = world.as_device(world.user_pass()).get("/me").json
    assert (me["role"], me["source"]) == ("operator", "device")
    assert me["device_id"] == str(world.device_id)


def test_a_pin_is_worth_nothing_without_an_enrolled_handheld(world):
    body = {"badge": "B-operator", "pin": PIN}
    assert world.client().post("/user-passes", json=body).json["code"] == "not_authenticated"
    desk = world.as_role("administrator").post("/user-passes", json=body)
    assert desk.json["code"] == "device_required"


def test_wrong_pins_lock_the_person_everywhere_and_the_handheld_for_everybody(world):
    handheld = world.as_device()
    for _ in range(5):
        wrong = handheld.post("/user-passes", json={"badge": "B-operator", "pin": "000001"})
        assert wrong.json["code"] == "wrong_pin"
    right = handheld.post("/user-passes", json={"badge": "B-operator", "pin": PIN})
    other = handheld.post("/user-passes", json={"badge": "B-supervisor", "pin": PIN})
    assert [right.json["code"], other.json["code"]] == ["locked_out"] * 2


def test_somebody_of_another_site_cannot_sign_in_on_this_handheld(world):
    world.add(badge="FAR", pin=PIN, sites=["BJ2"])
    answer = world.as_device().post("/user-passes", json={"badge": "FAR", "pin": PIN})
    assert answer.json["code"] == "wrong_pin"


def test_a_handheld_without_a_person_asks_for_one(world):
    assert world.as_device().get("/me").json["code"] == "user_pass_required"


def test_a_supervisor_on_a_handheld_decides_nothing(world):
    handheld = world.as_device(world.user_pass("B-supervisor"))
    assert handheld.get("/me").json["role"] == "supervisor"
    assert "counts.decide" not in handheld.get("/me").json["permissions"]
    assert handheld.get("/devices").json["code"] == "not_permitted"


def test_a_pass_is_valid_then_expired_and_revoked_by_the_epoch(world, clock):
    text, operator = world.user_pass(), world.users["operator"]
    assert check_user_pass(text, world.device_id, now_ms()).state == "valid"
    clock.turn(hours=12)
    expired = check_user_pass(text, world.device_id, now_ms())
    assert (expired.user_id, expired.role, expired.state) == (operator, "operator", "expired")
    change_user(operator, {"pin": "975310"}, None, actor=SYSTEM)
    revoked = check_user_pass(text, world.device_id, now_ms())
    assert (revoked.user_id, revoked.state) == (operator, "revoked")


def test_a_pass_of_another_handheld_or_a_forged_one_is_foreign(world):
    text = world.user_pass()
    other = check_user_pass(text, world.device_id + 1, now_ms())
    forged = check_user_pass(text[:-2] + "xx", world.device_id, now_ms())
    nonsense = check_user_pass("no pass", world.device_id, now_ms())
    assert {check.state for check in (other, forged, nonsense)} == {"foreign"}
    assert world.as_device("no pass").get("/me").json["code"] == "bad_user_pass"


def test_a_revoked_handheld_may_only_hand_over(world):
    supervisor = world.as_role("supervisor")
    passed = world.user_pass()
    assert supervisor.post(f"/devices/{world.device_id}/revoke").json["state"] == "revoked"
    assert world.as_device(passed).get("/me").status_code == 403


def _token_of(user_id):
    return next(row.id for row in tokens_listed() if row.user_id == user_id)


def test_an_administrator_sees_and_ends_open_sessions(sqlite_world):
    chief, other = sqlite_world.signed_in(), sqlite_world.signed_in("supervisor")
    rows = chief.get("/sessions/open").json["rows"]
    assert [(row["user"], row["own"]) for row in rows] == [
        ("Administrator", True),
        ("Supervisor", False),
    ]
    assert other.get("/sessions/open").status_code == 403
    assert chief.delete(f"/sessions/{rows[1]['id']}").status_code == 204
    assert other.get("/me").status_code == 401
    assert chief.delete(f"/sessions/{rows[1]['id']}").json["code"] == "unknown_session"
