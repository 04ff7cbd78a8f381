"""read_scan: the order in which a code is tried, and the first reading that fits.

1 AIM identifier · 2 FNC1 (GS or the site's substitute) · 3 (01)... text · 4 Digital Link · 5 own
prefix · 6 in-store number · 7 plain code. Only 1 and 2 are claims: a code that makes one and is
broken is refused. From 3 on, what does not fit is simply something else, and `why` says so.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from server.domain.gs1 import (
    GS,
    Element,
    ScanError,
    checked_content,
    find_pairings,
    gtin_14,
    is_digits,
    is_web_address,
    parse_bracketed,
    parse_digital_link,
    parse_element_string,
)
from server.domain.scans.elements import with_elements
from server.domain.scans.in_store import read_in_store
from server.domain.scans.keys import LABEL_WHITESPACE
from server.domain.scans.words import PREFIX_KINDS, Reading, ReadingKind, Scan, ScanRules

# ISO/IEC 15424: `]`, a letter for the symbology, a modifier.
AIM = re.compile(r"\][A-UXZac-ehjoprsz][0-9A-Za-z]")
GS1_AIMS = frozenset({"]C1", "]e0", "]e1", "]d2", "]d5", "]Q3", "]Q4", "]J1"})
# UPC-A and UPC-E arrive as 13 digits too; ]E3 carries an add-on of 2 or 5 digits behind them.
EAN_LENGTHS = {"]E0": (13,), "]E3": (15, 18), "]E4": (8,)}
COMPOSITE = re.compile(r"\|?\]e0")
ENVELOPE_START = "[)>\x1e"
ENVELOPE = re.compile(r"\[\)>\x1e05\x1d([^\x1e]*)\x1e?\x04?")
KEY_AIS = ("00", "01", "02")
SHORTEST_KEY = len("01") + 14


@dataclass
class _Desk:
    """One scan on the table: its payload, and the steps taken so far."""

    text: str
    aim: str | None
    rules: ScanRules
    why: list[str] = field(default_factory=list)

    def note(self, code: str, /, **params: object) -> None:
        self.why.append(" ".join([code, *(f"{name}={value}" for name, value in params.items())]))

    def reading(self, kind: ReadingKind) -> Reading:
        return Reading(kind=kind, text=self.text, aim=self.aim, why=tuple(self.why))


def read_scan(scan: Scan, rules: ScanRules) -> Reading:
    """The one reading of a scan.

    Raises ScanError (its codes there) only for a code that claims to be GS1 or EAN, by its AIM
    identifier or FNC1, and is broken.
    """
    desk = _open(scan, rules)
    steps: tuple[Callable[[_Desk], Reading | None], ...] = (
        _by_aim, _by_fnc1, _bracketed, _digital_link, _prefixed, _in_store, _bare,
    )  # fmt: skip
    for step in steps:
        reading = step(desk)
        if reading is not None:
            return reading
    return _plain(desk)


def _open(scan: Scan, rules: ScanRules) -> _Desk:
    text = scan.text.strip(LABEL_WHITESPACE)
    aim = scan.aim if scan.aim and AIM.fullmatch(scan.aim) else None
    leading = AIM.match(text)
    if leading and aim in (None, leading[0]):
        aim, text = leading[0], text[3:].strip(LABEL_WHITESPACE)
    desk = _Desk(text, aim, rules)
    if aim:
        desk.note("aim", id=aim)
    return desk


def _by_aim(desk: _Desk) -> Reading | None:
    if desk.aim in GS1_AIMS:
        return _gs1(desk, _with_separators(desk))
    if desk.aim in EAN_LENGTHS:
        return _ean(desk, EAN_LENGTHS[desk.aim])
    return None


def _ean(desk: _Desk, lengths: tuple[int, ...]) -> Reading:
    composite = COMPOSITE.search(desk.text)
    digits = desk.text[: composite.start()] if composite else desk.text
    if not digits:
        raise ScanError("empty_code")
    if len(digits) not in lengths:
        raise ScanError(
            "bad_length", ai="01", value=digits[:100], least=min(lengths), most=max(lengths)
        )
    if not is_digits(digits):
        raise ScanError("bad_charset", ai="01", value=digits)
    gtin = gtin_14(digits[:13])
    if gtin is None:
        raise ScanError("bad_check_digit", ai="01", value=digits)
    if composite:
        rest = parse_element_string(desk.text[composite.end() :])
        desk.note("composite", elements=len(rest))
        return _from_elements(desk, ReadingKind.GS1, (("01", gtin), *rest))
    return _in_store(desk) or _plain(desk, gtin)


def _by_fnc1(desk: _Desk) -> Reading | None:
    envelope = ENVELOPE.fullmatch(desk.text)
    if envelope:
        desk.note("envelope", format="05")
        return _gs1(desk, envelope[1])
    if desk.aim or desk.text.startswith(ENVELOPE_START):
        # The symbology says that there is no FNC1; format 06 is another language (ANSI MH10.8.2).
        return None
    if GS in desk.text:
        desk.note("fnc1")
        return _gs1(desk, _with_separators(desk))
    return _by_separator(desk)


def _by_separator(desk: _Desk) -> Reading | None:
    separated = _with_separators(desk)
    if separated == desk.text:
        return None
    if separated.startswith(GS):
        desk.note("separator")
        return _gs1(desk, separated)
    # Inside a text the substitute may be just a character: a claim only if all the rest fits.
    return _attempt(desk, "separator", lambda: parse_element_string(separated), ReadingKind.GS1)


def _bracketed(desk: _Desk) -> Reading | None:
    text = unicodedata.normalize("NFKC", desk.text)
    if not text.startswith("("):
        return None
    return _attempt(desk, "bracketed", lambda: parse_bracketed(text), ReadingKind.GS1)


def _digital_link(desk: _Desk) -> Reading | None:
    if not is_web_address(desk.text):
        return None
    return _attempt(
        desk, "digital_link", lambda: parse_digital_link(desk.text), ReadingKind.DIGITAL_LINK
    )


def _prefixed(desk: _Desk) -> Reading | None:
    text = unicodedata.normalize("NFKC", desk.text)
    letter, colon, code = text[:1].upper(), text[1:2], text[2:].strip(LABEL_WHITESPACE)
    if colon != ":" or letter not in PREFIX_KINDS or not code:
        return None
    desk.note("prefix", letter=letter)
    return replace(desk.reading(ReadingKind.PREFIXED), prefix=letter, code=code)


def _in_store(desk: _Desk) -> Reading | None:
    for pattern in desk.rules.in_store:
        parts = read_in_store(desk.text, pattern)
        if parts is not None:
            desk.note("in_store", pattern=pattern.pattern)
            return replace(
                desk.reading(ReadingKind.IN_STORE),
                pattern=pattern.pattern,
                code=parts.item,
                weight_kg=parts.weight_kg,
                price=parts.price,
            )
    return None


def _bare(desk: _Desk) -> Reading | None:
    """A whole GS1 label from a scanner that sends neither AIM identifier nor FNC1."""
    if desk.aim or not desk.text.startswith(KEY_AIS) or len(desk.text) < SHORTEST_KEY:
        return None
    before = list(desk.why)
    try:
        desk.note("bare_gs1")
        reading = _gs1(desk, desk.text)
    except ScanError:
        desk.why = before
        return None
    if desk.rules.bare_gs1:
        return reading
    desk.why = [*before, "looks_like_gs1"]
    return None


def _plain(desk: _Desk, gtin: str | None = None) -> Reading:
    code = unicodedata.normalize("NFKC", desk.text)
    gtin = gtin or gtin_14(code)
    desk.note("plain" if gtin is None else "gtin")
    return replace(desk.reading(ReadingKind.PLAIN), code=code, gtin=gtin)


def _with_separators(desk: _Desk) -> str:
    text = desk.text
    for separator in desk.rules.separators:
        text = text.replace(separator, GS)
    return text


def _gs1(desk: _Desk, text: str) -> Reading:
    # Camera decoders hand out the bracketed form even when they name the symbology; no element
    # string begins with a bracket.
    parse = parse_bracketed if text.startswith("(") else parse_element_string
    return _from_elements(desk, ReadingKind.GS1, parse(text))


def _attempt(
    desk: _Desk, name: str, parse: Callable[[], tuple[Element, ...]], kind: ReadingKind
) -> Reading | None:
    before = list(desk.why)
    try:
        desk.note(name)
        return _from_elements(desk, kind, parse())
    except ScanError as error:
        desk.why = before
        desk.note(f"not_{name}", code=error.code)
        return None


def _from_elements(desk: _Desk, kind: ReadingKind, elements: tuple[Element, ...]) -> Reading:
    flaws = checked_content(elements)
    desk.note("elements", count=len(elements))
    for flaw in flaws:
        desk.note("flaw", ai=flaw.ai, rule=flaw.rule)
    for pairing in find_pairings(elements):
        desk.note(f"pairing_{pairing.problem}", ai=pairing.ai, other=pairing.other)
    return with_elements(desk.reading(kind), elements, desk.rules.reference_year)
