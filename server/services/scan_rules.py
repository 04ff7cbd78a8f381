"""How a site reads codes: the setting "scan_rules" of the site, else of all sites.

{"separators": ["#"], "bare_gs1": false,
 "in_store": [{"pattern": "21IIIIIWWWWWC", "weight_decimals": 3, "price_decimals": 2}]}
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.days import day_of
from server.domain.errors import NotPermitted
from server.domain.people import Actor
from server.domain.scans import InStorePattern, ScanRules
from server.domain.scans.rules import checked_rules
from server.services.clock import now_ms
from server.services.find_in_scope import site_in_scope
from server.services.keep_records import Edit
from server.services.keep_settings import keep_value
from server.store.db import reading, unit_of_work
from server.store.models import Setting

NAME = "scan_rules"
ALL_SITES = 0
USUAL: dict[str, Any] = {"separators": [], "bare_gs1": False, "in_store": []}


def rules_in_force(site: str | None, actor: Actor) -> dict[str, Any]:
    """The rules of a site (None: of all sites), and whose they are: site | all | usual.

    Raises NotFound `unknown_site`.
    """
    with reading() as session:
        site_id = site_in_scope(session, site, actor).id if site else ALL_SITES
        kept = [session.get(Setting, (NAME, each)) for each in dict.fromkeys((site_id, ALL_SITES))]
        found = next((row for row in kept if row is not None), None)
        whose = "usual" if found is None else "site" if found.site_id else "all"
        return scan_rules_of(session, site_id) | {"site": site, "set_for": whose}


def set_scan_rules(site: str | None, rules: Mapping[str, Any] | None, *, actor: Actor) -> None:
    """Keep the rules of a site (None: of all sites that have none of their own); no rules: forget
    them. Handhelds have them with their next sync.

    Raises InvalidInput `bad_setting`, NotFound `unknown_site`, NotPermitted.
    """
    value = None if rules is None else checked_rules(rules)
    if site is None and actor.site_ids is not None:
        raise NotPermitted("not_permitted", permission="settings.write")
    with unit_of_work() as session:
        site_id = site_in_scope(session, site, actor).id if site else ALL_SITES
        at = now_ms()
        keep_value(Edit(session, actor, at), NAME, site_id, value)


def scan_rules_of(session: Session, site_id: int | None) -> dict[str, Any]:
    """The rules as data."""
    asked = select(Setting.value).where(
        Setting.name == NAME, Setting.site_id.in_((site_id or ALL_SITES, ALL_SITES))
    )
    value = session.scalar(asked.order_by(Setting.site_id.desc()).limit(1))
    return {**USUAL, **(value or {})}


def rules_from(value: dict[str, Any], time_zone: str = "UTC") -> ScanRules:
    """The rules as the reading of scans takes them; codes' years are near the site's own."""
    return ScanRules(
        reference_year=day_of(now_ms(), time_zone).year,
        separators=tuple(value["separators"]),
        in_store=tuple(InStorePattern(**pattern) for pattern in value["in_store"]),
        bare_gs1=bool(value["bare_gs1"]),
    )
