"""A house that speaks to receivers on this machine."""

import pytest

from tests.outside import open_house
from tests.receivers import receiver


@pytest.fixture
def house(sqlite_app):
    with open_house(sqlite_app) as house:
        yield house


@pytest.fixture
def either(app):
    """On each kind of database: where its locks matter."""
    with open_house(app) as house:
        yield house


@pytest.fixture
def there():
    with receiver() as there:
        yield there
