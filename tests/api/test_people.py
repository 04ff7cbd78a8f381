"""Keeping people and tokens over HTTP."""

import pytest
from sqlalchemy import select, text

from server.domain.people import SYSTEM
from server.services.manage_people import change_user
from server.store.db import reading
from server.store.models import PendingFeed, User
from tests.api.conftest import PASSWORD, PIN


@pytest.fixture
def chief(world):
    """An administrator's desk."""
    return world.signed_in()


def test_a_new_person_is_shown_without_any_secret(world, chief):
    body = {"name": "王工", "role": "operator", "badge": "W 1", "pin": PIN, "sites": ["ｓｈ1"]}
    made = chief.post("/users", json=body)
    assert made.status_code == 201
    assert made.headers["ETag"] == '"1"'
    assert made.json["site_ids"] == [str(world.sites["SH1"])]
    assert (made.json["has_pin"], made.json["has_password"]) == (True, False)
    assert chief.get(f"/users/{made.json['id']}").json == made.json
    assert not {"pin", "password", "pin_hash", "password_hash"} & made.json.keys()


def test_users_come_in_pages_and_retired_ones_on_request(world, chief):
    change_user(world.users["clerk"], {"retired": True}, None, actor=SYSTEM)
    seen, cursor = [], ""
    while cursor is not None:
        page = chief.get(f"/users?limit=2&retired=true&cursor={cursor}").json
        assert len(page["rows"]) <= 2
        seen += [row["id"] for row in page["rows"]]
        cursor = page["next_cursor"]
    assert seen == [str(user) for user in sorted(world.users.values())]
    usual = {row["id"] for row in chief.get("/users").json["rows"]}
    assert usual == set(seen) - {str(world.users["clerk"])}


