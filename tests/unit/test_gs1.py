"""GS1 element strings, bracketed text and Digital Links: the syntax engine's vectors, and ours."""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from biip.gs1_messages import GS1Message
from hypothesis import given
from hypothesis import strategies as st

from labels.gs1 import Gs1Error
from labels.gs1.content import HOLDS, check_pair, is_padded_base_64
from labels.gs1.elements import split_brackets
from labels.gs1.identifiers import TABLE, identifiers
from server.domain import gs1
from server.domain.gs1 import GS, Element, ScanError
from server.domain.gs1.digital_link import unescape
from server.domain.scans import Reading, ReadingKind, Scan, ScanRules, read_scan

ROOT = Path(__file__).parents[2]
VECTORS = Path(os.environ.get("STOCKTURN_SHARED") or ROOT.parent / "shared")
VECTORS = VECTORS / "data" / "gs1" / "syntax_engine_vectors.json"
HANDBOOK = ROOT / "docs" / "processes" / "scanning.md"
RULES = ScanRules(reference_year=2026)
GTIN = "09501101530003"

COUPONS = "inside of North American retail coupons: no goods, read as text"
LISTS = "lists of countries and currencies are not held; only their shape is checked"
GENEROUS = "engine run with the option off; we read short GTINs and the withdrawn words"
STRICT = "engine run with 'permit unknown AIs'; an unknown AI makes it some other address"
ENCODER = "what an encoder refuses to print; nothing to read"
PRINTED = "the elements hold an unknown AI; see digital_link_parse"


def reason_not_to_apply(group: str, case: dict[str, Any], earlier: Sequence[str]) -> str | None:
    """Why a vector says nothing about reading here, or None if it must hold."""
    if group == "linters" and "COUPON" in case["error"]:
        return COUPONS
    if group == "linters" and ("ISO3166" in case["error"] or "ISO4217" in case["error"]):
        return LISTS
    if group == "digital_link_parse" and not case["ok"] and case["input"] in earlier:
        return GENEROUS
    if group == "digital_link_parse" and not case["ok"] and "/gtin/" in case["input"]:
        return GENEROUS
    if group == "digital_link_parse" and case["ok"] and "89=" in case["input"]:
        return STRICT
    if group == "digital_link_generate":
        return ENCODER if not case["ok"] else PRINTED if "(89)" in case["input"] else None
    if group == "generate_scan_data" and case["scandata"] is None:
        return ENCODER
    return None


def unbracketed(elements: Sequence[Element]) -> str:
    """The elements in the engine's notation, ^ for FNC1."""
    pieces = [ai + value + ("" if identifiers()[ai].predefined else "^") for ai, value in elements]
    return "^" + "".join(pieces).removesuffix("^")


def refused(read: Callable[[], object]) -> bool:
    try:
        return not read()
    except (Gs1Error, ScanError):
        return True


def holds_parse_bracketed(case: dict[str, Any]) -> bool:
    if not case["ok"]:
        return refused(lambda: gs1.parse_bracketed(case["input"]))
    return unbracketed(gs1.parse_bracketed(case["input"])) == case["unbracketed"]


def holds_process_unbracketed(case: dict[str, Any]) -> bool:
    text = case["input"].replace("^", GS)

    def read() -> bool:
        reading = read_scan(Scan(text), RULES)
        return reading.kind is ReadingKind.GS1 and not gs1.find_flaws(reading.elements)

    return refused(read) != case["ok"]


def holds_validate_ais(case: dict[str, Any]) -> bool:
    elements = tuple(split_brackets(case["input"]))
    if case["fn"] == "validateAIrepeats":
        return (gs1.find_conflict(elements) is None) == case["ok"]
    problem = {
        "validateAImutex": "excluded",
        "validateAIrequisites": "missing",
        "validateDigSigRequiresSerialisedKey": "unserialised",
    }[case["fn"]]
    found = any(each.problem == problem for each in gs1.find_pairings(elements))
    return found != case["ok"]


