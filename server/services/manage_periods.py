"""Closing and reopening a site's books (RULES 20).

Facts of a closed day keep when they happened and count in money on the first open day. Reopening
changes nothing that was booked; it only lets later facts bear their own day again.
"""

from datetime import date

from sqlalchemy.orm import Session

from server.domain.days import day_of
from server.domain.errors import InvalidInput, RuleViolated
from server.domain.people import Actor
from server.domain.texts import checked_text
from server.services.check_month import checklist, first_day_of, require_settled
from server.services.clock import now_ms
from server.services.keep_records import Edit, locked_record, tell
from server.services.manage_places import SITES
from server.services.pack_month import order_pack
from server.store.db import unit_of_work
from server.store.feed import announce
from server.store.location_locks import close_site
from server.store.models import Period, Site


def close_period(
    site_id: int, through: date, reason: str = "", *, actor: Actor, language: str = "zh"
) -> None:
    """Close every day through this one, which must be over at the site, and have its month-end
    pack made.

    Raises NotFound `unknown_site`, RuleViolated `period_not_over`, `period_closed_already`,
    `month_end_blocked`.
    """
    with unit_of_work() as session:
        edit, site = _site(session, site_id, actor)
        if through >= day_of(edit.at, site.time_zone):
            raise RuleViolated("period_not_over", day=through.isoformat())
        if site.closed_through is not None and through <= site.closed_through:
            raise RuleViolated(
                "period_closed_already", closed_through=site.closed_through.isoformat()
            )
        require_settled(checklist(session, site, through))
        first = first_day_of(site, through)
        period = _change(edit, site, "close", through, reason)
        pack = order_pack(session, site, through, period.id, language, actor)
        pack.first_day = first


def reopen_period(site_id: int, through: date | None, reason: str, *, actor: Actor) -> None:
    """Open the days after `through` again (None: all of them).

    Raises NotFound `unknown_site`, InvalidInput `reason_required`, RuleViolated
    `period_not_closed`.
    """
    if not reason.strip():
        raise InvalidInput("reason_required")
    with unit_of_work() as session:
        edit, site = _site(session, site_id, actor)
        if site.closed_through is None or (through and through >= site.closed_through):
            raise RuleViolated("period_not_closed")
        _change(edit, site, "reopen", through, reason)


def _site(session: Session, site_id: int, actor: Actor) -> tuple[Edit, Site]:
    edit = Edit(session, actor, now_ms())
    close_site(session, site_id)
    site: Site = locked_record(edit, SITES, (site_id,))
    return edit, site


def _change(edit: Edit, site: Site, action: str, through: date | None, reason: str) -> Period:
    site.closed_through = through
    site.version += 1
    site.changed_at = edit.at
    period = Period(
        site_id=site.id,
        closed_through=through,
        action=action,
        reason=checked_text(reason, "reason"),
        user_id=edit.actor.user_id,
        at=edit.at,
    )
    edit.session.add(period)
    edit.session.flush()
    tell(edit, SITES, site, frozenset({"closed_through"}))
    announce(
        edit.session,
        "period.closed" if action == "close" else "period.reopened",
        {"id": period.id, "site_id": site.id, "closed_through": through and through.isoformat()},
        actor=edit.actor,
        at=edit.at,
        site_id=site.id,
    )
    return period
