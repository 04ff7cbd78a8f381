"""The rules of a site's documents: business settings, and how each kind is numbered.

The setting "document_numbers" is {kind: pattern}, of the site, else of all sites, else as usual.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from server.domain import settings as business
from server.domain.document_numbers import USUAL_PATTERNS
from server.domain.document_rules import DocumentRules, checked_numbers
from server.domain.errors import NotPermitted
from server.domain.people import Actor
from server.services.clock import now_ms
from server.services.find_in_scope import site_in_scope
from server.services.keep_records import Edit
from server.services.keep_settings import keep_value
from server.store.db import reading, unit_of_work
from server.store.settings import ALL_SITES, kept_values, setting_of

NAME = "document_numbers"


def document_rules_of(session: Session, site_id: int) -> DocumentRules:
    """The rules in force at a site."""
    return DocumentRules(
        setting_of(session, business.DOCUMENT_FOUR_EYES, site_id),
        setting_of(session, business.DOCUMENT_RESERVE, site_id),
        setting_of(session, business.DOCUMENT_OVER_PERCENT, site_id),
        setting_of(session, business.DOCUMENT_UNDER_PERCENT, site_id),
        setting_of(session, business.DOCUMENT_DAMAGED_PERCENT, site_id),
    )


def number_pattern_of(session: Session, kind: str, site_id: int) -> str:
    """How documents of this kind are numbered at a site."""
    return str(_patterns(session, site_id)[kind])


def numbers_in_force(site: str | None, actor: Actor) -> dict[str, Any]:
    """The patterns of a site (None: of all sites) and whose they are: site | all | usual.

    Raises NotFound `unknown_site`.
    """
    with reading() as session:
        site_id = site_in_scope(session, site, actor).id if site else ALL_SITES
        kept = kept_values(session)
        own = bool(site_id) and (NAME, site_id) in kept
        whose = "site" if own else "all" if (NAME, ALL_SITES) in kept else "usual"
        return {"numbers": _patterns(session, site_id), "site": site, "set_for": whose}


def set_numbers(site: str | None, given: Mapping[str, str] | None, *, actor: Actor) -> None:
    """Keep the patterns of a site (None: of all sites without their own); None: forget them.

    Raises InvalidInput `bad_number_pattern`, `bad_choice`, NotFound `unknown_site`, NotPermitted.
    """
    value = None if given is None else checked_numbers(given)
    if site is None and actor.site_ids is not None:
        raise NotPermitted("not_permitted", permission="settings.write")
    with unit_of_work() as session:
        site_id = site_in_scope(session, site, actor).id if site else ALL_SITES
        keep_value(Edit(session, actor, now_ms()), NAME, site_id, value)


def _patterns(session: Session, site_id: int) -> dict[str, str]:
    kept = kept_values(session)
    return {**USUAL_PATTERNS, **(kept.get((NAME, site_id), kept.get((NAME, ALL_SITES))) or {})}