def holds_linters(case: dict[str, Any]) -> bool:
    def read() -> bool:
        return not gs1.find_flaws(gs1.parse_bracketed(case["input"]))

    return refused(read) != (case["error"] == "GS1_LINTER_OK")


def holds_digital_link_parse(case: dict[str, Any]) -> bool:
    reading = read_scan(Scan(case["input"]), RULES)
    if not case["ok"]:
        return reading.kind is ReadingKind.PLAIN
    return unbracketed(reading.elements) == case["unbracketed"]


def holds_digital_link_generate(case: dict[str, Any]) -> bool:
    reading = read_scan(Scan(case["uri"]), RULES)
    return dict(reading.elements) == dict(split_brackets(case["input"]))


def holds_scan_data(case: dict[str, Any]) -> bool:
    if not case["ok"]:
        return refused(lambda: read_scan(Scan(case["input"]), RULES).elements)
    return says(read_scan(Scan(case["input"]), RULES), case["data"])


def holds_generate_scan_data(case: dict[str, Any]) -> bool:
    return says(read_scan(Scan(case["scandata"]), RULES), case["data"])


def says(reading: Reading, data: str) -> bool:
    """Whether a reading is of the engine's data: ^ begins elements, | a composite part."""
    linear, bar, composite = data.rpartition("|^")
    if bar and linear.isdigit():
        linear = "^01" + linear.zfill(14)
    if bar and linear.startswith("^"):
        elements = gs1.parse_element_string(linear[1:].replace("^", GS))
        rest = gs1.parse_element_string(composite.replace("^", GS))
        return reading.elements == (*elements, *rest)
    if data.startswith("^"):
        return unbracketed(reading.elements) == data.rstrip("^")
    if reading.gtin and data.isdigit():
        return reading.gtin == gs1.gtin_14(data) or reading.gtin[1:-1] == data
    return reading.text == data.replace("\\^", "^")


def holds_uri_unescape(case: dict[str, Any]) -> bool:
    path = unescape(case["input"], plus_is_space=False)
    return (path, unescape(case["input"], plus_is_space=True)) == (
        case["path_out"],
        case["query_out"],
    )


CHECKS: dict[str, Callable[[dict[str, Any]], bool]] = {
    "parse_bracketed": holds_parse_bracketed,
    "process_unbracketed": holds_process_unbracketed,
    "validate_ais": holds_validate_ais,
    "linters": holds_linters,
    "digital_link_parse": holds_digital_link_parse,
    "digital_link_generate": holds_digital_link_generate,
    "scan_data": holds_scan_data,
    "generate_scan_data": holds_generate_scan_data,
    "uri_unescape": holds_uri_unescape,
    "data_str": lambda case: False,
}


@pytest.fixture(scope="module")
def vectors() -> dict[str, list[dict[str, Any]]]:
    if not VECTORS.exists():
        pytest.skip("the GS1 syntax engine's vectors are not on this machine (../shared/data/gs1)")
    return dict(json.loads(VECTORS.read_text()))


def sorted_out(
    vectors: dict[str, list[dict[str, Any]]],
) -> Iterator[tuple[str, int, dict[str, Any], str | None]]:
    for group, cases in vectors.items():
        earlier: list[str] = []
        for number, case in enumerate(cases, 1):
            yield group, number, case, reason_not_to_apply(group, case, earlier)
            earlier += [case["input"]] if case.get("ok") else []


@pytest.mark.parametrize("group", sorted(CHECKS))
def test_every_vector_of_the_syntax_engine_that_applies_holds(
    group: str, vectors: dict[str, list[dict[str, Any]]]
) -> None:
    broken = [
        (number, case)
        for each, number, case, reason in sorted_out(vectors)
        if each == group and reason is None and not CHECKS[group](case)
    ]
    assert broken == []


