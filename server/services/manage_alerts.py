"""What people do with alerts: look after them, acknowledge, or silence for a while."""

from collections.abc import Callable
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.errors import Conflict, InvalidInput, NotFound
from server.domain.people import Actor
from server.domain.replenishment import (
    AlertDecision,
    AlertState,
    acknowledge_alert,
    assign_alert,
    snooze_alert,
)
from server.services.clock import now_ms
from server.services.raise_alerts import note_event
from server.store.db import unit_of_work
from server.store.feed import announce
from server.store.models import ReorderAlert
from server.store.queries.people import user_by_id

Decide = Callable[[AlertState], AlertDecision]


def acknowledge(alert_id: int, version: int, *, actor: Actor) -> None:
    """Somebody has seen it and acts; it is theirs unless it is somebody's already.

    Raises NotFound `unknown_alert`, Conflict `stale_version`, RuleViolated `alert_not_open`.
    """
    now = now_ms()
    with unit_of_work() as session:
        alert = _locked(session, alert_id, version, actor)
        facts: dict[str, Any] = {
            "acknowledged_by": actor.user_id,
            "acknowledged_at": now,
            "snoozed_until": None,
            "owner_id": alert.owner_id or actor.user_id,
        }
        _apply(session, alert, acknowledge_alert, facts, actor, now)


def snooze(alert_id: int, version: int, until_ms: int, *, actor: Actor) -> None:
    """Silent until then; it comes back if the position is still at or below the point.

    Raises as acknowledge does, and InvalidInput `snooze_ends_past`.
    """
    now = now_ms()

    def decide(state: AlertState) -> AlertDecision:
        return snooze_alert(state, until_ms, now)

    with unit_of_work() as session:
        alert = _locked(session, alert_id, version, actor)
        _apply(session, alert, decide, {"snoozed_until": until_ms}, actor, now)


def assign(alert_id: int, version: int, owner_id: int | None, *, actor: Actor) -> None:
    """Who looks after it from now on; None: nobody.

    Raises as acknowledge does, and InvalidInput `unfit_owner`: there is no such person, or they
    neither see the site nor may look at alerts.
    """
    now = now_ms()
    with unit_of_work() as session:
        alert = _locked(session, alert_id, version, actor)
        assign_alert(cast(AlertState, alert.state))
        if owner_id is not None:
            _require_fit(session, owner_id, alert.site_id)
        if alert.owner_id == owner_id:
            return
        alert.owner_id = owner_id
        alert.version += 1
        session.flush()
        note_event(session, alert.id, "assigned", actor, now, owner_id=owner_id)
        _announce(session, alert, "alert.assigned", actor, now)


def _locked(session: Session, alert_id: int, version: int, actor: Actor) -> ReorderAlert:
    alert = session.scalars(
        select(ReorderAlert).where(ReorderAlert.id == alert_id).with_for_update()
    ).one_or_none()
    if alert is None or not actor.sees_site(alert.site_id):
        raise NotFound("unknown_alert", alert=str(alert_id))
    if alert.version != version:
        raise Conflict("stale_version", version=alert.version)
    return alert


def _apply(
    session: Session,
    alert: ReorderAlert,
    decide: Decide,
    facts: dict[str, Any],
    actor: Actor,
    now: int,
) -> None:
    decision = decide(cast(AlertState, alert.state))
    if decision.event is None:
        return
    alert.state = str(decision.new_state)
    alert.version += 1
    for name, value in facts.items():
        setattr(alert, name, value)
    session.flush()
    event, until = decision.event.removeprefix("alert."), alert.snoozed_until
    note_event(session, alert.id, event, actor, now, owner_id=alert.owner_id, until=until)
    _announce(session, alert, decision.event, actor, now)


def _announce(session: Session, alert: ReorderAlert, event: str, actor: Actor, now: int) -> None:
    names = ("id", "kind", "level", "item_id", "site_id", "owner_id")
    facts = {name: getattr(alert, name) for name in names}
    announce(session, event, facts, actor=actor, at=now, site_id=alert.site_id)


def _require_fit(session: Session, user_id: int, site_id: int) -> None:
    user = user_by_id(session, user_id)
    if user is not None and user.retired_at is None:
        theirs = Actor(user.id, user.role, user.site_ids)
        if theirs.sees_site(site_id) and theirs.may("alerts.read"):
            return
    raise InvalidInput("unfit_owner", user=str(user_id))
