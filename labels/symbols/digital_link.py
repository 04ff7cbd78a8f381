"""GS1 Digital Link URIs from elements: uncompressed, in canonical order (URI Syntax 1.4, 4.10).

The key, its qualifiers in the order the standard gives, then the other elements in the query,
sorted by identifier. Read again by server/domain/gs1/digital_link.py.
"""

import re
from collections.abc import Sequence
from urllib.parse import quote

from labels.errors import LabelError
from labels.gs1 import Element, Identifier, identifiers

RESOLVER = "https://id.gs1.org"
_ADDRESS = re.compile(
    r"https://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?(?:/[\w.~-]+)*", re.A
)


def digital_link(elements: Sequence[Element], resolver: str, field: str) -> str:
    """The address that names what the elements name.

    Raises LabelError bad_resolver, or not_digital_link (fields ai) when there is no key or an
    element has no place in such an address.
    """
    if not _ADDRESS.fullmatch(resolver):
        raise LabelError("bad_resolver", field, value=resolver[:100])
    key = _key(elements, field)
    values = dict(elements)
    path = [key.ai, *_qualifiers(key, values)]
    query = sorted(set(values) - set(path))
    for ai in query:
        if not identifiers()[ai].attribute:
            raise LabelError("not_digital_link", field, ai=ai)
    address = resolver + "".join(f"/{ai}/{quote(values[ai], safe='')}" for ai in path)
    asked = "&".join(f"{ai}={quote(values[ai], safe='')}" for ai in query)
    return f"{address}?{asked}" if asked else address


def _key(elements: Sequence[Element], field: str) -> Identifier:
    for ai, _ in elements:
        if identifiers()[ai].qualifiers is not None:
            return identifiers()[ai]
    raise LabelError("not_digital_link", field, ai=elements[0][0])


def _qualifiers(key: Identifier, values: dict[str, str]) -> list[str]:
    """Those present, in the order that takes most of them."""
    present = [[ai for ai in order if ai in values] for order in key.qualifiers or ()]
    return max(present, key=len, default=[])
