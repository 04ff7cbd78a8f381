"""A scan explained step by step, as JSON would carry it."""

from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from server.domain.gs1 import ScanError
from server.domain.numbers import plain
from server.domain.scans.keys import lookup_keys
from server.domain.scans.meaning import resolve_reading
from server.domain.scans.reading import read_scan
from server.domain.scans.words import BarcodeEntry, Scan, ScanContext, ScanRules


def explain(
    scan: Scan,
    rules: ScanRules,
    candidates: Sequence[BarcodeEntry] = (),
    context: ScanContext | None = None,
) -> dict[str, Any]:
    """scan, reading, keys and meaning, or the error of a broken code; never raises."""
    try:
        reading = read_scan(scan, rules)
    except ScanError as error:
        return {"scan": as_json(scan), "error": {"code": error.code, "fields": dict(error.fields)}}
    meaning = resolve_reading(reading, candidates, context or ScanContext())
    return {
        "scan": as_json(scan),
        "reading": as_json(reading),
        "keys": list(lookup_keys(reading)),
        "meaning": as_json(meaning),
    }


def as_json(value: Any) -> Any:
    """Dataclasses as objects without their empty fields; decimals and ids as strings."""
    if is_dataclass(value):
        named = {each.name: getattr(value, each.name) for each in fields(value)}
        return {name: _field(name, part) for name, part in named.items() if part not in (None, ())}
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | frozenset):
        return [as_json(each) for each in value]
    return value


def _field(name: str, value: Any) -> Any:
    if name.endswith("_id"):
        return str(value)
    if name.endswith("_ids"):
        return [str(each) for each in value]
    return as_json(value)
