"""GS1 Digital Link URIs (uncompressed, URI Syntax 1.2 and later) as elements.

https://example.com/some/stem/01/09520123456788/10/ABC?17=261231 names the same thing as
(01)09520123456788(10)ABC(17)261231. Read generously: GTINs with fewer than 14 digits and the
withdrawn words of version 1.1 (gtin, lot, ser ...) are understood; nothing here writes them.
"""

import re

from labels.gs1 import Element, Identifier, identifiers
from server.domain.gs1.elements import checked_shape
from server.domain.gs1.errors import ScanError

SCHEMES = ("https://", "http://", "HTTPS://", "HTTP://")
# RFC 3986: everything else must be percent-encoded.
URI = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")
AUTHORITY = re.compile(r"[A-Za-z0-9.\-]+(?::[0-9]+)?|\[[0-9A-Fa-f:.]+\](?::[0-9]+)?")
PERCENT = re.compile(r"%([0-9A-Fa-f]{2})")
WORDS = {
    "gtin": "01", "cpv": "22", "lot": "10", "ser": "21", "sscc": "00", "gln": "414", "glnx": "254",
    "itip": "8006", "grai": "8003", "giai": "8004", "gdti": "253", "ginc": "401", "gsin": "402",
}  # fmt: skip


def is_web_address(text: str) -> bool:
    """Whether it may be a Digital Link at all."""
    return text.startswith(SCHEMES)


def parse_digital_link(uri: str) -> tuple[Element, ...]:
    """The elements of a Digital Link, path first, then the query.

    Raises ScanError not_digital_link, or what parse_element_string raises for a bad value. (A web
    address claims nothing, so readers take these as "some other address".)
    """
    path, _, query = _after_authority(uri).partition("?")
    key, named = _from_path(path.split("/"))
    elements = list(named)
    for ai, value in _from_query(query):
        if ai in dict(elements) or _belongs_in_path(key, named, ai):
            raise ScanError("not_digital_link", ai=ai)
        elements.append((ai, value))
    return tuple(elements)


def unescape(text: str, *, plus_is_space: bool) -> str:
    """Percent-decoding to the characters 0-255; a % that starts no escape stays what it is."""
    if plus_is_space:
        text = text.replace("+", " ")
    return PERCENT.sub(lambda found: chr(int(found[1], 16)), text)


def _after_authority(uri: str) -> str:
    if not is_web_address(uri) or not URI.fullmatch(uri):
        raise ScanError("not_digital_link")
    authority, _, rest = uri.partition("//")[2].partition("#")[0].partition("/")
    if not AUTHORITY.fullmatch(authority):
        raise ScanError("not_digital_link")
    return rest


def _from_path(segments: list[str]) -> tuple[Identifier, tuple[Element, ...]]:
    """The key nearest the end and the elements from it on."""
    found: list[Element] = []
    for at in range(len(segments) - 2, -1, -2):
        ai = WORDS.get(segments[at], segments[at])
        identifier = identifiers().get(ai)
        if identifier is None:
            break
        found.insert(0, _element(identifier, unescape(segments[at + 1], plus_is_space=False)))
        if identifier.qualifiers is not None:
            _check_order(identifier, [ai for ai, _ in found[1:]])
            return identifier, tuple(found)
        if len(found) > 4:
            break
    raise ScanError("not_digital_link")


def _check_order(key: Identifier, named: list[str]) -> None:
    for order in key.qualifiers or ():
        if named == [ai for ai in order if ai in named]:
            return
    raise ScanError("not_digital_link", ai=key.ai)


def _from_query(query: str) -> list[Element]:
    elements: list[Element] = []
    for pair in query.split("&"):
        name, equals, value = pair.partition("=")
        if not equals or not name.isdigit():
            continue
        identifier = identifiers().get(name)
        if identifier is None or not identifier.attribute:
            raise ScanError("not_digital_link", ai=name[:6])
        if len(elements) > 50:
            raise ScanError("not_digital_link")
        element = _element(identifier, unescape(value, plus_is_space=True))
        if name in dict(elements):
            raise ScanError("not_digital_link", ai=name)
        elements.append(element)
    return elements


def _belongs_in_path(key: Identifier, named: tuple[Element, ...], ai: str) -> bool:
    together = {ai, *(each for each, _ in named[1:])}
    return any(together <= set(order) for order in key.qualifiers or ())


def _element(identifier: Identifier, value: str) -> Element:
    if identifier.ai == "01" and len(value) in (8, 12, 13):
        value = value.zfill(14)
    return identifier.ai, checked_shape(identifier, value)
