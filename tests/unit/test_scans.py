"""One scan, one meaning: the vectors shared with the handheld, and what no table can say."""

import json
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.codes import code_key
from server.domain.gs1 import GS
from server.domain.scans import (
    BarcodeEntry,
    InStorePattern,
    Reading,
    ReadingKind,
    Scan,
    ScanContext,
    ScanError,
    ScanKind,
    ScanRules,
    as_json,
    explain,
    lookup_keys,
    read_scan,
    resolve_reading,
)

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "scans.json").read_text("utf-8"))
CLAIMING_AIMS = ("]C1", "]e0", "]e1", "]d2", "]d5", "]Q3", "]Q4", "]J1", "]E0", "]E3", "]E4")
RULES = ScanRules(
    reference_year=2026,
    separators=("~", "{GS}"),
    in_store=(InStorePattern("21IIIIIWWWWWC"), InStorePattern("22IIIIIPPPPPC")),
)
LONGEST = 10_000


def rules_of(case: dict[str, Any]) -> ScanRules:
    rules = case.get("rules", {})
    return ScanRules(
        reference_year=rules.get("reference_year", 2026),
        separators=tuple(rules.get("separators", ())),
        in_store=tuple(InStorePattern(**pattern) for pattern in rules.get("in_store", ())),
        bare_gs1=rules.get("bare_gs1", False),
    )


def entry_of(row: dict[str, Any]) -> BarcodeEntry:
    return BarcodeEntry(
        key=row["key"],
        kind=ScanKind(row["kind"]),
        target_id=int(row["target_id"]),
        packaging_id=int(row["packaging_id"]) if "packaging_id" in row else None,
        packaging_quantity=Decimal(row.get("packaging_quantity", "1")),
        by_weight=row.get("by_weight", False),
        site_id=int(row["site_id"]) if "site_id" in row else None,
        lot=row.get("lot"),
        serial=row.get("serial"),
    )


def context_of(case: dict[str, Any]) -> ScanContext:
    context = case.get("context", {})
    return ScanContext(
        expected=frozenset(map(ScanKind, context.get("expected", ()))),
        document_items=frozenset(map(int, context.get("document_items", ()))),
        location_items=frozenset(map(int, context.get("location_items", ()))),
        site_id=int(context["site_id"]) if "site_id" in context else None,
        item_id=int(context["item_id"]) if "item_id" in context else None,
    )


def read(case: dict[str, Any]) -> Reading:
    return read_scan(Scan(case["text"], case.get("aim")), rules_of(case))


@pytest.mark.parametrize("case", VECTORS["readings"], ids=lambda case: case["id"])
def test_a_scan_is_read_as_the_shared_vectors_say(case: dict[str, Any]) -> None:
    if "error" in case:
        with pytest.raises(ScanError) as caught:
            read(case)
        assert {"code": caught.value.code, "fields": caught.value.fields} == case["error"]
        return
    reading = read(case)
    assert as_json(reading) == case["expected"]
    assert list(lookup_keys(reading)) == case["keys"]


@pytest.mark.parametrize("case", VECTORS["meanings"], ids=lambda case: case["id"])
def test_a_scan_means_what_the_shared_vectors_say(case: dict[str, Any]) -> None:
    candidates = [entry_of(row) for row in case.get("candidates", ())]
    meaning = resolve_reading(read(case), candidates, context_of(case))
    assert as_json(meaning) == case["expected"]


def test_the_shared_vectors_have_names_of_their_own() -> None:
    names = [case["id"] for group in ("readings", "meanings") for case in VECTORS[group]]
    assert len(names) == len(set(names)) >= 60


def test_a_lot_that_only_looks_like_gs1_is_what_it_is() -> None:
    # The classic mistake of warehouse software: taking 10D9T for lot D9T.
    assert read_scan(Scan("10D9T"), RULES).kind is ReadingKind.PLAIN
    assert read_scan(Scan("10D9T", aim="]C0"), RULES).kind is ReadingKind.PLAIN
    assert read_scan(Scan("10D9T", aim="]C1"), RULES).lot == "D9T"
    assert read_scan(Scan(f"{GS}10D9T"), RULES).lot == "D9T"


@pytest.mark.parametrize("written", ["a-01", "A-01", " A-01\r\n", "Ａ－０１", "ａ-01"])
def test_codes_are_equal_however_they_are_typed(written: str) -> None:
    assert code_key(written) == "a-01"


