"""resolve_reading: whose code it is, here and now."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

from server.domain.codes import code_key
from server.domain.scans.keys import Aspect, aspects
from server.domain.scans.words import (
    PREFIX_KINDS,
    BarcodeEntry,
    Meaning,
    Reading,
    ReadingKind,
    ScanContext,
    ScanKind,
)


def resolve_reading(
    reading: Reading, candidates: Sequence[BarcodeEntry], context: ScanContext
) -> Meaning:
    """What a reading means to somebody in this context.

    candidates: the rows found under lookup_keys(reading). Several things under one code: the kind
    the step expects decides, then the document, then the place; else the meaning is a choice.
    """
    if reading.prefix == "C":
        command = code_key(reading.code or "")
        return _meaning(reading, ScanKind.COMMAND, ("command",), code=command)
    entries, aspect, why = _best(reading, candidates, context)
    if not entries:
        return _unmatched(reading, context, why)
    entries, decided = _narrow(entries, context)
    why = (*why, *decided)
    if len(entries) == 1:
        return _matched(reading, entries[0], aspect, why)
    alternatives = tuple(_matched(reading, entry, aspect, ()) for entry in entries)
    return Meaning(
        ScanKind.CHOICE,
        code=_code(reading),
        alternatives=alternatives,
        why=(*reading.why, *why, f"ask among={len(entries)}"),
    )


def _best(
    reading: Reading, candidates: Sequence[BarcodeEntry], context: ScanContext
) -> tuple[list[BarcodeEntry], str, tuple[str, ...]]:
    """The entries of the best aspect that has any; one of an expected kind is better."""
    found = [(aspect, _entries(aspect, candidates, context)) for aspect in aspects(reading)]
    found = [(aspect, entries) for aspect, entries in found if entries]
    wanted = [pair for pair in found if any(each.kind in context.expected for each in pair[1])]
    if wanted or found:
        aspect, entries = (wanted or found)[0]
        return entries, aspect.name, (f"found by={aspect.name}",)
    keys = {key for aspect in aspects(reading) for key in aspect.keys}
    elsewhere = any(each.key in keys for each in candidates)
    return [], "", ("other_site",) if elsewhere and context.site_id is not None else ("not_found",)


def _entries(
    aspect: Aspect, candidates: Sequence[BarcodeEntry], context: ScanContext
) -> list[BarcodeEntry]:
    here = (None, context.site_id)
    return [
        each
        for each in candidates
        if each.key in aspect.keys
        and (not aspect.kinds or each.kind in aspect.kinds)
        and (context.site_id is None or each.site_id in here)
    ]


def _narrow(
    entries: list[BarcodeEntry], context: ScanContext
) -> tuple[list[BarcodeEntry], tuple[str, ...]]:
    """Drop what the step, the document or the place rule out, as long as something is left."""
    rules: tuple[tuple[str, Callable[[BarcodeEntry], bool]], ...] = (
        ("expected_kind", lambda each: each.kind in context.expected),
        ("document", lambda each: _is_item_of(each, context.document_items)),
        ("location", lambda each: _is_item_of(each, context.location_items)),
    )
    entries, decided = _once_each(entries), []
    for name, fits in rules:
        kept = [each for each in entries if fits(each)]
        if 0 < len(kept) < len(entries):
            entries = kept
            decided.append(f"decided by={name}")
    return entries, tuple(decided)


def _once_each(entries: list[BarcodeEntry]) -> list[BarcodeEntry]:
    """One thing found under two spellings of its code is still one thing."""
    unique: dict[tuple[object, ...], BarcodeEntry] = {}
    for each in entries:
        thing = (each.kind, each.target_id, each.packaging_id, each.lot, each.serial)
        unique.setdefault(thing, each)
    return list(unique.values())


def _is_item_of(entry: BarcodeEntry, items: frozenset[int]) -> bool:
    return entry.kind is ScanKind.ITEM and entry.target_id in items


def _matched(reading: Reading, entry: BarcodeEntry, aspect: str, why: tuple[str, ...]) -> Meaning:
    meaning = _meaning(reading, entry.kind, why, target_ids=(entry.target_id,))
    if entry.kind is not ScanKind.ITEM:
        return replace(meaning, weight_kg=None, price=None)
    if aspect == "whole_code":
        # Somebody bound the whole number to an item: then its digits are no weight.
        meaning = replace(meaning, weight_kg=None, price=None)
    return replace(
        meaning,
        packaging_id=entry.packaging_id,
        packaging_quantity=entry.packaging_quantity,
        quantity=_quantity(reading, entry, meaning.weight_kg),
        lot=meaning.lot or entry.lot,
        serial=meaning.serial or entry.serial,
    )


def _quantity(reading: Reading, entry: BarcodeEntry, weight_kg: Decimal | None) -> Decimal:
    """Base units in this scan: the weight if the item is kept by weight, else counted.

    AI 37 counts trade items of the code (boxes), AI 30 counts pieces (General Specifications 3.2.4,
    3.3.3).
    """
    if entry.by_weight and weight_kg is not None:
        return weight_kg
    if reading.count is None:
        return entry.packaging_quantity
    counts_packs = any(ai == "37" for ai, _ in reading.elements)
    return reading.count * entry.packaging_quantity if counts_packs else Decimal(reading.count)


def _unmatched(reading: Reading, context: ScanContext, why: tuple[str, ...]) -> Meaning:
    if reading.prefix:
        return _meaning(reading, PREFIX_KINDS[reading.prefix], why)
    if reading.sscc:
        return _meaning(reading, ScanKind.HANDLING_UNIT, why)
    if reading.elements and (reading.gtin or reading.content_gtin):
        return _meaning(reading, ScanKind.ITEM, why)
    if reading.kind is ReadingKind.IN_STORE:
        return _meaning(reading, ScanKind.ITEM, why)
    if reading.elements and context.item_id is not None and not reading.gln:
        meaning = _meaning(reading, ScanKind.ITEM, ("item_in_hand",))
        return replace(meaning, target_ids=(context.item_id,))
    return _meaning(reading, ScanKind.UNKNOWN, why)


def _meaning(
    reading: Reading,
    kind: ScanKind,
    why: tuple[str, ...],
    *,
    target_ids: tuple[int, ...] = (),
    code: str | None = None,
) -> Meaning:
    return Meaning(
        kind=kind,
        target_ids=target_ids,
        code=code or _code(reading),
        weight_kg=reading.weight_kg,
        price=reading.price,
        lot=reading.lot,
        serial=reading.serial,
        expiry=reading.expiry,
        best_before=reading.best_before,
        production_date=reading.production_date,
        why=(*reading.why, *why),
    )


def _code(reading: Reading) -> str:
    named = (reading.sscc, reading.gtin, reading.content_gtin) if reading.elements else ()
    return next(filter(None, (*named, reading.code)), reading.text)
