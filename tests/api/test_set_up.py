"""The first run."""

import stat

import pytest
from sqlalchemy import select

from server.services.clock import use_clock
from server.services.set_up import prepare_set_up
from server.store.db import reading
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