def test_a_change_needs_the_version_it_was_made_from(world, chief):
    path = f"/users/{world.users['clerk']}"
    assert chief.patch(path, json={"name": "A"}).status_code == 428
    first = chief.patch(path, json={"name": "A"}, headers={"If-Match": '"1"'})
    assert (first.status_code, first.headers["ETag"]) == (200, '"2"')
    late = chief.patch(path, json={"name": "B"}, headers={"If-Match": '"1"'})
    assert (late.status_code, late.json["code"]) == (412, "stale_version")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"login": "SUPERVISOR"}, "login_taken"),
        ({"badge": "ｂ-OPERATOR"}, "badge_taken"),
        ({"login": "new", "password": "short"}, "password_too_short"),
        ({"login": "tenletters", "password": "TENLETTERS"}, "password_is_login"),
        ({"password": PASSWORD}, "login_required"),
        ({"pin": PIN}, "badge_required"),
        ({"badge": "X", "pin": "12345"}, "bad_pin"),
        ({"badge": "X", "pin": "١٢٣٤٥٦"}, "bad_pin"),
        ({"badge": "X", "pin": "111111"}, "pin_too_simple"),
        ({"badge": "X", "pin": "987654"}, "pin_too_simple"),
        ({"sites": ["NOWHERE"]}, "unknown_site"),
        ({"badge": "\t"}, "bad_code"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(world, chief, body, code):
    before = _people()
    answer = chief.post("/users", json={"name": "N", "role": "operator", **body})
    assert answer.json["code"] == code
    assert _people() == before


def test_the_last_administrator_stays(world, chief):
    path = f"/users/{world.users['administrator']}"
    other = world.client(world.token_for(world.add(role="administrator", sites=None)))
    tag = {"If-Match": '"1"'}
    assert chief.patch(path, json={"role": "clerk"}, headers=tag).json["code"] == "own_account"
    assert other.patch(path, json={"role": "clerk"}, headers=tag).status_code == 200
    own = other.get("/me").json["id"]
    change_user(world.users["administrator"], {"role": "administrator"}, None, actor=SYSTEM)
    retire = {"json": {"retired": True}, "headers": {"If-Match": '"1"'}}
    assert world.as_role("administrator").patch(f"/users/{own}", **retire).status_code == 200
    with pytest.raises(Exception, match="last_administrator"):
        change_user(world.users["administrator"], {"retired": True}, None, actor=SYSTEM)


def test_an_administrator_of_one_site_cannot_reach_beyond_it(world):
    local = world.client(world.token_for(world.add(role="administrator", sites=["SH1"])))
    everywhere = f"/users/{world.users['administrator']}"
    assert local.get(everywhere).json["code"] == "unknown_user"
    wide = {"name": "N", "role": "administrator", "sites": None}
    assert local.post("/users", json=wide).json["code"] == "unknown_site"
    assert local.post("/users", json={**wide, "sites": ["BJ2"]}).json["code"] == "unknown_site"
    token = {"user_id": str(world.users["administrator"]), "name": "x"}
    assert local.post("/tokens", json=token).json["code"] == "unknown_user"
    shown = {row["id"] for row in local.get("/users").json["rows"]}
    assert str(world.users["administrator"]) not in shown
    assert str(world.users["clerk"]) in shown


def test_a_token_is_shown_once_works_and_can_be_revoked(world, chief):
    made = chief.post("/tokens", json={"user_id": str(world.users["clerk"]), "name": "ERP"}).json
    erp = world.client(made["token"])
    assert erp.get("/me").json["role"] == "clerk"
    listed = chief.get("/tokens").get_data(as_text=True)
    assert "ERP" in listed
    assert made["token"] not in listed
    assert chief.delete(f"/tokens/{made['id']}").status_code == 204
    assert erp.get("/me").json["code"] == "bad_token"
    assert chief.delete("/tokens/7000000").json["code"] == "unknown_token"


def test_every_change_is_in_the_feed_and_no_secret_anywhere(world, chief, caplog):
    pin, password = "730916", "correct horse battery"
    secrets = {"login": "n", "password": password, "badge": "N", "pin": pin}
    body = {"name": "N", "role": "clerk", **secrets}
    made = chief.post("/users", json=body, headers={"X-Request-ID": "request-0001"})
    token = chief.post("/tokens", json={"user_id": made.json["id"], "name": "x"}).json["token"]
    world.client().post("/sessions", json={"login": "n", "password": password})
    passed = world.user_pass()
    with reading() as session:
        rows = session.execute(
            select(PendingFeed.topic, PendingFeed.request_id, PendingFeed.payload)
        )
        feed = [tuple(row) for row in rows]
        kept = session.execute(text("SELECT * FROM lockout")).all()
    assert {"user.changed", "token.issued", "session.started", "user_pass.issued"} <= {
        row[0] for row in feed
    }
    assert any(row[:2] == ("user.changed", "request-0001") for row in feed)
    for secret in (pin, password, token, passed, PASSWORD, world.device_token):
        assert secret not in f"{feed} {kept} {caplog.text}"


def test_no_secret_is_kept_in_clear(world, chief):
    with reading() as session:
        users = session.execute(select(User.pin_hash, User.password_hash)).all()
        dump = f"{users} {session.execute(text('SELECT token_hash FROM api_token')).all()}"
    assert PIN not in dump
    assert PASSWORD not in dump
    assert not [token for token in world.tokens.values() if token in dump]
    assert all(value is None or value.startswith("$argon2id$") for row in users for value in row)


def test_a_post_with_a_key_is_done_once(world, chief):
    body = {"name": "Once", "role": "operator"}
    key = {"Idempotency-Key": "5a1f"}
    first = chief.post("/users", json=body, headers=key)
    again = chief.post("/users", json=body, headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json == first.json
    assert again.headers["Idempotent-Replayed"] == "true"
    assert sum(name == "Once" for name in _people()) == 1


def test_a_key_serves_one_request_of_one_person(world, chief):
    key = {"Idempotency-Key": "5a1f"}
    chief.post("/users", json={"name": "A", "role": "operator"}, headers=key)
    other = chief.post("/users", json={"name": "B", "role": "operator"}, headers=key)
    assert (other.status_code, other.json["code"]) == (422, "idempotency_key_reused")
    somebody = world.client(world.token_for(world.add(role="administrator", sites=None)))
    theirs = somebody.post("/users", json={"name": "B", "role": "operator"}, headers=key)
    assert theirs.status_code == 201


def test_a_refused_request_frees_its_key(world, chief):
    key = {"Idempotency-Key": "5a1f"}
    taken = {"name": "A", "role": "operator", "badge": "B-operator"}
    for _ in range(2):
        assert chief.post("/users", json=taken, headers=key).json["code"] == "badge_taken"


def _people():
    with reading() as session:
        return session.scalars(select(User.name)).all()
