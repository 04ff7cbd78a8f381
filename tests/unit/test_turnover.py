"""Turnover: the published examples, the pitfalls, and averages that do not depend on order."""

from datetime import date, timedelta
from decimal import Context, Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.turnover import (
    DAY_MS,
    Average,
    DayRow,
    Turnover,
    aggregate,
    average_end_points,
    average_n_points,
    average_time_weighted,
    days_between,
    month_marks,
    rest_of_day,
    turnover,
    values_at,
)

D = Decimal
FIRST = date(2025, 6, 1)


def year(cogs: str, opening: str, closing: str, year_days: int = 365) -> Turnover:
    average = average_end_points(D(opening), D(closing))
    return turnover(D(cogs), average, period_days=year_days, year_days=year_days)


def row(day: date, change: str, at_ms: int = 0) -> DayRow:
    rest = rest_of_day(D(change), at_ms, 0, DAY_MS)
    return DayRow(day, D(0), D(0), D(0), D(change), rest)


def test_cogs_600_over_the_mean_of_100_and_140_is_5():
    assert year("600", "100", "140").ratio == 5


@pytest.mark.parametrize(("year_days", "days"), [(365, 73), (360, 72)])
def test_5_turns_are_73_days_of_a_year_of_365_and_72_of_360(year_days: int, days: int):
    assert year("600", "100", "140", year_days).days_of_stock == days


def test_160_over_35_is_4_571():
    assert year("160", "35", "35").ratio == D("4.571429")


def test_ten_turns_are_five_point_two_weeks():
    days = turnover(D(10), average_end_points(D(1), D(1)), period_days=364).days_of_stock
    assert days is not None
    assert days / 7 == D("5.2")


@pytest.mark.parametrize(
    ("cogs", "opening", "closing", "wrong"),
    [("900", "100", "140", "7.5"), ("600", "140", "140", "4.285714"), ("600", "100", "100", "6")],
    ids=["sales_for_cogs", "closing_only", "opening_only"],
)
def test_each_pitfall_gives_another_number_than_5(
    cogs: str, opening: str, closing: str, wrong: str
):
    assert year(cogs, opening, closing).ratio == D(wrong)


def test_a_group_is_sum_over_sum_and_not_the_mean_of_its_ratios():
    fast, slow = year("500", "50", "50"), year("100", "70", "70")
    assert (fast.ratio, slow.ratio) == (10, D("1.428571"))
    assert aggregate([fast, slow]).ratio == 5


def test_a_count_that_finds_20_short_raises_turnover_to_5_4545():
    assert year("600", "100", "120").ratio == D("5.454545")


def test_a_month_is_annualised_to_the_year():
    average = average_end_points(D(100), D(140))
    month = turnover(D(50), average, period_days=30, year_days=360)
    assert (month.ratio, month.annualised) == (D("0.416667"), 5)


def test_18_percent_fewer_days_are_21_95_percent_more_turns():
    before, after = year("600", "120", "120"), year("600", "98.4", "98.4")
    assert before.days_of_stock is not None
    assert after.days_of_stock == before.days_of_stock * D("0.82")
    assert after.ratio == D("6.097561")
    assert before.ratio is not None
    assert round((after.ratio / before.ratio - 1) * 100, 2) == D("21.95")


def test_20_percent_more_turns_are_16_67_percent_fewer_days():
    before, after = year("600", "120", "120"), year("720", "120", "120")
    assert before.days_of_stock is not None
    assert after.days_of_stock is not None
    assert round((after.days_of_stock / before.days_of_stock - 1) * 100, 2) == D("-16.67")


def test_weighted_by_time_100_40_and_140_make_110_where_end_points_say_120():
    rows = [row(FIRST + timedelta(10), "-60"), row(FIRST + timedelta(15), "100")]
    average = average_time_weighted(D(100), rows, FIRST, FIRST + timedelta(29))
    assert average == Average(D(110), "time_weighted")
    assert average_end_points(D(100), D(140)).value == 120


def test_points_are_averaged_simply():
    assert average_n_points([D(100), D(40), D(40), D(140)]).value == 80


def test_nothing_in_stock_has_no_ratio():
    empty = year("600", "0", "0")
    assert (empty.ratio, empty.days_of_stock, empty.annualised) == (None, None, None)
    assert empty.flags == {"zero_average"}


def test_nothing_sold_is_ratio_0_and_no_days():
    still = year("0", "100", "140")
    assert (still.ratio, still.days_of_stock, still.flags) == (0, None, {"no_cogs"})


def test_more_returned_than_sold_is_ratio_0_and_flagged():
    returned = year("-5", "100", "140")
    assert (returned.ratio, returned.days_of_stock) == (0, None)
    assert (returned.cogs, returned.flags) == (-5, {"negative_cogs"})


