"""Reorder alerts at rest, whatever the way there; quantities that suppliers accept."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.errors import InvalidInput, RuleViolated
from server.domain.replenishment import (
    OPEN_STATES,
    AlertDecision,
    AlertState,
    Arrival,
    acknowledge_alert,
    evaluate_alert,
    inventory_position,
    order_by,
    order_up_to,
    projected_stock_out,
    reorder_quantity,
    snooze_alert,
)

D = Decimal
STATES: list[AlertState] = ["ok", "triggered", "acknowledged", "snoozed", "resolved"]
CLOSED: list[AlertState] = ["ok", "resolved"]
NOTHING = AlertDecision(None, None)
TODAY = date(2025, 6, 1)


def evaluate(state: AlertState, position: int, **more: Any) -> AlertDecision:
    return evaluate_alert(state, D(position), D(100), D(10), now_ms=1000, **more)


def test_the_position_is_what_comes_less_what_is_promised():
    assert inventory_position(D(50), D(40), D(30), D(20), D(10)) == 90


@pytest.mark.parametrize("state", CLOSED)
@pytest.mark.parametrize("position", [-5, 99, 100])
def test_at_or_below_the_point_a_closed_alert_opens(state: AlertState, position: int):
    assert evaluate(state, position) == AlertDecision("triggered", "alert.triggered")


@pytest.mark.parametrize("state", ["triggered", "acknowledged"])
def test_at_or_below_the_point_an_open_alert_stays_as_it_is(state: AlertState):
    assert evaluate(state, 100) == NOTHING


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("position", [101, 110])
def test_between_point_and_hysteresis_nothing_changes(state: AlertState, position: int):
    assert evaluate(state, position) == NOTHING


@pytest.mark.parametrize("state", sorted(OPEN_STATES))
def test_above_the_hysteresis_an_open_alert_is_resolved(state: AlertState):
    assert evaluate(state, 111) == AlertDecision("resolved", "alert.resolved")


@pytest.mark.parametrize("state", CLOSED)
def test_above_the_hysteresis_a_closed_alert_stays_closed(state: AlertState):
    assert evaluate(state, 111) == NOTHING


@pytest.mark.parametrize("state", sorted(OPEN_STATES))
def test_a_quiet_site_closes_what_is_open(state: AlertState):
    assert evaluate(state, 0, quiet=True) == AlertDecision("resolved", "alert.resolved")


@pytest.mark.parametrize("state", CLOSED)
def test_a_quiet_site_never_triggers(state: AlertState):
    assert evaluate(state, 0, quiet=True) == NOTHING


def test_a_snoozed_alert_sleeps_until_its_time():
    assert evaluate("snoozed", 0, snoozed_until_ms=1001) == NOTHING


@pytest.mark.parametrize("until_ms", [1000, 999, None])
def test_a_snoozed_alert_comes_back_when_its_time_is_over(until_ms: int | None):
    woken = AlertDecision("triggered", "alert.snooze_ended")
    assert evaluate("snoozed", 0, snoozed_until_ms=until_ms) == woken


@pytest.mark.parametrize("state", ["triggered", "snoozed"])
def test_an_open_alert_can_be_acknowledged(state: AlertState):
    assert acknowledge_alert(state) == AlertDecision("acknowledged", "alert.acknowledged")


def test_acknowledging_twice_changes_nothing():
    assert acknowledge_alert("acknowledged") == NOTHING


@pytest.mark.parametrize("state", sorted(OPEN_STATES))
def test_an_open_alert_can_be_snoozed(state: AlertState):
    assert snooze_alert(state, 1001, 1000) == AlertDecision("snoozed", "alert.snoozed")


@pytest.mark.parametrize("state", CLOSED)
def test_a_closed_alert_can_be_neither_acknowledged_nor_snoozed(state: AlertState):
    with pytest.raises(RuleViolated, match="alert_not_open"):
        acknowledge_alert(state)
    with pytest.raises(RuleViolated, match="alert_not_open"):
        snooze_alert(state, 1001, 1000)


def test_a_snooze_ends_in_the_future():
    with pytest.raises(InvalidInput, match="snooze_ends_past"):
        snooze_alert("triggered", 1000, 1000)


@given(st.lists(st.integers(80, 130), min_size=1, max_size=50), st.booleans())
def test_at_rest_an_alert_is_open_below_closed_above_and_was_opened_once(
    positions: list[int], quiet: bool
):
    state: AlertState = "ok"
    opened = closed = 0
    for position in positions:
        decision = evaluate(state, position, quiet=quiet)
        opened += decision.event == "alert.triggered"
        closed += decision.event == "alert.resolved"
        state = decision.new_state or state
        is_open = state in OPEN_STATES
        assert opened - closed == is_open
        if position <= 100:
            assert is_open != quiet
        if position > 110:
            assert not is_open


def test_an_order_of_11030_in_packs_of_500_is_11500():
    assert reorder_quantity(D(11030), D(1000), D(500)) == 11500


def test_a_small_need_is_raised_to_the_minimum_and_then_to_whole_packs():
    assert reorder_quantity(D(30), D(1100), D(500)) == 1500


@pytest.mark.parametrize(("need", "ordered"), [("0", "0"), ("-3", "0"), ("0.000001", "1100")])
def test_no_need_orders_nothing(need: str, ordered: str):
    assert reorder_quantity(D(need), D(1100)) == D(ordered)


def test_a_pack_of_a_third_of_a_kilo_is_exact():
    assert reorder_quantity(D("0.999999"), pack=D("0.333333")) == D("0.999999")


@pytest.mark.parametrize(("position", "ordered"), [(10, 30), (8, 36), (11, 0)])
def test_min_10_max_40_in_sixes_orders_30_at_10_and_36_at_8(position: int, ordered: int):
    need = order_up_to(D(position), D(10), D(40))
    assert reorder_quantity(need, pack=D(6)) == ordered


def test_120_on_hand_at_20_a_day_and_7_days_of_lead_time_means_order_at_once():
    out = projected_stock_out(D(120), D(20), TODAY)
    assert out == TODAY + timedelta(6)
    assert order_by(out, 7) < TODAY


@pytest.mark.parametrize(("available", "days"), [("-5", 0), ("0", 0), ("19", 0), ("130", 6)])
def test_stock_is_out_on_the_first_day_it_cannot_serve_in_full(available: str, days: int):
    assert projected_stock_out(D(available), D(20), TODAY) == TODAY + timedelta(days)


@pytest.mark.parametrize("demand", ["0", "-1"])
def test_without_demand_stock_never_runs_out(demand: str):
    assert projected_stock_out(D(0), D(demand), TODAY) is None


def test_arrivals_in_time_put_the_stock_out_off():
    arrivals = [Arrival(TODAY + timedelta(9), D(40)), Arrival(TODAY + timedelta(6), D(60))]
    assert projected_stock_out(D(120), D(20), TODAY, arrivals) == TODAY + timedelta(11)


def test_an_arrival_a_day_too_late_does_not():
    arrivals = [Arrival(TODAY + timedelta(7), D(60))]
    assert projected_stock_out(D(120), D(20), TODAY, arrivals) == TODAY + timedelta(6)


def test_an_overdue_arrival_is_taken_to_come_today():
    arrivals = [Arrival(TODAY - timedelta(7), D(60))]
    assert projected_stock_out(D(0), D(20), TODAY, arrivals) == TODAY + timedelta(3)
    assert projected_stock_out(D(-100), D(20), TODAY, arrivals) == TODAY


def test_beyond_the_horizon_there_is_no_stock_out():
    assert projected_stock_out(D(10**9), D("0.000001"), TODAY) is None
    assert projected_stock_out(D(20), D(1), TODAY, horizon_days=19) is None
    assert projected_stock_out(D(20), D(1), TODAY, horizon_days=20) == TODAY + timedelta(20)
