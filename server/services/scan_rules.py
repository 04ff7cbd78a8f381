"""How a site reads codes: the setting "scan_rules" of the site, else of all sites.

{"separators": ["#"], "bare_gs1": false,
 "in_store": [{"pattern": "21IIIIIWWWWWC", "weight_decimals": 3, "price_decimals": 2}]}
"""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.days import day_of
from server.domain.scans import InStorePattern, ScanRules
from server.services.clock import now_ms
from server.store.models import Setting

USUAL: dict[str, Any] = {"separators": [], "bare_gs1": False, "in_store": []}


def scan_rules_of(session: Session, site_id: int | None) -> dict[str, Any]:
    """The rules as data."""
    asked = select(Setting.value).where(
        Setting.name == "scan_rules", Setting.site_id.in_((site_id or 0, 0))
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
