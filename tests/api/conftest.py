"""The whole web application on a fresh database, a clock to turn, and people to send."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient

from server.app import create_app
from server.domain.people import ROLES, SYSTEM, Actor
from server.services import hashing
from server.services.clock import use_clock
from server.services.issue_tokens import issue_token
from server.services.keep_records import create_record
from server.services.manage_devices import enrol_device, make_enrolment_code
from server.services.manage_people import UserDraft, add_user
from server.services.manage_places import SITES
from server.settings import Settings
from server.store.db import db
from tests.plugins.applications import running
from tests.plugins.postgresql import PostgresServer

PASSWORD = "a fine long password"
PIN = "482913"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
NOON = 1_795_000_000_000


class Clock:
    """A clock that stands still until it is turned."""

    def __init__(self) -> None:
        self.now = NOON

    def turn(self, *, hours: float = 0, minutes: float = 0, ms: int = 0) -> None:
        self.now += round(hours * 3_600_000 + minutes * 60_000) + ms


@dataclass
class World:
    """Two sites, SH1 and BJ2; somebody of every role in SH1; a handheld of SH1."""

    app: Flask
    sites: dict[str, int]
    users: dict[str, int] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    device_id: int = 0
    device_token: str = ""

    def client(self, bearer: str = "") -> "Api":
        """A client of its own, with this bearer token if given."""
        client = self.app.test_client()
        return Api(client, {"Authorization": f"Bearer {bearer}"} if bearer else {})

    def as_role(self, role: str) -> "Api":
        """A client that speaks by the API token of SH1's person of this role."""
        return self.client(self.tokens[role])

    def as_device(self, user_pass: str = "") -> "Api":
        """The handheld, with a person's pass if given."""
        api = self.client(self.device_token)
        if user_pass:
            api.headers["X-User-Pass"] = user_pass
        return api

    def signed_in(self, login: str = "administrator") -> "Api":
        """A desk with a session cookie."""
        api = self.client()
        answer = api.post("/sessions", json={"login": login, "password": PASSWORD})
        assert answer.status_code == 201, answer.json
        return api

    def user_pass(self, badge: str = "B-operator") -> str:
        """A pass for the handheld."""
        answer = self.as_device().post("/user-passes", json={"badge": badge, "pin": PIN})
        assert answer.status_code == 201, answer.json
        passed: str = answer.json["user_pass"]
        return passed

    def add(self, **draft: Any) -> int:
        """Another person; name and role have defaults."""
        whole: UserDraft = {"name": "Somebody", "role": "operator", **draft}  # type: ignore[typeddict-item]
        return add_user(whole, actor=SYSTEM).id

    def token_for(self, user_id: int, **options: Any) -> str:
        """An API token of this user."""
        return issue_token(user_id, "test", actor=SYSTEM, **options).token


@dataclass
class Api:
    """Short ways to ask /api/v1."""

    http: FlaskClient
    headers: dict[str, str]

    def __getattr__(self, method: str) -> Any:
        def ask(path: str, **options: Any) -> Any:
            whole = path if path.startswith(("/api", "//")) else f"/api/v1{path}"
            headers = {**self.headers, **options.pop("headers", {})}
            return self.http.open(whole, method=method.upper(), headers=headers, **options)

        return ask


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """argon2id at its least cost: tests sign in hundreds of times."""
    monkeypatch.setattr(hashing, "_HASHER", CHEAP)


@pytest.fixture
def clock() -> Iterator[Clock]:
    """Time that only moves when it is told to."""
    clock = Clock()
    with use_clock(lambda: clock.now):
        yield clock