def test_the_handbook_lists_every_vector_that_does_not_apply(
    vectors: dict[str, list[dict[str, Any]]],
) -> None:
    assert set(vectors) <= set(CHECKS)
    table = vector_tables(vectors)
    assert table in HANDBOOK.read_text(), f"docs/processes/scanning.md should say:\n{table}"


def vector_tables(vectors: dict[str, list[dict[str, Any]]]) -> str:
    lines = ["| group | cases | hold | do not apply |", "|---|---:|---:|---:|"]
    cases = list(sorted_out(vectors))
    for group in (*vectors, None):
        mine = [reason for each, _, _, reason in cases if group in (None, each)]
        apart = sum(reason is not None for reason in mine)
        row = (group or "**all**", len(mine), len(mine) - apart, apart)
        lines.append("| {} | {} | {} | {} |".format(*row))
    lines += ["", "| group | no. | case | why it does not apply |", "|---|---:|---|---|"]
    for group, number, case, reason in cases:
        if reason:
            said = case.get("input", case.get("data", "")).replace("|", "\\|")
            lines.append(f"| {group} | {number} | `{said}` | {reason} |")
    return "\n".join(lines)


# What the engine's vectors do not say


@pytest.mark.parametrize(
    ("reference_year", "written", "meant"),
    [
        (2026, "761231", date(2076, 12, 31)),
        (2026, "770101", date(1977, 1, 1)),
        (2026, "000229", date(2000, 2, 29)),
        (2049, "000101", date(2000, 1, 1)),
        (2050, "000101", date(2100, 1, 1)),
        (2050, "010101", date(2001, 1, 1)),
        (1999, "490101", date(2049, 1, 1)),
        (2026, "260200", date(2026, 2, 28)),
        (2026, "281200", date(2028, 12, 31)),
    ],
)
def test_a_two_digit_year_is_49_years_back_to_50_ahead(
    reference_year: int, written: str, meant: date
) -> None:
    # General Specifications 7.12: 51 to 99 ahead is the last century, 50 to 99 back the next.
    assert gs1.code_date("17", written, reference_year) == meant


@pytest.mark.parametrize(
    ("digits", "gtin"),
    [
        ("6901234567892", "06901234567892"),
        ("036000291452", "00036000291452"),
        ("96385074", "00000096385074"),
        (GTIN, GTIN),
        ("6901234567893", None),
        ("690123456789", None),
        ("６901234567892", None),
    ],
)
def test_a_gtin_has_one_form(digits: str, gtin: str | None) -> None:
    assert gs1.gtin_14(digits) == gtin


@pytest.mark.parametrize(
    ("symbol", "gtin"),
    [("01234565", "012345000065"), ("04252614", "042100005264"), ("01234532", None), ("2", None)],
)
def test_upc_e_is_a_short_upc_a(symbol: str, gtin: str | None) -> None:
    assert gs1.expand_upc_e(symbol) == gtin


def test_the_check_pair_is_the_one_of_the_general_specifications() -> None:
    assert check_pair("1987654Ad4X4bL5ttr2310c") == "2K"


@pytest.mark.parametrize(
    ("text", "fits"),
    [("QUI", True), ("QQ==", True), ("QUI=", True), ("QR==", False), ("QUJ=", False), ("=", False)],
)
def test_base_64_may_be_padded_as_rfc_4648_says(text: str, fits: bool) -> None:
    assert is_padded_base_64(text) == fits


def test_every_content_rule_of_the_table_is_checked_or_known_not_to_be() -> None:
    named = {rule for each in identifiers().values() for part in each.parts for rule in part.rules}
    unchecked = {"couponcode", "couponposoffer", "iso3166", "iso3166999", "iso3166alpha2",
                 "iso4217", "packagetype"}  # fmt: skip
    assert named - set(HOLDS) == unchecked
    assert set(HOLDS) <= named


