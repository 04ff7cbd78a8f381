"""What every test may ask for; databases, Valkey and the browser come from tests/plugins."""

from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from flask import Flask

from server.bootstrap import make_base_app
from server.settings import Settings
from tests.plugins.applications import running

# A loaded machine is slow, not wrong: speed is measured in bench/, never asserted in tests.
hypothesis.settings.register_profile(
    "house",
    deadline=None,
    print_blob=True,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("house")

pytest_plugins = ["tests.plugins.browser", "tests.plugins.databases", "tests.plugins.valkey"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="also run tests at the issues' full size")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--full"):
        return
    large = [item for item in items if item.get_closest_marker("full")]
    config.hook.pytest_deselected(items=large)
    items[:] = [item for item in items if item not in large]


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """An application without routes, its context pushed, on each kind of database."""
    with running(make_base_app, _settings(database_url, tmp_path)) as application:
        yield application


@pytest.fixture
def sqlite_app(sqlite_url: str, tmp_path: Path) -> Iterator[Flask]:
    """An application without routes, its context pushed, on SQLite only."""
    with running(make_base_app, _settings(sqlite_url, tmp_path)) as application:
        yield application


def _settings(url: str, var: Path) -> Settings:
    return Settings(var=var, database_url=url, secret_key="test")
