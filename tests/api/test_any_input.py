"""Whatever arrives, the answer is never a fault of the server: requests made from the API's own
description, right and wrong ones."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings


@pytest.fixture
def description(world):
    """The API as its document describes it, spoken to by an administrator."""
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", world.app)


def test_no_described_request_is_answered_by_a_fault(world, description):
    _try_everything(world, description, examples=3)


@pytest.mark.full
def test_no_described_request_is_answered_by_a_fault_in_many_tries(world, description):
    _try_everything(world, description, examples=100)


def _try_everything(world, description, examples):
    headers = {"Authorization": f"Bearer {world.tokens['administrator']}"}
    for found in description.get_all_operations():
        _try_one(found.ok(), headers, examples)


def _try_one(operation, headers, examples):
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def one(case):
        answer = case.call(headers=headers)
        assert answer.status_code < 500, (case.method, case.path, case.query, case.body)

    one()
