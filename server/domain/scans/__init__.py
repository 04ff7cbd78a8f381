"""One scan, one meaning: Scan -> read_scan -> Reading -> resolve_reading -> Meaning.

The handheld resolves the same offline (scanner_client/src/scan); both are held to
tests/vectors/scans.json.
"""

from server.domain.gs1 import ScanError
from server.domain.scans.explain import as_json, explain
from server.domain.scans.keys import lookup_keys
from server.domain.scans.meaning import resolve_reading
from server.domain.scans.reading import read_scan
from server.domain.scans.words import (
    PREFIX_KINDS,
    BarcodeEntry,
    InStorePattern,
    Meaning,
    Reading,
    ReadingKind,
    Scan,
    ScanContext,
    ScanKind,
    ScanRules,
)

__all__ = [
    "PREFIX_KINDS",
    "BarcodeEntry",
    "InStorePattern",
    "Meaning",
    "Reading",
    "ReadingKind",
    "Scan",
    "ScanContext",
    "ScanError",
    "ScanKind",
    "ScanRules",
    "as_json",
    "explain",
    "lookup_keys",
    "read_scan",
    "resolve_reading",
]
