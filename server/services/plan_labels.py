"""What to print: rows of labels from codes, from a question to the books, from numbers, or as told.

Locations come in the order somebody walks past them, a separator before each aisle if wanted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sqlalchemy.orm import Session

import labels
from server.domain.codes import code_key
from server.domain.errors import InvalidInput, NotFound
from server.domain.people import Actor
from server.services.find_in_scope import known_item, site_in_scope
from server.services.hand_out_numbers import hand_out_numbers
from server.services.keep_designs import KeptDesign, design_in_force
from server.store.db import reading
from server.store.queries import label_rows

ROWS_MOST = 10_000
CODE_SHOWN, NAMED_MOST, CODES_MOST = 40, 10, 1_000
KINDS = ("data", "items", "locations", "lots", "units", "numbers")
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants labels of.

    kind: data (rows as given), items, locations, lots (of `item`), units, numbers (`count` new
    ones of `numbers`: sscc, lpn or serial). codes: these things (items by sku or barcode); without,
    those that match.
    extra: fields put on every label. separators: one before each aisle.
    """

    kind: str
    site: str = ""
    codes: Sequence[str] = ()
    data: Sequence[Mapping[str, Any]] = ()
    match: Mapping[str, Any] = field(default_factory=dict)
    item: str = ""
    owner: str = ""
    numbers: str = ""
    count: int = 0
    separators: bool = False
    extra: Mapping[str, str] = field(default_factory=dict)


def plan_labels(wanted: Wanted, design: str, language: str, actor: Actor) -> list[Row]:
    """The rows of a print job. Numbers are only said how they will look: nothing is handed out.

    Raises NotFound `unknown_site`, `design_unknown`, `unknown_item`, `unknown_location`,
    `unknown_lot`, `unknown_unit` (naming all that nobody knows at once);
    InvalidInput `nothing_to_print`, `too_many_labels`, `no_separator`.
    """
    with reading() as session:
        kept = design_in_force(session, design)
        found = _FROM[wanted.kind](session, wanted, language, actor)
    if not found:
        raise InvalidInput("nothing_to_print")
    if len(found) > ROWS_MOST:
        raise InvalidInput("too_many_labels", value=len(found), most=ROWS_MOST)
    rows = [{"data": {**data, **wanted.extra}} for data in found]
    return _with_separators(rows, kept) if wanted.separators else rows


def take_numbers(rows: Sequence[Row], wanted: Wanted, actor: Actor) -> list[Row]:
    """The rows with real numbers, which nobody else will ever get. Raises as hand_out_numbers."""
    if wanted.kind != "numbers":
        return list(rows)
    codes = hand_out_numbers(
        wanted.numbers, len(rows), owner=wanted.owner, item=wanted.item, actor=actor
    )
    return [
        {"data": {**row["data"], wanted.numbers: code}}
        for row, code in zip(rows, codes, strict=True)
    ]


def _given(_session: Session, wanted: Wanted, _language: str, _actor: Actor) -> list[Any]:
    return [dict(data) for data in wanted.data]


def _items(session: Session, wanted: Wanted, language: str, actor: Actor) -> list[Any]:
    codes = _skus(session, wanted.codes)
    if codes:
        where = label_rows.items_with_codes(codes)
    else:
        match = dict(wanted.match)
        site = match.pop("site", "")
        site_id = site_in_scope(session, site, actor).id if site else None
        where = label_rows.items_matching(**match, site_id=site_id)
    found = label_rows.item_labels(session, where, language, ROWS_MOST + 1)
    return _in_order(codes, found, "sku", "item")


def _skus(session: Session, codes: Sequence[str]) -> list[str]:
    """Whoever scans an item whose label is torn scans its barcode."""
    by_barcode = label_rows.skus_by_barcode(session, codes) if codes else {}
    return [by_barcode.get(code_key(code), code) for code in codes]


