"""Data that symbols must carry, at random."""

import random
from collections.abc import Iterator

from hypothesis import strategies as st

from labels.gs1 import Identifier, check_digit, find_flaws, identifiers
from labels.gs1.content import CHARSETS, check_pair
from labels.gs1.identifiers import Part
from labels.symbols import KINDS

PRINTABLE = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=30)
PLACES = st.from_regex(r"\A[LTW]:[A-D]-[0-9]{2}-[0-9]{2}\Z")
DIGITS = st.text("0123456789", min_size=1, max_size=24)
MESSAGES = {
    "gs1_128": (("00",), ("01", "10"), ("02", "37", "17"), ("01", "3103", "21")),
    "digital_link_qr": (("00",), ("01", "21", "10", "17"), ("01", "3103", "15"), ("414", "254")),
    "gs1_qr": (("01", "10", "21"), ("01", "17", "240", "8005"), ("253",)),
    "gs1_datamatrix": (("01", "10", "21"), ("01", "17", "240", "8005"), ("8003",)),
}
FIXED = {
    "hh": "23", "hhmi": "1230", "hyphen": "-", "iban": "GB82WEST12345698765432",
    "importeridx": "_", "iso5218": "2", "mediatype": "01", "mi": "59", "pieceoftotal": "0102",
    "posinseqslash": "1/2", "ss": "00", "winding": "9", "yesno": "1", "yymmd0": "261231",
    "yymmdd": "261231", "yyyymmdd": "20261231", "zero": "0",
}  # fmt: skip
PREFIXES = {"gcppos1": "0952", "gcppos2": "00952"}
SHORT = 12
"""Most characters of a value of free length, so that several fit into one GS1-128."""


def data_for(kind: str) -> st.SearchStrategy[str]:
    """Data of this kind as make_symbol takes it."""
    if KINDS[kind].gs1:
        seeds = st.integers(0, 2**32)
        ais = st.sampled_from(MESSAGES[kind])
        return st.builds(lambda message, seed: bracketed(message, random.Random(seed)), ais, seeds)
    if KINDS[kind].digits:
        size = KINDS[kind].digits - 1
        bodies = st.text("0123456789", min_size=size, max_size=size)
        return bodies.map(lambda body: body + check_digit(body))
    return PRINTABLE | PLACES | DIGITS


def bracketed(ais: tuple[str, ...], dice: random.Random) -> str:
    """These identifiers with values at random, as people write them."""
    told = {ai: gs1_value(identifiers()[ai], dice) for ai in ais}
    return "".join(f"({ai})" + value.replace("(", r"\(") for ai, value in told.items())


def gs1_value(identifier: Identifier, dice: random.Random) -> str:
    """A value that obeys every rule of its identifier."""
    for _ in range(1000):
        value = "".join(_pieces(identifier, dice))
        if not find_flaws([(identifier.ai, value)]):
            return value
    raise AssertionError(f"no value for ({identifier.ai})")


def _pieces(identifier: Identifier, dice: random.Random) -> Iterator[str]:
    for part in identifier.parts:
        if part.optional and dice.random() < 0.5:
            return
        yield _piece(part, dice)


def _piece(part: Part, dice: random.Random) -> str:
    for rule in part.rules:
        if rule in FIXED:
            return FIXED[rule]
    most = max(part.least, min(part.most, SHORT))
    least = max(part.least, min(most, 6) if part.rules else 1)
    size = dice.randint(least, most)
    letters = sorted(CHARSETS[part.charset] - set("=%"))
    start = next((PREFIXES[rule] for rule in part.rules if rule in PREFIXES), "")
    text = (start + "".join(dice.choices(letters, k=size)))[:size]
    if "csum" in part.rules:
        return text[:-1] + check_digit(text[:-1])
    return text[:-2] + check_pair(text[:-2]) if "csumalpha" in part.rules else text
