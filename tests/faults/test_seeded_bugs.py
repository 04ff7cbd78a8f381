"""Our tests notice what they are there for: every bug put in on purpose makes one of them fail."""

import pytest

from tests.faults.seeded_bugs import BUGS, Bug, catch


@pytest.mark.full
@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_bug_put_in_on_purpose_is_caught(bug: Bug) -> None:
    caught = catch(bug)
    assert caught.test, caught.output