def test_every_way_to_write_a_gtin_finds_every_other() -> None:
    written = ["036000291452", "0036000291452", "00036000291452"]
    found = [set(lookup_keys(read_scan(Scan(each), RULES))) for each in written]
    assert all(set(written) <= keys for keys in found)


def test_a_choice_carries_what_the_code_says_in_every_alternative() -> None:
    reading = read_scan(Scan("010950110153000310L1", aim="]C1"), RULES)
    rows = [BarcodeEntry("09501101530003", ScanKind.ITEM, item) for item in (7, 8)]
    meaning = resolve_reading(reading, rows, ScanContext())
    assert meaning.kind is ScanKind.CHOICE
    assert [(each.target_ids, each.lot) for each in meaning.alternatives] == [
        ((7,), "L1"),
        ((8,), "L1"),
    ]


def test_the_order_of_the_rows_does_not_change_the_meaning_of_a_code() -> None:
    reading = read_scan(Scan("A1"), RULES)
    rows = [BarcodeEntry("a1", ScanKind.ITEM, 7), BarcodeEntry("a1", ScanKind.LOCATION, 5)]
    context = ScanContext(expected=frozenset({ScanKind.ITEM}))
    assert resolve_reading(reading, rows, context) == resolve_reading(reading, rows[::-1], context)


def test_explain_is_json_and_names_the_error_of_a_broken_code() -> None:
    said = explain(Scan("]C10195012345678902"), RULES)
    assert json.loads(json.dumps(said))["error"] == {
        "code": "bad_check_digit",
        "fields": {"ai": "01", "value": "95012345678902"},
    }


def test_explain_tells_reading_keys_and_meaning() -> None:
    said = json.loads(json.dumps(explain(Scan("L:A-01"), RULES)))
    assert said["reading"]["kind"] == "prefixed"
    assert said["keys"] == ["a-01"]
    assert said["meaning"]["why"] == ["prefix letter=L", "not_found"]


FRAGMENTS = (
    "01", "09501101530003", "10", "AB-12", "17", "261231", "3103", "001500", "00", "21", "37",
    "123456789012345675", GS, "~", "{GS}", "(", ")", "\\(", "\\", "(01)", "(10)", "]C1", "]E0",
    "]e0", "|", "https://a/", "http://", "01/", "/10/", "/", "?", "&", "=", "%", "%2F", "#", "99=A",
    "L:", "：", "2112345012344", "[)>\x1e05\x1d", "\x1e\x04", "\0", "\u202e", "ﷺ", "😀",
    "é", "٣", "\n",
)  # fmt: skip
texts = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(FRAGMENTS), max_size=40).map("".join),
    st.builds(
        lambda unit, times: ("".join(unit) * times)[:LONGEST],
        st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=5),
        st.integers(1, LONGEST),
    ),
)
aims = st.one_of(st.none(), st.sampled_from([*CLAIMING_AIMS, "]C0", "]Q1", "]d1", "]X0", "?"]))


@given(texts, aims, st.sampled_from([1999, 2026, 2090]), st.booleans())
def test_no_text_makes_reading_fail_otherwise_than_by_a_scan_error(
    text: str, aim: str | None, year: int, bare: bool
) -> None:
    rules = ScanRules(year, RULES.separators, RULES.in_store, bare)
    said = explain(Scan(text, aim), rules)
    json.dumps(said)
    if "error" in said:
        claims = (GS, "~", "{GS}", *CLAIMING_AIMS)
        assert aim in CLAIMING_AIMS or any(claim in text for claim in claims)


@pytest.mark.parametrize("unit", [*FRAGMENTS, "(10)A", "10A" + GS, "&99=A", "01/", "%2", "9", "A"])
def test_ten_thousand_characters_take_no_longer_than_a_blink(unit: str) -> None:
    for head in ("", "(10)", "https://a/", "https://a/01/09520123456788?", "[)>\x1e05\x1d"):
        for aim in (None, "]C1", "]Q1", "]E0"):
            text = (head + unit * LONGEST)[:LONGEST]
            began = time.process_time()
            explain(Scan(text, aim), RULES)
            # CPU time, so that a busy machine does not matter; anything quadratic takes seconds.
            assert time.process_time() - began < 0.5
