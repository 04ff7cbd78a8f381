"""What the system does to alerts: opens, reddens, eases and closes them, each with its history.

An alert depends on where things stand, never on the way they came there: whoever looks again finds
the same.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from server.domain.numbers import ZERO, plain
from server.domain.people import SYSTEM, Actor
from server.domain.replenishment import AlertState, Level, evaluate_alert
from server.store.db import table_of
from server.store.feed import announce
from server.store.models import AlertEvent, ReorderAlert
from server.store.planning import OpenAlert, Pair


@dataclass(frozen=True, slots=True)
class Finding:
    """How things stand for one kind of alert of one item at one site.

    quantity: the inventory position; of other kinds than reorder minus the quantity it is about,
    so that below zero there is something to say. point None: nobody is to be alerted.
    """

    kind: str
    pair: Pair
    quantity: Decimal
    point: Decimal | None
    hysteresis: Decimal
    level: Level
    quiet: bool = False


def decide_alert(session: Session, finding: Finding, alert: OpenAlert | None, now: int) -> bool:
    """Open, wake, redden, ease or close the alert of this finding; whether anything changed."""
    decision = evaluate_alert(
        cast(AlertState, alert.state) if alert else "ok",
        finding.quantity,
        finding.point or ZERO,
        finding.hysteresis,
        now_ms=now,
        snoozed_until_ms=alert.snoozed_until if alert else None,
        quiet=finding.quiet,
    )
    if alert is None:
        if decision.event is None:
            return False
        _tell(session, finding, _open(session, finding, now), decision.event, now)
        return True
    event = decision.event
    if event is not None:
        _change(session, alert.id, finding, str(decision.new_state), now)
        _tell(session, finding, alert.id, event, now)
    if decision.new_state != "resolved" and alert.level != finding.level:
        _set_level(session, alert.id, finding.level)
        _tell(session, finding, alert.id, _LEVEL_EVENTS[finding.level], now)
        return True
    return event is not None


def note_event(
    session: Session, alert_id: int, event: str, actor: Actor, at: int, **facts: Any
) -> None:
    """One more line of an alert's history."""
    row = {"alert_id": alert_id, "event": event, "at": at, "user_id": actor.user_id, **facts}
    session.execute(insert(table_of(AlertEvent)).values(**row))


_LEVEL_EVENTS = {"red": "alert.reddened", "usual": "alert.eased"}


def _open(session: Session, finding: Finding, now: int) -> int:
    statement = insert(ReorderAlert).values(
        **finding.pair._asdict(),
        kind=finding.kind,
        level=finding.level,
        inventory_position=finding.quantity,
        reorder_point=finding.point or ZERO,
        triggered_at=now,
    )
    alert_id: int = session.scalars(statement.returning(ReorderAlert.id)).one()
    return alert_id


def _change(session: Session, alert_id: int, finding: Finding, state: str, now: int) -> None:
    session.execute(
        update(ReorderAlert)
        .where(ReorderAlert.id == alert_id)
        .values(
            state=state,
            inventory_position=finding.quantity,
            snoozed_until=None,
            resolved_at=now if state == "resolved" else None,
            version=ReorderAlert.version + 1,
        )
    )


def _set_level(session: Session, alert_id: int, level: str) -> None:
    session.execute(
        update(ReorderAlert)
        .where(ReorderAlert.id == alert_id)
        .values(level=level, version=ReorderAlert.version + 1)
    )


def _tell(session: Session, finding: Finding, alert_id: int, event: str, now: int) -> None:
    pair = finding.pair
    note_event(
        session, alert_id, event.removeprefix("alert."), SYSTEM, now, quantity=finding.quantity
    )
    announce(
        session,
        event,
        {
            "id": alert_id,
            "kind": finding.kind,
            "level": finding.level,
            **pair._asdict(),
            "inventory_position": plain(finding.quantity),
            "reorder_point": None if finding.point is None else plain(finding.point),
        },
        actor=SYSTEM,
        at=now,
        site_id=pair.site_id,
    )
