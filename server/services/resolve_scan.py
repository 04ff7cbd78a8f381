"""What a scan means here, why, and (looked up online) what the books hold of it.

A look-up on a handheld is told to the feed: who looked where. At a place the asker is counting the
books stay shut, whatever they scan (blind count).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.orm import Session

from server.domain.people import Actor
from server.domain.scans import (
    BarcodeEntry,
    Meaning,
    Reading,
    Scan,
    ScanContext,
    ScanKind,
    lookup_keys,
    read_scan,
    resolve_reading,
)
from server.services.clock import now_ms
from server.services.find_in_scope import known_location, site_in_scope
from server.services.scan_rules import rules_from, scan_rules_of
from server.store.db import reading, unit_of_work
from server.store.feed import announce
from server.store.queries.catalogue import sites_by_id
from server.store.queries.records import Record
from server.store.queries.scan_targets import entries_of, items_at, named_targets, stock_of
from server.store.queries.stock import counting_at

WITH_STOCK: Final = frozenset({ScanKind.ITEM, ScanKind.LOCATION, ScanKind.HANDLING_UNIT})


@dataclass(frozen=True, slots=True)
class Asked:
    """A scan and where it was made; site and location by code, site None: the asker's only one."""

    text: str
    aim: str | None = None
    source: str = "scanner"
    site: str | None = None
    location: str | None = None
    expected: frozenset[ScanKind] = frozenset()
    look_up: bool = True


@dataclass(slots=True)
class Resolved:
    """The answer. targets: names of what it means. stock: its balances, None when not looked up or
    withheld. withheld: ids of locations the asker is counting."""

    reading: Reading
    meaning: Meaning
    keys: tuple[str, ...]
    targets: list[Record]
    stock: list[Record] | None = None
    withheld: Sequence[int] = ()


def resolve_scan(asked: Asked, actor: Actor) -> Resolved:
    """The meaning of a scan for this actor.

    Raises InvalidScan (its GS1 codes) for a code that claims to be GS1 or EAN and is broken,
    NotFound `unknown_site`, `unknown_location`.
    """
    with reading() as session:
        site_id = _site_id(session, asked, actor)
        here = _location_id(session, asked, site_id)
        resolved = _resolve(session, asked, actor, site_id, here)
        if asked.look_up:
            _look_up(session, resolved, actor)
    if resolved.stock is not None and _is_logged(actor):
        _log(resolved, actor, site_id, here)
    return resolved


def _site_id(session: Session, asked: Asked, actor: Actor) -> int | None:
    if asked.site is not None:
        return site_in_scope(session, asked.site, actor).id
    only = actor.site_ids if actor.site_ids is not None and len(actor.site_ids) == 1 else ()
    return next(iter(only), None)


def _location_id(session: Session, asked: Asked, site_id: int | None) -> int | None:
    if asked.location is None or site_id is None:
        return None
    return known_location(session, site_id, asked.location).id


def _resolve(
    session: Session, asked: Asked, actor: Actor, site_id: int | None, here: int | None
) -> Resolved:
    zone = sites_by_id(session, [site_id])[site_id].time_zone if site_id else "UTC"
    rules = rules_from(scan_rules_of(session, site_id), zone)
    read = read_scan(Scan(asked.text, asked.aim, asked.source), rules)
    keys = lookup_keys(read)
    entries: list[BarcodeEntry] = entries_of(session, keys, actor.site_ids) if keys else []
    context = ScanContext(
        expected=asked.expected,
        location_items=items_at(session, here) if here else frozenset(),
        site_id=site_id,
    )
    meaning = resolve_reading(read, entries, context)
    return Resolved(read, meaning, keys, _targets(session, meaning))


def _targets(session: Session, meaning: Meaning) -> list[Record]:
    """What each meaning's things are called, choices included."""
    rows: list[Record] = []
    for each in (meaning, *meaning.alternatives):
        named = named_targets(session, each.kind, each.target_ids)
        rows += [{"target": each.kind.value, **row} for row in named]
    return list({(row["target"], row["id"]): row for row in rows}.values())


def _look_up(session: Session, resolved: Resolved, actor: Actor) -> None:
    meaning = resolved.meaning
    if meaning.kind not in WITH_STOCK or len(meaning.target_ids) != 1:
        return
    (target_id,) = meaning.target_ids
    resolved.withheld = counting_at(session, actor.user_id)
    if meaning.kind is ScanKind.LOCATION and target_id in resolved.withheld:
        return
    resolved.stock = stock_of(
        session, meaning.kind, target_id, actor.site_ids, list(resolved.withheld)
    )


def _is_logged(actor: Actor) -> bool:
    return actor.source == "device" or actor.role == "operator"


def _log(resolved: Resolved, actor: Actor, site_id: int | None, here: int | None) -> None:
    meaning = resolved.meaning
    payload: dict[str, Any] = {"kind": meaning.kind.value, "target_id": meaning.target_ids[0]}
    at_place = meaning.target_ids[0] if meaning.kind is ScanKind.LOCATION else here
    with unit_of_work() as session:
        announce(
            session,
            "scan.looked_up",
            payload | {"user_id": actor.user_id, "location_id": at_place},
            actor=actor,
            at=now_ms(),
            site_id=site_id,
        )
