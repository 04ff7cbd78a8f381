"""Under which keys the barcode table may know a code, best first."""

from dataclasses import dataclass

from server.domain.codes import code_key
from server.domain.gs1 import check_digit, expand_upc_e, gtin_14, gtin_forms
from server.domain.scans.words import PREFIX_KINDS, Reading, ReadingKind, ScanKind

ASSET_AIS = ("8003", "8004")
PART_AIS = ("240", "241")
DOCUMENT_AIS = ("400", "401", "402")
LABEL_WHITESPACE = " \t\r\n\0\ufeff"
"""What scanners and people leave around a code. Not str.strip(): that would eat GS, the FNC1."""


@dataclass(frozen=True, slots=True)
class Aspect:
    """One way to look a reading up: keys, and the kinds of thing they may name (none: any)."""

    name: str
    keys: tuple[str, ...]
    kinds: frozenset[ScanKind] = frozenset()


def lookup_keys(reading: Reading) -> tuple[str, ...]:
    """Everything to look up in the barcode table; GTIN-14, -13, -12 and -8 name the same thing."""
    return tuple(dict.fromkeys(key for aspect in aspects(reading) for key in aspect.keys))


def aspects(reading: Reading) -> tuple[Aspect, ...]:
    """The ways to look this reading up, best first."""
    if reading.kind is ReadingKind.PREFIXED:
        kinds = frozenset({PREFIX_KINDS[reading.prefix or ""]})
        found = [Aspect("code", _code_keys(reading.code or ""), kinds)]
    elif reading.kind is ReadingKind.IN_STORE:
        found = [
            *_in_store_aspects(reading),
            Aspect("whole_code", _code_keys(reading.text)),
        ]
    elif reading.elements:
        found = _element_aspects(reading)
    else:
        found = [
            Aspect("code", _code_keys(reading.code or "", reading.gtin)),
            Aspect("upc_e", _upc_e_keys(reading)),
        ]
    return tuple(aspect for aspect in found if aspect.keys)


def _code_keys(code: str, gtin: str | None = None) -> tuple[str, ...]:
    key = code_key(code)
    gtin = gtin or gtin_14(key)
    forms = gtin_forms(gtin) if gtin else ()
    return tuple(dict.fromkeys(filter(None, (key, *forms))))


def _upc_e_keys(reading: Reading) -> tuple[str, ...]:
    """Scanners without AIM identifier may send the 8 digits under a UPC-E symbol as they are."""
    gtin_12 = None if reading.aim else expand_upc_e(reading.code or "")
    return gtin_forms(gtin_12.zfill(14)) if gtin_12 else ()


def _in_store_aspects(reading: Reading) -> list[Aspect]:
    """Shops enter such items with zeros for the weight, with the prefix, or by bare number."""
    pattern, digits = reading.pattern or "", reading.text
    item = "".join(d for d, p in zip(digits, pattern, strict=False) if p.isdigit() or p == "I")
    blank = "".join(
        "0" if p in "WPX" else d for d, p in zip(digits, pattern, strict=False) if p != "C"
    )
    blank += check_digit(blank) if pattern.endswith("C") else ""
    kinds = frozenset({ScanKind.ITEM})
    return [
        Aspect("in_store_zeroed", (blank,), kinds),
        Aspect("in_store_prefix", (item,), kinds),
        Aspect("in_store_item", (reading.code or "",), kinds),
    ]


def _element_aspects(reading: Reading) -> list[Aspect]:
    values = dict(reading.elements)
    unit, item = frozenset({ScanKind.HANDLING_UNIT}), frozenset({ScanKind.ITEM})
    return [
        Aspect("sscc", (reading.sscc, "00" + reading.sscc) if reading.sscc else (), unit),
        Aspect("gtin", gtin_forms(reading.gtin) if reading.gtin else (), item),
        Aspect("content", gtin_forms(reading.content_gtin) if reading.content_gtin else (), item),
        Aspect("asset", _values(values, ASSET_AIS), unit),
        Aspect("place", _place_keys(values), frozenset({ScanKind.LOCATION})),
        Aspect("part", _values(values, PART_AIS), item),
        Aspect("document", _values(values, DOCUMENT_AIS), frozenset({ScanKind.DOCUMENT})),
    ]


def _values(values: dict[str, str], ais: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(code_key(values[ai]) for ai in ais if ai in values)


def _place_keys(values: dict[str, str]) -> tuple[str, ...]:
    if "414" not in values:
        return ()
    if "254" in values:
        return (code_key(f"(414){values['414']}(254){values['254']}"),)
    return (values["414"],)
