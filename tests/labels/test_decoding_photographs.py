"""Photographs: together the decoders read at least what the better of them reads alone.

The photographs are those of zxing-cpp (see SOURCES.md beside them) and no part of the project.
"""

import csv
import os
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from labels.decoding import Found
from labels.decoding.attempts import read_picture
from labels.decoding.opening import open_grey

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("STOCKTURN_SHARED") or ROOT.parent / "shared")
BARCODES = SHARED / "data" / "barcodes"
NAMES = {
    "Code128": "code128", "Code39": "code39", "DataMatrix": "datamatrix", "EAN-13": "ean13",
    "EAN-8": "ean8", "ITF": "itf", "QRCode": "qr", "UPC-A": "upca",
}  # fmt: skip
ESCAPES = {r"\r": "\r", r"\n": "\n", r"\t": "\t"}
SHOWN = 90
"""Characters of the truth the manifest keeps."""

pytestmark = pytest.mark.skipif(
    not BARCODES.is_dir(), reason=f"no photographs at {BARCODES} (set STOCKTURN_SHARED)"
)

Row = dict[str, str]
DECODERS = ("zxingcpp_ok", "pyzbar_ok")


@pytest.mark.parametrize("format_", NAMES)
def test_together_they_read_at_least_what_the_better_one_does(format_: str):
    rows = [row for row in manifest() if row["format"] == format_]
    read = sum(_is_right(row) for row in rows)
    alone = Counter({each: sum(int(row[each]) for row in rows) for each in DECODERS})
    assert read >= max(alone.values()), f"{read} of {len(rows)}, alone {dict(alone)}"


def test_pictures_with_several_codes_have_several():
    assert all(len(found_in(row)) > 1 for row in manifest() if row["format"] == "MULTI")


def test_pictures_of_anything_else_say_nothing():
    nothing = [row for row in manifest() if row["format"] == "NONE"]
    assert len(nothing) > 20
    assert [(row["file"], found_in(row)) for row in nothing if found_in(row)] == []


@cache
def manifest() -> tuple[Row, ...]:
    with (BARCODES / "manifest.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def found_in(row: Row) -> list[Found]:
    return read_picture(
        open_grey((BARCODES / row["split"] / row["set"] / row["file"]).read_bytes())
    )


def _is_right(row: Row) -> bool:
    truth = row["truth"].strip()
    for written, meant in ESCAPES.items():
        truth = truth.replace(written, meant)
    texts = [_text(found) for found in found_in(row) if found.symbology == NAMES[row["format"]]]
    return any(text == truth or (len(truth) >= SHOWN and text.startswith(truth)) for text in texts)


def _text(found: Found) -> str:
    """As the manifest writes it: UPC-A with the 0 of its EAN-13."""
    return ("0" + found.text if found.symbology == "upca" else found.text).strip()