@pytest.fixture
def web(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The application on each kind of database, its context pushed, rate limits off."""
    with running(create_app, _settings(database_url, tmp_path)) as application:
        yield application


@pytest.fixture
def sqlite_web(sqlite_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The application on SQLite only, for what has nothing to do with the database."""
    with running(create_app, _settings(sqlite_url, tmp_path)) as application:
        yield application


@pytest.fixture
def world(request: pytest.FixtureRequest, web: Flask, clock: Clock) -> World:
    """Sites, people and a handheld, on each kind of database."""
    return _let_in(request, web)


@pytest.fixture
def sqlite_world(request: pytest.FixtureRequest, sqlite_web: Flask, clock: Clock) -> World:
    """The same on SQLite only."""
    return _let_in(request, sqlite_web)


# Sites and people are made once for each kind of database; whoever asks for them gets a copy. ----


@dataclass
class Peopled:
    """A database (SQLite: its file; PostgreSQL: its name) and what is in it."""

    template: str
    world: World


@pytest.fixture
def sqlite_url(request: pytest.FixtureRequest, sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh SQLite database, with people where the test asks for a world."""
    peopled = _wants_people(request)
    template = request.getfixturevalue("sqlite_people").template if peopled else sqlite_template
    return f"sqlite:///{shutil.copy(template, tmp_path / 'stockturn.sqlite3')}"


@pytest.fixture
def postgresql_url(
    request: pytest.FixtureRequest, postgresql: PostgresServer, postgresql_template: str
) -> Iterator[str]:
    """A fresh PostgreSQL database, with people where the test asks for a world."""
    peopled = _wants_people(request)
    template = (
        request.getfixturevalue("postgresql_people").template if peopled else postgresql_template
    )
    name = postgresql.create_database(template)
    yield postgresql.url(name)
    postgresql.drop_database(name)


@pytest.fixture(scope="session")
def sqlite_people(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Peopled:
    """The SQLite database that is copied."""
    path = shutil.copy(sqlite_template, tmp_path_factory.mktemp("people") / "stockturn.sqlite3")
    return Peopled(str(path), _made(f"sqlite:///{path}", path.parent))


@pytest.fixture(scope="session")
def postgresql_people(
    postgresql: PostgresServer,
    postgresql_template: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Peopled:
    """The PostgreSQL database that is copied."""
    name = postgresql.create_database(postgresql_template)
    return Peopled(name, _made(postgresql.url(name), tmp_path_factory.mktemp("people")))


def _wants_people(request: pytest.FixtureRequest) -> bool:
    return not {"world", "sqlite_world", "sqlite_people"}.isdisjoint(request.fixturenames)


def _let_in(request: pytest.FixtureRequest, app: Flask) -> World:
    peopled = request.getfixturevalue(f"{db.engine.dialect.name}_people")
    return replace(
        peopled.world,
        app=app,
        sites=dict(peopled.world.sites),
        users=dict(peopled.world.users),
        tokens=dict(peopled.world.tokens),
    )


def _made(url: str, var: Path) -> World:
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(hashing, "_HASHER", CHEAP)
        with running(create_app, _settings(url, var)) as app, use_clock(lambda: NOON):
            return _world(app)


def _settings(url: str, var: Path) -> Settings:
    return Settings(var=var, database_url=url, secret_key="test secret", rate_limits=False)


def _world(app: Flask) -> World:
    sites = {code: create_record(SITES, {"code": code}, actor=SYSTEM)[0] for code in ("SH1", "BJ2")}
    world = World(app, sites)
    for role in ROLES:
        draft: UserDraft = {"name": role.title(), "role": role, "sites": ["SH1"]}
        if role in ("administrator", "supervisor"):
            draft |= {"login": role, "password": PASSWORD}
        if role in ("operator", "supervisor"):
            draft |= {"badge": f"B-{role}", "pin": PIN}
        if role == "administrator":
            draft["sites"] = None
        world.users[role] = add_user(draft, actor=SYSTEM).id
        world.tokens[role] = world.token_for(world.users[role])
    _enrol(world)
    return world


def _enrol(world: World) -> None:
    chief = Actor(world.users["administrator"], "administrator", None)
    code = make_enrolment_code("SH1", "PDA 1", keyless=False, actor=chief).code
    enrolled = enrol_device(code, uuid4(), "", None, safe_line=True)
    world.device_id, world.device_token = enrolled.device.id, enrolled.token
