"""zbar's reading of a picture, by pyzbar."""

from collections.abc import Iterable, Sequence
from typing import Any

from PIL import Image

from labels.decoding.found import Found, Quad, upc_a

try:
    from pyzbar import pyzbar
except ImportError:  # its shared library is a package of the system, and may be missing
    pyzbar = None

NAMES = {
    "CODE128": "code128",
    "EAN13": "ean13",
    "EAN8": "ean8",
    "I25": "itf",
    "QRCODE": "qr",
    "CODE39": "code39",
    "CODE93": "code93",
    "CODABAR": "codabar",
    "DATABAR": "databar",
    "DATABAR_EXP": "databar",
    "PDF417": "pdf417",
    "UPCE": "upce",
    "UPCA": "upca",
}
STRONG = ("code128", "ean13", "ean8", "qr")
"""What is never seen where it is not; the others have weak check digits, or none."""


def has_zbar() -> bool:
    """Whether its shared library is installed (Debian: libzbar0)."""
    return pyzbar is not None


def read_zbar(picture: Image.Image, symbologies: Iterable[str]) -> list[Found]:
    """Every code of these symbologies in a picture of mode L; nothing without its library."""
    if pyzbar is None:
        return []
    wanted = set(symbologies)
    # Unless asked for UPC-E as well, zbar gives it out as EAN-13, and sees it in many a stripe.
    asked = wanted | {"upce"} if "ean13" in wanted else wanted
    types = [kind for kind in pyzbar.ZBarSymbol if NAMES.get(kind.name) in asked]
    found = [_found(code) for code in pyzbar.decode(picture, symbols=types)]
    return [each for each in found if each.symbology in wanted or each.symbology == "upca"]


def _found(code: Any) -> Found:
    read = _text(code.data)
    symbology, text = upc_a(NAMES.get(code.type, code.type.lower()), read)
    return Found(
        symbology=symbology,
        aim="",
        text=text,
        data=code.data,
        position=_quad(code.polygon, code.rect),
        decoder="zbar",
    )


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _quad(polygon: Sequence[Any], rect: Any) -> Quad:
    """The corners of a matrix; of a linear symbol the box around the places it was seen at."""
    if len(polygon) == 4:
        # zbar walks from the upper left down: turned round here.
        first, fourth, third, second = ((int(x), int(y)) for x, y in polygon)
        return first, second, third, fourth
    left, top = rect.left, rect.top
    right, bottom = left + rect.width, top + rect.height
    return (left, top), (right, top), (right, bottom), (left, bottom)
