"""Reorder alerts and quantities.

An alert belongs to one item at one site and compares its inventory position with a reorder point.
At or below the point it must be open, above the point + hysteresis closed, in between either.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Literal, NamedTuple

from server.domain.errors import InvalidInput, RuleViolated
from server.domain.numbers import EXACT, ZERO

AlertState = Literal["ok", "triggered", "acknowledged", "snoozed", "resolved"]
Level = Literal["usual", "red"]
AlertEvent = Literal[
    "alert.triggered",
    "alert.acknowledged",
    "alert.snoozed",
    "alert.snooze_ended",
    "alert.resolved",
]

OPEN_STATES: frozenset[AlertState] = frozenset({"triggered", "acknowledged", "snoozed"})
HORIZON_DAYS = 3650


@dataclass(frozen=True, slots=True)
class AlertDecision:
    """What becomes of an alert; two None: nothing."""

    new_state: AlertState | None = None
    event: AlertEvent | None = None


class Arrival(NamedTuple):
    """Stock on its way, there at the start of `day`."""

    day: date
    quantity: Decimal


def inventory_position(
    on_hand: Decimal,
    on_order: Decimal = ZERO,
    in_transit: Decimal = ZERO,
    reserved: Decimal = ZERO,
    backorder: Decimal = ZERO,
) -> Decimal:
    """What is ours to promise: on hand + on order + in transit − reserved − backorder."""
    return on_hand + on_order + in_transit - reserved - backorder


def evaluate_alert(
    state: AlertState,
    position: Decimal,
    reorder_point: Decimal,
    hysteresis: Decimal = ZERO,
    *,
    now_ms: int,
    snoozed_until_ms: int | None = None,
    quiet: bool = False,
) -> AlertDecision:
    """What a new position, a new policy or the passing of time does to an alert.

    The decision depends on where things stand, never on the way they came there, so facts may
    arrive in any order. A `quiet` site opens nothing and closes what is open. A snoozed alert
    comes back when its time is over and the position is still at or below the point.
    """
    is_open = state in OPEN_STATES
    if quiet or position > reorder_point + hysteresis:
        return AlertDecision("resolved", "alert.resolved") if is_open else AlertDecision()
    if position > reorder_point:
        return AlertDecision()
    if not is_open:
        return AlertDecision("triggered", "alert.triggered")
    if state == "snoozed" and (snoozed_until_ms is None or now_ms >= snoozed_until_ms):
        return AlertDecision("triggered", "alert.snooze_ended")
    return AlertDecision()


def reorder_level(
    available: Decimal, safety_stock: Decimal, *, stock_out: bool, below_safety: bool
) -> Level:
    """Whether an open reorder alert crosses a red line: `stock_out` (nothing is available) or
    `below_safety` (less than the safety stock is), as far as the house has these lines."""
    crossed = (stock_out and available <= 0) or (below_safety and available < safety_stock)
    return "red" if crossed else "usual"


def assign_alert(state: AlertState) -> None:
    """Somebody looks after it; raises RuleViolated `alert_not_open`."""
    _need_open(state)


def acknowledge_alert(state: AlertState) -> AlertDecision:
    """Somebody has seen it and acts; raises RuleViolated `alert_not_open`."""
    _need_open(state)
    if state == "acknowledged":
        return AlertDecision()
    return AlertDecision("acknowledged", "alert.acknowledged")


def snooze_alert(state: AlertState, until_ms: int, now_ms: int) -> AlertDecision:
    """Silent until `until_ms`.

    Raises RuleViolated `alert_not_open`, InvalidInput `snooze_ends_past`.
    """
    _need_open(state)
    if until_ms <= now_ms:
        raise InvalidInput("snooze_ends_past", until_ms=until_ms)
    return AlertDecision("snoozed", "alert.snoozed")


def order_up_to(position: Decimal, reorder_point: Decimal, target: Decimal) -> Decimal:
    """The need of a min-max or (s, S) policy: up to `target` once at or below the point, else 0."""
    return max(target - position, ZERO) if position <= reorder_point else ZERO


def reorder_quantity(need: Decimal, minimum: Decimal = ZERO, pack: Decimal = ZERO) -> Decimal:
    """`need` raised to the supplier's minimum and then to whole packs; 0 when there is no need.

    ceil(max(need, minimum) ÷ pack) × pack. The result may exceed a maximum the need respected.
    """
    if need <= 0:
        return ZERO
    wanted = max(need, minimum)
    if pack <= 0:
        return wanted
    packs = EXACT.divide(wanted, pack).to_integral_value(ROUND_CEILING)
    return EXACT.multiply(packs, pack)


def projected_stock_out(
    available: Decimal,
    daily_demand: Decimal,
    today: date,
    arrivals: Iterable[Arrival] = (),
    horizon_days: int = HORIZON_DAYS,
) -> date | None:
    """The first day whose demand cannot be served in full; None if there is none in the horizon.

    Overdue arrivals are taken to come today.
    """
    if daily_demand <= 0:
        return None
    horizon = today + timedelta(days=horizon_days)
    day, stock = today, available
    for arrival in sorted(arrivals):
        arrives = min(max(arrival.day, today), horizon)
        served = _days_served(stock, daily_demand)
        if served < (arrives - day).days:
            return day + timedelta(days=served)
        stock += arrival.quantity - daily_demand * (arrives - day).days
        day = arrives
    served = _days_served(stock, daily_demand)
    return day + timedelta(days=served) if served <= (horizon - day).days else None


def order_by(stock_out: date, lead_time_days: int) -> date:
    """The last day to order so that goods arrive on the day stock runs out; may be past."""
    return stock_out - timedelta(days=lead_time_days)


def _days_served(stock: Decimal, daily_demand: Decimal) -> int:
    return int(EXACT.divide(max(stock, ZERO), daily_demand).to_integral_value(ROUND_FLOOR))


def _need_open(state: AlertState) -> None:
    if state not in OPEN_STATES:
        raise RuleViolated("alert_not_open", state=state)