def _locations(session: Session, wanted: Wanted, language: str, actor: Actor) -> list[Any]:
    site = site_in_scope(session, wanted.site, actor)
    where = (
        label_rows.locations_with_codes(wanted.codes)
        if wanted.codes
        else label_rows.locations_matching(**wanted.match)
    )
    found = label_rows.location_labels(session, site.id, where, language, ROWS_MOST + 1)
    _in_order(wanted.codes, found, "location", "location")
    return found


def _lots(session: Session, wanted: Wanted, language: str, _actor: Actor) -> list[Any]:
    known_item(session, wanted.item)
    found = label_rows.lot_labels(session, wanted.item, wanted.codes, language, ROWS_MOST + 1)
    return _in_order(wanted.codes, found, "lot", "lot")


def _units(session: Session, wanted: Wanted, _language: str, actor: Actor) -> list[Any]:
    found = [
        {"lpn": code, "tote": code, **({"sscc": code} if len(code) == 18 else {})}
        for code in label_rows.unit_codes(session, wanted.codes, actor.site_ids)
    ]
    return _in_order(wanted.codes, found, "lpn", "unit")


def _numbers(session: Session, wanted: Wanted, language: str, _actor: Actor) -> list[Any]:
    if wanted.count > ROWS_MOST:
        raise InvalidInput("too_many_labels", value=wanted.count, most=ROWS_MOST)
    sample = {"sscc": "0" * 18, "lpn": "0" * 10, "serial": "0" * 12}[wanted.numbers]
    of_item: Mapping[str, str] = {}
    if wanted.item:
        known_item(session, wanted.item)
        where = label_rows.items_with_codes([wanted.item])
        of_item = label_rows.item_labels(session, where, language, 1)[0]
    return [{**of_item, wanted.numbers: sample} for _ in range(wanted.count)]


_FROM = {
    "data": _given,
    "items": _items,
    "locations": _locations,
    "lots": _lots,
    "units": _units,
    "numbers": _numbers,
}


def _in_order(codes: Sequence[str], found: list[Any], name: str, what: str) -> list[Any]:
    """What was asked for by code, in that order; each code must be there, or all that are not
    are named at once."""
    if not codes:
        return found
    by_key = {code_key(data[name]): data for data in found}
    missing = [code for code in codes if code_key(code) not in by_key]
    if missing:
        raise NotFound(f"unknown_{what}", **_named(what, missing))
    return [by_key[code_key(code)] for code in codes]


def _named(what: str, missing: Sequence[str]) -> dict[str, Any]:
    """The sentence names as many as somebody reads, `codes` (of several) as many as one mends."""
    shown = [code[:CODE_SHOWN] for code in missing]
    more = len(shown) - NAMED_MOST
    words = ", ".join(shown[:NAMED_MOST]) + (f" … (+{more})" if more > 0 else "")
    return {what: words, **({"codes": shown[:CODES_MOST]} if len(shown) > 1 else {})}


def _with_separators(rows: list[Row], design: KeptDesign) -> list[Row]:
    """Before the labels of each aisle, one that names it: how many, from where to where."""
    width, height = design.parsed.size_mm
    separator = f"aisle-{width:g}x{height:g}"
    if separator not in labels.design_names():
        raise InvalidInput("no_separator", design=design.name)
    out: list[Row] = []
    for aisle, group in groupby(rows, key=lambda row: _aisle(row["data"].get("location", ""))):
        own = list(group)
        first, last = own[0]["data"].get("location", ""), own[-1]["data"].get("location", "")
        told = {"aisle": aisle or "-", "first": first, "last": last, "count": str(len(own))}
        out += [{"design": separator, "data": told}, *own]
    return out


def _aisle(code: str) -> str:
    """What of a location's code names its aisle: before the first dash or dot, else a letter."""
    for mark in "-./ _":
        head, found, _ = code.partition(mark)
        if found and head:
            return head
    return code[:1]
