"""What a printer makes of the bytes it gets, and what a scanner reads off the result."""

import base64
import binascii
import io
import json
import re
import subprocess
import zlib
from dataclasses import dataclass
from pathlib import Path
from shutil import which

import pytest
import zxingcpp
from PIL import Image, ImageChops

ROOT = Path(__file__).resolve().parents[2]
RENDERER = ROOT / "scanner_client" / "node_modules" / "zpl-renderer-js"
# What it calls a print head: whole dots per millimetre.
DOTS_PER_MM = {203: 8, 300: 12, 600: 24}


@dataclass(frozen=True)
class Sheet:
    """One PRINT of a TSPL stream."""

    commands: tuple[str, ...]
    picture: Image.Image
    copies: int


def read_tspl(stream: bytes) -> list[Sheet]:
    """Interprets the commands as a printer does; fails on any it does not know."""
    sheets, commands = [], []
    while stream:
        if stream.startswith(b"BITMAP "):
            picture, stream = _bitmap(stream)
            continue
        line, stream = stream.split(b"\r\n", 1)
        commands.append(line.decode("ascii"))
        printed = re.fullmatch(r"PRINT 1,(\d+)", commands[-1])
        if printed:
            sheets.append(Sheet(tuple(commands), picture, int(printed[1])))
            commands = []
        else:
            assert re.fullmatch(
                r"(SIZE|GAP|BLINE|DENSITY|SPEED|DIRECTION|REFERENCE|CLS)\b.*", line.decode()
            )
    return sheets


def _bitmap(stream: bytes) -> tuple[Image.Image, bytes]:
    head = re.match(rb"BITMAP 0,0,(\d+),(\d+),0,", stream)
    row_bytes, height = int(head[1]), int(head[2])
    bits, rest = (
        stream[head.end() :][: row_bytes * height],
        stream[head.end() + row_bytes * height :],
    )
    assert rest.startswith(b"\r\n")
    return Image.frombytes("1", (row_bytes * 8, height), bits), rest[2:]


def read_zpl(stream: bytes) -> list[tuple[Image.Image, int]]:
    """(picture, copies) of each format, from its ^GFA; checks the CRC."""
    found = re.findall(
        rb"\^FO0,0\^GFA,(\d+),(\d+),(\d+),:Z64:([A-Za-z0-9+/=]+):([0-9A-F]{4})\^FS\^PQ(\d+),",
        stream,
    )
    return [(_graphic(*parts[:5]), int(parts[5])) for parts in found]


def _graphic(total: bytes, count: bytes, row: bytes, packed: bytes, crc: bytes) -> Image.Image:
    assert int(crc, 16) == binascii.crc_hqx(packed, 0)
    bits = zlib.decompress(base64.b64decode(packed))
    assert int(total) == int(count) == len(bits)
    row_bytes = int(row)
    return ImageChops.invert(Image.frombytes("1", (row_bytes * 8, len(bits) // row_bytes), bits))


@dataclass(frozen=True)
class ZplJob:
    """A stream for the independent renderer; width and height in dots."""

    stream: bytes
    width: int
    height: int
    dpi: int


def rendered_zpl(jobs: list[ZplJob]) -> list[list[Image.Image]]:
    """The labels of each stream, by zpl-renderer-js."""
    if which("node") is None or not RENDERER.exists():
        pytest.skip("zpl-renderer-js needs Node.js and `make client`")
    asked = [_asked(job) for job in jobs]
    done = subprocess.run(
        ["node", ROOT / "tools" / "render_zpl.mjs"],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
    )
    return [
        [_png(each).crop((0, 0, job.width, job.height)) for each in pictures]
        for job, pictures in zip(jobs, json.loads(done.stdout), strict=True)
    ]


def _asked(job: ZplJob) -> dict[str, object]:
    per_mm = DOTS_PER_MM[job.dpi]
    size = {"width_mm": job.width / per_mm, "height_mm": job.height / per_mm, "dpmm": per_mm}
    return {"zpl": base64.b64encode(job.stream).decode("ascii"), **size}


def _png(content: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(content))).convert("L")


def picture_of(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png))


def same_dots(one: Image.Image, other: Image.Image) -> bool:
    """Whether the pictures are equal where the smaller one is, and white beyond."""
    size = (max(one.width, other.width), max(one.height, other.height))
    padded = []
    for picture in (one, other):
        padded.append(Image.new("L", size, 255))
        padded[-1].paste(picture.convert("L"), (0, 0))
    return ImageChops.difference(*padded).getbbox() is None


def scanned(picture: Image.Image) -> list[str]:
    """All that a scanner with AIM identifiers says of a picture, in order of the alphabet."""
    found = zxingcpp.read_barcodes(picture.convert("L"), text_mode=zxingcpp.TextMode.Plain)
    return sorted(each.symbology_identifier + each.text for each in found)