def test_the_table_says_the_same_as_the_dictionary() -> None:
    path = VECTORS.with_name("gs1-syntax-dictionary.txt")
    if not path.exists():
        pytest.skip("the GS1 syntax dictionary is not on this machine (../shared/data/gs1)")
    seen = set()
    for line in path.read_text().splitlines():
        words = line.partition("#")[0].split()
        if not words:
            continue
        first, _, last = words[0].partition("-")
        for number in range(int(first), int(last or first) + 1):
            ai = str(number).zfill(len(first))
            seen.add(ai)
            assert as_dictionary_line(ai) == sorted(words[1:]), ai
    assert seen == set(identifiers())


def test_the_handheld_has_the_same_table() -> None:
    theirs = (ROOT / "scanner_client" / "src" / "scan" / "gs1_table.ts").read_text("utf-8")
    assert theirs.partition("`")[2].rpartition("`")[0].strip() == TABLE.strip()


def as_dictionary_line(ai: str) -> list[str]:
    each = identifiers()[ai]
    words = ["*" * each.predefined + "?" * each.attribute]
    for part in each.parts:
        length = f"..{part.most}" if part.least < part.most else str(part.most)
        shape = f"[{part.charset}{length}]" if part.optional else part.charset + length
        words.append(",".join((shape, *part.rules)))
    words += ["req=" + ",".join("+".join(group) for group in each.required)] * bool(
        each.required[0]
    )
    words += ["ex=" + ",".join(each.excluded)] * bool(each.excluded)
    if each.qualifiers is not None:
        orders = "|".join(",".join(order) for order in each.qualifiers)
        words.append(f"dlpkey={orders}" if orders else "dlpkey")
    return sorted(filter(None, words))


def values_of(charset: str, least: int, most: int) -> st.SearchStrategy[str]:
    alphabet = {"N": "0123456789", "X": "ABCxyz019-./()%&", "Y": "AB01-#/", "Z": "AZaz09-_"}[
        charset
    ]
    return st.text(alphabet, min_size=least, max_size=most)


@st.composite
def element_lists(draw: st.DrawFn) -> list[Element]:
    ais = draw(st.lists(st.sampled_from(sorted(identifiers())), min_size=1, max_size=8))
    elements = []
    for ai in ais:
        parts = [part for part in identifiers()[ai].parts if not part.optional]
        value = "".join(draw(values_of(each.charset, each.least, each.most)) for each in parts)
        elements.append((ai, value))
    return elements


@given(element_lists())
def test_what_is_written_as_an_element_string_is_read_again(elements: list[Element]) -> None:
    text = unbracketed(elements).replace("^", GS)
    assert gs1.parse_element_string(text) == tuple(elements)


@given(element_lists())
def test_what_is_written_in_brackets_is_read_again(elements: list[Element]) -> None:
    text = "".join(f"({ai})" + value.replace("(", "\\(") for ai, value in elements)
    assert gs1.parse_bracketed(text) == tuple(elements)


@given(
    st.dates(date(1990, 1, 1), date(2060, 12, 31)),
    st.integers(0, 999_999),
    st.integers(0, 5),
    st.text("ABC0123-", min_size=1, max_size=20),
)
def test_biip_reads_the_same_dates_weights_and_lots(
    day: date, weight: int, decimals: int, lot: str
) -> None:
    text = f"01{GTIN}17{day:%y%m%d}310{decimals}{weight:06}10{lot}"
    theirs = GS1Message.parse(text).element_strings
    year = datetime.now(UTC).year
    ours = dict(gs1.parse_element_string(text))
    assert [(each.ai.ai, each.value) for each in theirs] == list(ours.items())
    assert theirs[1].date == gs1.code_date("17", ours["17"], year)
    assert theirs[2].decimal == gs1.decimal_value(f"310{decimals}", f"{weight:06}")
    assert isinstance(theirs[2].decimal, Decimal)
