"""The machine of tests/model/machine.py, on both databases."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.model.machine import FloorMachine
from tests.plugins.postgresql import PostgresServer

QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]

PHASES = [Phase.explicit, Phase.reuse, Phase.generate]
"""No shrinking: each step is a real transaction, and the blob printed repeats the failure."""


def run(database: Any, examples: int, steps: int, always_the_same: bool = False) -> None:
    """Run the machine, each example on a database of its own; `always_the_same` in CI, so that a
    commit is green or red by itself, while --full explores."""
    machine = type("Machine", (FloorMachine,), {"new_database": staticmethod(database)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            derandomize=always_the_same,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=QUIET,
            print_blob=True,
            phases=PHASES,
            report_multiple_bugs=False,
        ),
    )


@pytest.fixture
def sqlite_databases(sqlite_template: Path, tmp_path: Path) -> Any:
    @contextmanager
    def fresh() -> Iterator[str]:
        path = tmp_path / "model.sqlite3"
        for left in tmp_path.glob("model.sqlite3*"):
            left.unlink()
        shutil.copy(sqlite_template, path)
        yield f"sqlite:///{path}"

    return fresh


@pytest.fixture
def postgresql_databases(postgresql: PostgresServer, postgresql_template: str) -> Any:
    @contextmanager
    def fresh() -> Iterator[str]:
        name = postgresql.create_database(postgresql_template)
        yield postgresql.url(name)
        postgresql.drop_database(name)

    return fresh


def test_any_order_of_the_same_facts_gives_the_same_stock_on_sqlite(sqlite_databases: Any) -> None:
    run(sqlite_databases, examples=20, steps=30, always_the_same=True)


def test_any_order_of_the_same_facts_gives_the_same_stock_on_postgresql(
    postgresql_databases: Any,
) -> None:
    run(postgresql_databases, examples=6, steps=30, always_the_same=True)


@pytest.mark.full
def test_the_same_at_full_size_on_sqlite(sqlite_databases: Any) -> None:
    run(sqlite_databases, examples=300, steps=60)


@pytest.mark.full
def test_the_same_at_full_size_on_postgresql(postgresql_databases: Any) -> None:
    run(postgresql_databases, examples=60, steps=60)
