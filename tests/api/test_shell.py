"""The shell door: database, users and tokens."""

import pytest
from click.testing import CliRunner

from server.app import create_app
from server.cli import cli
from server.settings import Settings


@pytest.fixture
def shell(empty_sqlite_url, tmp_path, monkeypatch):
    """Runs a command in an environment with an empty database."""
    monkeypatch.setenv("STOCKTURN_VAR", str(tmp_path / "var folder"))
    monkeypatch.setenv("STOCKTURN_DATABASE_URL", empty_sqlite_url)
    monkeypatch.setenv("STOCKTURN_SECRET_KEY", "test")
    monkeypatch.setenv("LANG", "C.UTF-8")

    def run(*arguments, given=""):
        return CliRunner().invoke(cli, arguments, input=given)

    return run


@pytest.fixture
def house(shell):
    """The same with the newest schema and one administrator."""
    assert shell("db", "upgrade").exit_code == 0
    made = shell(*CREATE, given="a fine long password\n")
    assert made.exit_code == 0, made.output
    return shell


CREATE = ("user", "create", "--login", "li", "--name", "Li", "--role", "administrator")


def test_upgrade_brings_the_schema_and_shows_the_set_up_token(shell):
    assert shell("db", "current").exit_code == 1
    first = shell("db", "upgrade")
    assert first.exit_code == 0
    assert "Set-up token: set_" in first.output
    assert shell("db", "current").exit_code == 0
    assert shell("db", "upgrade").output == first.output


def test_a_token_made_in_the_shell_works_until_it_is_revoked(house, empty_sqlite_url, tmp_path):
    token = house("token", "create", "--user", "LI", "--name", "ERP").output.strip()
    settings = Settings(var=tmp_path, database_url=empty_sqlite_url, secret_key="test")
    headers = {"Authorization": f"Bearer {token}"}
    assert create_app(settings).test_client().get("/api/v1/me", headers=headers).status_code == 200
    assert "ERP\t" in house("token", "list").output
    assert house("token", "revoke", "1").exit_code == 0
    assert "revoked" in house("token", "list").output
    assert create_app(settings).test_client().get("/api/v1/me", headers=headers).status_code == 401


def test_a_password_given_in_the_shell_signs_in(house, empty_sqlite_url, tmp_path):
    assert house("user", "password", "li", given="another fine password\n").exit_code == 0
    settings = Settings(var=tmp_path, database_url=empty_sqlite_url, secret_key="test")
    body = {"login": "li", "password": "another fine password"}
    client = create_app(settings).test_client()
    assert client.post("/api/v1/sessions", json=body).status_code == 201


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("token", "create", "--user", "nobody", "--name", "x"), "unknown_user"),
        (("token", "create", "--user", "li", "--name", "x", "--site", "X"), "unknown_site"),
        (("token", "revoke", "9"), "unknown_token"),
        (CREATE, "password_too_short"),
        (("user", "password", "li"), "password_too_short"),
    ],
)
def test_a_refusal_is_one_sentence_with_its_code_and_exit_code_one(house, arguments, code):
    refused = house(*arguments, given="short\n")
    assert refused.exit_code == 1
    assert code in refused.output
    assert "Traceback" not in refused.output


def test_wrong_usage_has_exit_code_two(shell):
    assert shell("token", "create").exit_code == 2
    assert shell("nonsense").exit_code == 2


def test_a_setting_that_makes_no_sense_is_named(shell, monkeypatch):
    monkeypatch.setenv("STOCKTURN_PORT", "eighty")
    refused = shell("db", "current")
    assert refused.exit_code == 1
    assert "STOCKTURN_PORT" in refused.output
