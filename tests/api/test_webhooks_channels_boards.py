"""Webhooks, channels, templates and boards over HTTP: rights, versions, secrets shown once."""

from dataclasses import replace

import pytest

from tests.receivers import receiver


@pytest.fixture
def house(sqlite_world):
    """The world, allowed to call this machine."""
    config = sqlite_world.app.config
    config["STOCKTURN"] = replace(config["STOCKTURN"], outbound_allowed="127.0.0.0/8")
    return sqlite_world


@pytest.fixture
def there():
    with receiver() as there:
        yield there


def tag(answer):
    return {"If-Match": answer.headers["ETag"]}


def test_a_webhook_is_made_shown_rotated_tried_and_retired(house, there):
    chief = house.as_role("administrator")
    made = chief.post("/webhooks", json={"name": "ERP", "url": there.url, "types": ["count.*"]})
    assert made.status_code == 201, made.json
    assert made.json["secret"].startswith("whsec_")
    path = f"/webhooks/{made.json['id']}"
    shown = chief.get(path)
    assert "secret" not in shown.json
    assert chief.post(f"{path}/secret").json["code"] == "if_match_required"
    new = chief.post(f"{path}/secret", headers=tag(shown)).json
    assert new["secret"] != made.json["secret"]
    tried = chief.post(f"{path}/test").json
    assert (tried["verdict"], tried["status"]) == ("delivered", 200)
    assert " v1," in there.requests[0].headers["webhook-signature"]
    assert chief.get(f"{path}/deliveries").json["rows"] == []
    gone = chief.patch(path, json={"retired": True}, headers=tag(chief.get(path)))
    assert gone.json["retired"] is True
    assert chief.get("/webhooks").json["rows"] == []


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"url": "https://169.254.169.254/latest"}, 403, "host_forbidden"),
        ({"url": "ftp://x.test/"}, 422, "bad_url"),
        ({"url": "https://no-such-host.invalid/"}, 422, "host_not_found"),
        ({"types": ["nothing.here"]}, 422, "unknown_event_type"),
        ({"site": "NOWHERE"}, 422, "unknown_site"),
        ({"surprise": 1}, 422, "unknown_field"),
        ({"types": []}, 422, "invalid_fields"),
    ],
)
def test_a_webhook_that_cannot_be_is_refused_in_words(house, there, body, status, code):
    whole = {"name": "ERP", "url": there.url, **body}
    answer = house.as_role("administrator").post("/webhooks", json=whole)
    assert (answer.status_code, answer.json["code"]) == (status, code)


def test_others_neither_see_nor_make_any(house, there):
    for role in ("operator", "clerk", "planner"):
        api = house.as_role(role)
        for path in ("/webhooks", "/channels", "/messages", "/boards", "/message-templates"):
            assert api.get(path).status_code == 403, (role, path)
        assert api.post("/webhooks", json={"name": "x", "url": there.url}).status_code == 403


def test_a_supervisor_works_within_the_own_site(house, there):
    api = house.as_role("supervisor")
    bot = {"kind": "wecom", "name": "群", "url": there.url}
    assert api.post("/channels", json=bot).json["code"] == "site_required"
    made = api.post("/channels", json={**bot, "site": "SH1"})
    assert made.status_code == 201, made.json
    told = {"channel_id": made.json["id"], "about": "digest", "site": "SH1"}
    costly = api.post("/channel-subscriptions", json={**told, "include_cost": True})
    assert costly.json["code"] == "needs_administrator"
    assert api.post("/channel-subscriptions", json=told).status_code == 201
    assert api.post("/channel-subscriptions", json=told).json["code"] == "already_exists"
    assert api.post("/channel-subscriptions", json={**told, "site": "BJ2"}).status_code in (
        404,
        422,
    )
    assert api.post(f"/channels/{made.json['id']}/test").json["verdict"] == "delivered"
    assert "url" not in str(api.get("/channels").json["rows"][0])


def test_a_template_is_previewed_kept_by_version_and_taken_back(house):
    api = house.as_role("supervisor")
    path = "/message-templates/digest/zh"
    text = {"title": "{site}", "body": "看 {link}\n{alerts}"}
    shown = api.post(f"{path}/preview", json={**text, "site": "SH1"}).json
    assert shown == {"title": "SH1", "body": "看 http://127.0.0.1:8000/stock"}
    bad = api.post(f"{path}/preview", json={**text, "body": "{secret}", "site": "SH1"})
    assert bad.json["code"] == "unknown_place"
    kept = api.put(path, json=text, headers=tag(api.get(path)))
    assert (kept.status_code, kept.json["shipped"]) == (200, False)
    assert api.put(path, json=text, headers={"If-Match": '"0"'}).status_code == 412
    assert api.delete(path, headers=tag(kept)).json["shipped"] is True
    assert api.get("/message-templates/none/zh").json["code"] == "unknown_template"


def test_a_board_reads_one_site_and_opens_no_other_door(house, clock):
    chief = house.as_role("administrator")
    made = chief.post("/boards", json={"name": "墙", "site": "SH1", "days": 2}).json
    assert made["url"].endswith(f"/board#{made['token']}")
    board = house.client(made["token"])
    shown = board.get("/board")
    assert shown.status_code == 200, shown.json
    assert shown.json["site"]["code"] == "SH1"
    assert shown.json["turnover"]["stock_value"] is None
    assert shown.json["trend"]["value"] is None
    assert board.get("/board", headers={"If-None-Match": shown.headers["ETag"]}).status_code == 304
    assert board.get("/board?site=BJ2").json["site"]["code"] == "SH1"
    for path in ("/stock", "/items", "/feed", "/boards", "/webhooks", "/movements"):
        assert board.get(path).status_code == 403, path
    clock.turn(hours=49)
    assert board.get("/board").json["code"] == "board_over"


def test_a_revoked_board_is_dark_and_cost_needs_an_administrator(house):
    supervisor, chief = house.as_role("supervisor"), house.as_role("administrator")
    body = {"name": "墙", "site": "SH1"}
    refused = supervisor.post("/boards", json={**body, "include_cost": True})
    assert refused.json["code"] == "needs_administrator"
    assert supervisor.post("/boards", json={**body, "site": "BJ2"}).json["code"] == "unknown_site"
    made = chief.post("/boards", json={**body, "include_cost": True}).json
    board = house.client(made["token"])
    assert board.get("/board").json["turnover"]["stock_value"] == "0"
    assert supervisor.delete(f"/boards/{made['id']}").status_code == 204
    assert board.get("/board").status_code == 401
    assert house.client("brd_nonsense").get("/board").json["code"] == "board_over"


def test_people_see_a_board_of_a_site_they_name(house):
    clerk = house.as_role("clerk")
    assert clerk.get("/board").json["code"] == "site_needed"
    assert clerk.get("/board?site=BJ2").json["code"] == "unknown_site"
    assert clerk.get("/board?site=SH1").json["turnover"]["stock_value"] is None
    assert house.as_role("operator").get("/board?site=SH1").status_code == 403
