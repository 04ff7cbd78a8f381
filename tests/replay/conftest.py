"""Real data, where it is at hand; the fixtures of the API tests serve here too."""

import os
from pathlib import Path

import pytest

from tests.api.conftest import (
    cheap_hashes,
    clock,
    postgresql_people,
    postgresql_url,
    sqlite_people,
    sqlite_url,
    web,
    world,
)

__all__ = [
    "cheap_hashes",
    "clock",
    "postgresql_people",
    "postgresql_url",
    "sqlite_people",
    "sqlite_url",
    "web",
    "world",
]

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data; it is no part of the project, so tests that want it may skip."""
    shared = Path(os.environ.get("STOCKTURN_SHARED", ROOT.parent / "shared"))
    if not (shared / "data").is_dir():
        pytest.skip(f"no real data at {shared} (set STOCKTURN_SHARED)")
    return shared / "data"
