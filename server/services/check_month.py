"""结账检查: what is not settled yet, computed from the data, and whether it stops the close."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from server.domain.days import day_of
from server.domain.errors import NotFound, RuleViolated
from server.domain.people import Actor
from server.domain.setting_kinds import Setting
from server.domain.settings import (
    MONTH_END_ESTIMATED_PRICES,
    MONTH_END_EXCEPTIONS,
    MONTH_END_NEGATIVE_STOCK,
    MONTH_END_OPEN_COUNTS,
    MONTH_END_OPEN_DOCUMENTS,
    MONTH_END_UNSENT_DEVICES,
)
from server.domain.stock_flows import month_end
from server.services.clock import now_ms
from server.store.db import reading
from server.store.models import Site
from server.store.queries.month_end import open_counts_of
from server.store.queries.records import Record
from server.store.settings import setting_of

BLOCKS: Final[Mapping[str, Setting[bool]]] = {
    "open_documents": MONTH_END_OPEN_DOCUMENTS,
    "unsent_devices": MONTH_END_UNSENT_DEVICES,
    "negative_stock": MONTH_END_NEGATIVE_STOCK,
    "estimated_prices": MONTH_END_ESTIMATED_PRICES,
    "open_counts": MONTH_END_OPEN_COUNTS,
    "exceptions": MONTH_END_EXCEPTIONS,
}
_LINKS: Final = {
    "open_documents": "/documents?site={site}",
    "unsent_devices": "/devices?site={site}",
    "negative_stock": "/stock?site={site}",
    "estimated_prices": "/movements?site={site}",
    "open_counts": "/counts?site={site}",
    "exceptions": "/exceptions?site={site}",
}


@dataclass(frozen=True, slots=True)
class Check:
    """One line: how many are open, whether that stops the close, and where to mend it."""

    name: str
    count: int
    blocking: bool
    link: str


def checklist(session: Session, site: Site, last: date) -> list[Check]:
    """Every check for the books of this site through that day."""
    open_ones = open_counts_of(session, site, last)
    return [
        Check(
            name,
            open_ones[name],
            setting_of(session, blocks, site.id),
            _LINKS[name].format(site=site.code),
        )
        for name, blocks in BLOCKS.items()
    ]


def as_data(checks: list[Check]) -> list[dict[str, Any]]:
    """The checks as they are kept with a pack."""
    return [asdict(check) for check in checks]


def require_settled(checks: list[Check]) -> None:
    """Raises RuleViolated `month_end_blocked` naming what stops the close."""
    stopping = [f"{check.name} {check.count}" for check in checks if check.blocking and check.count]
    if stopping:
        raise RuleViolated("month_end_blocked", checks=", ".join(stopping))


def month_to_close(site_id: int, last: date | None, actor: Actor) -> Record:
    """The checklist, for the month that is to be closed next unless a day is named.

    Raises NotFound `unknown_site`."""
    actor.require_site(site_id)
    with reading() as session:
        site = session.get(Site, site_id)
        if site is None:
            raise _unknown(site_id)
        last = last or _next_end(site)
        checks = checklist(session, site, last)
        return {
            "site": site.code,
            "closed_through": site.closed_through,
            "last_day": last,
            "first_day": first_day_of(site, last),
            "may_close": last < day_of(now_ms(), site.time_zone)
            and not any(check.blocking and check.count for check in checks),
            "checks": as_data(checks),
        }


def first_day_of(site: Site, last: date) -> date:
    """The first open day, at the earliest that of the last day's month."""
    month = last.replace(day=1)
    closed = site.closed_through
    return max(month, closed + timedelta(days=1)) if closed and closed < last else month


def _next_end(site: Site) -> date:
    if site.closed_through is not None:
        return month_end(site.closed_through + timedelta(days=1))
    today = day_of(now_ms(), site.time_zone)
    return today.replace(day=1) - timedelta(days=1)


def _unknown(site_id: int) -> Exception:
    return NotFound("unknown_site", site=str(site_id))