def test_a_negative_point_counts_as_0_and_is_flagged():
    short = year("600", "-100", "240")
    assert (short.ratio, short.flags) == (5, {"negative_stock"})


def test_a_negative_day_counts_as_0_and_is_flagged():
    rows = [row(FIRST, "-150"), row(FIRST + timedelta(1), "150")]
    average = average_time_weighted(D(100), rows, FIRST, FIRST + timedelta(1))
    assert average == Average(D(50), "time_weighted", frozenset({"negative_stock"}))


def test_a_value_made_good_within_the_day_is_not_flagged():
    rows = [row(FIRST, "-150", DAY_MS - 1), row(FIRST + timedelta(1), "150")]
    average = average_time_weighted(D(100), rows, FIRST, FIRST + timedelta(1))
    assert average.flags == frozenset()


def test_flags_of_members_reach_the_group_only_when_they_are_about_its_stock():
    group = aggregate([year("600", "-100", "240"), year("0", "5", "5"), year("1", "0", "0")])
    assert group.flags == {"negative_stock"}


def test_turnover_of_different_periods_is_not_added_up():
    with pytest.raises(ValueError, match="one method and period"):
        aggregate([year("600", "100", "140", 365), year("600", "100", "140", 360)])


def test_turnover_of_nothing_is_not_added_up():
    with pytest.raises(ValueError, match="one method and period"):
        aggregate([])


def test_a_movement_at_a_mark_belongs_to_the_next_interval():
    rows = [row(date(2025, 6, 30), "10"), row(date(2025, 7, 1), "1")]
    marks = month_marks(FIRST, date(2025, 7, 31))
    assert marks == (FIRST, date(2025, 7, 1), date(2025, 8, 1))
    assert values_at(D(100), rows, marks) == (100, 110, 111)


def test_month_marks_of_a_broken_period_keep_both_ends():
    marks = month_marks(date(2025, 1, 15), date(2025, 3, 9))
    assert marks == (date(2025, 1, 15), date(2025, 2, 1), date(2025, 3, 1), date(2025, 3, 10))


def test_a_change_at_the_first_instant_weighs_the_whole_day_and_at_noon_half_of_it():
    assert rest_of_day(D("1.5"), 0, 0, DAY_MS) == 15_000 * DAY_MS
    assert rest_of_day(D("1.5"), DAY_MS // 2, 0, DAY_MS) == 15_000 * DAY_MS // 2


def test_noon_halves_also_a_day_of_23_hours():
    hour = 3_600_000
    assert rest_of_day(D(2), 23 * hour // 2, 0, 23 * hour) == 20_000 * DAY_MS // 2


def test_rows_outside_the_period_do_not_count():
    rows = [row(FIRST - timedelta(1), "50"), row(FIRST + timedelta(2), "50")]
    average = average_time_weighted(D(100), rows, FIRST, FIRST + timedelta(1))
    assert average.value == 100


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        (date(2025, 1, 1), date(2025, 12, 31), 360),
        (date(2024, 2, 1), date(2024, 2, 29), 30),
        (date(2025, 1, 30), date(2025, 1, 30), 1),
        (date(2025, 6, 16), date(2025, 6, 30), 15),
    ],
)
def test_a_year_of_360_days_has_months_of_30(first: date, last: date, days: int):
    assert days_between(first, last, 360) == days


def test_a_year_of_365_days_counts_them():
    assert days_between(date(2024, 1, 1), date(2024, 12, 31)) == 366


changes = st.lists(
    st.tuples(
        st.integers(0, 29),
        st.integers(0, DAY_MS - 1),
        st.decimals("-50", "10000", places=4),
    ),
    max_size=40,
)


@given(changes, st.randoms(use_true_random=False), st.integers(3, 28))
def test_the_average_has_the_same_digits_in_every_order_and_context(movements, random, precision):
    rows = [row(FIRST + timedelta(day), str(change), at) for day, at, change in movements]
    expected = average_time_weighted(D("2000.0001"), rows, FIRST, FIRST + timedelta(29))
    random.shuffle(rows)
    with localcontext(Context(prec=precision)):
        again = average_time_weighted(D("2000.0001"), rows, FIRST, FIRST + timedelta(29))
    assert str(again.value) == str(expected.value)


@given(changes)
def test_the_average_is_the_integral_of_the_value_over_time(movements):
    rows = [row(FIRST + timedelta(day), str(change), at) for day, at, change in movements]
    average = average_time_weighted(D(2000), rows, FIRST, FIRST + timedelta(29))
    steps = sorted((day * DAY_MS + at, change) for day, at, change in movements)
    area, value, since = D(0), D(2000), 0
    for at, change in steps:
        area, value, since = area + value * (at - since), value + change, at
    area += value * (30 * DAY_MS - since)
    if not average.flags:
        assert abs(area / (30 * DAY_MS) - average.value) <= D("0.00006")
