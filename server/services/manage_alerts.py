"""What people do with reorder alerts: acknowledge, or silence for a while."""

from collections.abc import Callable
from typing import Any, cast

from sqlalchemy import select

from server.domain.errors import Conflict, NotFound
from server.domain.people import Actor
from server.domain.replenishment import (
    AlertDecision,
    AlertState,
    acknowledge_alert,
    snooze_alert,
)
from server.services.clock import now_ms
from server.store.db import unit_of_work
from server.store.feed import announce
from server.store.models import ReorderAlert

Decide = Callable[[AlertState], AlertDecision]


def acknowledge(alert_id: int, version: int, *, actor: Actor) -> None:
    """Somebody has seen it and acts.

    Raises NotFound `unknown_alert`, Conflict `stale_version`, RuleViolated `alert_not_open`.
    """
    now = now_ms()
    facts = {"acknowledged_by": actor.user_id, "acknowledged_at": now, "snoozed_until": None}
    _decide(alert_id, version, acknowledge_alert, facts, actor, now)


def snooze(alert_id: int, version: int, until_ms: int, *, actor: Actor) -> None:
    """Silent until then; it comes back if the position is still at or below the point.

    Raises as acknowledge does, and InvalidInput `snooze_ends_past`.
    """
    now = now_ms()

    def decide(state: AlertState) -> AlertDecision:
        return snooze_alert(state, until_ms, now)

    _decide(alert_id, version, decide, {"snoozed_until": until_ms}, actor, now)


def _decide(
    alert_id: int, version: int, decide: Decide, facts: dict[str, Any], actor: Actor, now: int
) -> None:
    with unit_of_work() as session:
        alert = session.scalars(
            select(ReorderAlert).where(ReorderAlert.id == alert_id).with_for_update()
        ).one_or_none()
        if alert is None or not actor.sees_site(alert.site_id):
            raise NotFound("unknown_alert", alert=str(alert_id))
        if alert.version != version:
            raise Conflict("stale_version", version=alert.version)
        decision = decide(cast(AlertState, alert.state))
        if decision.event is None:
            return
        alert.state = str(decision.new_state)
        alert.version += 1
        for name, value in facts.items():
            setattr(alert, name, value)
        session.flush()
        announce(
            session,
            decision.event,
            {"id": alert.id, "item_id": alert.item_id, "site_id": alert.site_id},
            actor=actor,
            at=now,
            site_id=alert.site_id,
        )
