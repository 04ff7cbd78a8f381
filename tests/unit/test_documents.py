"""Documents: states follow from progress, quantities are split, numbers come from patterns."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.document_numbers import checked_pattern, number_in, series_of
from server.domain.documents import (
    Progress,
    Tolerances,
    flags_of_progress,
    split,
    state_after,
)
from server.domain.errors import InvalidInput
from server.domain.ledger import Key
from server.domain.picking import Candidate, suggest

EXACTLY = Tolerances()
D = Decimal
quantities = st.decimals(0, 1000, places=3)


def test_a_state_follows_from_its_lines():
    ten = Progress(D(10))
    assert state_after("approved", [(ten, EXACTLY)], False) == "approved"
    some = Progress(D(10), D(4), D(4))
    assert state_after("approved", [(some, EXACTLY), (ten, EXACTLY)], False) == "in_progress"
    nearly = (Progress(D(10), D("9.5"), D("9.5")), Tolerances(under=D(5)))
    assert state_after("in_progress", [nearly], False) == "done"
    assert state_after("in_progress", [(nearly[0], EXACTLY)], False) == "in_progress"
    for fixed in ("draft", "closed"):
        assert state_after(fixed, [nearly], False) == fixed


def test_a_transfer_is_done_when_all_that_was_shipped_has_arrived():
    shipped = Progress(D(10), D(10), D(9))
    assert state_after("approved", [(shipped, EXACTLY)], True) == "in_progress"
    assert state_after("approved", [(shipped, EXACTLY)], False) == "done"


def test_what_is_over_or_damaged_beyond_the_tolerance_is_flagged_once_it_happens():
    before, tolerant = Progress(D(100), D(100), D(100)), Tolerances(over=D(10), damaged=D(2))
    within = Progress(D(100), D(110), D(110))
    over = Progress(D(100), D("110.001"), D(110), D(3))
    assert flags_of_progress(before, within, tolerant) == set()
    assert flags_of_progress(within, over, tolerant) == {"over_tolerance", "damaged_over_tolerance"}
    assert flags_of_progress(over, before, tolerant) == set()
    early = Progress(D(5), D(0), D(1))
    assert flags_of_progress(Progress(D(5)), early, EXACTLY) == {"received_before_shipped"}


@given(quantities, st.lists(quantities, min_size=1, max_size=5))
def test_a_quantity_is_split_without_loss_and_over_only_on_the_last_line(quantity, opens):
    shares = split(quantity, opens)
    assert sum(shares) == quantity
    assert all(part <= most for part, most in zip(shares[:-1], opens[:-1], strict=True))


@pytest.mark.parametrize(
    "pattern", ["PO-{yy}", "PO-{nn}{n}", "PO-{yy}-{x}{n}", "PO-{n", "", "{n}" + "x" * 60]
)
def test_a_pattern_without_just_one_number_is_refused(pattern):
    with pytest.raises(InvalidInput, match="bad_number_pattern"):
        checked_pattern(pattern)


def test_a_series_counts_anew_where_its_pattern_says_so():
    series = series_of("{site}/{yyyy}.{mm}/{nnn}", date(2026, 11, 5), "SH{n}1")
    assert (number_in(series, 7), number_in(series, 1234)) == (
        "SHn1/2026.11/007",
        "SHn1/2026.11/1234",
    )


TODAY = date(2026, 11, 28)
candidates = st.builds(
    Candidate,
    st.builds(Key, st.integers(1, 9), st.just(1), st.integers(0, 3), st.just(0)),
    quantities,
    st.none() | st.dates(date(2026, 11, 1), date(2027, 1, 1)),
    st.integers(0, 5),
)


@given(quantities, st.lists(candidates, max_size=6, unique_by=lambda one: one.key))
def test_picks_take_only_what_is_there_and_keeps_and_first_what_expires_first(wanted, there):
    picks = suggest(wanted, there, TODAY, minimum_days_left=7)
    by_key = {one.key: one for one in there}
    assert sum(pick.quantity for pick in picks) <= wanted
    assert all(0 < pick.quantity <= by_key[pick.key].available for pick in picks)
    expiries = [by_key[pick.key].expires_on or date.max for pick in picks]
    assert expiries == sorted(expiries)
    assert all((expires - TODAY).days >= 7 for expires in expiries)
    left = {one.key for one in there if one.available > 0} - {pick.key for pick in picks}
    if sum(pick.quantity for pick in picks) < wanted:
        assert all(by_key[k].expires_on and (by_key[k].expires_on - TODAY).days < 7 for k in left)
