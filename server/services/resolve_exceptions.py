"""What people do with exceptions: resolve them with a reason, or have the place looked at."""

from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.errors import Conflict, InvalidInput, NotFound, RuleViolated
from server.domain.exceptions import REASON_LENGTH_MOST
from server.domain.people import Actor
from server.domain.texts import checked_text
from server.services.clock import now_ms
from server.services.post_movements import Entry, Ledger
from server.store.db import unit_of_work
from server.store.feed import announce
from server.store.founding import GOOD_STATUS_ID, OWN_OWNER_ID
from server.store.models import ExceptionCase


def resolve_exception(case_id: int, version: int, reason: str, *, actor: Actor) -> None:
    """Somebody dealt with it, and says how.

    Raises NotFound `unknown_exception`, Conflict `stale_version`, RuleViolated
    `exception_resolved`, InvalidInput `reason_required`.
    """
    said = checked_text(reason, "reason", REASON_LENGTH_MOST)
    if not said:
        raise InvalidInput("reason_required")
    now = now_ms()
    with unit_of_work() as session:
        case = _open_case(session, case_id, version, actor)
        case.state, case.resolved_at, case.resolved_by = "resolved", now, actor.user_id
        case.reason = said
        case.version += 1
        session.flush()
        _tell(session, "exception.resolved", case, actor, now)


def look_at_exception(case_id: int, version: int, *, actor: Actor) -> None:
    """Order a look at its place, which handhelds get with their next sync; it stays open.

    Raises as resolve_exception does, and RuleViolated `exception_without_place`,
    `site_not_live` (nobody is sent out on a site that is not live).
    """
    now = now_ms()
    with unit_of_work() as session:
        case = _open_case(session, case_id, version, actor)
        if case.location_id is None:
            raise RuleViolated("exception_without_place")
        ledger = Ledger(session)
        place = ledger.place(case.location_id, 0, OWN_OWNER_ID, GOOD_STATUS_ID)
        if ledger.site(place.site_id).live_at is None:
            raise RuleViolated("site_not_live", site=ledger.site(place.site_id).code)
        ledger.order_task(place, "look", case.code, Entry(uuid4(), now), case.item_id)
        ledger.write()
        _tell(session, "exception.look_ordered", case, actor, now)


def _open_case(session: Session, case_id: int, version: int, actor: Actor) -> ExceptionCase:
    case = session.scalars(
        select(ExceptionCase).where(ExceptionCase.id == case_id).with_for_update()
    ).one_or_none()
    foreign = case is not None and case.site_id is not None and not actor.sees_site(case.site_id)
    if case is None or foreign or (case.site_id is None and actor.site_ids is not None):
        raise NotFound("unknown_exception", exception=str(case_id))
    if case.state != "open":
        raise RuleViolated("exception_resolved")
    if case.version != version:
        raise Conflict("stale_version", version=case.version)
    return case


def _tell(session: Session, topic: str, case: ExceptionCase, actor: Actor, now: int) -> None:
    facts = {"id": case.id, "source": case.source, "code": case.code, "by": actor.user_id}
    announce(session, topic, facts, actor=actor, at=now, site_id=case.site_id)
