"""Verify: clean books are clean, and every broken row is named."""

from collections.abc import Iterator

import pytest
from flask import Flask

from server.services.verify_ledger import verify_books
from tests.floor import Floor
from tests.books import busy_floor


@pytest.fixture
def floor(app: Flask) -> Iterator[Floor]:
    with busy_floor() as busy:
        yield busy


def test_books_kept_by_the_services_are_clean(floor: Floor) -> None:
    assert verify_books().broken == ()
