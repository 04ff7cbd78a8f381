"""The first run."""

import stat

import pytest
from sqlalchemy import select

from server.domain.people import SYSTEM
from server.services.clock import use_clock
from server.services.keep_records import Edit, add_record
from server.services.manage_places import SITES
from server.services.set_up import prepare_set_up
from server.store.db import reading, unit_of_work
from server.store.models import Location
from server.store.schema import upgrade_schema
from tests.api.conftest import NOON, PASSWORD


@pytest.fixture
def fresh(web):
    """A new installation: (client, set-up token)."""
    with use_clock(lambda: NOON):
        yield web.test_client(), prepare_set_up(web.config["STOCKTURN"].var)


def _body(set_up_token, **changes):
    site = {"code": "SH1", "name_zh": "上海仓"}
    whole = {
        "token": set_up_token,
        "name": "李主任",
        "login": "li",
        "password": PASSWORD,
        "site": site,
    }
    return whole | changes


def test_the_token_is_the_same_until_it_is_used_and_only_its_owner_reads_it(web, fresh):
    _client, token = fresh
    var = web.config["STOCKTURN"].var
    assert prepare_set_up(var) == token
    file = var / "set_up_token"
    assert file.read_text().strip() == token
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_first_administrator_and_site_are_made_once(web, fresh):
    client, token = fresh
    assert client.post("/api/v1/set-up", json=_body(token)).status_code == 201
    again = client.post("/api/v1/set-up", json=_body(token))
    assert (again.status_code, again.json["code"]) == (404, "not_found")
    assert prepare_set_up(web.config["STOCKTURN"].var) is None
    signed_in = client.post("/api/v1/sessions", json={"login": "LI", "password": PASSWORD})
    assert signed_in.json["user"]["role"] == "administrator"
    assert client.get("/api/v1/sites").json["rows"][0]["code"] == "SH1"
    with reading() as session:
        kinds = set(session.scalars(select(Location.kind)))
    assert {"supplier", "customer", "adjustment", "scrap", "production", "transit"} <= kinds


def test_the_first_administrator_takes_over_the_sites_of_the_demo(web, fresh):
    client, token = fresh
    assert client.get("/api/v1/set-up").json == {"sites": []}
    without = client.post("/api/v1/set-up", json=_body(token, site=None))
    assert (without.status_code, without.json["code"]) == (422, "field_required")
    with use_clock(lambda: NOON), unit_of_work() as session:
        edit = Edit(session, SYSTEM, NOON)
        for code in ("SH", "CD"):
            add_record(edit, SITES, {"code": code, "name_en": code, "time_zone": "Asia/Shanghai"})
    there = client.get("/api/v1/set-up").json["sites"]
    assert [site["code"] for site in there] == ["SH", "CD"]
    body = _body(token)
    del body["site"]
    done = client.post("/api/v1/set-up", json=body)
    assert done.status_code == 201, done.json
    assert client.get("/api/v1/set-up").status_code == 404
    client.post("/api/v1/sessions", json={"login": "li", "password": PASSWORD})
    ids = {row["code"]: row["id"] for row in client.get("/api/v1/sites").json["rows"]}
    assert set(ids) == {"SH", "CD"}
    assert done.json["site_id"] == ids["SH"]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"token": "set_wrong"}, 401),
        ({"password": "short"}, 422),
        ({"login": ""}, 422),
        ({"site": {"code": "A", "time_zone": "Nowhere/City"}}, 422),
    ],
)
def test_a_failed_first_run_can_be_tried_again(fresh, changes, status):
    client, token = fresh
    failed = client.post("/api/v1/set-up", json=_body(token, **changes))
    assert failed.status_code == status, failed.json
    assert client.post("/api/v1/set-up", json=_body(token)).status_code == 201


def test_an_installation_without_a_token_has_no_set_up(web):
    upgrade_schema()
    answer = web.test_client().post("/api/v1/set-up", json=_body("x"))
    assert answer.json["code"] == "not_found"
